#include "dynajob/rewards/cosine_reward.h"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "small_catalog.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Candidate 0 is (1, 0 | 0, 2); candidate 1 is zero.
Catalog TestCatalog() {
  return VectorCatalog({{1, 0, 0, 2}, {0, 0, 0, 0}},
                       {
                           {9, 9, 1, 0, 0, 2, 1, 1, 1},    // the same as candidate 0
                           {9, 9, -1, 0, 0, -2, 1, 1, 1},  // opposite
                           {9, 9, 3, 0, 0, 0, 1, 1, 1},    // tech alike, no soft
                           {9, 9, 0, 5, 7, 0, 1, 1, 1},    // at right angles
                       });
}

std::string MessageFor(const std::vector<std::string>& pairs) {
  const Catalog catalog = TestCatalog();
  const auto reward = CosineReward::Create(catalog, {pairs});
  if (reward.ok()) return "accepted";
  EXPECT_EQ(reward.error().code, ErrorCode::kInvalidArgument);
  return reward.error().message;
}

TEST(CosineReward, ComparesBothSidesConcatenatedInPairOrder) {
  const Catalog catalog = TestCatalog();
  const auto reward = CosineReward::Create(catalog, {}).value();
  EXPECT_NEAR(reward->Cosine({0, 0}), 1, 1e-12);
  EXPECT_NEAR(reward->Cosine({0, 1}), -1, 1e-12);
  EXPECT_NEAR(reward->Cosine({0, 2}), 1 / std::sqrt(5.0), 1e-12);  // 3 / (sqrt(5) * 3)
  EXPECT_NEAR(reward->Cosine({0, 3}), 0, 1e-12);
}

TEST(CosineReward, ReadsTheFieldsThatThePairsName) {
  const Catalog catalog = TestCatalog();
  const auto crossed = CosineReward::Create(catalog, {{"soft:tech"}}).value();
  EXPECT_NEAR(crossed->Cosine({0, 3}), 1, 1e-12);  // (0, 2) and (0, 5)
  EXPECT_NEAR(crossed->Cosine({0, 0}), 0, 1e-12);
}

TEST(CosineReward, GivesZeroForAZeroVector) {
  const Catalog catalog = TestCatalog();
  const auto reward = CosineReward::Create(catalog, {}).value();
  EXPECT_EQ(reward->Cosine({1, 0}), 0);
  EXPECT_EQ(reward->FieldCosines({0, 2})[1], 0);
}

TEST(CosineReward, ExplainsEachPairOfFields) {
  const Catalog catalog = TestCatalog();
  const auto reward = CosineReward::Create(catalog, {}).value();
  ASSERT_EQ(reward->field_pairs(), (std::vector<std::string>{"hard:tech", "soft:soft"}));
  const std::vector<double> cosines = reward->FieldCosines({0, 1});
  ASSERT_EQ(cosines.size(), 2u);
  EXPECT_NEAR(cosines[0], -1, 1e-12);
  EXPECT_NEAR(cosines[1], -1, 1e-12);
}

TEST(CosineReward, RewardsABatchInOrderAndBuysNothing) {
  const Catalog catalog = TestCatalog();
  const auto reward = CosineReward::Create(catalog, {}).value();
  const std::vector<Pair> pairs = {{0, 1}, {0, 0}};
  std::vector<double> rewards(2);
  ASSERT_TRUE(reward->Rewards(pairs, rewards).ok());
  EXPECT_EQ(rewards, (std::vector<double>{reward->Cosine({0, 1}), reward->Cosine({0, 0})}));
  EXPECT_EQ(reward->labels_bought(), 0u);
}

TEST(CosineReward, RefusesFieldsOfUnequalLengthWithNamesAndLengths) {
  EXPECT_THAT(
      MessageFor({"hard:tech", "soft:wide"}),
      AllOf(HasSubstr("cosine.pairs"), HasSubstr("'soft' has 2"), HasSubstr("'wide' has 3")));
}

TEST(CosineReward, RefusesUnknownFieldsNamingTheKnown) {
  EXPECT_THAT(MessageFor({"harder:tech"}),
              AllOf(HasSubstr("candidate field 'harder'"), HasSubstr("hard, soft")));
  EXPECT_THAT(MessageFor({"hard:technology"}),
              AllOf(HasSubstr("job field 'technology'"), HasSubstr("title, tech, soft, wide")));
}

TEST(CosineReward, RefusesMalformedPairs) {
  EXPECT_THAT(MessageFor({}), HasSubstr("cosine.pairs is empty"));
  for (const char* pair : {"hard", "hard:", ":tech", "hard:tech:soft", ""}) {
    EXPECT_THAT(MessageFor({pair}), HasSubstr("is not of the form")) << pair;
  }
}

}  // namespace
}  // namespace dynajob
