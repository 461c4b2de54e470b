#include "dynajob/rewards/simulated_user_reward.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_catalog.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr ResponseProbabilities kFixed = {0.4, 0.3, 0.2, 0.1};
constexpr double kExpected = -0.04 + 0.1 + 0.1;

// Answers every pair alike, counts the questions and can be told to fail.
class FakeUser final : public UserSimulator {
 public:
  std::string_view kind() const override { return "fake"; }
  Status Probabilities(std::span<const Pair> pairs,
                       std::span<ResponseProbabilities> probabilities) override {
    if (fails) return Error{ErrorCode::kLlmUnavailable, "no answer"};
    asked += pairs.size();
    std::fill(probabilities.begin(), probabilities.end(), kFixed);
    return Status::Ok();
  }

  void Prefetch(std::span<const Pair> pairs) override {
    announced.insert(announced.end(), pairs.begin(), pairs.end());
  }

  Status Labels(std::span<const Pair> pairs,
                std::span<std::optional<ResponseProbabilities>> labels) override {
    DYNAJOB_RETURN_IF_ERROR(UserSimulator::Labels(pairs, labels));
    for (size_t i = 0; i < pairs.size(); ++i)
      if (pairs[i].job == mute_about) labels[i].reset();
    return Status::Ok();
  }

  size_t asked = 0;
  JobRow mute_about = UINT32_MAX;
  std::vector<Pair> announced;
  bool fails = false;
};

Catalog ManyJobs(size_t count) {
  std::vector<Job> jobs(count);
  for (size_t i = 0; i < count; ++i) jobs[i].id = "j" + std::to_string(i);
  Candidate candidate;
  candidate.id = "c";
  return RecordCatalog({candidate}, std::move(jobs));
}

TEST(SimulatedUserReward, IsTheExpectationByDefault) {
  const Catalog catalog = ManyJobs(1);
  FakeUser user;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, {}).value();
  const std::vector<Pair> pairs = {{0, 0}};
  std::vector<double> rewards(1);
  ASSERT_TRUE(reward->Rewards(pairs, rewards).ok());
  EXPECT_NEAR(rewards[0], kExpected, 1e-12);
  EXPECT_EQ(reward->name(), "llm");
}

TEST(SimulatedUserReward, AsksAndCountsEachDistinctPairOnce) {
  const Catalog catalog = ManyJobs(3);
  FakeUser user;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, {}).value();
  const std::vector<Pair> pairs = {{0, 0}, {0, 1}, {0, 0}};
  std::vector<double> rewards(3);
  ASSERT_TRUE(reward->Rewards(pairs, rewards).ok());
  ASSERT_TRUE(reward->Rewards(pairs, rewards).ok());
  EXPECT_EQ(user.asked, 2u);
  EXPECT_EQ(reward->labels_bought(), 2u);
}

TEST(SimulatedUserReward, SampledLabelsAreRewardsOfResponsesWithTheExpectedMean) {
  constexpr size_t kPairs = 4000;
  const Catalog catalog = ManyJobs(kPairs);
  FakeUser user;
  LabelOptions options;
  options.mode = LabelMode::kSampled;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options).value();
  std::vector<Pair> pairs;
  for (JobRow job = 0; job < kPairs; ++job) pairs.push_back({0, job});
  std::vector<double> rewards(kPairs);
  ASSERT_TRUE(reward->Rewards(pairs, rewards).ok());
  double mean = 0;
  for (const double value : rewards) {
    EXPECT_TRUE(value == -0.1 || value == 0 || value == 0.5 || value == 1) << value;
    mean += value / kPairs;
  }
  // Standard error .0055.
  EXPECT_NEAR(mean, kExpected, 0.02);
}

TEST(SimulatedUserReward, SampledLabelOfAPairDependsOnIdsAndSeedOnly) {
  const Catalog catalog = ManyJobs(64);
  FakeUser user;
  LabelOptions options;
  options.mode = LabelMode::kSampled;
  const auto together = SimulatedUserReward::Create(catalog, user, {}, options).value();
  const auto alone = SimulatedUserReward::Create(catalog, user, {}, options).value();
  options.seed = 2;
  const auto reseeded = SimulatedUserReward::Create(catalog, user, {}, options).value();
  std::vector<Pair> pairs;
  for (JobRow job = 0; job < 64; ++job) pairs.push_back({0, job});
  std::vector<double> rewards(64);
  std::vector<double> other(64);
  ASSERT_TRUE(together->Rewards(pairs, rewards).ok());
  ASSERT_TRUE(reseeded->Rewards(pairs, other).ok());
  EXPECT_NE(rewards, other);
  for (size_t i = pairs.size(); i-- > 0;) {
    double one = 0;
    ASSERT_TRUE(alone->Rewards({&pairs[i], 1}, {&one, 1}).ok());
    EXPECT_EQ(one, rewards[i]);
  }
}

