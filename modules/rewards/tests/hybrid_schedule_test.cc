#include "dynajob/rewards/hybrid_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(HybridSchedule, SwitchIsAllOrNothing) {
  const HybridOptions options;
  for (const double fraction : {0.0, 0.5, 1.0}) {
    EXPECT_EQ(SimulatedUserWeight(options, HybridPhase::kCosine, fraction), 0);
    EXPECT_EQ(SimulatedUserWeight(options, HybridPhase::kSimulatedUser, fraction), 1);
  }
}

TEST(HybridSchedule, AnnealingRisesLinearlyAndThenStays) {
  HybridOptions options;
  options.mode = HybridMode::kAnneal;
  options.anneal_fraction = 0.8;
  const auto weight = [&](double fraction) {
    return SimulatedUserWeight(options, HybridPhase::kSimulatedUser, fraction);
  };
  EXPECT_EQ(SimulatedUserWeight(options, HybridPhase::kCosine, 0.9), 0);
  EXPECT_EQ(weight(-1), 0);
  EXPECT_EQ(weight(0), 0);
  EXPECT_NEAR(weight(0.2), 0.25, 1e-12);
  EXPECT_NEAR(weight(0.4), 0.5, 1e-12);
  EXPECT_EQ(weight(0.8), 1);
  EXPECT_EQ(weight(2), 1);
}

TEST(HybridSchedule, BlendIsLinearInTheWeight) {
  EXPECT_EQ(BlendRewards(0, 0.2, 0.9), 0.2);
  EXPECT_EQ(BlendRewards(1, 0.2, 0.9), 0.9);
  EXPECT_NEAR(BlendRewards(0.5, 0.2, 0.9), 0.55, 1e-12);
}

TEST(HybridSchedule, RefusesAnAnnealingFractionOfNothing) {
  HybridOptions options;
  options.anneal_fraction = 0;
  ASSERT_FALSE(options.Validate().ok());
  EXPECT_THAT(options.Validate().error().message,
              ::testing::HasSubstr("hybrid.anneal_fraction is 0"));
}

TEST(HybridSchedule, IsSetThroughTheConfiguration) {
  HybridOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("hybrid.mode=anneal").ok());
  ASSERT_TRUE(registry.Set("hybrid.calibration=affine").ok());
  EXPECT_EQ(options.mode, HybridMode::kAnneal);
  EXPECT_EQ(options.calibration, CalibrationMethod::kAffine);
}

}  // namespace
}  // namespace dynajob
