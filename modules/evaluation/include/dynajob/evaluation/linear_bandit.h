// Contextual bandits with a linear reward model: the references that a learner has to beat.
//
// LinUCB: Li, Chu, Langford and Schapire, "A Contextual-Bandit Approach to Personalized News
// Article Recommendation", WWW 2010, algorithm 1, with one model for all jobs, which are told apart
// by their features. Thompson sampling: Agrawal and Goyal, "Thompson Sampling for Contextual
// Bandits with Linear Payoffs", ICML 2013, algorithm 1. Both start from a prior, which may be that
// the reward is the cosine.
#ifndef DYNAJOB_EVALUATION_LINEAR_BANDIT_H_
#define DYNAJOB_EVALUATION_LINEAR_BANDIT_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/pair_facts.h"
#include "dynajob/core/rng.h"
#include "dynajob/evaluation/arm.h"
#include "dynajob/rewards/cosine_reward.h"

namespace dynajob {

struct BanditOptions {
  int64_t components = 16;      // dimensions of the jobs' principal subspace
  double ridge = 10.0;          // weight of the prior, in observations of unit size
  double ucb_width = 0.25;      // alpha of LinUCB: standard deviations above the mean
  double thompson_scale = 0.1;  // v of Thompson sampling: scale of the posterior's spread

  Status Validate() const;
  void Bind(ConfigRegistry& registry);
};

// Ridge regression that is updated pair by pair; the posterior of a linear model with normal noise.
//   A = ridge I + sum x x^T,  theta = A^-1 (ridge prior + sum r x)
// Not safe for concurrent use.
class LinearPosterior {
 public:
  // Requires ridge > 0.
  LinearPosterior(std::vector<double> prior, double ridge);

  size_t dimension() const { return weights_.size(); }
  void Update(std::span<const double> features, double reward);

  const std::vector<double>& weights() const { return weights_; }
  double Mean(std::span<const double> features) const;
  // sqrt(x^T A^-1 x).
  double Deviation(std::span<const double> features) const;
  // theta + scale A^-1/2 z with standard normal z: a draw from N(theta, scale^2 A^-1).
  std::vector<double> Sample(double scale, Rng& rng) const;

 private:
  void Solve();

  std::vector<double> precision_;  // A, row-major
  std::vector<double> target_;     // ridge prior + sum r x
  std::vector<double> factor_;     // lower Cholesky factor of A
  std::vector<double> weights_;
};

// What a linear model sees of a pair: 1, the standardised cosine, the job within the principal
// subspace of the training jobs' vectors, scaled so that it has unit variance in all, and, where
// the networks see them too, the structured facts (core/pair_facts.h), centred and scaled likewise.
// Scales and subspace come from the training split only. Immutable, safe for concurrent use.
class BanditFeatures {
 public:
  // Borrows `cosine` and its catalog. Requires candidates and jobs.
  BanditFeatures(const CosineReward& cosine, std::span<const CandidateRow> training_candidates,
                 std::span<const JobRow> training_jobs, size_t components, bool structured_facts,
                 uint64_t seed);

  size_t dimension() const { return 2 + components_ + fact_mean_.size(); }
  void Encode(Pair pair, std::span<double> features) const;
  // The weights with which a linear model's reward is the cosine.
  std::vector<double> CosineWeights() const;

 private:
  std::array<float, kPairFactCount> FactsOf(Pair pair) const;
  // Moments of the cosine and of the facts, on random pairs.
  void FitPairs(std::span<const CandidateRow> candidates, std::span<const JobRow> jobs,
                uint64_t seed);
  void FitSubspace(std::span<const JobRow> jobs, uint64_t seed);

  const CosineReward& cosine_;
  size_t components_;
  double cosine_mean_ = 0;
  double cosine_deviation_ = 1;
  std::vector<double> fact_mean_;  // empty: no facts
  double fact_scale_ = 1;
  std::vector<double> job_mean_;
  std::vector<double> basis_;  // components x action_dim, row-major, orthonormal up to one scale
};

enum class BanditPolicy { kUcb, kThompson };
enum class BanditPrior { kCold, kCosine };

// Borrows the features. In new-user each person gets a fresh posterior, in new-system all share
// one.
std::unique_ptr<Arm> MakeBanditArm(const BanditFeatures& features, const BanditOptions& options,
                                   BanditPolicy policy, BanditPrior prior, Protocol protocol,
                                   uint64_t seed);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_LINEAR_BANDIT_H_
