#include "dynajob/evaluation/off_policy.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

const OffPolicyEstimate& Find(const OffPolicyResult& result, const std::string& name) {
  for (const OffPolicyEstimate& estimate : result.estimates)
    if (estimate.name == name) return estimate;
  throw std::runtime_error("no estimate " + name);
}

// Two actions, rewards 1 and 0 in the mean, logged with probability 0.3 and 0.7; the judged policy
// takes the first with `target` in place of 0.3.
std::vector<OffPolicySample> TwoActions(size_t decisions, double target, uint64_t seed) {
  Rng rng = Rng::Derive(seed, "off-policy-test");
  std::vector<OffPolicySample> samples;
  for (size_t i = 0; i < decisions; ++i) {
    const bool first = rng.Bernoulli(0.3);
    samples.push_back({.reward = (first ? 1.0 : 0.0) + rng.Normal() / 2,
                       .logging_propensity = first ? 0.3 : 0.7,
                       .target_probability = first ? target : 1 - target,
                       .predicted_reward = first ? 0.8 : 0.1,
                       .predicted_value = target * 0.8 + (1 - target) * 0.1,
                       .person = i / 4});
  }
  return samples;
}

TEST(OffPolicy, EstimatesAreThoseOfAHandCalculation) {
  // Weights 2, 0.5, 1, 0; predictions 0.5 throughout, of the policy 0.6.
  const std::vector<OffPolicySample> samples = {
      {.reward = 1, .logging_propensity = 0.25, .target_probability = 0.5, .person = 0},
      {.reward = 2, .logging_propensity = 1, .target_probability = 0.5, .person = 1},
      {.reward = -1, .logging_propensity = 0.5, .target_probability = 0.5, .person = 2},
      {.reward = 8, .logging_propensity = 0.5, .target_probability = 0, .person = 2}};
  std::vector<OffPolicySample> predicted = samples;
  for (OffPolicySample& sample : predicted) {
    sample.predicted_reward = 0.5;
    sample.predicted_value = 0.6;
  }
  const OffPolicyResult result =
      EvaluateOffPolicy(predicted, true, {.minimum_effective = 2, .weight_tolerance = 0.9});
  ASSERT_THAT(result.support.objections, ::testing::IsEmpty());
  EXPECT_EQ(result.support.people, 3U);
  EXPECT_DOUBLE_EQ(result.support.effective_decisions, 3.5 * 3.5 / 5.25);
  EXPECT_DOUBLE_EQ(result.support.mean_weight.value, 3.5 / 4);
  EXPECT_DOUBLE_EQ(result.support.largest_weight_share, 2 / 3.5);
  EXPECT_DOUBLE_EQ(result.logged.value, 2.5);
  EXPECT_DOUBLE_EQ(Find(result, "IPS").value.value, (2 + 1 - 1) / 4.0);
  EXPECT_DOUBLE_EQ(Find(result, "SNIPS").value.value, 2 / 3.5);
  EXPECT_DOUBLE_EQ(Find(result, "DM").value.value, 0.6);
  EXPECT_DOUBLE_EQ(Find(result, "DR").value.value, 0.6 + (2 * 0.5 + 0.5 * 1.5 - 1.5) / 4);
  EXPECT_DOUBLE_EQ(Find(result, "SNIPS").difference.value, 2 / 3.5 - 2.5);
  EXPECT_THAT(Find(result, "replay").absent, HasSubstr("uniformly"));
}

// The true value of the policy is its probability of the first action.
TEST(OffPolicy, IntervalsCoverTheTrueValueAboutAsOftenAsTheySay) {
  constexpr double kTarget = 0.8;
  constexpr int kLogs = 200;
  int ips = 0, snips = 0, doubly_robust = 0;
  for (int i = 0; i < kLogs; ++i) {
    const OffPolicyResult result = EvaluateOffPolicy(
        TwoActions(400, kTarget, static_cast<uint64_t>(i)), true, {.resamples = 200});
    const auto covers = [&](const char* name) {
      const Estimate value = Find(result, name).value;
      return value.low <= kTarget && kTarget <= value.high;
    };
    ips += covers("IPS");
    snips += covers("SNIPS");
    doubly_robust += covers("DR");
  }
  for (const int covered : {ips, snips, doubly_robust}) {
    EXPECT_GE(covered, kLogs * 90 / 100);
    EXPECT_LE(covered, kLogs * 99 / 100);
  }
}

