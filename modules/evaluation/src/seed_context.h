// What all arms of one seed share: the split, its pools, the judge and the people.
#ifndef DYNAJOB_EVALUATION_SRC_SEED_CONTEXT_H_
#define DYNAJOB_EVALUATION_SRC_SEED_CONTEXT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/pretrained_agents.h"
#include "dynajob/evaluation/split.h"

#include "arm_catalog.h"

namespace dynajob {

// Made from the options alone, the same for all seeds.
struct ExperimentParts {
  std::shared_ptr<const PairEncoder> encoder;
  std::unique_ptr<CosineReward> cosine;
  std::unique_ptr<SurrogateUser> surrogate;

  static Result<ExperimentParts> Create(const Catalog& catalog, const ExperimentOptions& options);
};

struct SeedContext {
  uint64_t seed = 0;
  Split split;
  std::unique_ptr<SplitPools> training_pools;  // null: all jobs of the split
  std::unique_ptr<SplitPools> evaluation_pools;
  std::optional<Judge> judge;
  std::vector<CandidateRow> people;           // the unseen candidates that arms meet
  std::array<PretrainedAgent, 4> pretrained;  // by Strategy
  std::optional<BanditFeatures> bandit_features;
  JudgeReport report;

  // The jobs that may be recommended to unseen candidates, and to one of them.
  std::span<const JobRow> evaluation_jobs() const {
    if (evaluation_pools == nullptr) return split.evaluation_jobs;
    return evaluation_pools->open_jobs();
  }
  std::span<const JobRow> EvaluationPool(CandidateRow person) const {
    return evaluation_pools != nullptr ? evaluation_pools->Pool(person) : evaluation_jobs();
  }
  PretrainedAgent& For(Strategy strategy) { return pretrained[static_cast<size_t>(strategy)]; }
  const PretrainedAgent& For(Strategy strategy) const {
    return pretrained[static_cast<size_t>(strategy)];
  }
};

// Fills all but `pretrained`, given the seed. `candidate_sets` may be null.
Status PrepareSeed(const Catalog& catalog, const ExperimentOptions& options,
                   const ExperimentParts& parts, const CandidateSets* candidate_sets,
                   SeedContext& context);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_SEED_CONTEXT_H_
