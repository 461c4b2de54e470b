#include "dynajob/evaluation/logged_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

// People anna and ben; jobs j0 to j3, of which j3 expired at 100 ms.
Catalog FourJobs() {
  Catalog::Data data;
  data.embedder = "test";
  data.state_fields = {{"hard", 0, 1}};
  data.action_fields = {{"tech", 0, 1}};
  data.states = Matrix(2, 1);
  data.actions = Matrix(4, 1);
  data.candidates.resize(2);
  data.candidates[0].id = "anna";
  data.candidates[1].id = "ben";
  data.jobs.resize(4);
  for (size_t i = 0; i < 4; ++i) data.jobs[i].id = "j" + std::to_string(i);
  data.jobs[3].expires_ms = 100;
  return Catalog::Create(std::move(data)).value();
}

// Job j's value is j; its predicted reward is j / 10, for ben twice that.
RankingModel ByNumber() {
  return {.values =
              [](CandidateRow, std::span<const JobRow> jobs, std::span<float> out) {
                for (size_t i = 0; i < jobs.size(); ++i) out[i] = static_cast<float>(jobs[i]);
              },
          .rewards =
              [](CandidateRow candidate, std::span<const JobRow> jobs, std::span<float> out) {
                for (size_t i = 0; i < jobs.size(); ++i)
                  out[i] = static_cast<float>(jobs[i] * (1 + candidate)) / 8;
              }};
}

OffPolicySample Only(const LoggedDecision& decision, double epsilon = 0) {
  DecisionLog log{.decisions = {decision}, .left_out = {}};
  const auto samples = JudgeDecisions(FourJobs(), log, ByNumber(), epsilon);
  EXPECT_TRUE(samples.ok());
  EXPECT_EQ(samples->size(), 1U);
  return samples->front();
}

TEST(LoggedPolicy, TakesTheJobOfTheGreatestValue) {
  const OffPolicySample best =
      Only({.candidate_id = "anna", .job_id = "j3", .reward = 1, .propensity = 0.25});
  EXPECT_EQ(best.target_probability, 1);
  EXPECT_EQ(best.predicted_reward, 3.0 / 8);
  EXPECT_EQ(best.predicted_value, 3.0 / 8);
  EXPECT_TRUE(best.uniform);
  const OffPolicySample other = Only({.candidate_id = "ben", .job_id = "j1", .propensity = 0.5});
  EXPECT_EQ(other.target_probability, 0);
  EXPECT_EQ(other.predicted_reward, 2.0 / 8);
  EXPECT_EQ(other.predicted_value, 6.0 / 8);
  EXPECT_FALSE(other.uniform);
}

TEST(LoggedPolicy, ChoosesAmongTheJobsThatCouldBeShown) {
  const auto probability = [](LoggedDecision decision) {
    decision.candidate_id = "anna";
    return Only(decision).target_probability;
  };
  // j3 was gone, above, settled, or not in the candidate set.
  EXPECT_EQ(probability({.job_id = "j2", .timestamp_ms = 99}), 0);
  EXPECT_EQ(probability({.job_id = "j2", .timestamp_ms = 100}), 1);
  EXPECT_EQ(probability({.job_id = "j2", .above = {"j3"}}), 1);
  EXPECT_EQ(probability({.job_id = "j2", .settled = {"j3"}}), 1);
  EXPECT_EQ(probability({.job_id = "j2", .candidate_set = {"j0", "j2"}}), 1);
}

TEST(LoggedPolicy, EpsilonSpreadsOverTheCandidateSet) {
  const OffPolicySample best = Only({.candidate_id = "anna", .job_id = "j3"}, 0.2);
  EXPECT_DOUBLE_EQ(best.target_probability, 0.85);
  EXPECT_DOUBLE_EQ(best.predicted_value, 0.8 * 3 / 8 + 0.2 * 1.5 / 8);
  EXPECT_DOUBLE_EQ(Only({.candidate_id = "anna", .job_id = "j0"}, 0.2).target_probability, 0.05);
}

TEST(LoggedPolicy, UnknownPeopleAndJobsAreCounted) {
  DecisionLog log{.decisions = {{.candidate_id = "carl", .job_id = "j0"},
                                {.candidate_id = "anna", .job_id = "j9"}},
                  .left_out = {}};
  const auto samples = JudgeDecisions(FourJobs(), log, ByNumber(), 0);
  ASSERT_TRUE(samples.ok());
  EXPECT_THAT(*samples, IsEmpty());
  EXPECT_THAT(log.left_out, ElementsAre(Pair("places whose candidate is not in the catalog", 1),
                                        Pair("places whose job is not in the catalog", 1)));
}

TEST(LoggedPolicy, AModelThatGivesNoNumberIsRefused) {
  RankingModel broken = ByNumber();
  broken.values = [](CandidateRow, std::span<const JobRow>, std::span<float> out) {
    for (float& value : out) value = 0.0f / 0.0f;
  };
  DecisionLog log{.decisions = {{.candidate_id = "anna", .job_id = "j0"}}, .left_out = {}};
  const auto samples = JudgeDecisions(FourJobs(), log, broken, 0);
  ASSERT_FALSE(samples.ok());
  EXPECT_EQ(samples.error().code, ErrorCode::kCorruptData);
}

}  // namespace
}  // namespace dynajob
