#include "pages.h"

#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "dynajob/core/text.h"

// The bytes of the built files.
#define DYNAJOB_EMBED(symbol, path) \
  __asm__(                          \
      ".pushsection .rodata\n"      \
      "dynajob_" symbol             \
      "_begin:\n"                   \
      ".incbin \"" path             \
      "\"\n"                        \
      "dynajob_" symbol             \
      "_end:\n"                     \
      ".popsection\n")
DYNAJOB_EMBED("app_html", DYNAJOB_APP_HTML);
DYNAJOB_EMBED("app_js", DYNAJOB_APP_JS);
DYNAJOB_EMBED("app_css", DYNAJOB_APP_CSS);
#undef DYNAJOB_EMBED

extern "C" const char dynajob_app_html_begin[], dynajob_app_html_end[];
extern "C" const char dynajob_app_js_begin[], dynajob_app_js_end[];
extern "C" const char dynajob_app_css_begin[], dynajob_app_css_end[];

namespace dynajob {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct PageFile {
  std::string_view path;  // the only segment of the address
  std::string_view content_type;
  std::string_view bytes;
  std::string etag;
};

std::string EtagOf(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string etag = "\"";
  for (size_t i = 0; i < 16; ++i) etag += fmt::format("{:02x}", digest[i]);
  return etag + '"';
}

PageFile File(std::string_view path, std::string_view content_type, const char* begin,
              const char* end) {
  const std::string_view bytes(begin, static_cast<size_t>(end - begin));
  return {path, content_type, bytes, EtagOf(bytes)};
}

const std::array<PageFile, 3>& Files() {
  static const std::array<PageFile, 3> files = {
      File("", "text/html; charset=utf-8", dynajob_app_html_begin, dynajob_app_html_end),
      File("app.js", "text/javascript; charset=utf-8", dynajob_app_js_begin, dynajob_app_js_end),
      File("app.css", "text/css; charset=utf-8", dynajob_app_css_begin, dynajob_app_css_end)};
  return files;
}

// Whether a list of entity tags (RFC 9110, 13.1.2) holds this one; a weak tag counts as well.
bool Holds(std::string_view tags, std::string_view etag) {
  return Trim(tags) == "*" || tags.find(etag) != std::string_view::npos;
}

}  // namespace

std::optional<HttpResponse> FindPage(const HttpRequest& head) {
  if ((head.method != "GET" && head.method != "HEAD") || head.path.size() != 1) return std::nullopt;
  for (const PageFile& file : Files()) {
    if (file.path != head.path.front()) continue;
    HttpResponse response;
    response.content_type = file.content_type;
    response.headers = {{"ETag", file.etag},
                        {"Cache-Control", "no-cache"},
                        {"Content-Security-Policy", std::string(kPolicy)},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Referrer-Policy", "no-referrer"}};
    if (Holds(head.Header("If-None-Match"), file.etag)) {
      response.status = 304;
    } else {
      response.body = file.bytes;
    }
    return response;
  }
  return std::nullopt;
}

}  // namespace dynajob
