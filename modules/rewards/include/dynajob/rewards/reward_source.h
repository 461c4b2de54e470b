// What turns a (candidate, job) pair into a reward: the seam between the strategies under
// comparison and the learner, which knows only this interface.
#ifndef DYNAJOB_REWARDS_REWARD_SOURCE_H_
#define DYNAJOB_REWARDS_REWARD_SOURCE_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"

namespace dynajob {

// Implementations may cache and count, so one instance serves one thread at a time. The reward of a
// pair never depends on when, how often or in which batch it is asked for.
class RewardSource {
 public:
  virtual ~RewardSource() = default;

  // "cosine", "llm", …: for messages and reports.
  virtual std::string_view name() const = 0;

  // rewards[i] is the reward of pairs[i]; the sizes are equal. On failure `rewards` is unspecified
  // and nothing was bought for this batch that is not kept for a later call. kNotFound: some pair
  // has no reward, now or later (UserSimulator::Labels).
  virtual Status Rewards(std::span<const Pair> pairs, std::span<double> rewards) = 0;

  // Says that `pairs` will be asked about soon (UserSimulator::Prefetch). Changes no reward and no
  // count.
  virtual void Prefetch(std::span<const Pair> pairs) { static_cast<void>(pairs); }

  // Distinct pairs that a simulated user was asked about so far: the cost charged to the arm.
  virtual uint64_t labels_bought() const { return 0; }

  // Says that `pairs` were bought by the run that this one continues: they count as bought, and
  // asking about them again is not charged.
  virtual void MarkBought(std::span<const Pair> pairs) { static_cast<void>(pairs); }

  // UserSimulator::pool_hint.
  virtual int64_t pool_hint() const { return 1; }
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_REWARD_SOURCE_H_
