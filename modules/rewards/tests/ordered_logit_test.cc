#include "dynajob/rewards/ordered_logit.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

double Sum(const ResponseProbabilities& p) { return std::accumulate(p.begin(), p.end(), 0.0); }

TEST(OrderedLogit, MatchesTheClosedFormOfAHandComputedCase) {
  // sigmoid(-ln 3) = 1/4, sigmoid(0) = 1/2, sigmoid(ln 4) = 4/5.
  const double u = 2;
  const ResponseProbabilities p = OrderedLogit(u, {u - std::log(3.0), u, u + std::log(4.0)});
  EXPECT_NEAR(p[0], 0.25, 1e-12);
  EXPECT_NEAR(p[1], 0.25, 1e-12);
  EXPECT_NEAR(p[2], 0.30, 1e-12);
  EXPECT_NEAR(p[3], 0.20, 1e-12);
}

TEST(OrderedLogit, IsADistributionEvenForExtremeUtilities) {
  for (const double u : {-1e6, -800.0, -3.0, 0.0, 3.0, 800.0, 1e6}) {
    const ResponseProbabilities p = OrderedLogit(u, {-1, 0, 1});
    EXPECT_NEAR(Sum(p), 1, 1e-12) << u;
    for (const double value : p) EXPECT_GE(value, 0) << u;
  }
}

TEST(OrderedLogit, MoreUtilityMeansMoreInterest) {
  double last_apply = 0;
  double last_not_ignored = 0;
  for (double u = -6; u <= 6; u += 0.25) {
    const ResponseProbabilities p = OrderedLogit(u, {-1, 0, 1});
    EXPECT_GT(p[3], last_apply);
    EXPECT_GT(1 - p[0], last_not_ignored);
    last_apply = p[3];
    last_not_ignored = 1 - p[0];
  }
}

TEST(OrderedLogit, ResponseAtFollowsTheCumulativeProbabilities) {
  const ResponseProbabilities p = {0.4, 0.3, 0.2, 0.1};
  EXPECT_EQ(ResponseAt(p, 0.0), Response::kIgnore);
  EXPECT_EQ(ResponseAt(p, 0.399), Response::kIgnore);
  EXPECT_EQ(ResponseAt(p, 0.401), Response::kClick);
  EXPECT_EQ(ResponseAt(p, 0.701), Response::kSave);
  EXPECT_EQ(ResponseAt(p, 0.901), Response::kApply);
  EXPECT_EQ(ResponseAt(p, 0.999999), Response::kApply);
}

TEST(CalibrateCutPoints, ReachesTheTargetShares) {
  Rng rng(7);
  std::vector<double> utilities(2000);
  for (double& u : utilities) u = 5 * rng.Normal() - 30;
  const ResponseProbabilities target = {0.6, 0.15, 0.13, 0.12};
  const auto cuts = CalibrateCutPoints(utilities, target);
  ASSERT_TRUE(cuts.ok()) << cuts.error().message;
  ResponseProbabilities shares{};
  for (const double u : utilities) {
    const ResponseProbabilities p = OrderedLogit(u, *cuts);
    for (size_t k = 0; k < kResponseCount; ++k) shares[k] += p[k] / 2000;
  }
  for (size_t k = 0; k < kResponseCount; ++k) EXPECT_NEAR(shares[k], target[k], 1e-9);
}

TEST(CalibrateCutPoints, IsTheLogitOfTheShareForOneUtility) {
  const std::vector<double> utilities = {3};
  const auto cuts = CalibrateCutPoints(utilities, {0.5, 0.25, 0.125, 0.125});
  ASSERT_TRUE(cuts.ok());
  EXPECT_NEAR((*cuts)[0], 3, 1e-9);
  EXPECT_NEAR((*cuts)[1], 3 + std::log(3.0), 1e-9);
  EXPECT_NEAR((*cuts)[2], 3 + std::log(7.0), 1e-9);
}

TEST(CalibrateCutPoints, RefusesWhatCannotBeCalibrated) {
  const std::vector<double> one = {0};
  const std::vector<double> infinite = {INFINITY};
  EXPECT_FALSE(CalibrateCutPoints({}, {0.25, 0.25, 0.25, 0.25}).ok());
  EXPECT_FALSE(CalibrateCutPoints(infinite, {0.25, 0.25, 0.25, 0.25}).ok());
  const auto unsummed = CalibrateCutPoints(one, {0.5, 0.5, 0.5, 0.5});
  ASSERT_FALSE(unsummed.ok());
  EXPECT_THAT(unsummed.error().message, HasSubstr("sum to 2"));
  const auto zero = CalibrateCutPoints(one, {1, 0, 0, 0});
  ASSERT_FALSE(zero.ok());
  EXPECT_THAT(zero.error().message, HasSubstr("CLICK"));
}

}  // namespace
}  // namespace dynajob
