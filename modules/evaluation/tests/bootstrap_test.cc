#include "dynajob/evaluation/bootstrap.h"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/check.h"
#include "dynajob/evaluation/student_t.h"

#include "score_table_test_support.h"

namespace dynajob {
namespace {

TEST(StudentT, AgreesWithPrintedTables) {
  EXPECT_NEAR(StudentCriticalValue(0.95, 1), 12.706204736, 1e-8);
  EXPECT_NEAR(StudentCriticalValue(0.95, 4), 2.776445105, 1e-8);
  EXPECT_NEAR(StudentCriticalValue(0.95, 19), 2.093024054, 1e-8);
  EXPECT_NEAR(StudentCriticalValue(0.99, 10), 3.169272673, 1e-8);
  EXPECT_NEAR(StudentTwoSidedTail(2, 10), 0.0733880348, 1e-9);
  EXPECT_EQ(StudentTwoSidedTail(0, 7), 1);
  EXPECT_THROW(StudentTwoSidedTail(1, 0), InvariantViolation);
  EXPECT_THROW(StudentCriticalValue(1, 5), InvariantViolation);
}

TEST(StudentT, BecomesTheNormalDistribution) {
  EXPECT_NEAR(StudentTwoSidedTail(1.96, 1000000), 2 * NormalCdf(-1.96), 1e-6);
  EXPECT_NEAR(NormalCdf(-1.959963985), 0.025, 1e-9);
}

TEST(Inference, IntervalAndTestSayTheSame) {
  const Inference inference{.value = 1, .error = 0.4, .degrees_of_freedom = 9};
  const double p = inference.PValue();
  EXPECT_GT(inference.Interval(1 - p - 1e-6).low, 0);
  EXPECT_LT(inference.Interval(1 - p + 1e-6).low, 0);
  EXPECT_GT(inference.PValue(0.9), 0.8);
}

TEST(Inference, OfOneUnitKnowsNothing) {
  const Inference inference = ClusterBootstrap(TableOf({{3}}), {});
  EXPECT_EQ(inference.value, 3);
  EXPECT_EQ(inference.PValue(), 1);
  EXPECT_EQ(inference.Interval().low, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(inference.Interval().high, std::numeric_limits<double>::infinity());
}

TEST(ClusterBootstrap, ValueIsTheAggregateOfTheSample) {
  const ScoreTable table = TableOf({{100, 1, 2, 3}, {4, 5, 6, -100}});
  EXPECT_DOUBLE_EQ(ClusterBootstrap(table, {}).value, 3.5);
  EXPECT_DOUBLE_EQ(ClusterBootstrap(table, {}, SortedMean).value, 21.0 / 8);
}

TEST(ClusterBootstrap, ErrorOfAMeanIsTheOneOfTheSeedMeans) {
  // Whatever the people of a seed, s / sqrt(n) of the seed means, up to the error of simulation.
  const ScoreTable table = TableOf({{0, 4}, {3, 3}, {1, 9}, {-2, 4}, {6, 6}});  // 2, 3, 5, 1, 6
  const Inference inference = ClusterBootstrap(table, {.resamples = 40000}, SortedMean);
  EXPECT_EQ(inference.degrees_of_freedom, 4u);
  EXPECT_NEAR(inference.error, std::sqrt(4.3 / 5), 0.01);
}

TEST(ClusterBootstrap, OfOneSeedResamplesItsPeople) {
  const ScoreTable table = TableOf({{2, 3, 5, 1, 6}});
  const Inference inference = ClusterBootstrap(table, {.resamples = 40000}, SortedMean);
  EXPECT_EQ(inference.degrees_of_freedom, 4u);
  EXPECT_NEAR(inference.error, std::sqrt(4.3 / 5), 0.01);
}

TEST(ClusterBootstrap, OfEqualScoresHasNoWidth) {
  const Inference inference = ClusterBootstrap(TableOf({{2, 2}, {2, 2}, {2, 2}}), {});
  EXPECT_EQ(inference.Interval().low, 2);
  EXPECT_EQ(inference.Interval().high, 2);
  EXPECT_EQ(inference.PValue(), 0);
  EXPECT_EQ(inference.PValue(2), 1);
}

TEST(ClusterBootstrap, IsAPureFunctionOfItsSeed) {
  Rng rng(3);
  const ScoreTable table = DrawTable(rng, 5, 20, 0, 1, 1);
  const Inference first = ClusterBootstrap(table, {.seed = 9});
  EXPECT_EQ(first.error, ClusterBootstrap(table, {.seed = 9}).error);
  EXPECT_NE(first.error, ClusterBootstrap(table, {.seed = 10}).error);
}

TEST(ClusterBootstrap, CoversWhereStratifiedIgnoresSeedEffects) {
  // 300 experiments of 10 seeds x 20 candidates whose true mean is 1; seeds differ as much as
  // candidates do.
  Rng rng(20);
  int clustered_covered = 0;
  int stratified_covered = 0;
  constexpr int kExperiments = 300;
  for (int i = 0; i < kExperiments; ++i) {
    const ScoreTable table = DrawTable(rng, 10, 20, 1, 1, 1);
    const BootstrapOptions options{.resamples = 400};
    const Estimate clustered = ClusterBootstrap(table, options, SortedMean).Interval();
    const Estimate stratified = StratifiedBootstrap(table, options, SortedMean);
    clustered_covered += clustered.low <= 1 && 1 <= clustered.high ? 1 : 0;
    stratified_covered += stratified.low <= 1 && 1 <= stratified.high ? 1 : 0;
  }
  EXPECT_GT(clustered_covered, kExperiments * 0.92);
  EXPECT_LT(stratified_covered, kExperiments * 0.75);
}

TEST(StratifiedBootstrap, ResamplesRunsWithinEachTask) {
  // Every candidate has the same score under both seeds, so only seeds could be exchanged.
  const Estimate estimate = StratifiedBootstrap(TableOf({{1, 5, 9}, {1, 5, 9}}), {}, SortedMean);
  EXPECT_DOUBLE_EQ(estimate.low, 5);
  EXPECT_DOUBLE_EQ(estimate.high, 5);
  // Here each candidate's mean is 0, 5 or 10, and two candidates are all 0 in 1 of 16 resamples.
  const Estimate mixed = StratifiedBootstrap(TableOf({{0, 0}, {10, 10}}), {}, SortedMean);
  EXPECT_DOUBLE_EQ(mixed.low, 0);
  EXPECT_DOUBLE_EQ(mixed.high, 10);
}

TEST(StratifiedBootstrap, NarrowsWithLessConfidence) {
  Rng rng(4);
  const ScoreTable table = DrawTable(rng, 6, 30, 0, 0.3, 1);
  const Estimate wide = StratifiedBootstrap(table, {}, SortedInterquartileMean, 0.95);
  const Estimate narrow = StratifiedBootstrap(table, {}, SortedInterquartileMean, 0.5);
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_GT(wide.high, narrow.high);
}

TEST(ShareInterval, OfAClearWinnerIsAboveAHalfAndAtMostOne) {
  Rng rng(5);
  const ScoreTable a = DrawTable(rng, 8, 30, 2, 0.2, 1);
  const ScoreTable b = DrawTable(rng, 8, 30, 0, 0.2, 1);
  const Estimate better = ShareInterval(Improvements(a, b), {});
  EXPECT_GT(better.low, 0.8);
  EXPECT_LE(better.high, 1);
  const Estimate self = ShareInterval(Improvements(a, a), {});
  EXPECT_EQ(self.low, 0.5);
  EXPECT_EQ(self.high, 0.5);
}

TEST(ExpandedTail, IsSmallerForFewerUnits) {
  EXPECT_NEAR(ExpandedTail(0.95, 5), NormalCdf(-2.776445105 * std::sqrt(5.0 / 4)), 1e-12);
  EXPECT_LT(ExpandedTail(0.95, 5), ExpandedTail(0.95, 20));
  EXPECT_NEAR(ExpandedTail(0.95, 100000), 0.025, 1e-5);
}

TEST(Bootstrap, RefusesWhatIsNoSample) {
  EXPECT_THROW(ClusterBootstrap(ScoreTable(0, 0), {}), InvariantViolation);
  EXPECT_THROW(StratifiedBootstrap(ScoreTable(0, 0), {}), InvariantViolation);
  EXPECT_THROW(ClusterBootstrap(TableOf({{1, NAN}}), {}), InvariantViolation);
  EXPECT_THROW(ClusterBootstrap(TableOf({{1, 2}}), {.resamples = 1}), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
