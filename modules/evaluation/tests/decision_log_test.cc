#include "dynajob/evaluation/decision_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/testing/mutations.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

ResponseEvent Event(const std::string& request, int64_t position, const std::string& job,
                    Response response, int64_t at = 0, const std::string& kind = "click") {
  static int next = 0;
  return {.event_id = std::to_string(next++),
          .candidate_id = "anna",
          .job_id = job,
          .response = response,
          .timestamp_ms = at,
          .model_version = "m",
          .kind = kind,
          .request_id = request,
          .position = position,
          .propensity = 0.5};
}

TEST(DecisionLog, APlaceIsWorthItsStrongestResponse) {
  const std::vector<ResponseEvent> events = {
      Event("r1", 0, "a", Response::kIgnore, 1, "impression"),
      Event("r1", 1, "b", Response::kIgnore, 1, "impression"),
      Event("r1", 1, "b", Response::kSave, 2, "save"), Event("r1", 1, "b", Response::kClick, 3)};
  const DecisionLog log = DecisionsOf(events, {});
  ASSERT_EQ(log.decisions.size(), 2U);
  EXPECT_EQ(log.decisions[0].reward, -0.1);
  EXPECT_THAT(log.decisions[0].above, IsEmpty());
  EXPECT_EQ(log.decisions[1].reward, 0.5);
  EXPECT_THAT(log.decisions[1].above, ElementsAre("a"));
  EXPECT_THAT(log.left_out, IsEmpty());
}

TEST(DecisionLog, APlaceBelowAHoleIsLeftOut) {
  const DecisionLog log = DecisionsOf(
      std::vector{Event("r1", 0, "a", Response::kClick), Event("r1", 2, "c", Response::kApply)},
      {});
  ASSERT_EQ(log.decisions.size(), 1U);
  EXPECT_EQ(log.decisions[0].job_id, "a");
  EXPECT_THAT(log.left_out, ElementsAre(Pair("places below one without an event", 1)));
}

TEST(DecisionLog, WhatWasSettledOnEarlierPagesCouldNotBeShown) {
  const std::vector<ResponseEvent> events = {
      Event("later", 0, "c", Response::kIgnore, 20), Event("earlier", 0, "a", Response::kApply, 10),
      Event("earlier", 1, "b", Response::kIgnore, 10, "dismiss"),
      Event("earlier", 2, "d", Response::kSave, 10)};
  const DecisionLog log = DecisionsOf(events, {});
  ASSERT_EQ(log.decisions.size(), 4U);
  EXPECT_THAT(log.decisions[0].settled, IsEmpty());
  EXPECT_EQ(log.decisions[3].job_id, "c");
  EXPECT_THAT(log.decisions[3].settled, ElementsAre("a", "b"));
}

TEST(DecisionLog, EventsThatSayTooLittleAreCounted) {
  std::vector<ResponseEvent> events(3, Event("r", 0, "a", Response::kClick));
  events[0].request_id.clear();
  events[1].propensity.reset();
  events[2].propensity = 0.0;
  const DecisionLog log = DecisionsOf(events, {});
  EXPECT_THAT(log.decisions, IsEmpty());
  EXPECT_THAT(log.left_out, ElementsAre(Pair("events that answer no known recommendation", 1),
                                        Pair("events without a propensity", 2)));
}

TEST(ParseDecisionLog, ReadsEveryField) {
  const auto log = ParseDecisionLog(
      R"({"candidate_id":"anna","job_id":"b","response":"SAVE","propensity":0.25,)"
      R"("candidate_set":["a","b"],"target_probability":0.75,"timestamp":"2026-05-01"})"
      "\n\n  \r\n"
      R"({"candidate_id":"ben","job_id":"c","reward":-2,"propensity":1,"target_probability":0})",
      {});
  ASSERT_TRUE(log.ok()) << log.error().message;
  ASSERT_EQ(log->decisions.size(), 2U);
  EXPECT_EQ(log->decisions[0].reward, 0.5);
  EXPECT_EQ(log->decisions[0].propensity, 0.25);
  EXPECT_THAT(log->decisions[0].candidate_set, ElementsAre("a", "b"));
  EXPECT_EQ(log->decisions[0].target_probability, 0.75);
  EXPECT_EQ(log->decisions[0].timestamp_ms, 1777593600000);
  EXPECT_EQ(log->decisions[1].reward, -2);
}

TEST(ParseDecisionLog, NamesLineFieldAndValueOfWhatIsWrong) {
  const auto reason = [](const std::string& line) {
    const auto log = ParseDecisionLog("\n" + line + "\n", {});
    return log.ok() ? std::string("accepted") : log.error().message;
  };
  const auto with = [](const std::string& rest) {
    return R"({"candidate_id":"a","job_id":"j",)" + rest + "}";
  };
  EXPECT_EQ(reason("{"), "line 2: is not a JSON object");
  EXPECT_EQ(reason("[]"), "line 2: is not a JSON object");
  EXPECT_EQ(reason(R"({"job_id":"j"})"), "line 2: has no candidate_id");
  EXPECT_EQ(reason(R"({"candidate_id":3})"),
            "line 2: candidate_id must be a text that is not empty");
  EXPECT_EQ(reason(with(R"("propensity":1)")), "line 2: has no reward");
  EXPECT_EQ(reason(with(R"("reward":1)")), "line 2: has no propensity");
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":0)")), HasSubstr("propensity = 0: must be"));
  EXPECT_THAT(reason(with(R"("reward":"1","propensity":1)")), HasSubstr("reward must be a number"));
  EXPECT_THAT(reason(with(R"("reward":1e999,"propensity":1)")), HasSubstr("line 2"));
  EXPECT_THAT(reason(with(R"("response":"MAYBE","propensity":1)")), HasSubstr("'MAYBE'"));
  EXPECT_THAT(reason(with(R"("response":"SAVE","reward":1,"propensity":1)")), HasSubstr("both"));
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":1,"candidate_set":["x"])")),
              HasSubstr("lacks the job_id 'j'"));
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":1,"candidate_set":["j","j"])")),
              HasSubstr("'j' twice"));
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":1,"timestamp":"soon")")), HasSubstr("'soon'"));
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":1,"target_probability":1.5)")),
              HasSubstr("target_probability = 1.5"));
  EXPECT_THAT(reason(with(R"("reward":1,"propensity":1})") + "\n" +
                     with(R"("reward":1,"propensity":1,"target_probability":1)")),
              HasSubstr("line 2"));
  EXPECT_EQ(reason(with(R"("reward":1,"propensity":1)") + "\n" +
                   with(R"("reward":1,"propensity":1,"target_probability":1)")),
            "line 3: target_probability must be in all lines or in none");
}

TEST(ParseDecisionLog, MutationsAreReadOrRefused) {
  const std::string line =
      R"({"candidate_id":"anna","job_id":"b","response":"SAVE","propensity":0.25,)"
      R"("candidate_set":["a","b"],"target_probability":0.75,"timestamp":"2026-05-01"})";
  const std::vector<std::string> corpus = {line, line + "\n" + line, std::string(500, '[')};
  int read = 0, refused = 0;
  ForEachMutation(corpus, {.count = 5000, .most_edits = 4}, [&](const std::string& text) {
    RunFuzzEntry(text);
    ++(ParseDecisionLog(text, {}).ok() ? read : refused);
  });
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace dynajob
