#include "dynajob/rewards/simulated_user_reward.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dynajob/core/rng.h"
#include "dynajob/rewards/ordered_logit.h"

namespace dynajob {
namespace {

uint64_t KeyOf(Pair pair) { return uint64_t{pair.candidate} << 32 | pair.job; }

}  // namespace

Status LabelOptions::Validate() const {
  if (budget < 0) {
    return InvalidArgument(
        fmt::format("labels.budget is {}: it must be at least 0 (0 is no limit)", budget));
  }
  return Status::Ok();
}

void LabelOptions::Bind(ConfigRegistry& registry) {
  registry.Add("labels.mode", &mode, "what a simulated user's answer is worth",
               {{"expectation", LabelMode::kExpectation}, {"sampled", LabelMode::kSampled}});
  registry.Add("labels.budget", &budget,
               "distinct pairs a simulated user may be asked about; 0 is no limit", 0);
  registry.Add("labels.seed", &seed, "seed of the draw of sampled labels");
}

Result<std::unique_ptr<SimulatedUserReward>> SimulatedUserReward::Create(
    const Catalog& catalog, UserSimulator& user, const ResponseRewards& rewards,
    const LabelOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(rewards.Validate());
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  return std::unique_ptr<SimulatedUserReward>(
      new SimulatedUserReward(catalog, user, rewards, options));
}

SimulatedUserReward::SimulatedUserReward(const Catalog& catalog, UserSimulator& user,
                                         const ResponseRewards& rewards,
                                         const LabelOptions& options)
    : catalog_(catalog), user_(user), rewards_(rewards), options_(options) {}

Status SimulatedUserReward::Rewards(std::span<const Pair> pairs, std::span<double> rewards) {
  DYNAJOB_CHECK(pairs.size() == rewards.size(), "one reward per pair");
  std::vector<Pair> unknown;
  std::unordered_set<uint64_t> asked;
  uint64_t charged = 0;
  for (const Pair& pair : pairs) {
    const uint64_t key = KeyOf(pair);
    if (rewards_by_pair_.contains(key) || !asked.insert(key).second) continue;
    unknown.push_back(pair);
    charged += bought_.contains(key) ? 0 : 1;
  }
  if (!WithinBudget(labels_bought() + charged)) {
    return Error{ErrorCode::kBudgetReached,
                 fmt::format("labels.budget is {}: {} labels are bought and {} more are needed",
                             options_.budget, labels_bought(), charged)};
  }
  if (!unknown.empty()) {
    std::vector<ResponseProbabilities> probabilities(unknown.size());
    const Status status = user_.Probabilities(unknown, probabilities);
    if (!status.ok() && status.error().code == ErrorCode::kNotFound && unknown.size() == 1)
      expected_.erase(KeyOf(unknown.front()));
    DYNAJOB_RETURN_IF_ERROR(status);
    for (size_t i = 0; i < unknown.size(); ++i) {
      const uint64_t key = KeyOf(unknown[i]);
      rewards_by_pair_.emplace(key, RewardOf(unknown[i], probabilities[i]));
      bought_.insert(key);
      expected_.erase(key);
    }
  }
  for (size_t i = 0; i < pairs.size(); ++i) rewards[i] = rewards_by_pair_.at(KeyOf(pairs[i]));
  return Status::Ok();
}

void SimulatedUserReward::Prefetch(std::span<const Pair> pairs) {
  std::vector<Pair> wanted;
  for (const Pair& pair : pairs) {
    const uint64_t key = KeyOf(pair);
    if (rewards_by_pair_.contains(key) || expected_.contains(key)) continue;
    if (!bought_.contains(key)) {
      if (!WithinBudget(labels_bought() + expected_.size() + 1)) break;
      expected_.insert(key);
    }
    wanted.push_back(pair);
  }
  if (!wanted.empty()) user_.Prefetch(wanted);
}

void SimulatedUserReward::MarkBought(std::span<const Pair> pairs) {
  for (const Pair& pair : pairs) bought_.insert(KeyOf(pair));
}

bool SimulatedUserReward::WithinBudget(uint64_t labels) const {
  return options_.budget == 0 || labels <= static_cast<uint64_t>(options_.budget);
}

double SimulatedUserReward::RewardOf(Pair pair, const ResponseProbabilities& probabilities) const {
  if (options_.mode == LabelMode::kExpectation) return rewards_.Expected(probabilities);
  // From ids rather than rows, so that the label of a pair survives a change of the catalog.
  Rng rng = Rng::Derive(static_cast<uint64_t>(options_.seed), "sampled-label",
                        HashBytes(catalog_.candidate(pair.candidate).id),
                        HashBytes(catalog_.job(pair.job).id));
  return rewards_.Of(ResponseAt(probabilities, rng.Uniform()));
}

}  // namespace dynajob
