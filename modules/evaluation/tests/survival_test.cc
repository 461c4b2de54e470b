#include "dynajob/evaluation/survival.h"

#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

TEST(KaplanMeier, MultipliesTheSharesThatGoOn) {
  const std::vector<SurvivalTime> times = {{1, true}, {2, false}, {3, true}, {3, true}, {9, false}};
  const std::vector<SurvivalPoint> curve = KaplanMeier(times);
  ASSERT_EQ(curve.size(), 2u);
  EXPECT_EQ(curve[0].time, 1);
  EXPECT_EQ(curve[0].at_risk, 5u);
  EXPECT_EQ(curve[0].reached, 1u);
  EXPECT_DOUBLE_EQ(curve[0].survival, 4.0 / 5);
  EXPECT_EQ(curve[1].time, 3);
  EXPECT_EQ(curve[1].at_risk, 3u);
  EXPECT_EQ(curve[1].reached, 2u);
  EXPECT_DOUBLE_EQ(curve[1].survival, 4.0 / 5 / 3);
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

std::vector<SurvivalTime> Reached(const std::vector<double>& times) {
  std::vector<SurvivalTime> reached;
  for (const double time : times) reached.push_back({time, true});
  return reached;
}

TEST(BootstrapMedian, ContainsTheMedianAndWidensWithTheSpreadBetweenSeeds) {
  const std::vector<std::vector<SurvivalTime>> alike(8, Reached({9, 10, 10, 11}));
  const MedianEstimate narrow = BootstrapMedian(alike, {});
  EXPECT_EQ(narrow.value, 10);
  EXPECT_EQ(narrow.low, 10);
  EXPECT_EQ(narrow.high, 10);
  std::vector<std::vector<SurvivalTime>> different;
  for (double time = 1; time <= 8; ++time) different.push_back(Reached({time, time, time}));
  const MedianEstimate wide = BootstrapMedian(different, {});
  EXPECT_EQ(wide.value, 4);
  EXPECT_LE(wide.low, 2);
  EXPECT_GE(wide.high, 7);
}

TEST(BootstrapMedian, IsOpenWhereResamplesNeverReachIt) {
  const std::vector<std::vector<SurvivalTime>> times = {
      Reached({5, 6}), Reached({6, 7}), {{50, false}, {50, false}}, Reached({5, 9})};
  const MedianEstimate median = BootstrapMedian(times, {});
  EXPECT_EQ(median.value, 6);
  EXPECT_TRUE(median.low.has_value());
  EXPECT_EQ(median.high, std::nullopt);
}

TEST(BootstrapMedian, OfOneSeedResamplesItsPeople) {
  const std::vector<std::vector<SurvivalTime>> times = {Reached({1, 2, 3, 4, 5, 6, 7, 8, 9})};
  const MedianEstimate median = BootstrapMedian(times, {});
  EXPECT_EQ(median.value, 5);
  EXPECT_LT(median.low, 5);
  EXPECT_GT(median.high, 5);
  const std::vector<std::vector<SurvivalTime>> one_person = {Reached({4})};
  EXPECT_EQ(BootstrapMedian(one_person, {}).high, std::nullopt);
  EXPECT_THROW(BootstrapMedian({}, {}), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
