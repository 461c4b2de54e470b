#include "dynajob/agent/dyna_q.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace dynajob {
namespace {

// How many pairs prioritized search control looks at for each that it simulates.
constexpr size_t kPriorityPool = 4;

// Whether recommending `job` instead of the transition's own would have taken it out of A'. It
// would, where the real one is not in A' either: no job is shown twice. In an environment that may
// repeat jobs, A' stays as it is.
bool LeavesNextSet(const Transition& transition, JobRow job) {
  if (job == transition.pair.job) return false;
  const std::vector<JobRow>& set = transition.next_set;
  return std::find(set.begin(), set.end(), transition.pair.job) == set.end();
}

}  // namespace

DynaQAgent::DynaQAgent(const PairEncoder& encoder, const NetworkOptions& network,
                       const LearnerOptions& options, uint64_t seed)
    : seed_(seed),
      options_(options),
      q_network_(encoder, network, options.optimizer, HashBytes("q-network", seed)),
      world_model_(encoder, network, options.optimizer, static_cast<size_t>(options.ensemble),
                   seed),
      replay_(static_cast<size_t>(options.buffer_capacity)) {}

void DynaQAgent::BeginPhase(const PhaseSettings& settings, bool keep_for_rehearsal) {
  if (keep_for_rehearsal && replay_.size() > 0)
    rehearsal_ = std::make_shared<const ReplayBuffer>(std::move(replay_));
  if (!keep_for_rehearsal) rehearsal_ = nullptr;
  replay_ = ReplayBuffer(static_cast<size_t>(options_.buffer_capacity));
  replay_cache_ = {};
  rehearsal_cache_ = {};
  if (!keep_for_rehearsal) tried_.clear();
  settings_ = settings;
  phase_steps_ = 0;
  q_network_.online().SetOptimizerState({});
  for (PairNetwork& member : world_model_.members()) member.SetOptimizerState({});
}

void DynaQAgent::ChangeOptions(const LearnerOptions& options) {
  DYNAJOB_CHECK(options.ensemble == options_.ensemble &&
                    options.buffer_capacity == options_.buffer_capacity &&
                    options.optimizer == options_.optimizer && options.gamma == options_.gamma,
                "options that a learner was made with cannot change");
  options_ = options;
}

Result<StepReport> DynaQAgent::Step(Environment& environment, double epsilon) {
  const CandidateRow s = environment.candidate();
  const Choice choice = Act(s, environment.candidate_set(), epsilon);
  const JobRow a = environment.candidate_set()[choice.index];
  DYNAJOB_ASSIGN_OR_RETURN(const double r, environment.Recommend(a));
  Observe({s, a}, r, environment.candidate_set());
  const Losses losses = Learn();
  return StepReport{.job = a,
                    .reward = r,
                    .propensity = choice.propensity,
                    .q_loss = losses.q,
                    .model_loss = losses.model};
}

Losses DynaQAgent::Learn(WorldModelUse world_model) {
  Losses losses;
  if (phase_steps_ <= settings_.warmup_steps) return losses;
  for (int64_t i = 0; i < settings_.updates_per_step; ++i) {
    losses.q = LearnFromReal();
    if (world_model == WorldModelUse::kLearn) losses.model = LearnWorldModel();
  }
  for (int64_t i = 0; i < settings_.planning_steps; ++i) Plan();
  return losses;
}

Choice DynaQAgent::ActAhead(CandidateRow candidate, std::span<const JobRow> candidate_set,
                            double epsilon, uint64_t steps_ahead) {
  values_.resize(candidate_set.size());
  q_network_.Evaluate(candidate, candidate_set, values_);
  Rng rng = Rng::Derive(seed_, "explore", counts_.env_steps + steps_ahead);
  return EpsilonGreedy(values_, epsilon, rng);
}

void DynaQAgent::Observe(Pair pair, double reward, std::span<const JobRow> next_set) {
  replay_.Add({.pair = pair,
               .reward = static_cast<float>(reward),
               .next_set = std::vector<JobRow>(next_set.begin(), next_set.end())});
  tried_.insert(PairKey(pair));
  ++counts_.env_steps;
  ++phase_steps_;
}

