#include "arm_identity.h"

namespace dynajob {
namespace {

// Which options of planning have an effect where others make them idle.
void ForgetIdlePlanning(LearnerOptions& learner) {
  const LearnerOptions defaults;
  if (learner.planning_steps == 0) {
    learner.search_control = defaults.search_control;
    learner.disagreement_penalty = defaults.disagreement_penalty;
  }
  if (learner.ensemble == 1) learner.disagreement_penalty = defaults.disagreement_penalty;
}

// Planning and target syncs online; pre-training plans nothing.
void ForgetOnline(ExperimentOptions& options) {
  const LearnerOptions defaults;
  LearnerOptions& learner = options.trainer.learner;
  learner.planning_steps = defaults.planning_steps;
  learner.search_control = defaults.search_control;
  learner.disagreement_penalty = defaults.disagreement_penalty;
  learner.target_sync_online = defaults.target_sync_online;
  options.online = {};
}

void ForgetLabels(ExperimentOptions& options) {
  const PretrainOptions defaults;
  PretrainOptions& pretrain = options.trainer.pretrain;
  pretrain.llm = defaults.llm;
  pretrain.hybrid_llm = defaults.hybrid_llm;
  pretrain.hybrid_rollout_steps = defaults.hybrid_rollout_steps;
  pretrain.label_pool = defaults.label_pool;
  pretrain.pools_ahead = defaults.pools_ahead;
  pretrain.acquisition = defaults.acquisition;
  pretrain.at_limit = defaults.at_limit;
  options.trainer.hybrid = {};
  options.labels = {};
  options.surrogate = {};
}

void ForgetIdleCorruption(SurrogateOptions& surrogate) {
  if (surrogate.corruption > 0) return;
  const SurrogateOptions defaults;
  surrogate.corruption_mode = defaults.corruption_mode;
  surrogate.seed = defaults.seed;
}

// What the warm starts of other strategies are made with.
void ForgetOtherStrategies(ExperimentOptions& options, Strategy strategy) {
  const PretrainOptions defaults;
  PretrainOptions& pretrain = options.trainer.pretrain;
  switch (strategy) {
    case Strategy::kBaseline:
      ForgetLabels(options);
      pretrain = {};
      return;
    case Strategy::kCosine:
      ForgetLabels(options);
      return;
    case Strategy::kLlm:
      pretrain.cosine = defaults.cosine;
      pretrain.hybrid_llm = defaults.hybrid_llm;
      pretrain.hybrid_rollout_steps = defaults.hybrid_rollout_steps;
      options.trainer.hybrid = {};
      return;
    case Strategy::kHybrid:
      pretrain.llm = defaults.llm;
      return;
  }
}

std::string Text(ExperimentOptions options) {
  ConfigRegistry registry;
  options.Bind(registry);
  return registry.ToToml();
}

}  // namespace

std::string TrainingIdentity(const ExperimentOptions& options, Strategy strategy) {
  ExperimentOptions kept = options;
  kept.comparison = {};
  kept.comparison.training_share = options.comparison.training_share;
  kept.judge = {};
  kept.bandit = {};
  ForgetOnline(kept);
  ForgetOtherStrategies(kept, strategy);
  ForgetIdleCorruption(kept.surrogate);
  return std::string(ToString(strategy)) + "\n" + Text(kept);
}

std::string ArmIdentity(const ExperimentOptions& options, const ArmSpec& spec) {
  const ComparisonOptions defaults;
  ExperimentOptions kept = options;
  kept.comparison.arms = defaults.arms;
  kept.comparison.protocols = defaults.protocols;
  kept.comparison.seeds = defaults.seeds;
  kept.comparison.seed = defaults.seed;
  kept.comparison.workers = defaults.workers;
  kept.comparison.resamples = defaults.resamples;
  if (!spec.is_bandit()) kept.bandit = {};
  if (spec.frozen) ForgetOnline(kept);
  if (spec.agent) {
    ForgetOtherStrategies(kept, *spec.agent);
  } else {
    const SurrogateOptions surrogate = kept.surrogate;
    ForgetOnline(kept);
    ForgetLabels(kept);
    kept.trainer = {};
    if (spec.form == ArmForm::kSurrogateRank) kept.surrogate = surrogate;
  }
  ForgetIdlePlanning(kept.trainer.learner);
  ForgetIdleCorruption(kept.surrogate);
  return std::string(spec.name) + "\n" + Text(kept);
}

}  // namespace dynajob
