// Split, environment, arms and metrics: the parts that a protocol is made of.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/evaluation/arm.h"
#include "dynajob/evaluation/judged_environment.h"
#include "dynajob/evaluation/metrics.h"
#include "dynajob/evaluation/split.h"

#include "comparison_test_support.h"

namespace dynajob {
namespace {

TEST(MakeSplit, PartsAreDisjointAndComplete) {
  const Catalog catalog = SmallMarketCatalog();
  const auto split = MakeSplit(catalog, 0.5, 3);
  ASSERT_TRUE(split.ok());
  std::set<uint32_t> jobs(split->training_jobs.begin(), split->training_jobs.end());
  jobs.insert(split->evaluation_jobs.begin(), split->evaluation_jobs.end());
  EXPECT_EQ(jobs.size(), 120u);
  EXPECT_EQ(split->training_jobs.size(), 60u);
  EXPECT_EQ(split->training_candidates.size() + split->evaluation_candidates.size(), 24u);
  EXPECT_EQ(MakeSplit(catalog, 0.5, 3)->training_jobs, split->training_jobs);
  EXPECT_NE(MakeSplit(catalog, 0.5, 4)->training_jobs, split->training_jobs);
}

TEST(MakeSplit, TooSmallACatalogIsRefused) {
  const Catalog catalog = SmallMarketCatalog(120, 1);
  const auto split = MakeSplit(catalog, 0.5, 3);
  ASSERT_FALSE(split.ok());
  EXPECT_EQ(split.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(split.error().message, ::testing::HasSubstr("1 usable candidates"));
}

class EnvironmentTest : public ::testing::Test {
 protected:
  EnvironmentTest()
      : catalog_(SmallMarketCatalog()),
        judge_(Judge::Create(catalog_, JudgeOptions{}, ResponseRewards{}, 1).value()) {
    for (JobRow job = 0; job < catalog_.job_count(); ++job) jobs_.push_back(job);
  }
  Catalog catalog_;
  Judge judge_;
  std::vector<JobRow> jobs_;
};

TEST_F(EnvironmentTest, ShowsNoJobTwiceUntilAllHaveBeenShown) {
  JudgedEnvironment environment(judge_, jobs_, 10, 0, 1);
  std::set<JobRow> shown;
  while (!environment.candidate_set().empty()) {
    const JobRow job = environment.candidate_set().front();
    EXPECT_TRUE(shown.insert(job).second);
    ASSERT_TRUE(environment.Recommend(job).ok());
  }
  EXPECT_EQ(shown.size(), jobs_.size());
}

TEST_F(EnvironmentTest, SetsAndResponsesAreTheSameForEveryArm) {
  JudgedEnvironment first(judge_, jobs_, 10, 2, 1);
  JudgedEnvironment second(judge_, jobs_, 10, 2, 1);
  EXPECT_TRUE(std::ranges::equal(first.candidate_set(), second.candidate_set()));
  const JobRow job = first.candidate_set()[3];
  EXPECT_EQ(*first.Recommend(job), *second.Recommend(job));
  JudgedEnvironment other_seed(judge_, jobs_, 10, 2, 9);
  EXPECT_FALSE(std::ranges::equal(second.candidate_set(), other_seed.candidate_set()));
}

TEST_F(EnvironmentTest, AJobOutsideTheSetIsABug) {
  JudgedEnvironment environment(judge_, jobs_, 10, 0, 1);
  const auto set = environment.candidate_set();
  const auto outside = std::ranges::find_if(
      jobs_, [&](JobRow job) { return std::ranges::find(set, job) == set.end(); });
  EXPECT_THROW((void)environment.Recommend(*outside), InvariantViolation);
}

TEST_F(EnvironmentTest, FrozenArmNeverChangesAndLearnerDoes) {
  ExperimentOptions options = SmallExperiment();
  const auto encoder = PairEncoder::Create(catalog_, options.trainer.network);
  const DynaQAgent agent(*encoder, options.trainer.network, options.trainer.learner, 1);
  const auto choices = [&](Arm& arm) {
    JudgedEnvironment environment(judge_, jobs_, 10, 0, 1);
    arm.BeginCandidate(0);
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(arm.Step(environment).ok());
    return environment.recommended();
  };
  const auto frozen = MakeFrozenArm(agent);
  const std::vector<JobRow> before = choices(*frozen);
  EXPECT_EQ(choices(*frozen), before);
  EXPECT_EQ(frozen->counts().q_updates, 0u);
  OnlineOptions online;
  online.epsilon_cold = 0;
  const auto learner = MakeLearnerArm(agent, online, Protocol::kNewUser, /*warm=*/false);
  EXPECT_NE(choices(*learner), before);
  EXPECT_EQ(learner->counts().env_steps, 30u);
  // Five warm-up steps, then one real and five simulated updates each.
  EXPECT_EQ(learner->counts().q_updates, 25u * 6u);
}

TEST_F(EnvironmentTest, NewUserForgetsTheLastCandidateAndNewSystemDoesNot) {
  ExperimentOptions options = SmallExperiment();
  const auto encoder = PairEncoder::Create(catalog_, options.trainer.network);
  const DynaQAgent agent(*encoder, options.trainer.network, options.trainer.learner, 1);
  const auto second_visit = [&](Protocol protocol, bool visit_other_first) {
    const auto arm = MakeLearnerArm(agent, OnlineOptions{}, protocol, /*warm=*/false);
    if (visit_other_first) {
      JudgedEnvironment other(judge_, jobs_, 10, 1, 1);
      arm->BeginCandidate(1);
      for (int i = 0; i < 30; ++i) EXPECT_TRUE(arm->Step(other).ok());
    }
    JudgedEnvironment environment(judge_, jobs_, 10, 0, 1);
    arm->BeginCandidate(0);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(arm->Step(environment).ok());
    return environment.recommended();
  };
  EXPECT_EQ(second_visit(Protocol::kNewUser, true), second_visit(Protocol::kNewUser, false));
  EXPECT_NE(second_visit(Protocol::kNewSystem, true), second_visit(Protocol::kNewSystem, false));
}

Trace TraceOf(std::vector<double> rewards) {
  Trace trace;
  for (const double reward : rewards)
    trace.steps.push_back({.expected_reward = reward, .best_in_set = 1, .apply_probability = 0.5});
  return trace;
}

TEST(Metrics, FollowTheirDefinitions) {
  const Trace trace = TraceOf({0, 0.2, 0.4, 0.6, 0.8});
  EXPECT_NEAR(FindMetric("cumulative_reward").score(trace), 2.0, 1e-12);
  EXPECT_NEAR(FindMetric("average_reward").score(trace), 0.4, 1e-12);
  EXPECT_NEAR(FindMetric("regret").score(trace), 3.0, 1e-12);
  EXPECT_NEAR(FindMetric("apply_rate").score(trace), 0.5, 1e-12);
  EXPECT_NEAR(FindMetric("asymptote").score(trace), 0.8, 1e-12);
  EXPECT_NEAR(FindMetric("asymptote").score(TraceOf({0, 0, 0, 0, 0, 0, 0, 0, 1, 3})), 2.0, 1e-12);
}

TEST(NormalizedScore, IsTheShareOfWhatTheOracleGetsAboveTheLowest) {
  const Trace oracle = TraceOf({0.9, 0.7});
  EXPECT_NEAR(NormalizedScore(TraceOf({0.3, 0.5}), oracle, -0.1), 0.5 / 0.9, 1e-12);
  EXPECT_EQ(NormalizedScore(TraceOf({-0.1, -0.1}), oracle, -0.1), 0);
  EXPECT_EQ(NormalizedScore(oracle, oracle, -0.1), 1);
  const Trace hopeless = TraceOf({-0.1, -0.1});
  EXPECT_EQ(NormalizedScore(hopeless, hopeless, -0.1), 1);
}

TEST(StepsToThreshold, IsTheEndOfTheFirstWindowThatIsGoodEnough) {
  const Trace oracle = TraceOf({1, 1, 1, 1, 1, 1});
  const SurvivalTime reached = StepsToThreshold(TraceOf({0, 0, 1, 1, 1, 1}), oracle, 0.7, 2);
  EXPECT_TRUE(reached.reached);
  EXPECT_EQ(reached.time, 4);
  const SurvivalTime censored = StepsToThreshold(TraceOf({0, 1, 0, 1, 0, 1}), oracle, 0.7, 2);
  EXPECT_FALSE(censored.reached);
  EXPECT_EQ(censored.time, 6);
}

}  // namespace
}  // namespace dynajob
