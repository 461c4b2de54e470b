// The Q-network Q(s, a; theta) and its target network Q(s, a; theta-) of the specification
// ("Q-Network Architecture", "Learning the Q-Function"; Mnih et al. 2015).
#ifndef DYNAJOB_AGENT_Q_NETWORK_H_
#define DYNAJOB_AGENT_Q_NETWORK_H_

#include <memory>
#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

class FirstLayerTable;  // src/first_layer_table.h

// The best job of a set, and what remains without it. Values are 0 where there is no job.
struct BestJob {
  JobRow job = 0;
  float value = 0;
  float runner_up = 0;

  // The maximum over the set without `excluded`.
  float ValueWithout(JobRow excluded) const { return job == excluded ? runner_up : value; }
};

// A next state and the jobs A' that can be recommended in it.
struct NextSet {
  CandidateRow candidate = 0;
  std::span<const JobRow> jobs;
};

// One thread at a time. Copies are deep. Borrows the encoder.
class QNetwork {
 public:
  QNetwork(const PairEncoder& encoder, const NetworkOptions& options, OptimizerKind optimizer,
           uint64_t seed);
  QNetwork(const QNetwork& other);
  QNetwork& operator=(const QNetwork&) = delete;
  ~QNetwork();

  // values[i] = Q(s, jobs[i]; theta).
  void Evaluate(CandidateRow candidate, std::span<const JobRow> jobs,
                std::span<float> values) const {
    online_.Evaluate(candidate, jobs, values);
  }

  // max over a' in `next_set` of Q(s, a'; theta-); 0 for an empty set.
  float TargetMax(CandidateRow candidate, std::span<const JobRow> next_set) {
    return TargetBest(candidate, next_set).value;
  }
  // The same with the job that attains it, and the maximum over the others. Exact: the jobs' share
  // of the first layer is tabled once per target version.
  BestJob TargetBest(CandidateRow candidate, std::span<const JobRow> next_set);
  // Of many sets together, which is faster and has the same bits.
  void TargetBest(std::span<const NextSet> sets, std::span<BestJob> best);
  // Double DQN: Q(s, argmax_a' Q(s, a'; theta); theta-) (van Hasselt et al. 2016).
  float DoubleTarget(CandidateRow candidate, std::span<const JobRow> next_set);

  // One optimizer step towards `targets`; returns the loss before it.
  double Train(std::span<const Pair> pairs, std::span<const float> targets, double learning_rate,
               Rng dropout) {
    return online_.Train(pairs, targets, learning_rate, dropout);
  }

  // theta- <- theta.
  void SyncTarget();
  // Changes with every sync.
  uint64_t target_version() const { return target_version_; }

  // Replaces both Q by slope * Q + intercept.
  void Rescale(double slope, double intercept);

  PairNetwork& online() { return online_; }
  const PairNetwork& online() const { return online_; }
  PairNetwork& target() { return target_; }
  const PairNetwork& target() const { return target_; }

 private:
  PairNetwork online_;
  PairNetwork target_;
  uint64_t target_version_ = 1;
  std::unique_ptr<FirstLayerTable> table_;
  std::vector<float> values_;  // scratch
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_Q_NETWORK_H_
