#include "dynajob/rewards/response_rewards.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(ResponseRewards, DefaultsAreTheSpecifications) {
  const ResponseRewards rewards;
  EXPECT_EQ(rewards.Of(Response::kIgnore), -0.1);
  EXPECT_EQ(rewards.Of(Response::kClick), 0.0);
  EXPECT_EQ(rewards.Of(Response::kSave), 0.5);
  EXPECT_EQ(rewards.Of(Response::kApply), 1.0);
}

TEST(ResponseRewards, ExpectedWeighsByProbability) {
  EXPECT_NEAR(ResponseRewards{}.Expected({0.4, 0.3, 0.2, 0.1}), -0.04 + 0.1 + 0.1, 1e-15);
}

TEST(ResponseRewards, RefusesARewardThatIsNotFinite) {
  ResponseRewards rewards;
  rewards.save = std::nan("");
  ASSERT_FALSE(rewards.Validate().ok());
  EXPECT_THAT(rewards.Validate().error().message, HasSubstr("rewards.save is nan"));
}

TEST(ResponseRewards, RefusesABrokenOrderNamingBothRewards) {
  ResponseRewards rewards;
  rewards.click = 0.7;
  ASSERT_FALSE(rewards.Validate().ok());
  EXPECT_THAT(rewards.Validate().error().message, HasSubstr("rewards.save is 0.5"));
  EXPECT_THAT(rewards.Validate().error().message, HasSubstr("rewards.click = 0.7"));
}

TEST(ResponseRewards, IsSetThroughTheConfiguration) {
  ResponseRewards rewards;
  ConfigRegistry registry;
  rewards.Bind(registry);
  ASSERT_TRUE(registry.Set("rewards.ignore=-0.5").ok());
  EXPECT_EQ(rewards.ignore, -0.5);
}

}  // namespace
}  // namespace dynajob
