#include "dynajob/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

std::vector<double> Sorted(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double SortedQuantile(std::span<const double> sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// Indices of `values` in ascending order of value.
std::vector<uint32_t> OrderOf(std::span<const double> values) {
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return values[a] < values[b] || (values[a] == values[b] && a < b);
  });
  return order;
}

std::vector<double> MeanRanks(std::span<const double> values) {
  const std::vector<uint32_t> order = OrderOf(values);
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = static_cast<double>(begin + end - 1) / 2;
    for (size_t i = begin; i < end; ++i) ranks[order[i]] = rank;
    begin = end;
  }
  return ranks;
}

// Draws how often each score occurs in one resample; `counts` is by position in the table.
void DrawStratified(const ScoreTable& scores, Rng& rng, std::vector<uint32_t>& counts) {
  for (size_t candidate = 0; candidate < scores.candidates(); ++candidate) {
    for (size_t i = 0; i < scores.seeds(); ++i) {
      ++counts[rng.Below(scores.seeds()) * scores.candidates() + candidate];
    }
  }
}

void DrawTwoLevel(const ScoreTable& scores, Rng& rng, std::vector<uint32_t>& counts) {
  for (size_t i = 0; i < scores.seeds(); ++i) {
    const size_t first = rng.Below(scores.seeds()) * scores.candidates();
    for (size_t j = 0; j < scores.candidates(); ++j)
      ++counts[first + rng.Below(scores.candidates())];
  }
}

}  // namespace

double Mean(std::span<const double> values) {
  DYNAJOB_CHECK(!values.empty(), "the mean of nothing");
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double SortedMean(std::span<const double> sorted) { return Mean(sorted); }

double SortedInterquartileMean(std::span<const double> sorted) {
  const size_t cut = sorted.size() / 4;
  return Mean(sorted.subspan(cut, sorted.size() - 2 * cut));
}

double InterquartileMean(std::span<const double> values) {
  return SortedInterquartileMean(Sorted(values));
}

double Quantile(std::span<const double> values, double q) {
  DYNAJOB_CHECK(!values.empty(), "a quantile of nothing");
  DYNAJOB_CHECK(q >= 0 && q <= 1, "quantile outside [0, 1]");
  return SortedQuantile(Sorted(values), q);
}

double Spearman(std::span<const double> a, std::span<const double> b) {
  DYNAJOB_CHECK(a.size() == b.size() && a.size() >= 2, "Spearman needs two samples of equal size");
  const std::vector<double> ranks_a = MeanRanks(a);
  const std::vector<double> ranks_b = MeanRanks(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double covariance = 0;
  double variance_a = 0;
  double variance_b = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    covariance += (ranks_a[i] - mean) * (ranks_b[i] - mean);
    variance_a += (ranks_a[i] - mean) * (ranks_a[i] - mean);
    variance_b += (ranks_b[i] - mean) * (ranks_b[i] - mean);
  }
  if (variance_a == 0 || variance_b == 0) return 0;
  return covariance / std::sqrt(variance_a * variance_b);
}

double& ScoreTable::At(size_t seed, size_t candidate) {
  DYNAJOB_CHECK(seed < seeds_ && candidate < candidates_, "score table index out of range");
  return values_[seed * candidates_ + candidate];
}

double ScoreTable::At(size_t seed, size_t candidate) const {
  DYNAJOB_CHECK(seed < seeds_ && candidate < candidates_, "score table index out of range");
  return values_[seed * candidates_ + candidate];
}

ScoreTable Difference(const ScoreTable& a, const ScoreTable& b) {
  DYNAJOB_CHECK(a.seeds() == b.seeds() && a.candidates() == b.candidates(),
                "paired score tables of unequal shape");
  ScoreTable difference(a.seeds(), a.candidates());
  for (size_t seed = 0; seed < a.seeds(); ++seed) {
    for (size_t candidate = 0; candidate < a.candidates(); ++candidate) {
      difference.At(seed, candidate) = a.At(seed, candidate) - b.At(seed, candidate);
    }
  }
  return difference;
}

Estimate Bootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                   const Aggregate& aggregate) {
  const std::span<const double> values = scores.values();
  DYNAJOB_CHECK(!values.empty(), "a bootstrap of no scores");
  DYNAJOB_CHECK(options.resamples > 0, "a bootstrap without resamples");
  DYNAJOB_CHECK(options.confidence > 0 && options.confidence < 1, "confidence outside (0, 1)");
  DYNAJOB_CHECK(
      std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); }),
      "a score is not finite");
  const std::vector<uint32_t> order = OrderOf(values);
  std::vector<double> sorted;
  for (const uint32_t index : order) sorted.push_back(values[index]);

  Rng rng = Rng::Derive(options.seed, "bootstrap");
  std::vector<double> replicates(options.resamples);
  std::vector<uint32_t> counts(values.size());
  std::vector<double> sample;
  sample.reserve(values.size());
  for (double& replicate : replicates) {
    std::fill(counts.begin(), counts.end(), 0u);
    if (options.resampling == Resampling::kStratified) {
      DrawStratified(scores, rng, counts);
    } else {
      DrawTwoLevel(scores, rng, counts);
    }
    sample.clear();
    for (size_t i = 0; i < order.size(); ++i) {
      sample.insert(sample.end(), counts[order[i]], sorted[i]);
    }
    replicate = aggregate(sample);
  }
  const double tail = (1 - options.confidence) / 2;
  std::sort(replicates.begin(), replicates.end());
  return {aggregate(sorted), SortedQuantile(replicates, tail),
          SortedQuantile(replicates, 1 - tail)};
}

Estimate ProbabilityOfImprovement(const ScoreTable& a, const ScoreTable& b,
                                  const BootstrapOptions& options) {
  ScoreTable wins = Difference(a, b);
  for (size_t seed = 0; seed < wins.seeds(); ++seed) {
    for (size_t candidate = 0; candidate < wins.candidates(); ++candidate) {
      double& value = wins.At(seed, candidate);
      value = value > 0 ? 1 : value < 0 ? 0 : 0.5;
    }
  }
  return Bootstrap(wins, options, SortedMean);
}

std::optional<double> KaplanMeierMedian(std::span<const SurvivalTime> times) {
  std::vector<SurvivalTime> sorted(times.begin(), times.end());
  // At equal times those that were reached come first: the censored ones were still at risk then.
  std::sort(sorted.begin(), sorted.end(), [](const SurvivalTime& a, const SurvivalTime& b) {
    return a.time < b.time || (a.time == b.time && a.reached && !b.reached);
  });
  double survival = 1;
  for (size_t begin = 0; begin < sorted.size();) {
    const auto at_risk = static_cast<double>(sorted.size() - begin);
    size_t end = begin;
    double reached = 0;
    for (; end < sorted.size() && sorted[end].time == sorted[begin].time; ++end) {
      reached += sorted[end].reached ? 1 : 0;
    }
    survival *= 1 - reached / at_risk;
    // Half is a quotient that products of quotients may miss by rounding.
    if (reached > 0 && survival <= 0.5 + 1e-12) return sorted[begin].time;
    begin = end;
  }
  return std::nullopt;
}

}  // namespace dynajob
