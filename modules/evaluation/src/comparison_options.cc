#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/evaluation/comparison.h"

#include "arm_catalog.h"

namespace dynajob {
namespace {

struct Limit {
  const char* key;
  int64_t value;
  int64_t low;
  int64_t high;
};

Status CheckNames(std::string_view key, const std::vector<std::string>& names,
                  const std::vector<std::string>& known) {
  if (names.empty()) return InvalidArgument(fmt::format("{} is empty: name at least one", key));
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return InvalidArgument(fmt::format("{}: '{}' is not known: must be one of {}", key, name,
                                         fmt::join(known, ", ")));
    if (!seen.insert(name).second)
      return InvalidArgument(fmt::format("{}: '{}' is named twice", key, name));
  }
  return Status::Ok();
}

}  // namespace

std::vector<std::string> KnownArms() {
  std::vector<std::string> names;
  for (const ArmSpec& spec : ArmSpecs()) names.emplace_back(spec.name);
  return names;
}

Status ComparisonOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckNames("compare.arms", arms, KnownArms()));
  DYNAJOB_RETURN_IF_ERROR(CheckNames("compare.protocols", protocols, {"new-user", "new-system"}));
  for (const Limit& limit :
       {Limit{"compare.seeds", seeds, 1, 100000}, Limit{"compare.seed", seed, 0, INT64_MAX / 2},
        Limit{"compare.workers", workers, 1, 1024}, Limit{"compare.steps", steps, 1, 1'000'000},
        Limit{"compare.candidates", candidates, 1, 10'000'000},
        Limit{"compare.candidate_set_size", candidate_set_size, 2, 1'000'000},
        Limit{"compare.jumpstart_sets", jumpstart_sets, 1, 100000},
        Limit{"compare.threshold_window", threshold_window, 1, steps},
        Limit{"compare.resamples", resamples, 100, 1'000'000}}) {
    if (limit.value < limit.low || limit.value > limit.high)
      return InvalidArgument(fmt::format("{} = {}: must be from {} to {}", limit.key, limit.value,
                                         limit.low, limit.high));
  }
  if (!(training_share > 0 && training_share < 1))
    return InvalidArgument(
        fmt::format("compare.training_share = {}: must be above 0 and below 1", training_share));
  if (!(threshold_share > 0 && threshold_share <= 1))
    return InvalidArgument(fmt::format(
        "compare.threshold_share = {}: must be above 0 and at most 1", threshold_share));
  return Status::Ok();
}

void ComparisonOptions::Bind(ConfigRegistry& registry) {
  registry.Add("compare.arms", &arms, fmt::format("arms: {}", fmt::join(KnownArms(), ", ")));
  registry.Add("compare.protocols", &protocols, "new-user, new-system");
  registry.Add("compare.seeds", &seeds, "how many seeds", 1, 100000);
  registry.Add("compare.seed", &seed, "the first seed", 0, INT64_MAX / 2);
  registry.Add("compare.workers", &workers, "threads; the results do not depend on it", 1, 1024);
  registry.Add("compare.steps", &steps, "recommendations per unseen candidate", 1, 1'000'000);
  registry.Add("compare.candidates", &candidates, "unseen candidates per seed", 1, 10'000'000);
  registry.Add("compare.candidate_set_size", &candidate_set_size, "jobs considered at one step", 2,
               1'000'000);
  registry.Add("compare.training_share", &training_share,
               "share of candidates and jobs for warm starts", 0.01, 0.99);
  registry.Add("compare.jumpstart_sets", &jumpstart_sets, "fresh candidate sets per candidate", 1,
               100000);
  registry.Add("compare.threshold_share", &threshold_share, "of the greedy oracle's reward", 0.01,
               1.0);
  registry.Add("compare.threshold_window", &threshold_window, "steps in the trailing mean", 1,
               1'000'000);
  registry.Add("compare.resamples", &resamples, "bootstrap resamples", 100, 1'000'000);
}

Status ExperimentOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(comparison.Validate());
  DYNAJOB_RETURN_IF_ERROR(trainer.Validate());
  DYNAJOB_RETURN_IF_ERROR(online.Validate());
  DYNAJOB_RETURN_IF_ERROR(judge.Validate());
  DYNAJOB_RETURN_IF_ERROR(rewards.Validate());
  DYNAJOB_RETURN_IF_ERROR(cosine.Validate());
  DYNAJOB_RETURN_IF_ERROR(surrogate.Validate());
  DYNAJOB_RETURN_IF_ERROR(labels.Validate());
  return bandit.Validate();
}

void ExperimentOptions::Bind(ConfigRegistry& registry) {
  comparison.Bind(registry);
  trainer.network.Bind(registry);
  trainer.learner.Bind(registry);
  trainer.pretrain.Bind(registry);
  trainer.hybrid.Bind(registry);
  online.Bind(registry);
  rewards.Bind(registry);
  cosine.Bind(registry);
  surrogate.Bind(registry);
  labels.Bind(registry);
  bandit.Bind(registry);
  judge.Bind(registry);
}

}  // namespace dynajob
