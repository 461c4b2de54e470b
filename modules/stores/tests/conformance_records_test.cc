// What the store keeps of jobs and people.
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "store_conformance.h"

namespace dynajob {
namespace {

TEST_P(StoreConformance, ReturnsEveryFactThatWasPut) {
  Job bare_job;
  bare_job.id = "bare";
  Candidate bare_candidate;
  bare_candidate.id = "bare";
  ASSERT_TRUE(store_->PutJobs(std::vector{MakeJob("j1"), bare_job}).ok());
  ASSERT_TRUE(store_->PutCandidates(std::vector{MakeCandidate("c1"), bare_candidate}).ok());
  store_ = backend_->Connect();
  EXPECT_EQ(store_->GetJob("j1").value(), MakeJob("j1"));
  EXPECT_EQ(store_->GetJob("bare").value(), bare_job);
  EXPECT_EQ(store_->GetCandidate("c1").value(), MakeCandidate("c1"));
  EXPECT_EQ(store_->GetCandidate("bare").value(), bare_candidate);
  EXPECT_EQ(store_->GetJob("none").value(), std::nullopt);
  EXPECT_EQ(store_->GetCandidate("j1").value(), std::nullopt);
}

TEST_P(StoreConformance, PutReplacesById) {
  ASSERT_TRUE(store_->PutJobs(std::vector{MakeJob("j1"), MakeJob("j1")}).ok());
  Job changed = MakeJob("j1");
  changed.salary.reset();
  changed.position.reset();
  changed.title = "Baker";
  ASSERT_TRUE(store_->PutJobs(std::vector{changed}).ok());
  EXPECT_EQ(store_->GetJob("j1").value(), changed);
  EXPECT_EQ(store_->Summarize()->jobs.count, 1u);
}

TEST_P(StoreConformance, VisitsAllInByteOrderOfIdsAndLetsTheVisitorWrite) {
  std::vector<Job> jobs;
  for (int i = 0; i < 700; ++i) jobs.push_back(MakeJob("job-" + std::to_string(i)));
  jobs.push_back(MakeJob("Zebra"));
  jobs.push_back(MakeJob("\xC3\xA9tude"));
  ASSERT_TRUE(store_->PutJobs(jobs).ok());
  std::vector<std::string> visited;
  const Status all = store_->ForEachJob([&](Job job) {
    visited.push_back(job.id);
    return store_->PutEmbeddings(EntityKind::kJob, "e", JobRows(job.id, 0));
  });
  ASSERT_TRUE(all.ok()) << MessageOf(all);
  ASSERT_EQ(visited.size(), jobs.size());
  EXPECT_TRUE(std::is_sorted(visited.begin(), visited.end()));
  EXPECT_EQ(visited.front(), "Zebra");
  EXPECT_EQ(visited.back(), "\xC3\xA9tude");
  EXPECT_EQ(EmbeddedJobs("title"), jobs.size());
}

TEST_P(StoreConformance, VisitingStopsAtTheFirstError) {
  PutEntities({"c1", "c2", "c3"}, {});
  int visits = 0;
  const Status stopped = store_->ForEachCandidate([&](const Candidate& candidate) -> Status {
    ++visits;
    return candidate.id == "c2" ? Status(NotFound("enough")) : Status::Ok();
  });
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().message, "enough");
  EXPECT_EQ(visits, 2);
}

TEST_P(StoreConformance, RefusesRecordsThatMustNotBeStoredAndChangesNothing) {
  Job bad_salary = MakeJob("bad");
  bad_salary.salary = SalaryRange{2, 1};
  Job bad_text = MakeJob("bad");
  bad_text.description = "\xFF";
  Job bad_position = MakeJob("bad");
  bad_position.position = GeoPoint{std::numeric_limits<double>::quiet_NaN(), 0};
  const std::vector<std::pair<Job, std::string>> cases = {{MakeJob(""), "id of a job"},
                                                          {bad_salary, "salary"},
                                                          {bad_text, "description"},
                                                          {bad_position, "position"}};
  for (const auto& [job, named] : cases) {
    const Status refused = store_->PutJobs(std::vector{MakeJob("good"), job});
    ASSERT_FALSE(refused.ok()) << named;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(refused.error().message, ::testing::HasSubstr(named));
    EXPECT_EQ(store_->GetJob("good").value(), std::nullopt);
  }
  Candidate greedy = MakeCandidate("c");
  greedy.expected_salary = std::numeric_limits<double>::infinity();
  const Status refused = store_->PutCandidates(std::vector{greedy});
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr("expected_salary"));
}

TEST_P(StoreConformance, SummarizesWhatIsThereAndWhatIsMissing) {
  PutSmallCatalog();
  Job bare_job;
  bare_job.id = "bare";
  Candidate bare_candidate;
  bare_candidate.id = "bare";
  ASSERT_TRUE(store_->PutJobs(std::vector{bare_job}).ok());
  ASSERT_TRUE(store_->PutCandidates(std::vector{bare_candidate}).ok());
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"k", "APPLY"}}).ok());
  ASSERT_TRUE(store_->PutRun({"r", "train", 1, "", ""}).ok());
  ASSERT_TRUE(store_->PutResponse({"e", "c1", "j1", Response::kSave, 5, "m"}).ok());
  auto summary = store_->Summarize();
  ASSERT_TRUE(summary.ok()) << MessageOf(summary);
  for (const EntitySummary* side : {&summary->jobs, &summary->candidates}) {
    EXPECT_EQ(side->count, 3u);
    EXPECT_EQ(side->without_skills, 1u);
    EXPECT_EQ(side->without_soft_skills, 1u);
    EXPECT_EQ(side->without_salary, 1u);
    EXPECT_EQ(side->without_work_mode, 1u);
    EXPECT_EQ(side->without_seniority, 1u);
    EXPECT_EQ(side->without_location, 1u);
    EXPECT_EQ(side->without_position, 1u);
  }
  const std::vector<FieldSummary> job_fields = {{"title", 2, 2, "test-v1"},
                                                {"tech", 2, 2, "test-v1"},
                                                {"soft", 0, 0, ""},
                                                {"experience", 0, 0, ""}};
  EXPECT_EQ(summary->jobs.fields, job_fields);
  EXPECT_EQ(summary->responses, 1u);
  EXPECT_EQ(summary->cached_labels, 1u);
  EXPECT_EQ(summary->runs, 1u);
}

TEST_P(StoreConformance, SummarizesAnEmptyStoreAndAMixedField) {
  auto empty = store_->Summarize();
  ASSERT_TRUE(empty.ok()) << MessageOf(empty);
  EXPECT_EQ(empty->jobs.count, 0u);
  EXPECT_EQ(empty->jobs.without_skills, 0u);
  PutSmallCatalog();
  PutVectors(EntityKind::kCandidate, {{"c2", "hard", {1, 2, 3}}}, "b");
  const std::vector<FieldSummary> fields = {
      {"hard", 1, 2, "test-v1"}, {"hard", 1, 3, "b"}, {"soft", 2, 2, "test-v1"}};
  EXPECT_EQ(store_->Summarize()->candidates.fields, fields);
}

}  // namespace
}  // namespace dynajob
