#include "corruption_curve.h"

#include <algorithm>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {
namespace {

constexpr size_t kPoints = 21;
constexpr size_t kRepetitions = 16;

}  // namespace

CorruptionCurve::CorruptionCurve(std::span<const ResponseProbabilities> references,
                                 std::span<const double> truth_rewards,
                                 const ResponseRewards& rewards, uint64_t seed) {
  std::vector<double> sums(kPoints, 0.0);
  for (size_t repetition = 0; repetition < kRepetitions; ++repetition) {
    Rng rng = Rng::Derive(seed, "corruption-curve", repetition);
    std::vector<double> clean;
    std::vector<double> corrupt;
    std::vector<double> thresholds;  // from which share on a pair is corrupt
    for (const ResponseProbabilities& reference : references) {
      ResponseProbabilities shuffled = reference;
      rng.Shuffle(std::span<double>(shuffled));
      clean.push_back(rewards.Expected(reference));
      corrupt.push_back(rewards.Expected(shuffled));
      thresholds.push_back(rng.Uniform());
    }
    for (size_t point = 0; point < kPoints; ++point) {
      const double share = static_cast<double>(point) / (kPoints - 1);
      std::vector<double> mixed(clean);
      for (size_t i = 0; i < mixed.size(); ++i)
        if (thresholds[i] < share) mixed[i] = corrupt[i];
      sums[point] += Spearman(mixed, truth_rewards);
    }
  }
  for (size_t point = 0; point < kPoints; ++point) {
    shares_.push_back(static_cast<double>(point) / (kPoints - 1));
    const double retained = sums[0] > 0 ? sums[point] / sums[0] : 0.0;
    // Monte-Carlo noise must not make the curve rise.
    retained_.push_back(point == 0 ? 1.0 : std::min(retained_.back(), retained));
  }
}

double CorruptionCurve::CorruptionAt(double correlation, double reference) const {
  if (reference <= 0) return 1;
  const double retained = correlation / reference;
  if (retained >= retained_.front()) return 0;
  if (retained <= retained_.back()) return 1;
  const auto below = std::find_if(retained_.begin(), retained_.end(),
                                  [retained](double value) { return value < retained; });
  const auto right = static_cast<size_t>(below - retained_.begin());
  const double span = retained_[right - 1] - retained_[right];
  const double part = (retained_[right - 1] - retained) / span;
  return shares_[right - 1] + part * (shares_[right] - shares_[right - 1]);
}

}  // namespace dynajob