// The direct method inherits the bias of the model, the doubly robust estimator does not.
TEST(OffPolicy, AWrongRewardModelMisleadsTheDirectMethodOnly) {
  std::vector<OffPolicySample> samples = TwoActions(20'000, 0.8, 5);
  const OffPolicyResult result = EvaluateOffPolicy(samples, true, {});
  EXPECT_NEAR(Find(result, "DM").value.value, 0.66, 1e-9);
  EXPECT_NEAR(Find(result, "DR").value.value, 0.8, 0.03);
}

TEST(OffPolicy, ReplayTakesTheRewardsWhereAUniformLogAgrees) {
  Rng rng = Rng::Derive(3, "replay-test");
  std::vector<OffPolicySample> samples;
  double sum = 0, matched = 0;
  for (size_t i = 0; i < 2000; ++i) {
    const bool same = rng.Bernoulli(0.25);
    samples.push_back({.reward = rng.Normal(),
                       .logging_propensity = 0.25,
                       .target_probability = same ? 1.0 : 0.0,
                       .uniform = true,
                       .person = i});
    if (same) {
      sum += samples.back().reward;
      ++matched;
    }
  }
  const OffPolicyResult result = EvaluateOffPolicy(samples, false, {});
  EXPECT_DOUBLE_EQ(Find(result, "replay").value.value, sum / matched);
  // With a deterministic policy and a uniform log the two are the same.
  EXPECT_NEAR(Find(result, "SNIPS").value.value, sum / matched, 1e-12);
  EXPECT_EQ(Find(result, "DR").absent, "there is no reward model");
}

TEST(OffPolicy, NothingIsSaidWhereTheLogNeverShowsWhatThePolicyWouldChoose) {
  Rng rng = Rng::Derive(4, "support-test");
  std::vector<OffPolicySample> samples;
  for (size_t i = 0; i < 1000; ++i)
    samples.push_back({.reward = 1,
                       .logging_propensity = 1,
                       .target_probability = rng.Bernoulli(0.4) ? 1.0 : 0.0,
                       .person = i});
  const OffPolicyResult result = EvaluateOffPolicy(samples, true, {});
  EXPECT_TRUE(result.estimates.empty());
  ASSERT_EQ(result.support.objections.size(), 1U);
  EXPECT_THAT(result.support.objections[0], HasSubstr("never shows some"));
}

TEST(OffPolicy, PropensitiesThatAreTooSmallAreNoticed) {
  std::vector<OffPolicySample> samples = TwoActions(2000, 0.5, 8);
  for (OffPolicySample& sample : samples) sample.logging_propensity /= 2;
  const OffPolicyResult result = EvaluateOffPolicy(samples, true, {});
  EXPECT_TRUE(result.estimates.empty());
  ASSERT_EQ(result.support.objections.size(), 1U);
  EXPECT_THAT(result.support.objections[0], HasSubstr("propensities are too small"));
}

TEST(OffPolicy, AFewHeavyWeightsAreNoSample) {
  std::vector<OffPolicySample> samples;
  for (size_t i = 0; i < 1000; ++i)
    samples.push_back({.logging_propensity = i < 4 ? 0.004 : 1,
                       .target_probability = i < 4 ? 1.0 : 0.0,
                       .person = i});
  const OffPolicyResult result = EvaluateOffPolicy(samples, true, {});
  EXPECT_TRUE(result.estimates.empty());
  EXPECT_NEAR(result.support.effective_decisions, 4, 1e-9);
  ASSERT_EQ(result.support.objections.size(), 1U);
  EXPECT_THAT(result.support.objections[0], HasSubstr("minimum_effective"));
}

TEST(OffPolicy, OnePersonAndAnEmptyLogAreRefused) {
  std::vector<OffPolicySample> samples = TwoActions(500, 0.5, 1);
  for (OffPolicySample& sample : samples) sample.person = 3;
  EXPECT_THAT(EvaluateOffPolicy(samples, true, {}).support.objections,
              ::testing::ElementsAre(HasSubstr("needs at least 2")));
  EXPECT_THAT(EvaluateOffPolicy({}, true, {}).support.objections,
              ::testing::ElementsAre("no decisions"));
}

// Decisions about one person are one observation: repeating them makes nothing surer.
TEST(OffPolicy, RepeatedDecisionsAboutAPersonDoNotNarrowTheInterval) {
  const std::vector<OffPolicySample> once = TwoActions(400, 0.6, 2);
  std::vector<OffPolicySample> thrice;
  for (int i = 0; i < 3; ++i) thrice.insert(thrice.end(), once.begin(), once.end());
  const Estimate one = Find(EvaluateOffPolicy(once, true, {}), "IPS").value;
  const Estimate three = Find(EvaluateOffPolicy(thrice, true, {}), "IPS").value;
  EXPECT_NEAR(three.value, one.value, 1e-12);
  EXPECT_NEAR(three.high - three.low, one.high - one.low, 1e-9);
}

}  // namespace
}  // namespace dynajob
