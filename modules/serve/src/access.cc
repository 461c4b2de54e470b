#include "access.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "dynajob/core/file.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr size_t kMinKey = 16;
constexpr size_t kMaxKey = 512;

std::optional<Right> ParseRight(std::string_view text) {
  for (const Right right : {Right::kRead, Right::kFeedback, Right::kAdmin})
    if (text == ToString(right)) return right;
  return std::nullopt;
}

template <typename Digest>
Digest Hash(std::string_view key) {
  Digest digest;
  SHA256(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
  return digest;
}

}  // namespace

std::string_view ToString(Right right) {
  switch (right) {
    case Right::kOpen:
      return "open";
    case Right::kRead:
      return "read";
    case Right::kFeedback:
      return "feedback";
    case Right::kAdmin:
      return "admin";
  }
  return "open";
}

Status ApiKeys::Add(Right right, std::string_view key, std::string_view origin) {
  const bool printable =
      std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (key.size() < kMinKey || key.size() > kMaxKey || !printable)
    return InvalidArgument(fmt::format(
        "{}: a key has {} characters; it must have {} to {} that are printable and no spaces",
        origin, key.size(), kMinKey, kMaxKey));
  const auto digest = Hash<Digest>(key);
  for (const Key& known : keys_)
    if (known.digest == digest)
      return InvalidArgument(fmt::format("{}: the key is there already", origin));
  keys_.push_back({right, digest});
  return Status::Ok();
}

Status ApiKeys::AddFile(const std::string& path) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::string_view content = Trim(line);
    if (content.empty() || content.starts_with('#')) continue;
    const std::string origin = fmt::format("serve.keys_file = '{}', line {}", path, number);
    const size_t space = content.find_first_of(" \t");
    const auto right = ParseRight(content.substr(0, space));
    if (!right || space == std::string_view::npos)
      return InvalidArgument(origin + ": must be 'read KEY', 'feedback KEY' or 'admin KEY'");
    DYNAJOB_RETURN_IF_ERROR(Add(*right, Trim(content.substr(space)), origin));
  }
  return Status::Ok();
}

Status ApiKeys::AddEnvironment() {
  for (const auto& [name, right] : {std::pair{"DYNAJOB_SERVE_READ_KEY", Right::kRead},
                                    {"DYNAJOB_SERVE_FEEDBACK_KEY", Right::kFeedback},
                                    {"DYNAJOB_SERVE_ADMIN_KEY", Right::kAdmin}}) {
    const char* value = std::getenv(name);
    if (value == nullptr) continue;
    std::istringstream keys{std::string(value)};
    std::string key;
    while (std::getline(keys, key, ','))
      if (!Trim(key).empty()) DYNAJOB_RETURN_IF_ERROR(Add(right, Trim(key), name));
  }
  return Status::Ok();
}

std::optional<size_t> ApiKeys::Find(std::string_view key) const {
  const auto digest = Hash<Digest>(key.substr(0, kMaxKey + 1));
  std::optional<size_t> found;
  for (size_t i = 0; i < keys_.size(); ++i)
    if (CRYPTO_memcmp(digest.data(), keys_[i].digest.data(), digest.size()) == 0) found = i;
  return found;
}

uint32_t ApiKeys::Label(size_t key) const {
  uint32_t label = 0;
  std::memcpy(&label, keys_[key].digest.data(), sizeof(label));
  return std::max(label, uint32_t{1});
}

std::string_view PresentedKey(const HttpRequest& request) {
  constexpr std::string_view kBearer = "bearer ";
  const std::string_view authorization = request.Header("Authorization");
  if (ToLowerAscii(authorization.substr(0, kBearer.size())) == kBearer)
    return Trim(authorization.substr(kBearer.size()));
  return Trim(request.Header("X-Api-Key"));
}

RateLimits::RateLimits(size_t keys, double rate, double burst)
    : rate_(rate), burst_(std::max(1.0, burst)), buckets_(keys) {}

std::optional<int> RateLimits::Take(size_t key, SteadyTime now) {
  if (rate_ <= 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = buckets_.at(key);
  if (bucket.filled == SteadyTime()) bucket = {burst_, now};
  const double seconds = std::chrono::duration<double>(now - bucket.filled).count();
  if (seconds > 0) bucket = {std::min(burst_, bucket.tokens + seconds * rate_), now};
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return std::nullopt;
  }
  return static_cast<int>(std::ceil((1 - bucket.tokens) / rate_));
}

}  // namespace dynajob
