// Who may do what: API keys with rights, and how often each key may ask.
#ifndef DYNAJOB_SERVE_SRC_ACCESS_H_
#define DYNAJOB_SERVE_SRC_ACCESS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"

#include "http_message.h"

namespace dynajob {

// Each includes those before it; kOpen needs no key.
enum class Right { kOpen, kRead, kFeedback, kAdmin };
std::string_view ToString(Right right);

// Of the keys only a hash (SHA-256) is kept.
class ApiKeys {
 public:
  // One key a line, "read KEY", "feedback KEY" or "admin KEY"; '#' starts a comment. Keys have at
  // least 16 characters. Errors name the line and never the key.
  Status AddFile(const std::string& path);
  // DYNAJOB_SERVE_READ_KEY, DYNAJOB_SERVE_FEEDBACK_KEY, DYNAJOB_SERVE_ADMIN_KEY: lists with commas.
  Status AddEnvironment();
  Status Add(Right right, std::string_view key, std::string_view origin);

  bool empty() const { return keys_.empty(); }
  size_t size() const { return keys_.size(); }
  // The key of a request ("Authorization: Bearer KEY", or "X-Api-Key"), as its place among the
  // keys. Compares with every key in full, whatever matches, so that the time tells nothing.
  std::optional<size_t> Find(std::string_view key) const;
  Right right(size_t key) const { return keys_[key].right; }
  // Tells keys apart, over restarts, and is too short to find a key by; never 0.
  uint32_t Label(size_t key) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Key {
    Right right;
    Digest digest;
  };
  std::vector<Key> keys_;
};

// The key that a request presents; empty when it has none.
std::string_view PresentedKey(const HttpRequest& request);

// Token buckets: each key may ask `rate` times a second on average and `burst` times at once.
// Safe for concurrent use.
class RateLimits {
 public:
  // A rate of 0 is no limit.
  RateLimits(size_t keys, double rate, double burst);
  // nullopt: go on. Otherwise the seconds after which to try again.
  std::optional<int> Take(size_t key, SteadyTime now);

 private:
  struct Bucket {
    double tokens = 0;
    SteadyTime filled;
  };
  double rate_;
  double burst_;
  std::mutex mutex_;
  std::vector<Bucket> buckets_;  // guarded by mutex_
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_ACCESS_H_
