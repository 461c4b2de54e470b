#include "dynajob/evaluation/holm.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/bootstrap.h"

namespace dynajob {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

auto Near(double value) { return DoubleNear(value, 1e-12); }

TEST(HolmAdjusted, FollowsTheStepDownProcedure) {
  // By hand: .01 * 4, .02 * 3, .03 * 2 (not below the one before), .5.
  EXPECT_THAT(HolmAdjusted(std::vector{0.03, 0.01, 0.5, 0.02}),
              ElementsAre(Near(0.06), Near(0.04), Near(0.5), Near(0.06)));
  EXPECT_THAT(HolmAdjusted(std::vector{0.9, 0.8}), ElementsAre(1, 1));
  EXPECT_TRUE(HolmAdjusted({}).empty());
}

TEST(HolmConfidences, StopAtTheFirstThatIsNotRejected) {
  // .01 < .05 / 4 is rejected, .02 > .05 / 3 is not, and neither are the rest.
  const double stopped = 1 - 0.05 / 3;
  EXPECT_THAT(HolmConfidences(std::vector{0.03, 0.01, 0.5, 0.02}, 0.05),
              ElementsAre(Near(stopped), Near(1 - 0.05 / 4), Near(stopped), Near(stopped)));
}

TEST(HolmConfidences, IntervalsLeaveZeroOutExactlyWhereHolmRejects) {
  Rng rng(8);
  for (int family = 0; family < 200; ++family) {
    std::vector<Inference> inferences;
    std::vector<double> p_values;
    for (int i = 0; i < 6; ++i) {
      inferences.push_back({.value = 2 * rng.Normal(), .error = 0.8, .degrees_of_freedom = 9});
      p_values.push_back(inferences.back().PValue());
    }
    const std::vector<double> adjusted = HolmAdjusted(p_values);
    const std::vector<double> confidences = HolmConfidences(p_values, 0.05);
    for (size_t i = 0; i < inferences.size(); ++i) {
      const Estimate interval = inferences[i].Interval(confidences[i]);
      EXPECT_EQ(interval.low > 0 || interval.high < 0, adjusted[i] < 0.05) << p_values[i];
    }
  }
}

}  // namespace
}  // namespace dynajob
