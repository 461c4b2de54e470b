#include "dynajob/agent/trainer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/agent/checkpoint.h"

namespace dynajob {
namespace {

// Doubles as their bits, which a checkpoint keeps exactly.
std::vector<uint64_t> Bits(const std::vector<double>& values) {
  std::vector<uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<uint64_t>(value));
  return bits;
}

std::vector<double> Doubles(const std::vector<uint64_t>& bits) {
  std::vector<double> values;
  for (const uint64_t word : bits) values.push_back(std::bit_cast<double>(word));
  return values;
}

}  // namespace

Status TrainerOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(network.Validate());
  DYNAJOB_RETURN_IF_ERROR(learner.Validate());
  DYNAJOB_RETURN_IF_ERROR(pretrain.Validate());
  return hybrid.Validate();
}

// One episode of pre-training: a training candidate, `episode_steps` recommendations, rewards from
// the trainer's active source.
class Trainer::EpisodeEnvironment final : public Environment {
 public:
  EpisodeEnvironment(Trainer& trainer, uint64_t episode)
      : trainer_(trainer), episode_(episode), phase_hash_(HashBytes(Phase().name)) {
    const auto& candidates = trainer.inputs_.candidates;
    Rng rng = Rng::Derive(trainer.agent_.seed(), "training-candidate", phase_hash_, episode);
    candidate_ = candidates[rng.Below(candidates.size())];
    DrawSet();
  }

  CandidateRow candidate() const override { return candidate_; }
  std::span<const JobRow> candidate_set() const override { return set_; }

  Result<double> Recommend(JobRow job) override {
    DYNAJOB_ASSIGN_OR_RETURN(const double reward, trainer_.Reward({candidate_, job}));
    recommended_.push_back(job);
    DrawSet();
    return reward;
  }

 private:
  const Trainer::Phase& Phase() const { return trainer_.phases_[trainer_.phase_]; }

  void DrawSet() {
    set_ = DrawCandidateSet(trainer_.inputs_.Pool(candidate_),
                            static_cast<size_t>(trainer_.options_.pretrain.candidate_set_size),
                            Rng::Derive(trainer_.agent_.seed(), "training-set", phase_hash_,
                                        episode_, recommended_.size()),
                            [&](JobRow job) {
                              return std::find(recommended_.begin(), recommended_.end(), job) !=
                                     recommended_.end();
                            });
  }

  Trainer& trainer_;
  uint64_t episode_;
  uint64_t phase_hash_;
  CandidateRow candidate_ = 0;
  std::vector<JobRow> recommended_;
  std::vector<JobRow> set_;
};

Trainer::Trainer(const TrainerInputs& inputs, const TrainerOptions& options, DynaQAgent agent)
    : inputs_(inputs), options_(options), agent_(std::move(agent)) {}

Result<std::unique_ptr<Trainer>> Trainer::Create(const TrainerInputs& inputs,
                                                 const TrainerOptions& options, Strategy strategy,
                                                 uint64_t seed) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_CHECK(inputs.encoder != nullptr, "a trainer needs an encoder");
  std::unique_ptr<Trainer> trainer(new Trainer(
      inputs, options, DynaQAgent(*inputs.encoder, options.network, options.learner, seed)));
  trainer->AddPhases(strategy);
  DYNAJOB_RETURN_IF_ERROR(trainer->CheckInputs());
  return trainer;
}

Result<std::unique_ptr<Trainer>> Trainer::ContinueAsHybrid(const TrainerInputs& inputs,
                                                           const TrainerOptions& options,
                                                           const DynaQAgent& cosine_agent) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<Trainer> trainer(new Trainer(inputs, options, cosine_agent));
  trainer->AddPhases(Strategy::kHybrid);
  trainer->steps_done_ = static_cast<uint64_t>(trainer->phases_.front().options.steps);
  trainer->phase_ = 1;
  DYNAJOB_RETURN_IF_ERROR(trainer->CheckInputs());
  return trainer;
}

