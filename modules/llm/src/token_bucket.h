// A rate limit: so much a minute, with at most a second's worth saved up.
#ifndef DYNAJOB_LLM_SRC_TOKEN_BUCKET_H_
#define DYNAJOB_LLM_SRC_TOKEN_BUCKET_H_

#include <algorithm>
#include <cstdint>

namespace dynajob {

// Times are seconds of any steady clock. Whatever is taken may exceed what is there (one request
// can be larger than a second's worth of tokens); the next one then waits until the debt is paid.
class TokenBucket {
 public:
  // `per_minute` 0: no limit. `unit` is the least that the bucket holds, such as one request.
  TokenBucket(int64_t per_minute, double unit, double now)
      : per_second_(static_cast<double>(per_minute) / 60),
        capacity_(std::max(unit, per_second_)),
        level_(capacity_),
        updated_(now) {}

  // 0 when something may be taken now.
  double SecondsUntilReady(double need, double now) {
    if (per_second_ == 0) return 0;
    Refill(now);
    const double missing = std::min(need, capacity_) - level_;
    return missing <= kRounding ? 0 : missing / per_second_;
  }
  void Take(double amount, double now) {
    if (per_second_ == 0) return;
    Refill(now);
    level_ -= amount;
  }
  // What was taken too much.
  void GiveBack(double amount) { level_ = std::min(capacity_, level_ + amount); }

 private:
  static constexpr double kRounding = 1e-9;

  void Refill(double now) {
    level_ = std::min(capacity_, level_ + (now - updated_) * per_second_);
    updated_ = now;
  }

  double per_second_;
  double capacity_;
  double level_;
  double updated_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_TOKEN_BUCKET_H_
