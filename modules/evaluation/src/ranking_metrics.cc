#include "dynajob/evaluation/ranking_metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

double DiscountedGain(std::span<const double> gains, size_t k) {
  double sum = 0;
  for (size_t i = 0; i < std::min(k, gains.size()); ++i) {
    sum += gains[i] / std::log2(static_cast<double>(i) + 2);
  }
  return sum;
}

}  // namespace

std::vector<uint32_t> RankByScore(std::span<const double> scores) {
  DYNAJOB_CHECK(std::none_of(scores.begin(), scores.end(), [](double s) { return std::isnan(s); }),
                "a score is NaN");
  std::vector<uint32_t> ranking(scores.size());
  std::iota(ranking.begin(), ranking.end(), 0u);
  std::stable_sort(ranking.begin(), ranking.end(),
                   [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
  return ranking;
}

std::vector<double> InRankedOrder(std::span<const double> rewards,
                                  std::span<const uint32_t> ranking) {
  std::vector<double> ranked;
  ranked.reserve(ranking.size());
  for (const uint32_t index : ranking) {
    DYNAJOB_CHECK(index < rewards.size(), "ranked index out of range");
    ranked.push_back(rewards[index]);
  }
  return ranked;
}

double NdcgAtK(std::span<const double> ranked_rewards, size_t k, double lowest_reward) {
  std::vector<double> gains;
  gains.reserve(ranked_rewards.size());
  for (const double reward : ranked_rewards) gains.push_back(std::max(0.0, reward - lowest_reward));
  const double gain = DiscountedGain(gains, k);
  std::sort(gains.begin(), gains.end(), std::greater<>());
  const double ideal = DiscountedGain(gains, k);
  return ideal > 0 ? gain / ideal : 0;
}

double ReciprocalRank(std::span<const double> ranked_rewards, double relevance_threshold) {
  for (size_t i = 0; i < ranked_rewards.size(); ++i) {
    if (ranked_rewards[i] >= relevance_threshold) return 1 / static_cast<double>(i + 1);
  }
  return 0;
}

double HitAtK(std::span<const double> ranked_rewards, size_t k, double relevance_threshold) {
  const auto top = ranked_rewards.first(std::min(k, ranked_rewards.size()));
  return std::any_of(top.begin(), top.end(), [&](double r) { return r >= relevance_threshold; })
             ? 1
             : 0;
}

}  // namespace dynajob
