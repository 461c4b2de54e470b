#include "dynajob/evaluation/statistics.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

ScoreTable TableOf(const std::vector<std::vector<double>>& rows) {
  ScoreTable table(rows.size(), rows.front().size());
  for (size_t seed = 0; seed < rows.size(); ++seed) {
    for (size_t candidate = 0; candidate < rows[seed].size(); ++candidate) {
      table.At(seed, candidate) = rows[seed][candidate];
    }
  }
  return table;
}

// Seed effects and candidate noise around `mean`.
ScoreTable DrawTable(Rng& rng, size_t seeds, size_t candidates, double mean, double seed_sd,
                     double noise_sd) {
  ScoreTable table(seeds, candidates);
  for (size_t seed = 0; seed < seeds; ++seed) {
    const double effect = seed_sd * rng.Normal();
    for (size_t candidate = 0; candidate < candidates; ++candidate) {
      table.At(seed, candidate) = mean + effect + noise_sd * rng.Normal();
    }
  }
  return table;
}

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

TEST(Bootstrap, ValueIsTheAggregateOfTheSample) {
  const ScoreTable table = TableOf({{100, 1, 2, 3}, {4, 5, 6, -100}});
  EXPECT_DOUBLE_EQ(Bootstrap(table, {}).value, 3.5);
  EXPECT_DOUBLE_EQ(Bootstrap(table, {}, SortedMean).value, 21.0 / 8);
}

TEST(Bootstrap, OfEqualScoresHasNoWidth) {
  const ScoreTable table = TableOf({{2, 2}, {2, 2}, {2, 2}});
  for (const Resampling resampling : {Resampling::kStratified, Resampling::kTwoLevel}) {
    const Estimate estimate = Bootstrap(table, {.resampling = resampling});
    EXPECT_EQ(estimate.low, 2);
    EXPECT_EQ(estimate.value, 2);
    EXPECT_EQ(estimate.high, 2);
  }
}

TEST(Bootstrap, StratifiedResamplesRunsWithinEachTask) {
  // Every candidate has the same score under both seeds, so only seeds could be exchanged.
  const ScoreTable table = TableOf({{1, 5, 9}, {1, 5, 9}});
  const Estimate stratified = Bootstrap(table, {.resampling = Resampling::kStratified}, SortedMean);
  EXPECT_DOUBLE_EQ(stratified.low, 5);
  EXPECT_DOUBLE_EQ(stratified.high, 5);
  const Estimate two_level = Bootstrap(table, {.resampling = Resampling::kTwoLevel}, SortedMean);
  EXPECT_LT(two_level.low, 4.5);
  EXPECT_GT(two_level.high, 5.5);
}

TEST(Bootstrap, TwoLevelResamplesSeedsJointly) {
  // Seeds 0 and 1 differ by 10 and candidates not at all: of two seeds drawn, a quarter of the
  // resamples are all 0 and a quarter all 10.
  const ScoreTable table = TableOf({{0, 0, 0, 0}, {10, 10, 10, 10}});
  const Estimate two_level = Bootstrap(table, {.resampling = Resampling::kTwoLevel}, SortedMean);
  EXPECT_DOUBLE_EQ(two_level.low, 0);
  EXPECT_DOUBLE_EQ(two_level.high, 10);
  const Estimate stratified = Bootstrap(table, {.resampling = Resampling::kStratified}, SortedMean);
  EXPECT_GT(stratified.low, 0);
  EXPECT_LT(stratified.high, 10);
}

TEST(Bootstrap, IsAPureFunctionOfItsSeed) {
  Rng rng(3);
  const ScoreTable table = DrawTable(rng, 5, 20, 0, 1, 1);
  const Estimate first = Bootstrap(table, {.seed = 9});
  const Estimate again = Bootstrap(table, {.seed = 9});
  const Estimate other = Bootstrap(table, {.seed = 10});
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_NE(first.low, other.low);
}

