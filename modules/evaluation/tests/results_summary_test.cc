#include "dynajob/evaluation/results_summary.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "example_results.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(Verdict, FollowsFromTheIntervalOnly) {
  EXPECT_EQ(Verdict({5, 0.1, 9}), "better");
  EXPECT_EQ(Verdict({-5, -9, -0.1}), "worse");
  EXPECT_EQ(Verdict({5, -0.1, 9}), "cannot be told apart");
  EXPECT_EQ(Verdict({5, 0, 9}), "cannot be told apart");
}

TEST(ResultsSummary, ReadsArmsAndTurnsComparisonsRound) {
  const auto results = ParseResults(TwoArms(1, 3));
  ASSERT_TRUE(results.ok()) << results.error().message;
  const ProtocolResult& protocol = results->protocols.at(0);
  ASSERT_NE(protocol.FindArm("hybrid"), nullptr);
  EXPECT_EQ(protocol.FindArm("hybrid")->llm_calls, 7u);
  EXPECT_FALSE(protocol.FindArm("hybrid")->threshold.median.has_value());
  EXPECT_EQ(protocol.FindArm("nobody"), nullptr);
  const auto turned = protocol.Compare("baseline", "hybrid", "cumulative_reward");
  ASSERT_TRUE(turned.has_value());
  EXPECT_DOUBLE_EQ(turned->difference.low, -3);
  EXPECT_DOUBLE_EQ(turned->difference.high, -1);
  EXPECT_NEAR(turned->probability_of_improvement.low, 0.2, 1e-12);
}

TEST(ResultsSummary, NamesAWinnerOnlyWhenTheIntervalDoes) {
  EXPECT_THAT(WinnerSentence(ParseResults(TwoArms(1, 3))->protocols[0]),
              HasSubstr("the warm start hybrid beats the cold start"));
  EXPECT_THAT(WinnerSentence(ParseResults(TwoArms(-1, 3))->protocols[0]),
              HasSubstr("no warm start is shown to beat the cold start"));
  EXPECT_THAT(WinnerSentence(ParseResults(TwoArms(-3, -1))->protocols[0]),
              HasSubstr("Worse than the cold start: hybrid"));
}

TEST(ResultsSummary, SaysWhenWarmStartsCannotBeToldApart) {
  const std::string json =
      ResultsWith(ArmJson("baseline", "learner", 0.3) + "," + ArmJson("cosine", "learner", 0.7) +
                      "," + ArmJson("hybrid", "learner", 0.8),
                  ComparisonJson("hybrid", "baseline", 1, 3) + "," +
                      ComparisonJson("cosine", "baseline", 1, 2) + "," +
                      ComparisonJson("hybrid", "cosine", -0.5, 0.7));
  EXPECT_THAT(WinnerSentence(ParseResults(json)->protocols[0]),
              HasSubstr("hybrid cannot be told apart from cosine"));
}

std::string WithHolm(std::string json, const std::string& holm) {
  const std::string end = R"("high":0.8}})";
  return json.replace(json.rfind(end), end.size(), R"("high":0.8},"p":0.01,"holm":)" + holm + "}");
}

TEST(ResultsSummary, ACorrectedIntervalDecides) {
  const auto results = ParseResults(WithHolm(TwoArms(1, 3), R"({"p":0.06,"low":-0.2,"high":4.2})"));
  ASSERT_TRUE(results.ok()) << results.error().message;
  const ProtocolResult& protocol = results->protocols[0];
  EXPECT_THAT(WinnerSentence(protocol), HasSubstr("no warm start is shown to beat"));
  EXPECT_EQ(VerdictSentence(protocol),
            "new-user, cumulative reward: hybrid and baseline cannot be told apart.");
  const auto turned = protocol.Compare("baseline", "hybrid", "cumulative_reward");
  EXPECT_DOUBLE_EQ(turned->holm_difference->low, -4.2);
  EXPECT_DOUBLE_EQ(*turned->p, 0.01);
}

TEST(ResultsSummary, PutsEveryKeyComparisonIntoWords) {
  const std::string json =
      ResultsWith(ArmJson("baseline", "learner", 0.3) + "," + ArmJson("cosine", "learner", 0.7) +
                      "," + ArmJson("hybrid", "learner", 0.8),
                  ComparisonJson("hybrid", "baseline", 1, 3) + "," +
                      ComparisonJson("cosine", "baseline", 1, 2) + "," +
                      ComparisonJson("cosine", "hybrid", 0.1, 0.7) + "," +
                      ComparisonJson("hybrid", "hybrid-frozen", -0.1, 0.7));
  EXPECT_EQ(VerdictSentence(ParseResults(json)->protocols[0]),
            "new-user, cumulative reward: hybrid beats baseline; cosine beats baseline, hybrid; "
            "hybrid and hybrid-frozen cannot be told apart.");
}

TEST(ResultsSummary, AnUnknownIntervalDecidesNothing) {
  std::string json = TwoArms(1, 3);
  const std::string end = R"("low":1.000000,"high":3.000000)";
  json.replace(json.find(end), end.size(), R"("low":null,"high":null)");
  const auto results = ParseResults(json);
  ASSERT_TRUE(results.ok()) << results.error().message;
  EXPECT_THAT(WinnerSentence(results->protocols[0]), HasSubstr("no warm start is shown"));
}

TEST(ResultsSummary, RefusesOtherSchemasAndMissingParts) {
  EXPECT_EQ(ParseResults("{").error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(ParseResults(R"({"schema":"x"})").error().message, HasSubstr("dynajob.results/1"));
  EXPECT_THAT(ParseResults(R"({"schema":"dynajob.results/1"})").error().message,
              HasSubstr("seeds"));
}

}  // namespace
}  // namespace dynajob
