// Warm start: pre-training with a strategy's own reward source over the training candidates and
// jobs, before the first real user comes (the specification's "Training Strategies" and
// "Pre-training Phase"). The learner is the same DynaQAgent that later works online.
//
//   baseline  no pre-training: random weights
//   cosine    one phase, cosine rewards
//   llm       one phase, rewards from the simulated user
//   hybrid    phase 1 cosine; then labelled roll-outs of that policy, on which the cosine scale is
//             calibrated to the response scale; then phase 2 with the simulated user's rewards
//
// A simulated user may be slow. With PretrainOptions::label_pool > 1 the trainer acts ahead of the
// learner: the pairs of the next steps are chosen in pools, at fixed steps, with the policy as it
// stands there, and handed to RewardSource::Prefetch. The policy that acts then lags behind the one
// that learns, as the actors of IMPALA do (Espeholt et al. 2018, section 3); Q-learning is
// off-policy and needs no correction for it. Which pairs are chosen never depends on when answers
// come.
#ifndef DYNAJOB_AGENT_TRAINER_H_
#define DYNAJOB_AGENT_TRAINER_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/agent/environment.h"
#include "dynajob/agent/options.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/tensor_bundle.h"
#include "dynajob/rewards/calibration.h"
#include "dynajob/rewards/hybrid_schedule.h"
#include "dynajob/rewards/reward_source.h"

namespace dynajob {

struct TrainerOptions {
  NetworkOptions network;
  LearnerOptions learner;
  PretrainOptions pretrain;
  HybridOptions hybrid;

  Status Validate() const;
};

// All borrowed; must outlive the trainer.
struct TrainerInputs {
  const PairEncoder* encoder = nullptr;
  std::span<const CandidateRow> candidates;  // training split
  std::span<const JobRow> jobs;              // training split
  const JobPools* pools = nullptr;           // of `jobs`, by candidate; null: all of them
  RewardSource* cosine = nullptr;            // needed by cosine and hybrid
  RewardSource* llm = nullptr;               // needed by llm and hybrid

  std::span<const JobRow> Pool(CandidateRow candidate) const {
    return pools != nullptr ? pools->Pool(candidate) : jobs;
  }
};

// One line of progress, over the steps since the line before.
struct TrainingProgress {
  std::string phase;
  uint64_t steps = 0;        // so far, all phases
  uint64_t total_steps = 0;  // of all phases
  uint64_t updates = 0;
  double mean_episode_reward = 0;
  double exploration = 0;
  double loss = 0;
  double model_loss = 0;
};

class Trainer {
 public:
  // Fails when a needed reward source, candidates or jobs are missing.
  static Result<std::unique_ptr<Trainer>> Create(const TrainerInputs& inputs,
                                                 const TrainerOptions& options, Strategy strategy,
                                                 uint64_t seed);
  // A hybrid whose phase 1 has been done already, by a cosine agent of the same seed and options:
  // gives exactly what Create(…, kHybrid, …) gives, for half the work.
  static Result<std::unique_ptr<Trainer>> ContinueAsHybrid(const TrainerInputs& inputs,
                                                           const TrainerOptions& options,
                                                           const DynaQAgent& cosine_agent);

  struct Hooks {
    std::function<void(const TrainingProgress&)> progress;  // every `interval` steps
    std::function<Status(const Trainer&)> checkpoint;       // every `interval` steps
    uint64_t interval = 500;
    const CancellationToken* cancellation = nullptr;
  };
  // Trains to the end. On kCancelled the trainer stands between two episodes, after an error of a
  // reward source before the step that failed; in both cases it may be saved or run again.
  Status Run(const Hooks& hooks);
  Status Run() { return Run(Hooks{}); }

  bool done() const { return phase_ >= phases_.size(); }
  const DynaQAgent& agent() const { return agent_; }
  // Distinct pairs that the simulated user was asked about.
  uint64_t labels_bought() const { return labelled_.size(); }
  // Steps whose pair got no label, since the budget was spent, and the world model's reward
  // instead (AtLimit::kWorldModel).
  uint64_t predicted_rewards() const { return predicted_rewards_; }
  // Steps that passed without a reward: the simulated user had no usable answer (kNotFound).
  uint64_t unanswered() const { return unanswered_; }

  // The whole state between two steps, and back; pairs that are chosen ahead are part of it.
  // Loading needs a trainer made with equal arguments and then gives the same results as never
  // having stopped. The reward sources must give the same reward for the same pair again.
  TensorBundle Save() const;
  Status Load(const TensorBundle& bundle);

 private:
  enum class Source { kCosine, kLlm, kHybrid };
  struct Phase {
    std::string name;
    Source source;
    PhaseOptions options;
    int64_t rollout_steps = 0;
  };
  // A step whose job is chosen and whose reward is not known yet.
  struct ChosenStep {
    Pair pair;
    std::vector<JobRow> next_set;  // A'
    bool ends_episode = false;
  };
  class Episode;

  Trainer(const TrainerInputs& inputs, const TrainerOptions& options, DynaQAgent agent);
  void AddPhases(Strategy strategy);
  Status CheckInputs() const;
  void BeginPhase();
  Status RunEpisode();
  void ChooseAhead();
  void ChoosePool(int64_t steps);
  JobRow ChooseJob(const Episode& episode);
  JobRow MostUncertainJob(const Episode& episode) const;
  Status Calibrate();
  Status FitCalibration();
  Result<std::optional<double>> Reward(Pair pair);
  Result<double> SimulatedReward(Pair pair);
  WorldModelUse world_model_use() const {
    return predicted_rewards_ == 0 ? WorldModelUse::kLearn : WorldModelUse::kFreeze;
  }
  Status FinishPhase();
  Status CheckFinite(const Phase& phase, double loss, double model_loss) const;
  void ReportProgress(const Hooks& hooks);
  LinearSchedule Exploration(const Phase& phase) const;
  void SaveChosen(TensorBundle& bundle) const;
  Status LoadChosen(const TensorBundle& bundle);
  void ResumeBuying(std::span<const uint64_t> labelled);
  uint64_t TotalSteps() const;
  uint64_t Identity() const;  // of seed and phases

  TrainerInputs inputs_;
  TrainerOptions options_;
  DynaQAgent agent_;
  std::vector<Phase> phases_;
  size_t phase_ = 0;
  int64_t step_ = 0;  // within the phase
  // Steps step_, step_ + 1, … of the phase; and the jobs of the episode that is being chosen.
  std::deque<ChosenStep> ahead_;
  std::vector<JobRow> episode_jobs_;
  int64_t pool_ = 1;  // steps chosen together in a phase that buys labels
  uint64_t steps_done_ = 0;
  uint64_t phase_updates_ = 0;
  std::unordered_set<uint64_t> labelled_;  // PairKey of every pair asked about
  uint64_t predicted_rewards_ = 0;
  uint64_t unanswered_ = 0;
  bool calibrated_ = false;
  struct {
    std::vector<double> cosines;
    std::vector<double> labels;
  } calibration_sample_;
  RewardCalibration calibration_;
  double episode_reward_ = 0;
  // Since the last progress line.
  double window_reward_ = 0, window_loss_ = 0, window_model_loss_ = 0;
  uint64_t window_episodes_ = 0, window_updates_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_TRAINER_H_
