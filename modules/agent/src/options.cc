#include "dynajob/agent/options.h"

#include <fmt/format.h>

#include "dynajob/agent/pair_network.h"

namespace dynajob {
namespace {

constexpr int64_t kMaximum = 1'000'000'000;
constexpr int64_t kMostUpdates = 1000;  // after one step
constexpr int64_t kMaxPool = 1'000'000;

Status Require(bool condition, std::string_view key, double value, std::string_view limit) {
  if (condition) return Status::Ok();
  return InvalidArgument(fmt::format("{} = {}: must be {}", key, value, limit));
}

Status RequireShare(std::string_view key, double value) {
  return Require(value >= 0 && value <= 1, key, value, "from 0 to 1");
}

Status RequireCount(std::string_view key, int64_t value, int64_t low) {
  return Require(value >= low && value <= kMaximum, key, static_cast<double>(value),
                 fmt::format("from {} to {}", low, kMaximum));
}

Status RequireRate(std::string_view key, double value) {
  return Require(value > 0 && value <= 1, key, value, "above 0 and at most 1");
}

void BindPhase(ConfigRegistry& registry, const std::string& prefix, PhaseOptions& phase) {
  registry.Add(prefix + ".steps", &phase.steps, "environment steps; for an LLM also its labels", 0,
               kMaximum);
  registry.Add(prefix + ".updates_per_step", &phase.updates_per_step, "Q updates per step", 0,
               kMostUpdates);
  registry.Add(prefix + ".learning_rate", &phase.learning_rate, "step size of the optimizer", 1e-9,
               1.0);
}

}  // namespace

std::string_view ToString(Strategy strategy) {
  switch (strategy) {
    case Strategy::kBaseline:
      return "baseline";
    case Strategy::kCosine:
      return "cosine";
    case Strategy::kLlm:
      return "llm";
    case Strategy::kHybrid:
      return "hybrid";
  }
  return "unknown";
}

Result<Strategy> ParseStrategy(std::string_view text) {
  for (const Strategy strategy :
       {Strategy::kBaseline, Strategy::kCosine, Strategy::kLlm, Strategy::kHybrid})
    if (ToString(strategy) == text) return strategy;
  return InvalidArgument(
      fmt::format("strategy '{}' is not known: must be baseline, cosine, llm or hybrid", text));
}

Status NetworkOptions::Validate() const {
  for (const auto* layers : {&q_layers, &world_model_layers}) {
    const char* key = layers == &q_layers ? "network.q_layers" : "network.world_model_layers";
    DYNAJOB_RETURN_IF_ERROR(Require(!layers->empty() && layers->size() <= 8, key,
                                    static_cast<double>(layers->size()), "1 to 8 layers"));
    for (const int64_t width : *layers) DYNAJOB_RETURN_IF_ERROR(RequireCount(key, width, 1));
  }
  DYNAJOB_RETURN_IF_ERROR(
      Require(dropout >= 0 && dropout <= 0.95, "network.dropout", dropout, "from 0 to 0.95"));
  if (precision == Precision::kBfloat16 && backend == Backend::kLibTorch)
    return InvalidArgument(
        "network.precision = bfloat16: network.backend must be fused; libtorch computes in "
        "float32");
  if (device == Device::kCuda)
    return InvalidArgument(
        "network.device = cuda: must be cpu; this build computes on the CPU only, without support "
        "for GPUs");
  DYNAJOB_RETURN_IF_ERROR(RequireCount("network.bilinear_rank", bilinear_rank, 1));
  return backend == Backend::kLibTorch ? LoadTorchBackend() : Status::Ok();
}

void NetworkOptions::Bind(ConfigRegistry& registry) {
  registry.Add("network.q_layers", &q_layers, "hidden layer sizes of the Q-network", 1, 16384);
  registry.Add("network.world_model_layers", &world_model_layers,
               "hidden layer sizes of the world model", 1, 16384);
  registry.Add("network.dropout", &dropout, "probability of dropping a hidden unit", 0.0, 0.95);
  registry.Add("network.interaction", &interaction, "what the network sees beyond [s; v]",
               {{"none", Interaction::kNone},
                {"products", Interaction::kProducts},
                {"bilinear", Interaction::kBilinear}});
  registry.Add("network.bilinear_rank", &bilinear_rank, "rank of the bilinear term", 1, 4096);
  registry.Add("network.product_pairs", &product_pairs, "paired fields, state-field:action-field");
  registry.Add("network.structured_facts", &structured_facts,
               "salary gap, distance, work mode and seniority gap as inputs");
  registry.Add("network.backend", &backend, "who computes gradients on the CPU",
               {{"fused", Backend::kFused}, {"libtorch", Backend::kLibTorch}});
  registry.Add("network.precision", &precision, "numbers of products; bfloat16 rounds operands",
               {{"float32", Precision::kFloat32}, {"bfloat16", Precision::kBfloat16}});
  registry.Add("network.device", &device, "cpu; this build has no support for cuda",
               {{"cpu", Device::kCpu}, {"cuda", Device::kCuda}});
}

Status LearnerOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(
      Require(gamma >= 0 && gamma <= 0.9999, "agent.gamma", gamma, "from 0 to 0.9999"));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("agent.batch_size", batch_size, 1));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("agent.buffer_capacity", buffer_capacity, 1));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("agent.target_sync_pretrain", target_sync_pretrain, 1));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("agent.target_sync_online", target_sync_online, 1));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("agent.planning_steps", planning_steps, 0));
  DYNAJOB_RETURN_IF_ERROR(Require(ensemble >= 1 && ensemble <= 64, "agent.ensemble",
                                  static_cast<double>(ensemble), "from 1 to 64"));
  return Require(disagreement_penalty >= 0, "agent.disagreement_penalty", disagreement_penalty,
                 "at least 0");
}