void Trainer::AddPhases(Strategy strategy) {
  const PretrainOptions& pretrain = options_.pretrain;
  if (strategy == Strategy::kCosine || strategy == Strategy::kHybrid)
    phases_.push_back({"cosine", Source::kCosine, pretrain.cosine});
  if (strategy == Strategy::kLlm) phases_.push_back({"llm", Source::kLlm, pretrain.llm});
  if (strategy == Strategy::kHybrid) {
    phases_.push_back({"hybrid-llm", Source::kHybrid, pretrain.hybrid_llm,
                       std::min(pretrain.hybrid_rollout_steps, pretrain.hybrid_llm.steps)});
  }
}

Status Trainer::CheckInputs() const {
  if (phases_.empty()) return Status::Ok();
  if (inputs_.candidates.empty() || inputs_.jobs.size() < 2) {
    return FailedPrecondition(
        fmt::format("training needs at least 1 candidate and 2 jobs, got {} and {}",
                    inputs_.candidates.size(), inputs_.jobs.size()));
  }
  for (const Phase& phase : phases_) {
    if (phase.source == Source::kHybrid && phase.rollout_steps < 2 &&
        options_.hybrid.calibration != CalibrationMethod::kNone) {
      return InvalidArgument(fmt::format(
          "pretrain.hybrid_rollout_steps = {} and pretrain.hybrid_llm.steps = {}: a calibration "
          "needs at least 2 labelled roll-outs; or set hybrid.calibration = none",
          options_.pretrain.hybrid_rollout_steps, options_.pretrain.hybrid_llm.steps));
    }
    const bool needs_cosine = phase.source != Source::kLlm;
    const bool needs_llm = phase.source != Source::kCosine;
    const char* missing = needs_cosine && inputs_.cosine == nullptr ? "cosine"
                          : needs_llm && inputs_.llm == nullptr     ? "llm"
                                                                    : nullptr;
    if (missing != nullptr) {
      return FailedPrecondition(fmt::format("phase '{}' needs the {} reward source, none was given",
                                            phase.name, missing));
    }
  }
  return Status::Ok();
}

Status Trainer::Run(const Hooks& hooks) {
  DYNAJOB_CHECK(hooks.interval > 0, "a progress interval is at least one step");
  uint64_t next_report = (steps_done_ / hooks.interval + 1) * hooks.interval;
  while (!done()) {
    if (hooks.cancellation != nullptr && hooks.cancellation->cancelled())
      return Error{ErrorCode::kCancelled, "training was cancelled"};
    const Phase& phase = phases_[phase_];
    if (step_ == 0) BeginPhase();
    if (phase.source == Source::kHybrid && !calibrated_ && step_ >= phase.rollout_steps)
      DYNAJOB_RETURN_IF_ERROR(Calibrate());
    if (step_ < phase.options.steps) {
      DYNAJOB_RETURN_IF_ERROR(RunEpisode());
    } else {
      DYNAJOB_RETURN_IF_ERROR(FinishPhase());
    }
    if (steps_done_ >= next_report || done()) {
      next_report = (steps_done_ / hooks.interval + 1) * hooks.interval;
      ReportProgress(hooks);
      if (hooks.checkpoint) DYNAJOB_RETURN_IF_ERROR(hooks.checkpoint(*this));
    }
  }
  return Status::Ok();
}

void Trainer::BeginPhase() {
  const Phase& phase = phases_[phase_];
  phase_updates_ = 0;
  agent_.BeginPhase({.learning_rate = phase.options.learning_rate,
                     .target_sync = options_.learner.target_sync_pretrain,
                     .updates_per_step = phase.options.updates_per_step,
                     .planning_steps = 0,
                     .warmup_steps = phase.rollout_steps,
                     .rehearsal = 0},
                    /*keep_for_rehearsal=*/false);
}

