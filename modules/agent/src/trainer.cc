#include "dynajob/agent/trainer.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

namespace dynajob {

Status TrainerOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(network.Validate());
  DYNAJOB_RETURN_IF_ERROR(learner.Validate());
  DYNAJOB_RETURN_IF_ERROR(pretrain.Validate());
  if (pretrain.acquisition == Acquisition::kUncertainty && learner.ensemble < 2) {
    return InvalidArgument(fmt::format(
        "llm.acquisition = uncertainty: it is the disagreement of world models and needs at least "
        "2, but agent.ensemble = {}",
        learner.ensemble));
  }
  return hybrid.Validate();
}

// One episode of pre-training: a training candidate, and a candidate set after every choice. Goes
// on where the last pool ended.
class Trainer::Episode {
 public:
  explicit Episode(const Trainer& trainer)
      : trainer_(trainer),
        phase_hash_(HashBytes(trainer.phases_[trainer.phase_].name)),
        number_(static_cast<uint64_t>(trainer.step_) + trainer.ahead_.size() -
                trainer.episode_jobs_.size()),
        recommended_(trainer.episode_jobs_) {
    const auto& candidates = trainer.inputs_.candidates;
    Rng rng = Rng::Derive(trainer.agent_.seed(), "training-candidate", phase_hash_, number_);
    candidate_ = candidates[rng.Below(candidates.size())];
    DrawSet();
  }

  CandidateRow candidate() const { return candidate_; }
  const std::vector<JobRow>& candidate_set() const { return set_; }
  const std::vector<JobRow>& recommended() const { return recommended_; }

  void Show(JobRow job) {
    recommended_.push_back(job);
    DrawSet();
  }

 private:
  void DrawSet() {
    set_ = DrawCandidateSet(trainer_.inputs_.Pool(candidate_),
                            static_cast<size_t>(trainer_.options_.pretrain.candidate_set_size),
                            Rng::Derive(trainer_.agent_.seed(), "training-set", phase_hash_,
                                        number_, recommended_.size()),
                            [&](JobRow job) {
                              return std::find(recommended_.begin(), recommended_.end(), job) !=
                                     recommended_.end();
                            });
  }

  const Trainer& trainer_;
  uint64_t phase_hash_;
  uint64_t number_;  // the step of the phase with which it began
  CandidateRow candidate_ = 0;
  std::vector<JobRow> recommended_;
  std::vector<JobRow> set_;
};

Trainer::Trainer(const TrainerInputs& inputs, const TrainerOptions& options, DynaQAgent agent)
    : inputs_(inputs), options_(options), agent_(std::move(agent)) {
  pool_ = options.pretrain.label_pool;
  if (pool_ == 0) pool_ = inputs.llm == nullptr ? 1 : inputs.llm->pool_hint();
}

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
  // A hybrid without labels is its cosine phase, whose experience an empty phase would discard.
  if (strategy == Strategy::kHybrid && pretrain.hybrid_llm.steps > 0) {
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

// To the end of the episode that the learner is in.
Status Trainer::RunEpisode() {
  const Phase& phase = phases_[phase_];
  for (bool ended = false; !ended;) {
    ChooseAhead();
    // DynaQAgent::Step with a job that was chosen before, with pools long before.
    const ChosenStep& chosen = ahead_.front();
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<double> reward, Reward(chosen.pair));
    Losses losses;
    if (reward) {
      agent_.Observe(chosen.pair, *reward, chosen.next_set);
      losses = agent_.Learn(world_model_use());
      episode_reward_ += *reward;
    } else {
      ++unanswered_;
    }
    ended = chosen.ends_episode;
    ahead_.pop_front();
    ++step_;
    ++steps_done_;
    if (!losses.q) continue;
    const double model_loss = losses.model.value_or(0);
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(phase, *losses.q, model_loss));
    phase_updates_ += static_cast<uint64_t>(phase.options.updates_per_step);
    window_loss_ += *losses.q;
    window_model_loss_ += model_loss;
    ++window_updates_;
  }
  window_reward_ += episode_reward_;
  episode_reward_ = 0;
  ++window_episodes_;
  return Status::Ok();
}

