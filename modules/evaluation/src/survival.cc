#include "dynajob/evaluation/survival.h"

#include <algorithm>
#include <limits>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

std::optional<double> Observed(double time) {
  return time == kNever ? std::nullopt : std::optional(time);
}

// The smallest replicate that a share `q` of them does not exceed: no interpolation, since "never"
// has no middle.
double OrderStatistic(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size());
  return sorted[std::min(sorted.size() - 1, static_cast<size_t>(position))];
}

}  // namespace

std::vector<SurvivalPoint> KaplanMeier(std::span<const SurvivalTime> times) {
  std::vector<SurvivalTime> sorted(times.begin(), times.end());
  // At equal times the censored ones were still at risk.
  std::sort(sorted.begin(), sorted.end(),
            [](const SurvivalTime& a, const SurvivalTime& b) { return a.time < b.time; });
  std::vector<SurvivalPoint> curve;
  double survival = 1;
  for (size_t begin = 0; begin < sorted.size();) {
    SurvivalPoint point{.time = sorted[begin].time, .at_risk = sorted.size() - begin};
    size_t end = begin;
    for (; end < sorted.size() && sorted[end].time == point.time; ++end)
      point.reached += sorted[end].reached ? 1 : 0;
    survival *=
        static_cast<double>(point.at_risk - point.reached) / static_cast<double>(point.at_risk);
    point.survival = survival;
    if (point.reached > 0) curve.push_back(point);
    begin = end;
  }
  return curve;
}

std::optional<double> KaplanMeierMedian(std::span<const SurvivalTime> times) {
  // Half is a quotient that products of quotients may miss by rounding.
  for (const SurvivalPoint& point : KaplanMeier(times))
    if (point.survival <= 0.5 + 1e-12) return point.time;
  return std::nullopt;
}

MedianEstimate BootstrapMedian(std::span<const std::vector<SurvivalTime>> times_by_seed,
                               const BootstrapOptions& options) {
  std::vector<std::vector<SurvivalTime>> units(times_by_seed.begin(), times_by_seed.end());
  std::vector<SurvivalTime> sample;
  for (const auto& times : units) sample.insert(sample.end(), times.begin(), times.end());
  DYNAJOB_CHECK(!sample.empty(), "the median of no times");
  MedianEstimate median{.value = KaplanMeierMedian(sample), .low = 0, .high = std::nullopt};
  if (units.size() == 1) {
    units.clear();
    for (const SurvivalTime& time : sample) units.push_back({time});
  }
  if (units.size() == 1) return median;

  Rng rng = Rng::Derive(options.seed, "median-bootstrap");
  std::vector<uint32_t> counts(units.size());
  std::vector<double> replicates(options.resamples);
  for (double& replicate : replicates) {
    DrawCounts(rng, counts);
    sample.clear();
    for (size_t unit = 0; unit < units.size(); ++unit)
      for (uint32_t i = 0; i < counts[unit]; ++i)
        sample.insert(sample.end(), units[unit].begin(), units[unit].end());
    replicate = KaplanMeierMedian(sample).value_or(kNever);
  }
  std::sort(replicates.begin(), replicates.end());
  const double tail = ExpandedTail(kConfidence, units.size());
  median.low = Observed(OrderStatistic(replicates, tail));
  median.high = Observed(OrderStatistic(replicates, 1 - tail));
  return median;
}

}  // namespace dynajob