TEST(Bootstrap, TwoLevelCoversWhereStratifiedIgnoresSeedEffects) {
  // 300 experiments of 10 seeds x 20 candidates whose true mean is 1; seeds differ as much as
  // candidates do.
  Rng rng(20);
  int two_level_covered = 0;
  int stratified_covered = 0;
  constexpr int kExperiments = 300;
  for (int i = 0; i < kExperiments; ++i) {
    const ScoreTable table = DrawTable(rng, 10, 20, 1, 1, 1);
    BootstrapOptions options{.resampling = Resampling::kTwoLevel, .resamples = 400};
    const Estimate two_level = Bootstrap(table, options, SortedMean);
    options.resampling = Resampling::kStratified;
    const Estimate stratified = Bootstrap(table, options, SortedMean);
    two_level_covered += two_level.low <= 1 && 1 <= two_level.high ? 1 : 0;
    stratified_covered += stratified.low <= 1 && 1 <= stratified.high ? 1 : 0;
  }
  EXPECT_GT(two_level_covered, kExperiments * 0.85);
  EXPECT_LT(stratified_covered, kExperiments * 0.75);
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

TEST(ProbabilityOfImprovement, CountsTiesAsHalf) {
  const ScoreTable a = TableOf({{1, 2}, {3, 4}});
  const ScoreTable b = TableOf({{0, 2}, {5, 1}});
  EXPECT_DOUBLE_EQ(ProbabilityOfImprovement(a, b, {}).value, (1 + 0.5 + 0 + 1) / 4);
  EXPECT_DOUBLE_EQ(ProbabilityOfImprovement(b, a, {}).value, (0 + 0.5 + 1 + 0) / 4);
}

TEST(ProbabilityOfImprovement, OfAClearWinnerHasAnIntervalAboveAHalf) {
  Rng rng(5);
  const ScoreTable a = DrawTable(rng, 8, 30, 2, 0.2, 1);
  const ScoreTable b = DrawTable(rng, 8, 30, 0, 0.2, 1);
  const Estimate better = ProbabilityOfImprovement(a, b, {});
  EXPECT_GT(better.low, 0.8);
  EXPECT_LE(better.high, 1);
  const Estimate self = ProbabilityOfImprovement(a, a, {});
  EXPECT_EQ(self.low, 0.5);
  EXPECT_EQ(self.high, 0.5);
}

TEST(KaplanMeierMedian, IsTheOrdinaryOneWithoutCensoring) {
  const std::vector<SurvivalTime> times = {{5, true}, {1, true}, {3, true}, {9, true}};
  EXPECT_EQ(KaplanMeierMedian(times), 3);
}

TEST(KaplanMeierMedian, CountsTheCensoredAsAtRiskUntilTheyLeave) {
  // Survival 4/5 at 1; the censored one leaves at 2; 4/5 * 2/3 = 0.533 at 3; 0.267 at 4.
  const std::vector<SurvivalTime> times = {{1, true}, {2, false}, {3, true}, {4, true}, {9, false}};
  EXPECT_EQ(KaplanMeierMedian(times), 4);
}

TEST(KaplanMeierMedian, IsUnknownWhenFewerThanHalfReachIt) {
  const std::vector<SurvivalTime> times = {{1, true}, {50, false}, {50, false}};
  EXPECT_EQ(KaplanMeierMedian(times), std::nullopt);
  EXPECT_EQ(KaplanMeierMedian({}), std::nullopt);
}

TEST(KaplanMeierMedian, HandlesEventsAndCensoringAtTheSameTime) {
  const std::vector<SurvivalTime> times = {{2, false}, {2, true}, {2, true}, {3, false}};
  EXPECT_EQ(KaplanMeierMedian(times), 2);  // two of four reached it at 2
}

TEST(Statistics, RefuseEmptySamples) {
  EXPECT_THROW(Mean({}), InvariantViolation);
  EXPECT_THROW(InterquartileMean({}), InvariantViolation);
  EXPECT_THROW(Bootstrap(ScoreTable(0, 0), {}), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