void Trainer::ChooseAhead() {
  const Phase& phase = phases_[phase_];
  const int64_t pool = phase.source == Source::kCosine ? 1 : pool_;
  const int64_t wanted = pool == 1 ? 1 : pool * options_.pretrain.pools_ahead;
  while (true) {
    const auto chosen = static_cast<int64_t>(ahead_.size());
    const int64_t left = phase.options.steps - step_ - chosen;
    if (left == 0 || chosen + pool > wanted) return;
    ChoosePool(std::min(pool, left));
  }
}

void Trainer::ChoosePool(int64_t steps) {
  const Phase& phase = phases_[phase_];
  std::vector<Pair> pairs;
  std::optional<Episode> episode;
  for (int64_t i = 0; i < steps; ++i) {
    if (!episode) episode.emplace(*this);
    const Pair pair{episode->candidate(), ChooseJob(*episode)};
    episode->Show(pair.job);
    const int64_t next = step_ + static_cast<int64_t>(ahead_.size()) + 1;
    // An episode never reaches from the roll-outs into the steps that learn: the calibration comes
    // between them.
    const bool ends =
        next == phase.rollout_steps || next == phase.options.steps ||
        episode->candidate_set().empty() ||
        static_cast<int64_t>(episode->recommended().size()) == options_.pretrain.episode_steps;
    ahead_.push_back({pair, episode->candidate_set(), ends});
    pairs.push_back(pair);
    episode_jobs_ = ends ? std::vector<JobRow>() : episode->recommended();
    if (ends) episode.reset();
  }
  if (pool_ > 1 && phase.source != Source::kCosine) inputs_.llm->Prefetch(pairs);
}

JobRow Trainer::ChooseJob(const Episode& episode) {
  const Phase& phase = phases_[phase_];
  const int64_t step = step_ + static_cast<int64_t>(ahead_.size());
  // Roll-outs are always those of the policy.
  const bool buys = phase.source != Source::kCosine && step >= phase.rollout_steps;
  const Acquisition acquisition = buys ? options_.pretrain.acquisition : Acquisition::kOnPolicy;
  if (acquisition == Acquisition::kUncertainty) return MostUncertainJob(episode);
  const double epsilon = acquisition == Acquisition::kRandom ? 1.0 : Exploration(phase).At(step);
  // Steps without an answer are none of the learner's.
  const uint64_t steps_ahead = steps_done_ - agent_.counts().env_steps + ahead_.size();
  const Choice choice =
      agent_.ActAhead(episode.candidate(), episode.candidate_set(), epsilon, steps_ahead);
  return episode.candidate_set()[choice.index];
}

JobRow Trainer::MostUncertainJob(const Episode& episode) const {
  std::vector<Pair> pairs;
  for (const JobRow job : episode.candidate_set()) pairs.push_back({episode.candidate(), job});
  std::vector<float> rewards(pairs.size()), disagreement(pairs.size());
  agent_.world_model().Predict(pairs, rewards, disagreement);
  // A label that is bought or on its way tells nothing new, however the models disagree.
  std::unordered_set<uint64_t> chosen;
  for (const ChosenStep& step : ahead_) chosen.insert(PairKey(step.pair));
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint64_t key = PairKey(pairs[i]);
    if (labelled_.contains(key) || chosen.contains(key)) disagreement[i] = -1;
  }
  return pairs[Greedy(disagreement)].job;
}

Status Trainer::CheckFinite(const Phase& phase, double loss, double model_loss) const {
  if (std::isfinite(loss) && std::isfinite(model_loss)) return Status::Ok();
  return FailedPrecondition(
      fmt::format("training diverged in phase '{}' at step {}: loss = {}, world-model loss = {}; "
                  "pretrain learning_rate = {} is too high for this data",
                  phase.name, step_, loss, model_loss, phase.options.learning_rate));
}

Status Trainer::FinishPhase() {
  const auto minimum = static_cast<uint64_t>(options_.pretrain.minimum_updates);
  while (phase_updates_ < minimum && agent_.replay().size() > 0) {
    const double loss = agent_.LearnFromReal();
    const bool learns = world_model_use() == WorldModelUse::kLearn;
    const double model_loss = learns ? agent_.LearnWorldModel() : 0.0;
    DYNAJOB_RETURN_IF_ERROR(CheckFinite(phases_[phase_], loss, model_loss));
    ++phase_updates_;
  }
  if (unanswered_ > 0 && labelled_.empty()) {
    return Error{
        ErrorCode::kLlmUnavailable,
        fmt::format("the simulated user gave no usable answer for any of {} pairs", unanswered_)};
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

}  // namespace dynajob
