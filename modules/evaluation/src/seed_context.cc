#include "seed_context.h"

#include <algorithm>

#include <fmt/format.h>

#include "judge_report.h"

namespace dynajob {
namespace {

// Each pool holds enough jobs to fill every candidate set of an episode.
Status PreparePools(const ExperimentOptions& options, const CandidateSets& candidate_sets,
                    SeedContext& context) {
  const PretrainOptions& pretrain = options.trainer.pretrain;
  const ComparisonOptions& comparison = options.comparison;
  DYNAJOB_ASSIGN_OR_RETURN(context.training_pools,
                           candidate_sets.Over(context.split.training_jobs,
                                               static_cast<size_t>(pretrain.candidate_set_size +
                                                                   pretrain.episode_steps - 1),
                                               context.seed));
  DYNAJOB_ASSIGN_OR_RETURN(
      context.evaluation_pools,
      candidate_sets.Over(context.split.evaluation_jobs,
                          static_cast<size_t>(comparison.candidate_set_size + comparison.steps - 1),
                          context.seed));
  return Status::Ok();
}

bool UsesBandits(const ComparisonOptions& options) {
  return std::any_of(options.arms.begin(), options.arms.end(),
                     [](const std::string& arm) { return SpecOf(arm).is_bandit(); });
}

}  // namespace

Result<ExperimentParts> ExperimentParts::Create(const Catalog& catalog,
                                                const ExperimentOptions& options) {
  ExperimentParts parts;
  DYNAJOB_ASSIGN_OR_RETURN(PairEncoder encoder,
                           PairEncoder::Create(catalog, options.trainer.network));
  parts.encoder = std::make_shared<const PairEncoder>(std::move(encoder));
  DYNAJOB_ASSIGN_OR_RETURN(parts.cosine, CosineReward::Create(catalog, options.cosine));
  DYNAJOB_ASSIGN_OR_RETURN(parts.surrogate, SurrogateUser::Create(catalog, options.surrogate));
  return parts;
}

Status PrepareSeed(const Catalog& catalog, const ExperimentOptions& options,
                   const ExperimentParts& parts, const CandidateSets* candidate_sets,
                   SeedContext& context) {
  DYNAJOB_ASSIGN_OR_RETURN(context.split,
                           MakeSplit(catalog, options.comparison.training_share, context.seed));
  if (candidate_sets != nullptr)
    DYNAJOB_RETURN_IF_ERROR(PreparePools(options, *candidate_sets, context));
  const auto steps = static_cast<size_t>(options.comparison.steps);
  if (steps > context.evaluation_jobs().size()) {
    return InvalidArgument(fmt::format(
        "compare.steps = {}: must be at most {}, the number of open jobs held out for evaluation, "
        "since none is shown twice",
        steps, context.evaluation_jobs().size()));
  }
  DYNAJOB_ASSIGN_OR_RETURN(context.judge,
                           Judge::Create(catalog, options.judge, options.rewards, context.seed));
  const size_t people = std::min(static_cast<size_t>(options.comparison.candidates),
                                 context.split.evaluation_candidates.size());
  context.people.assign(
      context.split.evaluation_candidates.begin(),
      context.split.evaluation_candidates.begin() + static_cast<std::ptrdiff_t>(people));
  context.report = MeasureJudge(*context.judge, *parts.cosine, *parts.surrogate, options.rewards,
                                context.split, context.seed);
  if (UsesBandits(options.comparison)) {
    context.bandit_features.emplace(*parts.cosine, context.split.training_candidates,
                                    context.split.training_jobs,
                                    static_cast<size_t>(options.bandit.components),
                                    options.trainer.network.structured_facts, context.seed);
  }
  return Status::Ok();
}

}  // namespace dynajob
