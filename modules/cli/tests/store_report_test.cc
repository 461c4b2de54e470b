#include "store_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

StoreReport MakeReport() {
  StoreReport report;
  report.store = "market.db";
  report.summary.jobs.count = 10;
  report.summary.jobs.without_salary = 8;
  report.summary.jobs.without_skills = 1;
  report.summary.jobs.fields = {{"tech", 9, 64, "lexical"}};
  report.summary.candidates.count = 4;
  report.exclusions.jobs_by_reason["no tech embedding"] = 1;
  return report;
}

TEST(StoreReport, SaysWhatIsKnownAndWhatItsAbsenceMeans) {
  const std::string text = StoreReportText(MakeReport());
  EXPECT_THAT(text, HasSubstr("20 %"));
  EXPECT_THAT(text, HasSubstr("8 of 10 jobs have no salary: the salary gap counts as 0"));
  EXPECT_THAT(text, HasSubstr("1 jobs are left out: no tech embedding"));
  EXPECT_THAT(text, HasSubstr("job.tech"));
  EXPECT_THAT(text, HasSubstr("ready for compare: yes"));
}

TEST(StoreReport, SaysWhyItIsNotReady) {
  StoreReport report = MakeReport();
  report.obstacle = FailedPrecondition("there are no embeddings");
  EXPECT_THAT(StoreReportText(report),
              HasSubstr("ready for compare: no, because there are no embeddings"));
  EXPECT_THAT(StoreReportJson(report), HasSubstr("\"ready_for_compare\": false"));
}

TEST(CheckReadyForCompare, NamesTheStepsThatTheJobsCannotCover) {
  Catalog::Data data;
  for (int i = 0; i < 4; ++i) {
    Job& job = data.jobs.emplace_back();
    job.id = "job-" + std::to_string(i);
    Candidate& candidate = data.candidates.emplace_back();
    candidate.id = "candidate-" + std::to_string(i);
  }
  data.state_fields = {{"hard", 0, 1}};
  data.action_fields = {{"tech", 0, 1}};
  data.states = Matrix(4, 1);
  data.actions = Matrix(4, 1);
  const auto catalog = Catalog::Create(std::move(data));
  ASSERT_TRUE(catalog.ok()) << catalog.error().message;
  ComparisonOptions options;
  options.steps = 3;
  const Status status = CheckReadyForCompare(*catalog, options);
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("compare.steps = 3: must be at most 2"));
  options.steps = 2;
  EXPECT_TRUE(CheckReadyForCompare(*catalog, options).ok());
}

}  // namespace
}  // namespace dynajob
