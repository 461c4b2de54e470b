#include "schema.h"

#include <gtest/gtest.h>

#include "record_json.h"

namespace dynajob {
namespace {

std::string PointerOf(const std::string& text) {
  const ParsedJson parsed = ParseJson(text, 8);
  EXPECT_FALSE(parsed.problem) << text;
  const auto problem = CheckJson(parsed.value, JobSchema());
  if (!problem) return "none";
  EXPECT_FALSE(problem->detail.empty());
  return problem->pointer.value_or("no pointer");
}

TEST(Schema, PointsToWhatIsWrong) {
  EXPECT_EQ(PointerOf(R"({"id": "a"})"), "none");
  EXPECT_EQ(PointerOf(R"([])"), "");
  EXPECT_EQ(PointerOf(R"({"title": "x"})"), "/id");
  EXPECT_EQ(PointerOf(R"({"id": ""})"), "/id");
  EXPECT_EQ(PointerOf(R"({"id": 7})"), "/id");
  EXPECT_EQ(PointerOf(R"({"id": null})"), "/id");
  EXPECT_EQ(PointerOf(R"({"id": "a", "a/b~c": 1})"), "/a~1b~0c");
  EXPECT_EQ(PointerOf(R"({"id": "a", "technical_skills": ["x", 3]})"), "/technical_skills/1");
  EXPECT_EQ(PointerOf(R"({"id": "a", "work_mode": "moon"})"), "/work_mode");
  EXPECT_EQ(PointerOf(R"({"id": "a", "position": {"latitude": 91, "longitude": 0}})"),
            "/position/latitude");
  EXPECT_EQ(PointerOf(R"({"id": "a", "salary": {"low": 1}})"), "/salary/high");
  EXPECT_EQ(PointerOf("{\"id\": \"a\", \"title\": \"" + std::string(501, 'x') + "\"}"), "/title");
}

TEST(Schema, RefusesTextThatIsNotSafeToRead) {
  for (const std::string text :
       {"", "{", "[1,]", "{\"a\": 1, \"a\": 2}", "{\"a\": [{\"b\": 1, \"b\": 1}]}", "\"\xff\"",
        "nul", "[[[[[[[[[1]]]]]]]]]", "1 2", "{\"a\": 1e999}"}) {
    const ParsedJson parsed = ParseJson(text, 8);
    ASSERT_TRUE(parsed.problem) << text;
    EXPECT_EQ(parsed.problem->kind.status, 400) << text;
  }
  EXPECT_FALSE(ParseJson(R"({"brackets in texts": "[[[[[[[[[[[[{{{{\"[["})", 8).problem);
}

TEST(RecordJson, GivesBackWhatItReads) {
  const std::string text =
      R"({"id":"a","title":"T","company":"C","sector":"S","description":"D",)"
      R"("technical_skills":["x","y"],"soft_skills":["z"],"experience_requirements":"E",)"
      R"("location":"L","position":{"latitude":1.5,"longitude":-2.25},"work_mode":"remote",)"
      R"("seniority":"senior","contract":"full-time","salary":{"low":1.0,"high":2.5},)"
      R"("posted":"2026-05-01T12:00:00Z","expires":"2026-06-01T12:00:00.250Z"})";
  Job job;
  ASSERT_FALSE(ReadRecord(Json::parse(text), "", job));
  EXPECT_EQ(job.salary->high, 2.5);
  EXPECT_EQ(*job.expires_ms % 1000, 250);
  EXPECT_EQ(ToJson(job).dump(), text);

  Candidate person;
  const std::string person_text =
      R"({"id":"p","bio":"B","resume":"R","category":"K","hard_skills":["x"],"soft_skills":["y"],)"
      R"("location":"L","preferred_work_mode":"hybrid","seniority":"lead","expected_salary":5.5})";
  ASSERT_FALSE(ReadRecord(Json::parse(person_text), "", person));
  EXPECT_EQ(ToJson(person).dump(), person_text);
}

TEST(RecordJson, PointsToADateAndToASalaryThatCannotBe) {
  Job job;
  EXPECT_EQ(ReadRecord(Json{{"id", "a"}, {"posted", "yesterday"}}, "/3", job)->pointer,
            "/3/posted");
  const Json salary = {{"low", 2}, {"high", 1}};
  EXPECT_EQ(ReadRecord(Json{{"id", "a"}, {"salary", salary}}, "/3", job)->pointer, "/3/salary/low");
}

TEST(RecordJson, APatchReplacesAndRemovesFields) {
  const Json before = {{"id", "a"}, {"title", "x"}, {"company", "y"}};
  const Json after = MergePatch(before, Json{{"title", nullptr}, {"company", "z"}});
  EXPECT_EQ(after, (Json{{"id", "a"}, {"company", "z"}}));
}

}  // namespace
}  // namespace dynajob