Status Trainer::RunEpisode() {
  const Phase& phase = phases_[phase_];
  const LinearSchedule epsilon = Exploration(phase);
  // An episode never reaches from the roll-outs into the steps that learn: the calibration comes
  // between them.
  const int64_t end = step_ < phase.rollout_steps ? phase.rollout_steps : phase.options.steps;
  const int64_t begin = step_;
  EpisodeEnvironment environment(*this, static_cast<uint64_t>(begin));
  double total = 0;
  while (step_ - begin < options_.pretrain.episode_steps && step_ < end &&
         !environment.candidate_set().empty()) {
    const auto report = agent_.Step(environment, epsilon.At(step_));
    if (!report.ok()) return report.error();
    total += report->reward;
    ++step_;
    ++steps_done_;
    if (!report->q_loss) continue;
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(phase, *report->q_loss, *report->model_loss));
    phase_updates_ += static_cast<uint64_t>(phase.options.updates_per_step);
    window_loss_ += *report->q_loss;
    window_model_loss_ += *report->model_loss;
    ++window_updates_;
  }
  window_reward_ += total;
  ++window_episodes_;
  return Status::Ok();
}

Status Trainer::CheckFinite(const Phase& phase, double loss, double model_loss) const {
  if (std::isfinite(loss) && std::isfinite(model_loss)) return Status::Ok();
  return FailedPrecondition(
      fmt::format("training diverged in phase '{}' at step {}: loss = {}, world-model loss = {}; "
                  "pretrain learning_rate = {} is too high for this data",
                  phase.name, step_, loss, model_loss, phase.options.learning_rate));
}

Result<double> Trainer::Reward(Pair pair) {
  const auto ask = [&](RewardSource& source) -> Result<double> {
    double reward = 0;
    DYNAJOB_RETURN_IF_ERROR(source.Rewards(std::span(&pair, 1), std::span(&reward, 1)));
    return reward;
  };
  const Phase& phase = phases_[phase_];
  if (phase.source == Source::kCosine) return ask(*inputs_.cosine);
  DYNAJOB_ASSIGN_OR_RETURN(const double simulated, ask(*inputs_.llm));
  labelled_.insert(PairKey(pair));
  if (phase.source == Source::kLlm || !calibrated_) return simulated;

  const double fraction = static_cast<double>(step_) / static_cast<double>(phase.options.steps);
  const double weight = SimulatedUserWeight(options_.hybrid, HybridPhase::kSimulatedUser, fraction);
  if (weight >= 1) return simulated;
  DYNAJOB_ASSIGN_OR_RETURN(const double cosine, ask(*inputs_.cosine));
  return BlendRewards(weight, calibration_.Apply(cosine), simulated);
}

Status Trainer::Calibrate() {
  // Fitted on the roll-outs, whose labels are paid for. Without roll-outs there is nothing to fit.
  std::vector<Pair> pairs;
  std::vector<double> labels;
  for (size_t i = 0; i < agent_.replay().size(); ++i) {
    pairs.push_back(agent_.replay().at(i).pair);
    labels.push_back(static_cast<double>(agent_.replay().at(i).reward));
  }
  calibrated_ = true;
  if (pairs.size() < 2 || options_.hybrid.calibration == CalibrationMethod::kNone)
    return Status::Ok();
  std::vector<double> cosines(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(inputs_.cosine->Rewards(pairs, cosines));
  calibration_sample_ = {std::move(cosines), std::move(labels)};
  DYNAJOB_RETURN_IF_ERROR(FitCalibration());
  agent_.RescaleRewards(calibration_.slope(), calibration_.intercept());
  return Status::Ok();
}

Status Trainer::FitCalibration() {
  const auto& [cosines, labels] = calibration_sample_;
  auto fitted = options_.hybrid.calibration == CalibrationMethod::kAffine
                    ? RewardCalibration::FitAffine(cosines, labels)
                    : RewardCalibration::FitRank(cosines, labels);
  if (!fitted.ok()) return fitted.error();
  calibration_ = *std::move(fitted);
  return Status::Ok();
}

Status Trainer::FinishPhase() {
  const auto minimum = static_cast<uint64_t>(options_.pretrain.minimum_updates);
  while (phase_updates_ < minimum && agent_.replay().size() > 0) {
    const double loss = agent_.LearnFromReal();
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(phases_[phase_], loss, agent_.LearnWorldModel()));
    ++phase_updates_;
  }
  // What goes online starts from the newest weights, not from the last sync.
  agent_.SyncTarget();
  ++phase_;
  step_ = 0;
  return Status::Ok();
}

