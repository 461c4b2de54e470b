#include "results_table.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text_table.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(TextTable, AlignsColumnsWithoutTrailingBlanks) {
  TextTable table({"<name", "n"});
  table.AddRow({"é", "1"});
  table.AddHeading("group");
  table.AddRow({"long", "100"});
  EXPECT_EQ(table.ToString(), "  name    n\n  é       1\n  group\n  long  100\n");
}

TEST(Shorten, CutsBetweenCharacters) {
  EXPECT_EQ(Shorten("Zürich", 6), "Zürich");
  EXPECT_EQ(Shorten("Zürich West", 5), "Zü...");
  EXPECT_EQ(DisplayWidth("Zü..."), 5u);
}

TEST(FormatInterval, ShowsTheSignWhereAsked) {
  EXPECT_EQ(FormatInterval({0.4123, 0.38, 0.44}, 3), "0.412 [0.380,0.440]");
  EXPECT_EQ(FormatInterval({0.4123, -0.38, 0.44}, 2, true), "+0.41 [-0.38,+0.44]");
}

TEST(DigitsFor, ShowsAboutThreeDigits) {
  EXPECT_EQ(DigitsFor(0.7), 3);
  EXPECT_EQ(DigitsFor(23.4), 2);
  EXPECT_EQ(DigitsFor(412), 1);
  EXPECT_EQ(DigitsFor(52000), 0);
}

ArmResult MakeArm(const std::string& name, const std::string& kind, double reward) {
  ArmResult arm;
  arm.name = name;
  arm.kind = kind;
  for (const char* metric : {"jumpstart", "asymptote"})
    arm.metrics[metric] = {-0.123, -0.234, -0.111};
  for (const char* metric : {"apply_rate", "ndcg@10"}) arm.metrics[metric] = {0.123, 0.111, 0.234};
  arm.metrics["regret"] = {21.5, 19.25, 25.75};
  arm.metrics["cumulative_reward"] = {reward, reward - 1, reward + 1};
  arm.threshold.reached = 0.25;
  arm.optimality_gap = {0.31, 0.28, 0.34};
  arm.negative_transfer = {0.125, 0.05, 0.2};
  arm.asymptote_share_of_oracle = 0.81;
  arm.llm_calls = 1234567;
  return arm;
}

ResultsSummary MakeResults(Estimate difference) {
  ResultsSummary results;
  results.seeds = {1, 2};
  results.llm_kind = "surrogate";
  results.response_shares = {{"IGNORE", 0.6}, {"APPLY", 0.12}};
  results.rank_correlations = {{"surrogate", 0.71}, {"cosine", 0.42}};
  ProtocolResult& protocol = results.protocols.emplace_back();
  protocol.name = "new-user";
  protocol.steps = 40;
  protocol.candidates = 24;
  protocol.arms = {MakeArm("random", "reference", 1), MakeArm("baseline", "learner", 8),
                   MakeArm("hybrid", "learner", 21), MakeArm("greedy-model-frozen", "reference", 20)};
  protocol.comparisons = {
      {"hybrid", "baseline", "cumulative_reward", difference, {0.9, 0.8, 1}},
      {"hybrid", "hybrid-frozen", "cumulative_reward", {0.1, -1, 1}, {0.5, 0.4, 0.6}}};
  return results;
}

TEST(ResultsText, FitsTheTerminal) {
  std::istringstream lines(ResultsText(MakeResults({13, 11, 15})));
  std::string line;
  size_t longest = 0;
  while (std::getline(lines, line)) longest = std::max(longest, DisplayWidth(line));
  EXPECT_LE(longest, kTableWidth);
  EXPECT_GT(longest, 80u);
}

TEST(ResultsText, ShowsEveryArmLearnersFirst) {
  const std::string text = ResultsText(MakeResults({13, 11, 15}));
  EXPECT_LT(text.find("baseline"), text.find("random"));
  EXPECT_THAT(text, HasSubstr("never, 25 %"));
  EXPECT_THAT(text, HasSubstr("21.00 [20.00,22.00]"));
  EXPECT_THAT(text, HasSubstr("81 %"));
  EXPECT_THAT(text, HasSubstr("0.31 [0.28,0.34]"));
  EXPECT_THAT(text, HasSubstr("12 % [5,20]"));
}

TEST(ResultsText, VerdictsFollowTheInterval) {
  const std::string better = ResultsText(MakeResults({13, 11, 15}));
  EXPECT_THAT(better, HasSubstr("hybrid vs baseline"));
  EXPECT_THAT(better, HasSubstr("the warm start hybrid beats the cold start"));
  EXPECT_THAT(better, HasSubstr("cannot be told apart"));
  EXPECT_THAT(ResultsText(MakeResults({13, -1, 15})),
              HasSubstr("no warm start is shown to beat the cold start"));
}

TEST(ResultsText, ShowsHowUncertainTheThresholdIs) {
  ResultsSummary results = MakeResults({13, 11, 15});
  results.protocols[0].arms[1].threshold = {12, 8, std::nullopt, 0.71};
  EXPECT_THAT(ResultsText(results), HasSubstr("12 [8,never], 71 %"));
}

TEST(ResultsText, VerdictsFollowTheCorrectedIntervalWhereThereIsOne) {
  ResultsSummary results = MakeResults({13, 11, 15});
  ArmComparison& comparison = results.protocols[0].comparisons[0];
  comparison.holm_p = 0.08;
  comparison.holm_difference = Estimate{13, -1, 27};
  const std::string text = ResultsText(results);
  EXPECT_THAT(text, HasSubstr("0.080"));
  EXPECT_THAT(text, HasSubstr("no warm start is shown to beat the cold start"));
  EXPECT_THAT(text, HasSubstr("hybrid and baseline, hybrid and hybrid-frozen cannot be told"));
}

TEST(ResultsText, SaysThatJudgeAndSurrogateAreSimulated) {
  const std::string text = ResultsText(MakeResults({13, 11, 15}));
  EXPECT_THAT(text, HasSubstr("IGNORE 60 %"));
  EXPECT_THAT(text, HasSubstr("surrogate 0.71"));
  EXPECT_THAT(text, HasSubstr("a rule-based"));
}

}  // namespace
}  // namespace dynajob
