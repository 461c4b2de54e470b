#include "dynajob/evaluation/report_html.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/evaluation/results_summary.h"

#include "report_svg.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string ArmJson(const std::string& name, const std::string& kind, double reward) {
  const std::string r = std::to_string(reward);
  const std::string estimate = R"({"iqm":)" + r + R"(,"low":)" + std::to_string(reward - 0.1) +
                               R"(,"high":)" + std::to_string(reward + 0.1) + "}";
  return R"({"name":")" + name + R"(","kind":")" + kind + R"(","metrics":{"jumpstart":)" +
         estimate + R"(,"cumulative_reward":)" + estimate + R"(,"asymptote":)" + estimate +
         R"(,"steps_to_threshold":{"median":null,"reached":0.25},"asymptote_share_of_oracle":0.5},)"
         R"("curve":{"step":[1,2],"iqm":[0.1,)" +
         r + R"(],"low":[0,0.1],"high":[0.2,0.9]},)" +
         R"("cost":{"llm_calls":7,"env_steps":11,"updates":13}})";
}

std::string ComparisonJson(const std::string& a, const std::string& b, double low, double high) {
  return R"({"a":")" + a + R"(","b":")" + b +
         R"(","metric":"cumulative_reward","difference":{"iqm":)" +
         std::to_string((low + high) / 2) + R"(,"low":)" + std::to_string(low) + R"(,"high":)" +
         std::to_string(high) +
         R"(},"probability_of_improvement":{"value":0.7,"low":0.6,"high":0.8}})";
}

std::string ResultsWith(const std::string& arms, const std::string& comparisons) {
  return R"({"schema":"dynajob.results/1","seeds":[1,2],"llm":{"kind":"surrogate"},
    "judge":{"kind":"simulated","response_shares":{"IGNORE":0.6,"APPLY":0.12},
    "rank_correlation":{"surrogate":0.71,"cosine":0.42}},
    "protocols":[{"name":"new-user","steps":2,"candidates":3,"arms":[)" +
         arms + R"(],"comparisons":[)" + comparisons + "]}]}";
}

std::string TwoArms(double low, double high) {
  return ResultsWith(ArmJson("baseline", "learner", 0.3) + "," + ArmJson("hybrid", "learner", 0.8),
                     ComparisonJson("hybrid", "baseline", low, high));
}

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

TEST(AxisTicks, AreRoundAndCoverTheRange) {
  const std::vector<double> ticks = AxisTicks(-0.07, 0.83, 5);
  EXPECT_LE(ticks.front(), -0.07);
  EXPECT_GE(ticks.back(), 0.83);
  EXPECT_NEAR(ticks[1] - ticks[0], 0.2, 1e-12);
  EXPECT_GE(AxisTicks(3, 3, 5).size(), 1u);
}

TEST(SpreadLabels, KeepsOrderAndDistance) {
  const std::vector<double> labels = SpreadLabels({99, 100, 98, 20}, 14, 0, 100);
  EXPECT_LE(labels[1], 100);
  EXPECT_GE(labels[1] - labels[0], 14);
  EXPECT_GE(labels[0] - labels[2], 14);
  EXPECT_DOUBLE_EQ(labels[3], 20);
}

TEST(ReportHtml, PutsTheVerdictFirstAndHasEverySection) {
  const auto html = ReportHtml(TwoArms(1, 3), "[compare]\nseeds = 2\n");
  ASSERT_TRUE(html.ok()) << html.error().message;
  EXPECT_LT(html->find("beats the cold start"), html->find("<svg"));
  for (const char* part : {"viewBox", "stroke-dasharray", "not reached", "rule-based stand-in",
                           "0.71", "seeds = 2", "prefers-color-scheme", "size:A4", "better"})
    EXPECT_THAT(*html, HasSubstr(part));
}

TEST(LearningCurvesSvg, DrawsEveryGridLineInsideTheFrame) {
  const std::string svg = LearningCurvesSvg(ParseResults(TwoArms(1, 3))->protocols[0]);
  size_t lines = 0;
  for (size_t at = svg.find("class=\"grid\""); at != std::string::npos;
       at = svg.find("class=\"grid\"", at + 1)) {
    const double y = std::stod(svg.substr(svg.find("y1=\"", at) + 4));
    EXPECT_GE(y, 0);
    EXPECT_LE(y, 340);
    ++lines;
  }
  EXPECT_GE(lines, 4u);
}

TEST(ReportHtml, NeedsNothingFromOutside) {
  const std::string html = *ReportHtml(TwoArms(1, 3), "");
  for (const char* outside : {"http:", "https:", "<script", "<link", "src=", "@import", "url("})
    EXPECT_THAT(html, Not(HasSubstr(outside)));
}

TEST(ReportHtml, EscapesEveryTextOfTheInput) {
  const std::string evil = "<b onclick='x'>&";
  std::string json = ResultsWith(ArmJson(evil, "learner", 0.3), "");
  json.replace(json.find("new-user"), 8, "<i>new");
  json.replace(json.find("IGNORE"), 6, "<u>");
  const auto html = ReportHtml(json, "# </pre><script>alert(1)</script>");
  ASSERT_TRUE(html.ok()) << html.error().message;
  EXPECT_THAT(*html, HasSubstr("&lt;b onclick=&#39;x&#39;&gt;&amp;"));
  for (const char* raw : {"<b onclick", "<i>", "<u>", "<script"})
    EXPECT_THAT(*html, Not(HasSubstr(raw)));
}

TEST(ReportHtml, SaysWhoLabelledAndEscapesIt) {
  EXPECT_THAT(*ReportHtml(TwoArms(1, 3), ""), Not(HasSubstr("Who labelled")));
  const auto html = ReportHtml(TwoArms(1, 3), "", {{"model", "<b>"}, {"cost", "unknown"}});
  ASSERT_TRUE(html.ok());
  EXPECT_THAT(*html, HasSubstr("Who labelled"));
  EXPECT_THAT(*html, HasSubstr("<td class=\"words\">&lt;b&gt;</td>"));
  EXPECT_THAT(*html, HasSubstr("unknown"));
}

}  // namespace
}  // namespace dynajob
