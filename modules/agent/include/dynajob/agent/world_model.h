// The world model P^(R | s, a) of the specification: predicts the immediate reward of a pair; the
// state prediction is the identity (s' = s). An ensemble of them says where it does not know
// (Lakshminarayanan et al. 2017).
#ifndef DYNAJOB_AGENT_WORLD_MODEL_H_
#define DYNAJOB_AGENT_WORLD_MODEL_H_

#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

// Predict is safe for concurrent use; the rest is for one thread at a time. Copies are deep.
// Borrows the encoder.
class WorldModel {
 public:
  WorldModel(const PairEncoder& encoder, const NetworkOptions& options, OptimizerKind optimizer,
             size_t ensemble, uint64_t seed);

  // mean[i] = predicted reward of pairs[i]; deviation[i] = standard deviation over the ensemble, 0
  // for a single model.
  void Predict(std::span<const Pair> pairs, std::span<float> mean,
               std::span<float> deviation) const;

  // The same for jobs that need not be rows of the catalog.
  void Predict(const CandidateView& candidate, std::span<const JobView> jobs, std::span<float> mean,
               std::span<float> deviation) const;

  // One supervised step of every member on real rewards (mean squared error); returns the mean
  // loss.
  double Train(std::span<const Pair> pairs, std::span<const float> rewards, double learning_rate,
               Rng dropout);

  void Rescale(double slope, double intercept);

  std::span<PairNetwork> members() { return members_; }
  std::span<const PairNetwork> members() const { return members_; }

 private:
  // Mean and deviation of what `evaluate` makes of each member.
  template <typename Evaluate>
  void PredictWith(const Evaluate& evaluate, std::span<float> mean,
                   std::span<float> deviation) const;

  std::vector<PairNetwork> members_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_WORLD_MODEL_H_
