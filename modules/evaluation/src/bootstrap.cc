#include "dynajob/evaluation/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "dynajob/core/check.h"
#include "dynajob/evaluation/student_t.h"

namespace dynajob {
namespace {

// The scores in ascending order, each with its place in the table, so that a resample can be handed
// over sorted.
class SortedScores {
 public:
  explicit SortedScores(const ScoreTable& scores) : order_(scores.values().size()) {
    const std::span<const double> values = scores.values();
    DYNAJOB_CHECK(!values.empty(), "a bootstrap of no scores");
    DYNAJOB_CHECK(
        std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }),
        "a score is not finite");
    std::iota(order_.begin(), order_.end(), 0u);
    std::stable_sort(order_.begin(), order_.end(),
                     [&](uint32_t a, uint32_t b) { return values[a] < values[b]; });
    for (const uint32_t index : order_) sorted_.push_back(values[index]);
    sample_.reserve(values.size());
  }

  double Of(const Aggregate& aggregate) const { return aggregate(sorted_); }

  // Of the sample that holds the score at each place `count_at(place)` times.
  template <typename CountAt>
  double OfResample(const Aggregate& aggregate, const CountAt& count_at) {
    sample_.clear();
    for (size_t i = 0; i < order_.size(); ++i)
      sample_.insert(sample_.end(), count_at(order_[i]), sorted_[i]);
    return aggregate(sample_);
  }

 private:
  std::vector<uint32_t> order_;
  std::vector<double> sorted_;
  std::vector<double> sample_;
};

double StandardDeviation(std::span<const double> values) {
  const double mean = Mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

// One column: a mean over people with as many of them in every seed is the mean of these.
ScoreTable SeedMeans(const ScoreTable& scores) {
  ScoreTable means(scores.seeds(), 1);
  for (size_t seed = 0; seed < scores.seeds(); ++seed)
    means.At(seed, 0) =
        Mean(scores.values().subspan(seed * scores.candidates(), scores.candidates()));
  return means;
}

}  // namespace

Estimate Inference::Interval(double confidence) const {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  if (degrees_of_freedom == 0) return {value, -kUnknown, kUnknown};
  const double width = StudentCriticalValue(confidence, degrees_of_freedom) * error;
  return {value, value - width, value + width};
}

double Inference::PValue(double hypothesis) const {
  if (degrees_of_freedom == 0 || value == hypothesis) return 1;
  if (error == 0) return 0;
  return StudentTwoSidedTail((value - hypothesis) / error, degrees_of_freedom);
}

void DrawCounts(Rng& rng, std::vector<uint32_t>& counts) {
  std::fill(counts.begin(), counts.end(), 0u);
  for (size_t i = 0; i < counts.size(); ++i) ++counts[rng.Below(counts.size())];
}

double ExpandedTail(double confidence, size_t units) {
  DYNAJOB_CHECK(units >= 2, "an expanded percentile interval needs two units");
  const auto n = static_cast<double>(units);
  return NormalCdf(-std::sqrt(n / (n - 1)) * StudentCriticalValue(confidence, units - 1));
}

Inference ClusterBootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                           const Aggregate& aggregate) {
  DYNAJOB_CHECK(options.resamples >= 2, "a bootstrap needs two resamples");
  SortedScores sorted(scores);
  const size_t units = scores.seeds() > 1 ? scores.seeds() : scores.candidates();
  // Scores of one unit lie side by side in the table.
  const size_t unit_size = scores.values().size() / units;
  Inference inference{.value = sorted.Of(aggregate), .degrees_of_freedom = units - 1};
  if (units == 1) return inference;

  Rng rng = Rng::Derive(options.seed, "cluster-bootstrap");
  std::vector<uint32_t> counts(units);
  std::vector<double> replicates(options.resamples);
  for (double& replicate : replicates) {
    DrawCounts(rng, counts);
    replicate =
        sorted.OfResample(aggregate, [&](uint32_t place) { return counts[place / unit_size]; });
  }
  const auto n = static_cast<double>(units);
  inference.error = std::sqrt(n / (n - 1)) * StandardDeviation(replicates);
  return inference;
}

Estimate StratifiedBootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                             const Aggregate& aggregate, double confidence) {
  DYNAJOB_CHECK(options.resamples >= 2, "a bootstrap needs two resamples");
  DYNAJOB_CHECK(confidence > 0 && confidence < 1, "confidence outside (0, 1)");
  SortedScores sorted(scores);
  Rng rng = Rng::Derive(options.seed, "stratified-bootstrap");
  std::vector<uint32_t> counts(scores.values().size());
  std::vector<double> replicates(options.resamples);
  for (double& replicate : replicates) {
    std::fill(counts.begin(), counts.end(), 0u);
    for (size_t candidate = 0; candidate < scores.candidates(); ++candidate)
      for (size_t i = 0; i < scores.seeds(); ++i)
        ++counts[rng.Below(scores.seeds()) * scores.candidates() + candidate];
    replicate = sorted.OfResample(aggregate, [&](uint32_t place) { return counts[place]; });
  }
  const double tail = (1 - confidence) / 2;
  return {sorted.Of(aggregate), Quantile(replicates, tail), Quantile(replicates, 1 - tail)};
}

Estimate ShareInterval(const ScoreTable& indicators, const BootstrapOptions& options) {
  const Estimate share =
      ClusterBootstrap(indicators.seeds() > 1 ? SeedMeans(indicators) : indicators, options,
                       SortedMean)
          .Interval();
  return {share.value, std::max(0.0, share.low), std::min(1.0, share.high)};
}

}  // namespace dynajob
