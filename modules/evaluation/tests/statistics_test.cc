#include "dynajob/evaluation/statistics.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/check.h"

#include "score_table_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

TEST(InterquartileMean, CutsAQuarterOffEachEnd) {
  const std::vector<double> eight = {100, 1, 2, 3, 4, 5, 6, -100};
  EXPECT_DOUBLE_EQ(InterquartileMean(eight), 3.5);  // of 2, 3, 4, 5
}

TEST(InterquartileMean, RoundsTheCutDown) {
  // floor(7 / 4) = 1, so the mean of five; floor(3 / 4) = 0, so the mean of all.
  const std::vector<double> seven = {50, 1, 2, 3, 4, 5, 0};
  const std::vector<double> three = {0, 0, 9};
  EXPECT_DOUBLE_EQ(InterquartileMean(seven), 3);
  EXPECT_DOUBLE_EQ(InterquartileMean(three), 3);
}

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> values = {4, 1, 3, 2};
  EXPECT_DOUBLE_EQ(Quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.5), 2.5);
  EXPECT_DOUBLE_EQ(Quantile(values, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(Quantile(values, 1), 4);
}

TEST(Spearman, IsTheCorrelationOfRanks) {
  const std::vector<double> a = {1, 2, 3, 4, 5};
  const std::vector<double> cubes = {1, 8, 27, 64, 125};
  const std::vector<double> reversed = {5, 4, 3, 2, 1};
  const std::vector<double> swapped = {2, 1, 4, 3, 5};
  const std::vector<double> constant = {1, 1, 1, 1, 1};
  EXPECT_NEAR(Spearman(a, cubes), 1, 1e-12);
  EXPECT_NEAR(Spearman(a, reversed), -1, 1e-12);
  EXPECT_NEAR(Spearman(a, swapped), 1 - 6.0 * 4 / (5 * 24), 1e-12);  // 1 - 6 sum d^2 / (n^3 - n)
  EXPECT_EQ(Spearman(a, constant), 0);
}

TEST(Spearman, GivesTiesTheirMeanRank) {
  const std::vector<double> a = {1, 2, 2, 3};
  const std::vector<double> b = {1, 2, 3, 4};
  // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: 4.5 / sqrt(4.5 * 5).
  EXPECT_NEAR(Spearman(a, b), 4.5 / std::sqrt(22.5), 1e-12);
}

TEST(OptimalityGap, CountsOnlyWhatFallsShort) {
  const std::vector<double> scores = {0.5, 1.5, 0.25, 1};
  EXPECT_DOUBLE_EQ(OptimalityGap(scores, 1), (0.5 + 0 + 0.75 + 0) / 4);
  EXPECT_DOUBLE_EQ(OptimalityGap(scores, 0), 0);
}

TEST(Difference, PairsBySeedAndCandidate) {
  const ScoreTable a = TableOf({{1, 2}, {3, 4}});
  const ScoreTable b = TableOf({{0, 2}, {5, 1}});
  const ScoreTable difference = Difference(a, b);
  EXPECT_EQ(difference.At(0, 0), 1);
  EXPECT_EQ(difference.At(0, 1), 0);
  EXPECT_EQ(difference.At(1, 0), -2);
  EXPECT_EQ(difference.At(1, 1), 3);
  EXPECT_THROW(Difference(a, ScoreTable(1, 4)), InvariantViolation);
}

TEST(Improvements, CountTiesAsHalf) {
  const ScoreTable a = TableOf({{1, 2}, {3, 4}});
  const ScoreTable b = TableOf({{0, 2}, {5, 1}});
  EXPECT_THAT(Improvements(a, b).values(), ElementsAre(1, 0.5, 0, 1));
  EXPECT_THAT(Improvements(b, a).values(), ElementsAre(0, 0.5, 1, 0));
  EXPECT_THROW(Improvements(a, ScoreTable(1, 4)), InvariantViolation);
}

TEST(Above, IsStrict) {
  EXPECT_THAT(Above(TableOf({{1, 2}, {3, 4}}), 2).values(), ElementsAre(0, 0, 1, 1));
}

TEST(NegativeTransfers, AreThePairsThatTheWarmStartHarmed) {
  const ScoreTable warm = TableOf({{1, 2}, {3, 4}});
  const ScoreTable cold = TableOf({{2, 2}, {1, 5}});
  EXPECT_THAT(NegativeTransfers(warm, cold).values(), ElementsAre(1, 0, 0, 1));
}

TEST(Statistics, RefuseEmptySamples) {
  EXPECT_THROW(Mean({}), InvariantViolation);
  EXPECT_THROW(InterquartileMean({}), InvariantViolation);
  EXPECT_THROW(OptimalityGap({}, 1), InvariantViolation);
  EXPECT_THROW(Quantile({}, 0.5), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
