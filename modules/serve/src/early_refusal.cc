#include "early_refusal.h"

#include <algorithm>
#include <array>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr std::string_view kRecommend = "GET /v1/recommend/";
constexpr std::string_view kVersion = " HTTP/1.1";
constexpr std::string_view kNewline = "\r\n";

bool IsNamed(std::string_view name, std::string_view known) {
  return name.size() == known.size() && ToLowerAscii(name) == ToLowerAscii(known);
}

// They announce a body or another fate of the connection.
bool NeedsParsing(std::string_view name) {
  constexpr std::array<std::string_view, 5> kNames = {"connection", "content-length", "expect",
                                                      "transfer-encoding", "upgrade"};
  return std::ranges::any_of(kNames, [&](std::string_view known) { return IsNamed(name, known); });
}

}  // namespace

std::optional<RefusableRequest> FindRefusable(std::string_view bytes) {
  if (!bytes.starts_with(kRecommend)) return std::nullopt;
  size_t begin = bytes.find(kNewline);
  if (begin == std::string_view::npos || !bytes.substr(0, begin).ends_with(kVersion))
    return std::nullopt;
  RefusableRequest request;
  for (begin += kNewline.size();;) {
    const size_t end = bytes.find(kNewline, begin);
    if (end == std::string_view::npos) return std::nullopt;
    request.length = end + kNewline.size();
    if (end == begin) return request;
    const std::string_view header = bytes.substr(begin, end - begin);
    const size_t colon = header.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = Trim(header.substr(0, colon));
    if (NeedsParsing(name)) return std::nullopt;
    if (IsNamed(name, kTimeoutHeader)) {
      if (!request.timeout.empty()) return std::nullopt;
      request.timeout = Trim(header.substr(colon + 1));
    }
    begin = request.length;
  }
}

}  // namespace dynajob