void LearnerOptions::Bind(ConfigRegistry& registry) {
  registry.Add("agent.gamma", &gamma, "discount of the next candidate set's value", 0.0, 0.9999);
  registry.Add("agent.batch_size", &batch_size, "transitions per update", 1, 65536);
  registry.Add("agent.buffer_capacity", &buffer_capacity, "transitions kept for replay", 1,
               kMaximum);
  registry.Add("agent.target_sync_pretrain", &target_sync_pretrain,
               "Q updates between target syncs while pre-training", 1, kMaximum);
  registry.Add("agent.target_sync_online", &target_sync_online,
               "Q updates between target syncs online", 1, kMaximum);
  registry.Add("agent.double_dqn", &double_dqn, "choose a' by the online network");
  registry.Add("agent.planning_steps", &planning_steps, "simulated updates per online step", 0,
               10000);
  registry.Add("agent.search_control", &search_control, "which pairs planning simulates",
               {{"replay", SearchControl::kReplay},
                {"unseen", SearchControl::kUnseen},
                {"prioritized", SearchControl::kPrioritized}});
  registry.Add("agent.ensemble", &ensemble, "world models", 1, 64);
  registry.Add("agent.disagreement_penalty", &disagreement_penalty,
               "lambda of r^ - lambda * std over the ensemble", 0.0, 100.0);
  registry.Add("agent.optimizer", &optimizer, "optimizer of both networks",
               {{"adam", OptimizerKind::kAdam}, {"rmsprop", OptimizerKind::kRmsProp}});
}

Status PretrainOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(RequireCount("pretrain.episode_steps", episode_steps, 1));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("pretrain.candidate_set_size", candidate_set_size, 2));
  DYNAJOB_RETURN_IF_ERROR(RequireShare("pretrain.epsilon_start", epsilon_start));
  DYNAJOB_RETURN_IF_ERROR(RequireShare("pretrain.epsilon_end", epsilon_end));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("pretrain.minimum_updates", minimum_updates, 0));
  for (const auto& [name, phase] : {std::pair{"cosine", &cosine}, std::pair{"llm", &llm},
                                    std::pair{"hybrid_llm", &hybrid_llm}}) {
    const std::string prefix = fmt::format("pretrain.{}", name);
    DYNAJOB_RETURN_IF_ERROR(RequireCount(prefix + ".steps", phase->steps, 0));
    DYNAJOB_RETURN_IF_ERROR(RequireCount(prefix + ".updates_per_step", phase->updates_per_step, 0));
    DYNAJOB_RETURN_IF_ERROR(RequireRate(prefix + ".learning_rate", phase->learning_rate));
  }
  DYNAJOB_RETURN_IF_ERROR(RequireCount("pretrain.hybrid_rollout_steps", hybrid_rollout_steps, 0));
  DYNAJOB_RETURN_IF_ERROR(Require(label_pool >= 0 && label_pool <= kMaxPool, "pretrain.label_pool",
                                  static_cast<double>(label_pool),
                                  fmt::format("from 0 to {}", kMaxPool)));
  return Require(pools_ahead >= 1 && pools_ahead <= 64, "pretrain.pools_ahead",
                 static_cast<double>(pools_ahead), "from 1 to 64");
}

