#include "dynajob/rewards/calibration.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(RewardCalibration, IsTheIdentityByDefault) {
  const RewardCalibration identity;
  EXPECT_EQ(identity.Apply(0.37), 0.37);
  EXPECT_EQ(identity.slope(), 1);
  EXPECT_EQ(identity.intercept(), 0);
}

TEST(RewardCalibration, AffineRecoversALine) {
  const std::vector<double> raw = {0, 0.5, 1};
  const std::vector<double> target = {-0.1, 0.4, 0.9};
  const auto fit = RewardCalibration::FitAffine(raw, target).value();
  EXPECT_NEAR(fit.slope(), 1, 1e-12);
  EXPECT_NEAR(fit.intercept(), -0.1, 1e-12);
  EXPECT_NEAR(fit.Apply(0.25), 0.15, 1e-12);
}

TEST(RewardCalibration, AffineIsLeastSquares) {
  // Means 1 and 1; covariance sum 1, variance sum 2.
  const std::vector<double> raw = {0, 1, 2};
  const std::vector<double> target = {1, 0, 2};
  const auto fit = RewardCalibration::FitAffine(raw, target).value();
  EXPECT_NEAR(fit.slope(), 0.5, 1e-12);
  EXPECT_NEAR(fit.intercept(), 0.5, 1e-12);
}

TEST(RewardCalibration, AffineNeverReversesTheOrder) {
  const std::vector<double> raw = {0, 1, 2};
  const std::vector<double> target = {3, 2, 1};
  const auto fit = RewardCalibration::FitAffine(raw, target).value();
  EXPECT_EQ(fit.slope(), 0);
  EXPECT_NEAR(fit.Apply(17), 2, 1e-12);
}

TEST(RewardCalibration, ConstantRawRewardsMapToTheMeanTarget) {
  const std::vector<double> raw = {0.3, 0.3, 0.3};
  const std::vector<double> target = {0, 0.5, 1};
  const auto affine = RewardCalibration::FitAffine(raw, target).value();
  const auto rank = RewardCalibration::FitRank(raw, target).value();
  EXPECT_NEAR(affine.Apply(0.9), 0.5, 1e-12);
  EXPECT_NEAR(rank.Apply(0.9), 0.5, 1e-12);
  EXPECT_EQ(rank.slope(), 0);
  EXPECT_NEAR(rank.intercept(), 0.5, 1e-12);
}

TEST(RewardCalibration, RankMapsQuantilesToQuantiles) {
  const std::vector<double> raw = {0.9, 0.1, 0.5};
  const std::vector<double> target = {-0.1, 1, 0};
  const auto fit = RewardCalibration::FitRank(raw, target).value();
  EXPECT_NEAR(fit.Apply(0.1), -0.1, 1e-12);
  EXPECT_NEAR(fit.Apply(0.5), 0, 1e-12);
  EXPECT_NEAR(fit.Apply(0.9), 1, 1e-12);
  EXPECT_NEAR(fit.Apply(0.7), 0.5, 1e-12);  // half-way between two knots
  EXPECT_NEAR(fit.Apply(-5), -0.1, 1e-12);  // constant beyond the ends
  EXPECT_NEAR(fit.Apply(5), 1, 1e-12);
}

TEST(RewardCalibration, RankGivesTiedRawRewardsTheirMeanTarget) {
  const std::vector<double> raw = {0, 0, 1};
  const std::vector<double> target = {0, 1, 2};
  const auto fit = RewardCalibration::FitRank(raw, target).value();
  EXPECT_NEAR(fit.Apply(0), 0.5, 1e-12);
  EXPECT_NEAR(fit.Apply(1), 2, 1e-12);
}

TEST(RewardCalibration, RankIsMonotoneAndKeepsTheMeanOfTheTargets) {
  Rng rng(11);
  std::vector<double> raw(500);
  std::vector<double> target(500);
  double mean_target = 0;
  for (size_t i = 0; i < raw.size(); ++i) {
    raw[i] = rng.Normal();
    target[i] = std::exp(rng.Normal());
    mean_target += target[i] / 500;
  }
  const auto fit = RewardCalibration::FitRank(raw, target).value();
  double last = fit.Apply(-10);
  for (double x = -5; x < 5; x += 0.01) {
    EXPECT_GE(fit.Apply(x), last);
    last = fit.Apply(x);
  }
  double mean_mapped = 0;
  double mean_line = 0;
  for (const double x : raw) {
    mean_mapped += fit.Apply(x) / 500;
    mean_line += (fit.slope() * x + fit.intercept()) / 500;
  }
  EXPECT_NEAR(mean_mapped, mean_target, 1e-9);
  EXPECT_NEAR(mean_line, mean_target, 1e-9);
  EXPECT_GT(fit.slope(), 0.5);
}

TEST(RewardCalibration, RefusesTooLittleOrBrokenData) {
  const std::vector<double> one = {1};
  const std::vector<double> two = {1, 2};
  const std::vector<double> broken = {1, std::nan("")};
  for (const auto fit : {&RewardCalibration::FitAffine, &RewardCalibration::FitRank}) {
    ASSERT_FALSE(fit(one, one).ok());
    EXPECT_THAT(fit(one, one).error().message, HasSubstr("at least 2 labelled pairs: got 1"));
    ASSERT_FALSE(fit(two, one).ok());
    EXPECT_THAT(fit(two, one).error().message, HasSubstr("got 1 and 2"));
    ASSERT_FALSE(fit(two, broken).ok());
    EXPECT_THAT(fit(two, broken).error().message, HasSubstr("pair 1"));
  }
}

}  // namespace
}  // namespace dynajob
