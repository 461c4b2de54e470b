#include "endpoint_url.h"

#include <memory>

#include <curl/curl.h>
#include <fmt/format.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using UrlHandle = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Empty when the URL has no such part.
std::string Part(CURLU* url, CURLUPart part, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK || text == nullptr) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

Error Refuse(std::string_view name, std::string_view reason) {
  return InvalidArgument(
      fmt::format("{} {}: must be like https://host:port/v1 (http or https)", name, reason));
}

}  // namespace

Result<EndpointUrl> ParseEndpointUrl(const std::string& text, std::string_view name) {
  const UrlHandle url(curl_url(), &curl_url_cleanup);
  DYNAJOB_CHECK(url != nullptr, "out of memory");
  const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, std::string(Trim(text)).c_str(),
                                      CURLU_NON_SUPPORT_SCHEME);
  // The text itself is not quoted: what cannot be parsed may hold a password anywhere.
  if (code != CURLUE_OK)
    return Refuse(name, fmt::format("is no URL ({})", curl_url_strerror(code)));
  const std::string scheme = Part(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    return Refuse(name, fmt::format("has the scheme '{}'", scheme));
  if (!Part(url.get(), CURLUPART_QUERY).empty()) return Refuse(name, "has a query");
  if (!Part(url.get(), CURLUPART_FRAGMENT).empty()) return Refuse(name, "has a fragment");

  EndpointUrl endpoint;
  endpoint.https = scheme == "https";
  endpoint.user = Part(url.get(), CURLUPART_USER, CURLU_URLDECODE);
  endpoint.password = Part(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
  const std::string port = Part(url.get(), CURLUPART_PORT);
  endpoint.redacted = fmt::format("{}://{}{}{}{}", scheme, Part(url.get(), CURLUPART_HOST),
                                  port.empty() ? "" : ":", port, Part(url.get(), CURLUPART_PATH));
  while (endpoint.redacted.ends_with('/')) endpoint.redacted.pop_back();
  return endpoint;
}

}  // namespace dynajob