void Trainer::ReportProgress(const Hooks& hooks) {
  if (!hooks.progress) return;
  const Phase& phase = phases_[std::min(phase_, phases_.size() - 1)];
  const auto mean = [](double sum, uint64_t count) {
    return count == 0 ? 0.0 : sum / static_cast<double>(count);
  };
  hooks.progress(
      {.phase = phase.name,
       .steps = steps_done_,
       .total_steps = TotalSteps(),
       .updates = agent_.counts().q_updates,
       .mean_episode_reward = mean(window_reward_, window_episodes_),
       .exploration = done() ? options_.pretrain.epsilon_end : Exploration(phase).At(step_),
       .loss = mean(window_loss_, window_updates_),
       .model_loss = mean(window_model_loss_, window_updates_)});
  window_reward_ = window_loss_ = window_model_loss_ = 0;
  window_episodes_ = window_updates_ = 0;
}

LinearSchedule Trainer::Exploration(const Phase& phase) const {
  const PretrainOptions& pretrain = options_.pretrain;
  // Phase 2 of the hybrid goes on from the policy of phase 1; exploring anew would unlearn it.
  const double start =
      phase.source == Source::kHybrid ? pretrain.epsilon_end : pretrain.epsilon_start;
  return {start, pretrain.epsilon_end, phase.options.steps};
}

uint64_t Trainer::TotalSteps() const {
  uint64_t total = 0;
  for (const Phase& phase : phases_) total += static_cast<uint64_t>(phase.options.steps);
  return total;
}

uint64_t Trainer::Identity() const {
  uint64_t identity = HashBytes("trainer", agent_.seed());
  for (const Phase& phase : phases_)
    identity = MixHash(HashBytes(phase.name, identity), static_cast<uint64_t>(phase.options.steps));
  return identity;
}

TensorBundle Trainer::Save() const {
  TensorBundle bundle;
  AgentSnapshot::Save(agent_, bundle);
  const std::vector<uint64_t> state = {phase_,         static_cast<uint64_t>(step_), steps_done_,
                                       phase_updates_, calibrated_ ? 1u : 0u,        Identity()};
  bundle.Put("trainer.state", std::span<const uint64_t>(state));
  std::vector<uint64_t> labelled(labelled_.begin(), labelled_.end());
  std::sort(labelled.begin(), labelled.end());
  bundle.Put("trainer.labelled", std::span<const uint64_t>(labelled));
  bundle.Put("trainer.calibration.cosine", Bits(calibration_sample_.cosines));
  bundle.Put("trainer.calibration.label", Bits(calibration_sample_.labels));
  return bundle;
}

Status Trainer::Load(const TensorBundle& bundle) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<uint64_t> state, bundle.LongWords("trainer.state"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto labelled, bundle.LongWords("trainer.labelled"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto cosines, bundle.LongWords("trainer.calibration.cosine"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto labels, bundle.LongWords("trainer.calibration.label"));
  if (state.size() != 6 || state[0] > phases_.size() || cosines.size() != labels.size())
    return CorruptData("trainer.state has another shape");
  if (state[5] != Identity())
    return InvalidArgument(fmt::format(
        "the checkpoint was not made by this training: seed {} and {} steps in {} phases",
        agent_.seed(), TotalSteps(), phases_.size()));
  DYNAJOB_RETURN_IF_ERROR(AgentSnapshot::Load(bundle, agent_));
  phase_ = state[0];
  step_ = static_cast<int64_t>(state[1]);
  steps_done_ = state[2];
  phase_updates_ = state[3];
  calibrated_ = state[4] != 0;
  labelled_ = {labelled.begin(), labelled.end()};
  calibration_sample_ = {Doubles(cosines), Doubles(labels)};
  return cosines.empty() ? Status::Ok() : FitCalibration();
}

}  // namespace dynajob
