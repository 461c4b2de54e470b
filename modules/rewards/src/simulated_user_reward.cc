#include "dynajob/rewards/simulated_user_reward.h"

#include <optional>
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
    if (IsKnown(key) || !asked.insert(key).second) continue;
    unknown.push_back(pair);
    charged += bought_.contains(key) ? 0 : 1;
  }
  if (!WithinBudget(labels_bought() + charged)) {
    return Error{ErrorCode::kBudgetReached,
                 fmt::format("labels.budget is {}: {} labels are bought and {} more are needed",
                             options_.budget, labels_bought(), charged)};
  }
  if (!unknown.empty()) DYNAJOB_RETURN_IF_ERROR(Buy(unknown));
  for (const Pair& pair : pairs) {
    if (!unanswered_.contains(KeyOf(pair))) continue;
    return NotFound(
        fmt::format("the simulated user has no usable answer for candidate '{}' and "
                    "job '{}'",
                    catalog_.candidate(pair.candidate).id, catalog_.job(pair.job).id));
  }
  for (size_t i = 0; i < pairs.size(); ++i) rewards[i] = rewards_by_pair_.at(KeyOf(pairs[i]));
  return Status::Ok();
}

Status SimulatedUserReward::Buy(std::span<const Pair> pairs) {
  std::vector<std::optional<ResponseProbabilities>> labels(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(user_.Labels(pairs, labels));
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint64_t key = KeyOf(pairs[i]);
    expected_.erase(key);
    if (!labels[i]) {
      unanswered_.insert(key);
      continue;
    }
    rewards_by_pair_.emplace(key, RewardOf(pairs[i], *labels[i]));
    bought_.insert(key);
  }
  return Status::Ok();
}

bool SimulatedUserReward::IsKnown(uint64_t key) const {
  return rewards_by_pair_.contains(key) || unanswered_.contains(key);
}

void SimulatedUserReward::Prefetch(std::span<const Pair> pairs) {
  std::vector<Pair> wanted;
  for (const Pair& pair : pairs) {
    const uint64_t key = KeyOf(pair);
    if (IsKnown(key) || expected_.contains(key)) continue;
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
