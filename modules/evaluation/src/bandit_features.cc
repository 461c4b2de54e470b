#include <algorithm>
#include <cmath>

#include "dynajob/core/check.h"
#include "dynajob/core/pair_facts.h"
#include "dynajob/evaluation/linear_bandit.h"

namespace dynajob {
namespace {

constexpr size_t kSampledPairs = 2000;
constexpr size_t kSubspaceJobs = 2000;
constexpr int kSubspaceIterations = 8;

// Makes the rows of a rows x cols matrix orthonormal (modified Gram-Schmidt); a row that depends on
// those before it becomes zero.
void Orthonormalize(std::vector<double>& matrix, size_t rows, size_t cols) {
  const auto row = [&](size_t i) { return std::span(matrix).subspan(i * cols, cols); };
  for (size_t i = 0; i < rows; ++i) {
    const auto x = row(i);
    double before = 0;
    for (const double value : x) before += value * value;
    for (size_t j = 0; j < i; ++j) {
      const auto y = row(j);
      double dot = 0;
      for (size_t c = 0; c < cols; ++c) dot += x[c] * y[c];
      for (size_t c = 0; c < cols; ++c) x[c] -= dot * y[c];
    }
    double after = 0;
    for (const double value : x) after += value * value;
    const double scale = after > 1e-20 * before ? 1 / std::sqrt(after) : 0;
    for (double& value : x) value *= scale;
  }
}

}  // namespace

BanditFeatures::BanditFeatures(const CosineReward& cosine,
                               std::span<const CandidateRow> training_candidates,
                               std::span<const JobRow> training_jobs, size_t components,
                               bool structured_facts, uint64_t seed)
    : cosine_(cosine),
      components_(std::min(components, cosine.catalog().action_dim())),
      fact_mean_(structured_facts ? kPairFactCount : 0) {
  DYNAJOB_CHECK(!training_candidates.empty() && !training_jobs.empty(),
                "features without training candidates or jobs");
  FitPairs(training_candidates, training_jobs, seed);
  FitSubspace(training_jobs, seed);
}

void BanditFeatures::FitPairs(std::span<const CandidateRow> candidates,
                              std::span<const JobRow> jobs, uint64_t seed) {
  Rng rng = Rng::Derive(seed, "bandit-cosine");
  const auto deviation = [](double variance) { return variance > 1e-12 ? std::sqrt(variance) : 1; };
  double sum = 0;
  double squares = 0;
  double fact_squares = 0;
  for (size_t i = 0; i < kSampledPairs; ++i) {
    const Pair pair{candidates[rng.Below(candidates.size())], jobs[rng.Below(jobs.size())]};
    const double value = cosine_.Cosine(pair);
    sum += value;
    squares += value * value;
    if (fact_mean_.empty()) continue;
    const auto facts = FactsOf(pair);
    for (size_t k = 0; k < facts.size(); ++k) {
      fact_mean_[k] += double{facts[k]} / kSampledPairs;
      fact_squares += double{facts[k]} * double{facts[k]} / kSampledPairs;
    }
  }
  cosine_mean_ = sum / kSampledPairs;
  cosine_deviation_ = deviation(squares / kSampledPairs - cosine_mean_ * cosine_mean_);
  for (const double mean : fact_mean_) fact_squares -= mean * mean;
  fact_scale_ = 1 / deviation(fact_squares);
}

std::array<float, kPairFactCount> BanditFeatures::FactsOf(Pair pair) const {
  const Catalog& catalog = cosine_.catalog();
  return ToArray(ComputePairFacts(catalog.candidate(pair.candidate), catalog.job(pair.job)));
}

// Subspace iteration on the covariance of the job vectors (Halko, Martinsson and Tropp, SIAM Review
// 53 (2011), algorithm 4.4). The prior is the same in all directions, so that only the subspace
// matters and not its basis.
void BanditFeatures::FitSubspace(std::span<const JobRow> jobs, uint64_t seed) {
  const MatrixView actions = cosine_.catalog().actions();
  const size_t dim = actions.cols;
  Rng rng = Rng::Derive(seed, "bandit-subspace");
  const std::vector<uint32_t> sample =
      rng.SampleWithoutReplacement(jobs.size(), std::min(jobs.size(), kSubspaceJobs));
  const auto count = static_cast<double>(sample.size());
  job_mean_.assign(dim, 0.0);
  for (const uint32_t index : sample)
    for (size_t c = 0; c < dim; ++c) job_mean_[c] += actions.Row(jobs[index])[c] / count;

  basis_.resize(components_ * dim);
  for (double& value : basis_) value = rng.Normal();
  Orthonormalize(basis_, components_, dim);
  double variance = 0;  // within the subspace
  std::vector<double> centred(dim), next(basis_.size());
  for (int iteration = 0; iteration < kSubspaceIterations; ++iteration) {
    std::fill(next.begin(), next.end(), 0.0);
    variance = 0;
    for (const uint32_t index : sample) {
      const std::span<const float> vector = actions.Row(jobs[index]);
      for (size_t c = 0; c < dim; ++c) centred[c] = vector[c] - job_mean_[c];
      for (size_t k = 0; k < components_; ++k) {
        double projection = 0;
        for (size_t c = 0; c < dim; ++c) projection += basis_[k * dim + c] * centred[c];
        for (size_t c = 0; c < dim; ++c) next[k * dim + c] += projection * centred[c];
        variance += projection * projection / count;
      }
    }
    basis_ = next;
    Orthonormalize(basis_, components_, dim);
  }
  const double scale = variance > 1e-12 ? 1 / std::sqrt(variance) : 1;
  for (double& value : basis_) value *= scale;
}

void BanditFeatures::Encode(Pair pair, std::span<double> features) const {
  DYNAJOB_CHECK(features.size() == dimension(), "features of another model");
  features[0] = 1;
  features[1] = (cosine_.Cosine(pair) - cosine_mean_) / cosine_deviation_;
  const std::span<const float> vector = cosine_.catalog().actions().Row(pair.job);
  for (size_t k = 0; k < components_; ++k) {
    double projection = 0;
    for (size_t c = 0; c < vector.size(); ++c)
      projection += basis_[k * vector.size() + c] * (vector[c] - job_mean_[c]);
    features[2 + k] = projection;
  }
  if (fact_mean_.empty()) return;
  const auto facts = FactsOf(pair);
  for (size_t k = 0; k < facts.size(); ++k)
    features[2 + components_ + k] = fact_scale_ * (double{facts[k]} - fact_mean_[k]);
}

std::vector<double> BanditFeatures::CosineWeights() const {
  std::vector<double> weights(dimension(), 0.0);
  weights[0] = cosine_mean_;
  weights[1] = cosine_deviation_;
  return weights;
}

}  // namespace dynajob
