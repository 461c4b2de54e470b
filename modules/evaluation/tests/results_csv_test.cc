#include "dynajob/evaluation/results_csv.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "example_results.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::map<std::string, std::string> FilesOf(const std::string& json) {
  std::map<std::string, std::string> files;
  for (const CsvFile& file : ResultsCsv(*ParseResults(json))) files[file.name] = file.text;
  return files;
}

TEST(ResultsCsv, HasOneRowPerEstimate) {
  const auto files = FilesOf(TwoArms(1, 3));
  EXPECT_EQ(files.size(), 6u);
  EXPECT_THAT(files.at("metrics.csv"), StartsWith("protocol,arm,kind,metric,value,low,high\r\n"));
  EXPECT_THAT(files.at("metrics.csv"),
              HasSubstr("new-user,hybrid,learner,jumpstart,0.8,0.7,0.9\r\n"));
  EXPECT_THAT(files.at("curves.csv"), HasSubstr("new-user,hybrid,1,0.1,0,0.2\r\n"));
  EXPECT_THAT(files.at("comparisons.csv"),
              HasSubstr("new-user,hybrid,baseline,cumulative_reward,2,1,3,,,,,0.7,0.6,0.8\r\n"));
  EXPECT_THAT(files.at("cost.csv"), HasSubstr("new-user,hybrid,7,0,11,13\r\n"));
}

TEST(ResultsCsv, WhatIsNotKnownIsAnEmptyField) {
  std::string json = TwoArms(1, 3);
  const std::string interval = R"("low":1.000000,"high":3.000000)";
  json.replace(json.find(interval), interval.size(), R"("low":null,"high":null)");
  const auto files = FilesOf(json);
  EXPECT_THAT(files.at("comparisons.csv"), HasSubstr("cumulative_reward,2,,,,,,,0.7,0.6,0.8\r\n"));
  EXPECT_THAT(files.at("thresholds.csv"), HasSubstr("new-user,baseline,,,,0.25\r\n"));
}

TEST(ResultsCsv, QuotesNamesThatNeedIt) {
  const auto files = FilesOf(ResultsWith(ArmJson(R"(a \"b\", c)", "learner", 0.3), ""));
  EXPECT_THAT(files.at("cost.csv"), HasSubstr("new-user,\"a \"\"b\"\", c\",7,0,11,13\r\n"));
}

}  // namespace
}  // namespace dynajob
