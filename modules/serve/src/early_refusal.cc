#include "early_refusal.h"

#include <algorithm>
#include <array>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr std::string_view kRecommend = "GET /v1/recommend/";
constexpr std::string_view kVersion = " HTTP/1.1";
constexpr std::string_view kNewline = "\r\n";

// They announce a body or another fate of the connection.
bool NeedsParsing(std::string_view header) {
  constexpr std::array<std::string_view, 5> kNames = {"connection", "content-length", "expect",
                                                      "transfer-encoding", "upgrade"};
  const std::string_view name = Trim(header.substr(0, header.find(':')));
  return std::ranges::any_of(kNames, [&](std::string_view known) {
    return name.size() == known.size() && ToLowerAscii(name) == known;
  });
}

}  // namespace

size_t RefusableLength(std::string_view bytes) {
  if (!bytes.starts_with(kRecommend)) return 0;
  size_t begin = bytes.find(kNewline);
  if (begin == std::string_view::npos || !bytes.substr(0, begin).ends_with(kVersion)) return 0;
  for (begin += kNewline.size();;) {
    const size_t end = bytes.find(kNewline, begin);
    if (end == std::string_view::npos) return 0;
    if (end == begin) return end + kNewline.size();
    if (NeedsParsing(bytes.substr(begin, end - begin))) return 0;
    begin = end + kNewline.size();
  }
}

}  // namespace dynajob