bool DynaQAgent::Revise(Pair pair, double reward) {
  const std::optional<size_t> index = replay_.Find(pair);
  if (index) replay_.SetReward(*index, static_cast<float>(reward));
  return index.has_value();
}

double DynaQAgent::LearnFromReal() {
  SampleBatch(Rng::Derive(seed_, "real-batch", counts_.q_updates), BatchSize());
  return UpdateQ(GatherReal());
}

double DynaQAgent::LearnWorldModel() {
  SampleBatch(Rng::Derive(seed_, "model-batch", counts_.model_updates), BatchSize());
  const std::vector<float> rewards = GatherReal();
  const Rng dropout = Rng::Derive(seed_, "model-dropout", counts_.model_updates);
  ++counts_.model_updates;
  return world_model_.Train(pairs_, rewards, settings_.learning_rate, dropout);
}

double DynaQAgent::Plan() {
  // Search control: the states of past transitions, with a job that was tried or one that was not.
  // Two streams: with one, the number that picks a transition would pick its job, too.
  const bool prioritized = options_.search_control == SearchControl::kPrioritized;
  SampleBatch(Rng::Derive(seed_, "planning-batch", counts_.q_updates),
              prioritized ? kPriorityPool * BatchSize() : BatchSize());
  Rng rng = Rng::Derive(seed_, "planning-jobs", counts_.q_updates);
  pairs_.clear();
  for (const BatchItem& item : batch_)
    pairs_.push_back({item.transition().pair.candidate, SimulatedJob(item.transition(), rng)});

  std::vector<float> rewards(pairs_.size());
  deviations_.resize(pairs_.size());
  world_model_.Predict(pairs_, rewards, deviations_);
  const auto penalty = static_cast<float>(options_.disagreement_penalty);
  for (size_t i = 0; i < rewards.size(); ++i) rewards[i] -= penalty * deviations_[i];
  if (prioritized) KeepLargestErrors(rewards);
  ++counts_.planning_updates;
  return UpdateQ(rewards);
}

void DynaQAgent::SyncTarget() {
  q_network_.SyncTarget();
  ++counts_.target_syncs;
}

void DynaQAgent::RescaleRewards(double slope, double intercept) {
  q_network_.Rescale(slope, intercept / (1 - options_.gamma));
  world_model_.Rescale(slope, intercept);
}

void DynaQAgent::SampleBatch(Rng rng, size_t count) {
  size_t rehearsed = 0;
  if (rehearsal_ != nullptr && settings_.rehearsal > 0)
    rehearsed = static_cast<size_t>(std::lround(settings_.rehearsal * static_cast<double>(count)));
  std::vector<uint32_t> indices;
  replay_.Sample(count - rehearsed, rng, indices);
  if (rehearsed > 0) rehearsal_->Sample(rehearsed, rng, indices);
  batch_.clear();
  for (size_t i = 0; i < indices.size(); ++i) {
    const bool real = i < count - rehearsed;
    batch_.push_back({real ? &replay_ : rehearsal_.get(), real ? &replay_cache_ : &rehearsal_cache_,
                      indices[i]});
  }
}

std::vector<float> DynaQAgent::GatherReal() {
  std::vector<float> rewards;
  pairs_.clear();
  for (const BatchItem& item : batch_) {
    pairs_.push_back(item.transition().pair);
    rewards.push_back(item.transition().reward);
  }
  return rewards;
}

float DynaQAgent::NextValue(const BatchItem& item, JobRow job) {
  const Transition& transition = item.transition();
  const CandidateRow next_state = transition.pair.candidate;  // s' = s
  if (options_.double_dqn) {
    std::vector<JobRow> next_set = transition.next_set;
    if (LeavesNextSet(transition, job)) std::erase(next_set, job);
    return q_network_.DoubleTarget(next_state, next_set);
  }

  const BestJob& best = item.cache->best[item.index];
  return LeavesNextSet(transition, job) ? best.ValueWithout(job) : best.value;
}

