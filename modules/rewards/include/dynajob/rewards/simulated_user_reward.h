// The reward that a simulated user's response is worth (specification, strategy 2).
#ifndef DYNAJOB_REWARDS_SIMULATED_USER_REWARD_H_
#define DYNAJOB_REWARDS_SIMULATED_USER_REWARD_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "dynajob/core/catalog.h"
#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/rewards/reward_source.h"
#include "dynajob/rewards/user_simulator.h"

namespace dynajob {

enum class LabelMode {
  kExpectation,  // sum of P(response) * reward: no sampling noise
  kSampled,      // the reward of one label, drawn once per pair by a hash of the two ids
};

struct LabelOptions {
  LabelMode mode = LabelMode::kExpectation;
  int64_t budget = 0;  // distinct pairs that may be asked about; 0 is no limit
  int64_t seed = 1;    // of the draw of sampled labels

  Status Validate() const;
  // Declares "labels.mode", "labels.budget" and "labels.seed".
  void Bind(ConfigRegistry& registry);
};

// Each distinct pair is asked about, and counted, once. One thread at a time.
class SimulatedUserReward final : public RewardSource {
 public:
  // Borrows `catalog` and `user`, which must outlive the result.
  static Result<std::unique_ptr<SimulatedUserReward>> Create(const Catalog& catalog,
                                                             UserSimulator& user,
                                                             const ResponseRewards& rewards,
                                                             const LabelOptions& options);

  std::string_view name() const override { return "llm"; }

  // Fails with kBudgetReached, before anything is asked, when the new pairs among `pairs` would
  // exceed the budget; pairs that are known stay free. Pairs without a usable answer count as no
  // label. Errors of the simulator are passed on.
  Status Rewards(std::span<const Pair> pairs, std::span<double> rewards) override;

  // Passes on the pairs that are not known yet, as far as the budget reaches. When they are asked
  // for in the same order, exactly those are bought that would be without Prefetch.
  void Prefetch(std::span<const Pair> pairs) override;

  uint64_t labels_bought() const override { return bought_.size(); }
  void MarkBought(std::span<const Pair> pairs) override;
  int64_t pool_hint() const override { return user_.pool_hint(); }

 private:
  SimulatedUserReward(const Catalog& catalog, UserSimulator& user, const ResponseRewards& rewards,
                      const LabelOptions& options);

  double RewardOf(Pair pair, const ResponseProbabilities& probabilities) const;
  Status Buy(std::span<const Pair> pairs);
  bool IsKnown(uint64_t key) const;
  bool WithinBudget(uint64_t labels) const;

  const Catalog& catalog_;
  UserSimulator& user_;
  ResponseRewards rewards_;
  LabelOptions options_;
  // Looked up only, never iterated.
  std::unordered_map<uint64_t, double> rewards_by_pair_;
  std::unordered_set<uint64_t> unanswered_;  // asked about in vain
  std::unordered_set<uint64_t> bought_;      // those of an earlier run included
  std::unordered_set<uint64_t> expected_;    // prefetched and not bought yet
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SIMULATED_USER_REWARD_H_