TEST(SimulatedUserReward, StopsAtTheBudgetButKeepsKnownPairsFree) {
  const Catalog catalog = ManyJobs(4);
  FakeUser user;
  LabelOptions options;
  options.budget = 2;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options).value();
  const std::vector<Pair> first = {{0, 0}, {0, 1}};
  const std::vector<Pair> more = {{0, 0}, {0, 2}};
  std::vector<double> rewards(2);
  ASSERT_TRUE(reward->Rewards(first, rewards).ok());
  const Status status = reward->Rewards(more, rewards);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBudgetReached);
  EXPECT_THAT(status.error().message, HasSubstr("labels.budget is 2"));
  EXPECT_EQ(user.asked, 2u);
  EXPECT_TRUE(reward->Rewards(first, rewards).ok());
}

TEST(SimulatedUserReward, PrefetchesUnknownPairsOnceAndNoFurtherThanTheBudget) {
  const Catalog catalog = ManyJobs(6);
  FakeUser user;
  LabelOptions options;
  options.budget = 4;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options).value();
  const std::vector<Pair> known = {{0, 0}};
  std::vector<double> rewards(1);
  ASSERT_TRUE(reward->Rewards(known, rewards).ok());
  reward->Prefetch(std::vector<Pair>{{0, 0}, {0, 1}, {0, 2}, {0, 1}});
  EXPECT_EQ(user.announced, (std::vector<Pair>{{0, 1}, {0, 2}}));
  ASSERT_TRUE(reward->Rewards(std::vector<Pair>{{0, 1}}, rewards).ok());
  reward->Prefetch(std::vector<Pair>{{0, 2}, {0, 3}, {0, 4}, {0, 5}});
  EXPECT_EQ(user.announced, (std::vector<Pair>{{0, 1}, {0, 2}, {0, 3}})) << "a fifth is too much";
  EXPECT_EQ(reward->labels_bought(), 2u) << "prefetching is not buying";
}

TEST(SimulatedUserReward, LabelsOfAnEarlierRunCountAndAreNotChargedAgain) {
  const Catalog catalog = ManyJobs(4);
  FakeUser user;
  LabelOptions options;
  options.budget = 3;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options).value();
  const std::vector<Pair> before = {{0, 0}, {0, 1}};
  reward->MarkBought(before);
  EXPECT_EQ(reward->labels_bought(), 2u);
  std::vector<double> rewards(2);
  reward->Prefetch(std::vector<Pair>{{0, 1}, {0, 2}, {0, 3}});
  EXPECT_EQ(user.announced, (std::vector<Pair>{{0, 1}, {0, 2}}));
  ASSERT_TRUE(reward->Rewards(std::vector<Pair>{{0, 1}, {0, 2}}, rewards).ok());
  EXPECT_EQ(reward->labels_bought(), 3u);
  ASSERT_TRUE(reward->Rewards(before, rewards).ok());
  const Status status = reward->Rewards(std::vector<Pair>{{0, 3}}, std::span(rewards).first(1));
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("3 labels are bought and 1 more are needed"));
}

TEST(SimulatedUserReward, APairWithoutAUsableAnswerHasNoRewardAndIsNoLabel) {
  const Catalog catalog = ManyJobs(3);
  FakeUser user;
  user.mute_about = 1;
  LabelOptions options;
  options.budget = 2;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options).value();
  reward->Prefetch(std::vector<Pair>{{0, 1}, {0, 0}, {0, 2}});
  EXPECT_EQ(user.announced, (std::vector<Pair>{{0, 1}, {0, 0}}));
  std::vector<double> rewards(2);
  const Status status = reward->Rewards(std::vector<Pair>{{0, 0}, {0, 1}}, rewards);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(status.error().message, HasSubstr("candidate 'c' and job 'j1'"));
  EXPECT_EQ(reward->labels_bought(), 1u);
  EXPECT_FALSE(reward->Rewards(std::vector<Pair>{{0, 1}}, std::span(rewards).first(1)).ok());
  EXPECT_EQ(user.asked, 2u) << "asked once, whatever came of it";
  EXPECT_TRUE(reward->Rewards(std::vector<Pair>{{0, 0}, {0, 2}}, rewards).ok());
  EXPECT_EQ(reward->labels_bought(), 2u);
}

TEST(SimulatedUserReward, PassesAFailureOnAndInventsNoLabel) {
  const Catalog catalog = ManyJobs(1);
  FakeUser user;
  user.fails = true;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, {}).value();
  const std::vector<Pair> pairs = {{0, 0}};
  std::vector<double> rewards(1);
  const Status status = reward->Rewards(pairs, rewards);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_EQ(reward->labels_bought(), 0u);
}

TEST(SimulatedUserReward, RefusesANegativeBudget) {
  const Catalog catalog = ManyJobs(1);
  FakeUser user;
  LabelOptions options;
  options.budget = -1;
  const auto reward = SimulatedUserReward::Create(catalog, user, {}, options);
  ASSERT_FALSE(reward.ok());
  EXPECT_THAT(reward.error().message, HasSubstr("labels.budget is -1"));
}

}  // namespace
}  // namespace dynajob