void PretrainOptions::Bind(ConfigRegistry& registry) {
  registry.Add("pretrain.episode_steps", &episode_steps, "recommendations per training episode", 1,
               100000);
  registry.Add("pretrain.candidate_set_size", &candidate_set_size,
               "jobs considered per training step", 2, 1'000'000);
  registry.Add("pretrain.epsilon_start", &epsilon_start, "exploration at a phase's start", 0.0,
               1.0);
  registry.Add("pretrain.epsilon_end", &epsilon_end, "exploration at a phase's end", 0.0, 1.0);
  BindPhase(registry, "pretrain.cosine", cosine);
  BindPhase(registry, "pretrain.llm", llm);
  BindPhase(registry, "pretrain.hybrid_llm", hybrid_llm);
  registry.Add("pretrain.minimum_updates", &minimum_updates,
               "Q updates of a phase, however few its steps", 0, kMaximum);
  registry.Add("pretrain.hybrid_rollout_steps", &hybrid_rollout_steps,
               "labelled roll-outs of the phase 1 policy before phase 2 learns", 0, kMaximum);
  registry.Add("pretrain.label_pool", &label_pool,
               "labelled steps chosen together, ahead of the learner; 0: 1 for the surrogate, 128 "
               "for an LLM",
               0, kMaxPool);
  registry.Add("pretrain.pools_ahead", &pools_ahead, "pools chosen and not yet learned from", 1,
               64);
  registry.Add("llm.acquisition", &acquisition, "how the pairs to be labelled are chosen",
               {{"on-policy", Acquisition::kOnPolicy},
                {"uncertainty", Acquisition::kUncertainty},
                {"random", Acquisition::kRandom}});
  registry.Add("llm.at_limit", &at_limit, "what happens when a budget of labels is spent",
               {{"stop", AtLimit::kStop}, {"world-model", AtLimit::kWorldModel}});
}

Status OnlineOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(RequireRate("online.learning_rate_warm", learning_rate_warm));
  DYNAJOB_RETURN_IF_ERROR(RequireRate("online.learning_rate_cold", learning_rate_cold));
  DYNAJOB_RETURN_IF_ERROR(RequireShare("online.epsilon_warm", epsilon_warm));
  DYNAJOB_RETURN_IF_ERROR(RequireShare("online.epsilon_cold", epsilon_cold));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("online.epsilon_decay_steps", epsilon_decay_steps, 0));
  DYNAJOB_RETURN_IF_ERROR(RequireCount("online.warmup_steps", warmup_steps, 0));
  DYNAJOB_RETURN_IF_ERROR(Require(updates_per_step >= 0 && updates_per_step <= kMostUpdates,
                                  "online.updates_per_step", static_cast<double>(updates_per_step),
                                  fmt::format("from 0 to {}", kMostUpdates)));
  DYNAJOB_RETURN_IF_ERROR(RequireShare("online.rehearsal_new_user", rehearsal_new_user));
  return RequireShare("online.rehearsal_new_system", rehearsal_new_system);
}

void OnlineOptions::Bind(ConfigRegistry& registry) {
  registry.Add("online.learning_rate_warm", &learning_rate_warm, "step size of warm-started arms",
               1e-9, 1.0);
  registry.Add("online.learning_rate_cold", &learning_rate_cold, "step size of the baseline", 1e-9,
               1.0);
  registry.Add("online.epsilon_warm", &epsilon_warm, "initial exploration of warm-started arms",
               0.0, 1.0);
  registry.Add("online.epsilon_cold", &epsilon_cold, "initial exploration of the baseline", 0.0,
               1.0);
  registry.Add("online.epsilon_decay_steps", &epsilon_decay_steps,
               "steps over which exploration falls to 0", 0, kMaximum);
  registry.Add("online.warmup_steps", &warmup_steps, "steps before the first update", 0, kMaximum);
  registry.Add("online.updates_per_step", &updates_per_step, "real updates after a step", 0,
               kMostUpdates);
  registry.Add("online.rehearsal_new_user", &rehearsal_new_user,
               "share of pre-training data in new-user batches", 0.0, 1.0);
  registry.Add("online.rehearsal_new_system", &rehearsal_new_system,
               "share of pre-training data in new-system batches", 0.0, 1.0);
}

}  // namespace dynajob
