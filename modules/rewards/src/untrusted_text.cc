#include "dynajob/rewards/untrusted_text.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>
#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/llm/digest.h"

namespace dynajob {
namespace {

constexpr std::string_view kDelimiterKey = "dynajob untrusted text 1";
constexpr size_t kDelimiterDigits = 32;
// Normalisation composes and markup goes, so more is read than is kept.
constexpr size_t kBytesReadPerChar = 16;
constexpr size_t kMaxTagBytes = 512;
constexpr int kMaxCombiningMarks = 3;

std::string_view Head(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

enum class CharKind { kKept, kSpace, kMark, kDropped };

CharKind KindOf(UChar32 c) {
  if (u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return CharKind::kDropped;
  if (u_isUWhiteSpace(c)) return CharKind::kSpace;
  switch (u_charType(c)) {
    case U_CONTROL_CHAR:
      return CharKind::kSpace;
    case U_FORMAT_CHAR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
      return CharKind::kDropped;
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
      return CharKind::kMark;
    default:
      return CharKind::kKept;
  }
}

// Requires valid UTF-8.
std::string WithoutInvisible(std::string_view text) {
  std::string visible;
  visible.reserve(text.size());
  int marks = 0;
  const auto size = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < size;) {
    const int32_t start = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, size, c);
    const CharKind kind = c < 0 ? CharKind::kDropped : KindOf(c);
    if (kind == CharKind::kDropped) continue;
    marks = kind == CharKind::kMark ? marks + 1 : 0;
    if (marks > kMaxCombiningMarks) continue;
    if (kind == CharKind::kSpace) {
      visible += ' ';
    } else {
      visible += text.substr(static_cast<size_t>(start), static_cast<size_t>(i - start));
    }
  }
  return visible;
}

std::string Nfkc(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(error);
  DYNAJOB_CHECK(U_SUCCESS(error), "NFKC is part of every ICU");
  std::string normal;
  icu::StringByteSink<std::string> sink(&normal);
  nfkc->normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<int32_t>(text.size())), sink,
                      nullptr, error);
  DYNAJOB_CHECK(U_SUCCESS(error), "valid UTF-8 has a normal form");
  return normal;
}

bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Length of the HTML tag or comment that starts at `at`, or 0.
size_t TagLength(std::string_view text, size_t at) {
  if (text[at] != '<' || at + 1 >= text.size()) return 0;
  const char next = text[at + 1];
  if (!IsAsciiLetter(next) && next != '/' && next != '!' && next != '?' && next != '|') return 0;
  const size_t end = text.substr(0, std::min(text.size(), at + kMaxTagBytes)).find('>', at);
  return end == std::string_view::npos ? 0 : end + 1 - at;
}

bool IsMarkdownSign(char c) {
  return std::string_view("`*_#~=-").find(c) != std::string_view::npos;
}

// Length of a run of Markdown's signs that can be structure (fence, heading, emphasis, rule), or 0;
// "c++", "c#" and "well-known" have none.
size_t MarkdownRun(std::string_view text, size_t at) {
  if (!IsMarkdownSign(text[at])) return 0;
  size_t end = at;
  while (end < text.size() && IsMarkdownSign(text[end])) ++end;
  return end - at >= 2 || text[at] == '`' ? end - at : 0;
}

std::string WithoutMarkup(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (const size_t length = std::max(TagLength(text, i), MarkdownRun(text, i)); length > 0) {
      plain += ' ';
      i += length;
      continue;
    }
    if (text[i] == '<') {
      plain += "\xE2\x80\xB9";  // ‹
    } else if (text[i] == '>') {
      plain += "\xE2\x80\xBA";  // ›
    } else {
      plain += text[i];
    }
    ++i;
  }
  return plain;
}

std::string WithSingleSpaces(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char c : text) {
    if (c == ' ' && (line.empty() || line.back() == ' ')) continue;
    line += c;
  }
  if (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

// At most `max_chars` code points; what is cut ends in "...".
std::string Cut(std::string text, size_t max_chars) {
  constexpr std::string_view kMark = "...";
  size_t chars = 0;
  size_t kept = 0;  // bytes of what stays when the text is cut
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) continue;
    if (chars == max_chars - kMark.size()) kept = i;
    if (++chars > max_chars) {
      text.resize(kept);
      while (!text.empty() && text.back() == ' ') text.pop_back();
      return text.append(kMark);
    }
  }
  return text;
}

}  // namespace

std::string PlainText(std::string_view text, size_t max_chars) {
  DYNAJOB_CHECK(max_chars >= 8, "a text keeps at least 8 characters");
  // Invisible characters go before normalisation, so that they cannot keep characters apart that
  // belong together, and after it, for those that it makes.
  const std::string visible =
      WithoutInvisible(SanitizeUtf8(Head(text, max_chars * kBytesReadPerChar)));
  const std::string normal = WithoutInvisible(Nfkc(visible));
  return Cut(WithSingleSpaces(WithoutMarkup(normal)), max_chars);
}

void AppendJsonString(std::string& json, std::string_view text) {
  constexpr std::string_view kStructural = "<>[]{}|`&";
  json += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F ||
               kStructural.find(c) != std::string_view::npos) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      json += c;
    }
  }
  json += '"';
}

std::string DelimiterFor(std::string_view content, std::string_view context) {
  // The length keeps (content, context) apart from every other split of the same bytes.
  std::string delimiter =
      HmacSha256Hex(kDelimiterKey, fmt::format("{}:{}{}", content.size(), content, context));
  delimiter.resize(kDelimiterDigits);
  while (content.find(delimiter) != std::string_view::npos) {
    delimiter = HmacSha256Hex(kDelimiterKey, delimiter).substr(0, kDelimiterDigits);
  }
  return delimiter;
}

std::string Enclose(std::string_view json, std::string_view context) {
  DYNAJOB_CHECK(json.find('\n') == std::string_view::npos, "a record is one line");
  const std::string delimiter = DelimiterFor(json, context);
  return fmt::format("BEGIN DATA {}\n{}\nEND DATA {}", delimiter, json, delimiter);
}

}  // namespace dynajob
