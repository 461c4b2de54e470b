// The Dyna-Q learner (Sutton 1990; Sutton and Barto 2018, section 8.2) with function approximation,
// as the specification's "Integration with Dyna-Q". `Step` is the algorithm; everything else is one
// line of it.
//
//   target:    y     = r  + gamma max_{a' in A'} Q(s, a'; theta-)
//   simulated: y_sim = r^ + gamma max_{a' in A'} Q(s, a'; theta-),  r^ from the world model
#ifndef DYNAJOB_AGENT_DYNA_Q_H_
#define DYNAJOB_AGENT_DYNA_Q_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "dynajob/agent/environment.h"
#include "dynajob/agent/policy.h"
#include "dynajob/agent/q_network.h"
#include "dynajob/agent/replay_buffer.h"
#include "dynajob/agent/world_model.h"

namespace dynajob {

// A pair as one number, for sets of pairs.
inline uint64_t PairKey(Pair pair) { return (uint64_t{pair.candidate} << 32) | pair.job; }

// How the learner behaves in one phase of its life.
struct PhaseSettings {
  double learning_rate = 1e-3;
  int64_t target_sync = 200;     // Q updates between syncs
  int64_t updates_per_step = 1;  // real Q updates, each with one world-model update
  int64_t planning_steps = 0;
  int64_t warmup_steps = 0;  // steps of this phase before the first update
  double rehearsal = 0;      // share of earlier phases' transitions in every batch
};

// Of the last real update of a step; empty when there was none.
struct Losses {
  std::optional<double> q = std::nullopt;
  std::optional<double> model = std::nullopt;
};

struct StepReport {
  JobRow job = 0;
  double reward = 0;
  double propensity = 1;
  std::optional<double> q_loss = std::nullopt;  // as Losses
  std::optional<double> model_loss = std::nullopt;
};

// Whether the world model learns along. It must not from rewards that it has predicted itself.
enum class WorldModelUse { kLearn, kFreeze };

// Counts since construction; what an arm is charged for.
struct LearnerCounts {
  uint64_t env_steps = 0;
  uint64_t q_updates = 0;  // real and simulated
  uint64_t planning_updates = 0;
  uint64_t model_updates = 0;
  uint64_t target_syncs = 0;
};

// One thread at a time. A copy is an independent learner that continues from the same point. All
// random choices derive from (seed, purpose, counter), so a run can stop and resume anywhere.
class DynaQAgent {
 public:
  // Borrows the encoder.
  DynaQAgent(const PairEncoder& encoder, const NetworkOptions& network,
             const LearnerOptions& options, uint64_t seed);

  // Begins a phase: new settings, fresh optimizer and replay buffer. The transitions so far become
  // the rehearsal data if `keep_for_rehearsal`, else they are dropped.
  void BeginPhase(const PhaseSettings& settings, bool keep_for_rehearsal);

  // Changes how the phase goes on.
  void ChangeSettings(const PhaseSettings& settings) { settings_ = settings; }
  // Behaves by other options from here on: those of planning and of the online phase. The rest
  // shaped the networks and what they have learned, and must be as it was.
  void ChangeOptions(const LearnerOptions& options);

  // Draws from other streams from here on, so that copies of one learner do not explore in step.
  void Reseed(uint64_t seed) { seed_ = seed; }

  // One environment step: recommend, learn, plan.
  Result<StepReport> Step(Environment& environment, double epsilon);

  // a) Direct reinforcement learning.
  Choice Act(CandidateRow candidate, std::span<const JobRow> candidate_set, double epsilon) {
    return ActAhead(candidate, candidate_set, epsilon, 0);
  }
  // The choice `steps_ahead` steps from now, with the policy as it stands; explores as that step
  // would have.
  Choice ActAhead(CandidateRow candidate, std::span<const JobRow> candidate_set, double epsilon,
                  uint64_t steps_ahead);
  void Observe(Pair pair, double reward, std::span<const JobRow> next_set);
  // Replaces the reward of the newest transition of this pair: somebody who clicked has applied
  // now. False when there is none, or none any more.
  bool Revise(Pair pair, double reward);
  // What follows an observation: the updates and the planning that the phase asks for.
  Losses Learn(WorldModelUse world_model = WorldModelUse::kLearn);
  double LearnFromReal();
  // b) Model learning.
  double LearnWorldModel();
  // c) Planning.
  double Plan();
  void SyncTarget();

  // Replaces Q by slope * Q + intercept / (1 - gamma) and r^ by slope * r^ + intercept: what they
  // would be, had every reward r been slope * r + intercept.
  void RescaleRewards(double slope, double intercept);

  QNetwork& q_network() { return q_network_; }
  const QNetwork& q_network() const { return q_network_; }
  WorldModel& world_model() { return world_model_; }
  const WorldModel& world_model() const { return world_model_; }
  const ReplayBuffer& replay() const { return replay_; }
  // Of earlier phases; null when none is kept.
  const ReplayBuffer* rehearsal() const { return rehearsal_.get(); }
  const LearnerCounts& counts() const { return counts_; }
  const LearnerOptions& options() const { return options_; }
  const PairEncoder& encoder() const { return q_network_.online().encoder(); }
  uint64_t seed() const { return seed_; }

 private:
  friend class AgentSnapshot;  // checkpoint.cc

  // The best next jobs of a transition, remembered until the target network changes. Exact, since
  // the state is static.
  struct TargetCache {
    std::vector<BestJob> best;
    std::vector<uint64_t> version;  // target version, 0 = never
    std::vector<uint64_t> serial;   // which transition of the ring
  };

  struct BatchItem {
    const ReplayBuffer* buffer;
    TargetCache* cache;
    uint32_t index;
    const Transition& transition() const { return buffer->at(index); }
  };

  size_t BatchSize() const { return static_cast<size_t>(options_.batch_size); }
  void SampleBatch(Rng rng, size_t count);
  // Pairs (into pairs_) and rewards of the batch, as they were experienced.
  std::vector<float> GatherReal();
  // Brings the caches up to date for batch_, all stale maxima together.
  void RefreshNextValues();
  // max over a' in A' of Q(s', a'; theta-), where A' follows on recommending `job`; after
  // RefreshNextValues.
  float NextValue(const BatchItem& item, JobRow job);
  double UpdateQ(std::span<const float> rewards);
  // Leaves of batch_, pairs_ and rewards the batch_size pairs whose update would change Q most.
  void KeepLargestErrors(std::vector<float>& rewards);
  JobRow SimulatedJob(const Transition& transition, Rng& rng) const;

  uint64_t seed_;
  LearnerOptions options_;
  PhaseSettings settings_;
  QNetwork q_network_;
  WorldModel world_model_;
  ReplayBuffer replay_;
  std::shared_ptr<const ReplayBuffer> rehearsal_;
  TargetCache replay_cache_;
  TargetCache rehearsal_cache_;
  std::unordered_set<uint64_t> tried_;  // pairs observed, rehearsed ones included
  LearnerCounts counts_;
  int64_t phase_steps_ = 0;
  // Scratch.
  std::vector<BatchItem> batch_;
  std::vector<Pair> pairs_;
  std::vector<float> targets_;
  std::vector<float> values_;
  std::vector<float> deviations_;
  std::vector<NextSet> stale_sets_;
  std::vector<BestJob*> stale_;
  std::vector<BestJob> best_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_DYNA_Q_H_
