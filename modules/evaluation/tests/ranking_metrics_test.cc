#include "dynajob/evaluation/ranking_metrics.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

TEST(RankByScore, DescendsAndKeepsTheOrderOfTies) {
  const std::vector<double> scores = {0.5, 2, 0.5, -1, 2};
  EXPECT_EQ(RankByScore(scores), (std::vector<uint32_t>{1, 4, 0, 2, 3}));
  const std::vector<double> broken = {1, std::nan("")};
  EXPECT_THROW(RankByScore(broken), InvariantViolation);
}

TEST(InRankedOrder, FollowsTheRanking) {
  const std::vector<double> rewards = {0.1, 0.2, 0.3};
  const std::vector<uint32_t> ranking = {2, 0, 1};
  EXPECT_EQ(InRankedOrder(rewards, ranking), (std::vector<double>{0.3, 0.1, 0.2}));
}

TEST(NdcgAtK, MatchesAHandComputedCase) {
  // Gains 1, 3, 2 with discounts 1, 1 / log2(3), 1 / 2.
  const std::vector<double> ranked = {1, 3, 2};
  const double discount = 1 / std::log2(3.0);
  EXPECT_NEAR(NdcgAtK(ranked, 3, 0), (1 + 3 * discount + 2 * 0.5) / (3 + 2 * discount + 0.5),
              1e-12);
  EXPECT_NEAR(NdcgAtK(ranked, 1, 0), 1.0 / 3, 1e-12);
}

TEST(NdcgAtK, IsOneForTheIdealOrderAndForListsShorterThanK) {
  const std::vector<double> ideal = {0.9, 0.4, -0.05};
  EXPECT_NEAR(NdcgAtK(ideal, 2, -0.1), 1, 1e-12);
  EXPECT_NEAR(NdcgAtK(ideal, 99, -0.1), 1, 1e-12);
}

TEST(NdcgAtK, ShiftsNegativeRewardsToGains) {
  const std::vector<double> ranked = {-0.1, 0.9};  // gains 0 and 1
  EXPECT_NEAR(NdcgAtK(ranked, 2, -0.1), 1 / std::log2(3.0), 1e-12);
}

TEST(NdcgAtK, IsZeroWhenNothingCanBeGained) {
  const std::vector<double> ranked = {-0.1, -0.1};
  EXPECT_EQ(NdcgAtK(ranked, 2, -0.1), 0);
  EXPECT_EQ(NdcgAtK({}, 2, -0.1), 0);
}

TEST(ReciprocalRank, LooksForTheFirstRelevantJob) {
  const std::vector<double> ranked = {0.1, 0.2, 0.5, 0.9};
  EXPECT_DOUBLE_EQ(ReciprocalRank(ranked, 0.5), 1.0 / 3);
  EXPECT_DOUBLE_EQ(ReciprocalRank(ranked, 0.05), 1);
  EXPECT_EQ(ReciprocalRank(ranked, 0.95), 0);
}

TEST(HitAtK, LooksAtTheFirstKOnly) {
  const std::vector<double> ranked = {0.1, 0.2, 0.5};
  EXPECT_EQ(HitAtK(ranked, 2, 0.5), 0);
  EXPECT_EQ(HitAtK(ranked, 3, 0.5), 1);
  EXPECT_EQ(HitAtK(ranked, 99, 0.5), 1);
}

}  // namespace
}  // namespace dynajob
