#include "dynajob/agent/policy.h"

#include <gtest/gtest.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

TEST(LinearSchedule, FallsLinearlyAndStays) {
  const LinearSchedule schedule{1.0, 0.2, 100};
  EXPECT_DOUBLE_EQ(schedule.At(0), 1.0);
  EXPECT_DOUBLE_EQ(schedule.At(25), 0.8);
  EXPECT_DOUBLE_EQ(schedule.At(99), 1.0 - 0.8 * 0.99);
  EXPECT_DOUBLE_EQ(schedule.At(100), 0.2);
  EXPECT_DOUBLE_EQ(schedule.At(1'000'000'000), 0.2);
  EXPECT_DOUBLE_EQ(schedule.At(-5), 1.0);
}

TEST(LinearSchedule, MayRiseAndMayHaveNoSteps) {
  EXPECT_DOUBLE_EQ((LinearSchedule{0, 1, 4}.At(1)), 0.25);
  EXPECT_DOUBLE_EQ((LinearSchedule{1, 0.3, 0}.At(0)), 0.3);
}

TEST(Greedy, TakesTheFirstOfEquals) {
  EXPECT_EQ(Greedy(std::vector<float>{1, 3, 2, 3}), 1u);
  EXPECT_EQ(Greedy(std::vector<float>{2, 2, 2}), 0u);
  EXPECT_EQ(Greedy(std::vector<float>{-2, -1}), 1u);
  EXPECT_THROW(Greedy(std::vector<float>{}), InvariantViolation);
}

TEST(EpsilonGreedy, ChoosesAsOftenAsItsPropensitiesSay) {
  const std::vector<float> values = {0.1f, 0.9f, 0.3f, 0.2f};
  const double epsilon = 0.4;
  Rng rng(5);
  constexpr int kDraws = 40000;
  std::vector<int> counts(values.size());
  std::vector<double> propensity(values.size());
  int explored = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Choice choice = EpsilonGreedy(values, epsilon, rng);
    ASSERT_LT(choice.index, values.size());
    ++counts[choice.index];
    propensity[choice.index] = choice.propensity;
    explored += choice.explored;
    if (!choice.explored) {
      ASSERT_EQ(choice.index, 1u);
    }
  }
  EXPECT_DOUBLE_EQ(propensity[1], 0.6 + 0.1);
  EXPECT_DOUBLE_EQ(propensity[0], 0.1);
  double sum = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    sum += propensity[i];
    EXPECT_NEAR(counts[i] / double{kDraws}, propensity[i], 0.01);
  }
  EXPECT_DOUBLE_EQ(sum, 1.0);
  EXPECT_NEAR(explored / double{kDraws}, epsilon, 0.01);
}

TEST(EpsilonGreedy, ZeroIsGreedyAndOneIsUniform) {
  const std::vector<float> values = {0, 5, 1};
  Rng rng(6);
  std::vector<int> counts(3);
  for (int i = 0; i < 3000; ++i) {
    EXPECT_EQ(EpsilonGreedy(values, 0, rng).index, 1u);
    const Choice choice = EpsilonGreedy(values, 1, rng);
    EXPECT_DOUBLE_EQ(choice.propensity, 1.0 / 3);
    ++counts[choice.index];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 120);
  EXPECT_DOUBLE_EQ(EpsilonGreedy(values, 0, rng).propensity, 1.0);
}

}  // namespace
}  // namespace dynajob
