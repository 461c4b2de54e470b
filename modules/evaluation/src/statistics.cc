#include "dynajob/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

std::vector<double> Sorted(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
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

// `value(a, b)` of each pair.
template <typename Value>
ScoreTable Paired(const ScoreTable& a, const ScoreTable& b, const Value& value) {
  DYNAJOB_CHECK(a.seeds() == b.seeds() && a.candidates() == b.candidates(),
                "paired score tables of unequal shape");
  ScoreTable result(a.seeds(), a.candidates());
  for (size_t seed = 0; seed < a.seeds(); ++seed)
    for (size_t candidate = 0; candidate < a.candidates(); ++candidate)
      result.At(seed, candidate) = value(a.At(seed, candidate), b.At(seed, candidate));
  return result;
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

double OptimalityGap(std::span<const double> values, double target) {
  DYNAJOB_CHECK(!values.empty(), "the optimality gap of nothing");
  double shortfall = 0;
  for (const double value : values) shortfall += std::max(0.0, target - value);
  return shortfall / static_cast<double>(values.size());
}

double Quantile(std::span<const double> values, double q) {
  DYNAJOB_CHECK(!values.empty(), "a quantile of nothing");
  DYNAJOB_CHECK(q >= 0 && q <= 1, "quantile outside [0, 1]");
  const std::vector<double> sorted = Sorted(values);
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
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
  return Paired(a, b, [](double x, double y) { return x - y; });
}

ScoreTable Improvements(const ScoreTable& a, const ScoreTable& b) {
  return Paired(a, b, [](double x, double y) { return x > y ? 1 : x < y ? 0 : 0.5; });
}

ScoreTable Above(const ScoreTable& scores, double threshold) {
  return Paired(scores, scores, [&](double x, double) { return x > threshold ? 1 : 0; });
}

ScoreTable NegativeTransfers(const ScoreTable& warm, const ScoreTable& cold) {
  return Paired(warm, cold, [](double x, double y) { return x < y ? 1 : 0; });
}

}  // namespace dynajob