void DynaQAgent::RefreshNextValues() {
  if (options_.double_dqn || options_.gamma <= 0) return;
  const uint64_t version = q_network_.target_version();
  for (const BatchItem& item : batch_) {
    TargetCache& cache = *item.cache;
    if (cache.version.size() >= item.buffer->size()) continue;
    cache.best.resize(item.buffer->size());
    cache.version.resize(item.buffer->size(), 0);
    cache.serial.resize(item.buffer->size(), 0);
  }
  stale_sets_.clear();
  stale_.clear();
  for (const BatchItem& item : batch_) {
    TargetCache& cache = *item.cache;
    const uint64_t serial = item.buffer->serial(item.index);
    if (cache.version[item.index] == version && cache.serial[item.index] == serial) continue;
    cache.version[item.index] = version;
    cache.serial[item.index] = serial;
    const Transition& transition = item.transition();
    stale_sets_.push_back({transition.pair.candidate, transition.next_set});  // s' = s
    stale_.push_back(&cache.best[item.index]);
  }
  best_.resize(stale_.size());
  q_network_.TargetBest(stale_sets_, best_);
  for (size_t i = 0; i < stale_.size(); ++i) *stale_[i] = best_[i];
}

double DynaQAgent::UpdateQ(std::span<const float> rewards) {
  targets_.resize(batch_.size());
  RefreshNextValues();
  const auto gamma = static_cast<float>(options_.gamma);
  for (size_t i = 0; i < batch_.size(); ++i) {
    // y = r + gamma max_{a' in A'} Q(s', a'; theta-)
    targets_[i] = rewards[i] + (gamma > 0 ? gamma * NextValue(batch_[i], pairs_[i].job) : 0.0f);
  }
  const Rng dropout = Rng::Derive(seed_, "q-dropout", counts_.q_updates);
  const double loss = q_network_.Train(pairs_, targets_, settings_.learning_rate, dropout);
  ++counts_.q_updates;
  if (counts_.q_updates % static_cast<uint64_t>(settings_.target_sync) == 0) SyncTarget();
  return loss;
}

// The priority of prioritized sweeping, P = |r^ + gamma max Q - Q|. Every update of a network
// changes the priority of every pair, so that no queue of them would stay true: they are computed
// anew, for a sample.
void DynaQAgent::KeepLargestErrors(std::vector<float>& rewards) {
  std::vector<float> priorities(pairs_.size());
  q_network_.online().Evaluate(pairs_, priorities);
  RefreshNextValues();
  const auto gamma = static_cast<float>(options_.gamma);
  for (size_t i = 0; i < pairs_.size(); ++i) {
    const float next = gamma > 0 ? gamma * NextValue(batch_[i], pairs_[i].job) : 0.0f;
    priorities[i] = std::abs(rewards[i] + next - priorities[i]);
  }
  std::vector<size_t> order(pairs_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return priorities[a] > priorities[b]; });
  order.resize(BatchSize());
  std::vector<BatchItem> batch;
  std::vector<Pair> pairs;
  std::vector<float> kept;
  for (const size_t i : order) {
    batch.push_back(batch_[i]);
    pairs.push_back(pairs_[i]);
    kept.push_back(rewards[i]);
  }
  batch_ = std::move(batch);
  pairs_ = std::move(pairs);
  rewards = std::move(kept);
}

JobRow DynaQAgent::SimulatedJob(const Transition& transition, Rng& rng) const {
  if (options_.search_control == SearchControl::kReplay || transition.next_set.empty())
    return transition.pair.job;
  // A' holds jobs that had not been recommended when it was drawn; most of them never were.
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const JobRow job = transition.next_set[rng.Below(transition.next_set.size())];
    if (!tried_.contains(PairKey({transition.pair.candidate, job}))) return job;
  }
  return transition.pair.job;
}

}  // namespace dynajob
