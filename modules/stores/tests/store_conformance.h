// The suite that every store backend passes, instantiated in store_conformance_test.cc with a
// factory of an empty store and of further connections to the same data.
#ifndef DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_
#define DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_

#include <algorithm>
#include <chrono>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/store.h"

#include "store_backend.h"
#include "store_test_support.h"

namespace dynajob {

class StoreConformance : public ::testing::TestWithParam<StoreBackendFactory> {
 protected:
  void SetUp() override {
    backend_ = GetParam()();
    store_ = backend_->Connect();
  }

  void PutEntities(const std::vector<std::string>& candidates,
                   const std::vector<std::string>& jobs) {
    std::vector<Candidate> candidate_records;
    for (const auto& id : candidates) candidate_records.push_back(MakeCandidate(id));
    std::vector<Job> job_records;
    for (const auto& id : jobs) job_records.push_back(MakeJob(id));
    const Status put_candidates = store_->PutCandidates(candidate_records);
    ASSERT_TRUE(put_candidates.ok()) << MessageOf(put_candidates);
    const Status put_jobs = store_->PutJobs(job_records);
    ASSERT_TRUE(put_jobs.ok()) << MessageOf(put_jobs);
  }

  void PutVectors(EntityKind kind, const std::vector<EmbeddingRow>& rows,
                  const std::string& embedder = "test-v1") {
    const Status put = store_->PutEmbeddings(kind, embedder, rows);
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }

  // Two candidates and two jobs with all required fields.
  void PutSmallCatalog() {
    PutEntities({"c2", "c1"}, {"j2", "j1"});
    for (const std::string id : {"c1", "c2"})
      PutVectors(EntityKind::kCandidate, CandidateRows(id, id == "c1" ? 1.0f : 2.0f));
    for (const std::string id : {"j1", "j2"})
      PutVectors(EntityKind::kJob, JobRows(id, id == "j1" ? 10.0f : 20.0f));
  }

  size_t EmbeddedJobs(const std::string& field) {
    auto summary = store_->Summarize();
    EXPECT_TRUE(summary.ok()) << MessageOf(summary);
    for (const FieldSummary& entry : summary->jobs.fields)
      if (entry.name == field) return entry.count;
    ADD_FAILURE() << "no field " << field;
    return 0;
  }

  std::unique_ptr<StoreBackend> backend_;
  std::unique_ptr<Store> store_;
};

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

TEST_P(StoreConformance, LoadsTheCatalogInIdOrderWithOptionalFieldsAsZeros) {
  PutSmallCatalog();
  PutVectors(EntityKind::kJob, {{"j2", "soft", {7.0f, 8.0f, 9.0f}}});
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->candidate_count(), 2u);
  ASSERT_EQ(catalog->job_count(), 2u);
  EXPECT_EQ(catalog->candidate(0), MakeCandidate("c1"));
  EXPECT_EQ(catalog->job(1), MakeJob("j2"));
  EXPECT_EQ(catalog->embedder(), "test-v1");
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{1, -0.5f, 2, -0.25f}));
  EXPECT_EQ(Values(catalog->states().Row(1)), (std::vector<float>{2, -0.5f, 3, -0.25f}));
  // title 2 | tech 2 | soft 3 | experience: nobody has it, so as long as the title
  EXPECT_EQ(Values(catalog->actions().Row(0)),
            (std::vector<float>{10, 0.5f, 11, 0.25f, 0, 0, 0, 0, 0}));
  EXPECT_EQ(Values(catalog->actions().Row(1)),
            (std::vector<float>{20, 0.5f, 21, 0.25f, 7, 8, 9, 0, 0}));
  ASSERT_EQ(catalog->action_fields().size(), 4u);
  EXPECT_EQ(catalog->action_fields()[2].name, "soft");
  EXPECT_EQ(catalog->action_fields()[2].offset, 4u);
  EXPECT_EQ(catalog->action_fields()[2].dimension, 3u);
  EXPECT_EQ(catalog->exclusions().zero_filled_by_field,
            (std::map<std::string, size_t>{{"job.experience", 2}, {"job.soft", 1}}));
  EXPECT_TRUE(catalog->exclusions().jobs_by_reason.empty());
}

TEST_P(StoreConformance, LeavesOutAndCountsWhoLacksARequiredField) {
  PutSmallCatalog();
  PutEntities({"c0", "c9"}, {"j0", "j9"});
  PutVectors(EntityKind::kCandidate, {{"c0", "soft", {5, 5}}});
  PutVectors(EntityKind::kJob, {{"j0", "title", {5, 5}}});
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->candidate_count(), 2u);
  EXPECT_EQ(catalog->candidate(0).id, "c1");
  EXPECT_EQ(catalog->FindJob("j0"), std::nullopt);
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{1, -0.5f, 2, -0.25f}));
  EXPECT_EQ(catalog->exclusions().candidates_by_reason,
            (std::map<std::string, size_t>{{"no hard embedding", 2}}));
  EXPECT_EQ(catalog->exclusions().jobs_by_reason,
            (std::map<std::string, size_t>{{"no tech embedding", 1}, {"no title embedding", 1}}));
}

TEST_P(StoreConformance, FollowsTheSpecsFieldsAndOrder) {
  PutSmallCatalog();
  const CatalogSpec spec{{{"soft", true}}, {{"tech", true}, {"title", false}}};
  auto catalog = store_->LoadCatalog(spec);
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{2, -0.25f}));
  EXPECT_EQ(Values(catalog->actions().Row(0)), (std::vector<float>{11, 0.25f, 10, 0.5f}));
  auto unknown = store_->LoadCatalog(CatalogSpec{{{"harder", true}}, {{"tech", true}}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("harder"));
}

TEST_P(StoreConformance, SaysWhichCommandFillsAnEmptyStore) {
  auto empty = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(empty.error().message, ::testing::HasSubstr("`dynajob import`"));
  PutEntities({"c1"}, {"j1"});
  auto bare = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(bare.ok());
  EXPECT_EQ(bare.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(bare.error().message, ::testing::HasSubstr("`dynajob embed`"));
  PutVectors(EntityKind::kCandidate, CandidateRows("c1", 1));
  PutVectors(EntityKind::kJob, {{"j1", "tech", {1, 2}}});
  auto nobody = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(nobody.error().message, ::testing::HasSubstr("no title embedding: 1"));
}

TEST_P(StoreConformance, RefusesAFieldOfDifferentLengthsOrEmbedders) {
  PutSmallCatalog();
  PutVectors(EntityKind::kJob, {{"j2", "tech", {1, 2, 3}}});
  auto lengths = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(lengths.ok());
  EXPECT_EQ(lengths.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(lengths.error().message,
              ::testing::AllOf(::testing::HasSubstr("'tech'"), ::testing::HasSubstr("2 values"),
                               ::testing::HasSubstr("3 values")));
  PutVectors(EntityKind::kJob, {{"j2", "tech", {1, 2}}}, "other-v9");
  auto embedders = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(embedders.ok());
  EXPECT_EQ(embedders.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(embedders.error().message, ::testing::AllOf(::testing::HasSubstr("'test-v1'"),
                                                          ::testing::HasSubstr("'other-v9'")));
  PutVectors(EntityKind::kJob, {{"j1", "tech", {1, 2}}}, "other-v9");
  auto spaces = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(spaces.ok()) << "fields of different embedders must not be compared";
  EXPECT_THAT(spaces.error().message, ::testing::HasSubstr("'other-v9'"));
}

TEST_P(StoreConformance, RefusesBadVectorsAndChangesNothing) {
  PutEntities({}, {"j1"});
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  struct Case {
    EmbeddingRow row;
    ErrorCode code;
    std::vector<std::string> named;
  };
  const std::vector<Case> cases = {
      {{"j1", "tech", {0, kNan}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "position 1"}},
      {{"j1", "tech", {-kInfinity}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "position 0"}},
      {{"j1", "tech", {}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "empty"}},
      {{"j1", "hard", {1}}, ErrorCode::kInvalidArgument, {"'j1'", "'hard'", "title, tech"}},
      {{"j7", "tech", {1}}, ErrorCode::kNotFound, {"'j7'", "'tech'"}}};
  for (const Case& bad : cases) {
    const std::vector<EmbeddingRow> rows = {{"j1", "title", {1, 2}}, bad.row};
    const Status refused = store_->PutEmbeddings(EntityKind::kJob, "test-v1", rows);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, bad.code) << refused.error().message;
    for (const auto& name : bad.named)
      EXPECT_THAT(refused.error().message, ::testing::HasSubstr(name));
    EXPECT_EQ(EmbeddedJobs("title"), 0u);
  }
  EXPECT_FALSE(store_->PutEmbeddings(EntityKind::kJob, "", JobRows("j1", 1)).ok());
}

TEST_P(StoreConformance, DropsEmbeddingsOfChangedTextOnly) {
  PutSmallCatalog();
  Job same_text = MakeJob("j1");
  same_text.salary = SalaryRange{1, 2};
  Job new_text = MakeJob("j2");
  new_text.technical_skills.push_back("welding");
  ASSERT_TRUE(store_->PutJobs(std::vector{same_text, new_text}).ok());
  EXPECT_EQ(EmbeddedJobs("tech"), 1u);
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->job_count(), 1u);
  EXPECT_EQ(catalog->job(0), same_text);
  Candidate new_bio = MakeCandidate("c1");
  new_bio.bio = "Likes cake.";
  ASSERT_TRUE(store_->PutCandidates(std::vector{new_bio}).ok());
  EXPECT_EQ(store_->LoadCatalog(CatalogSpec{})->candidate_count(), 1u);
}

TEST_P(StoreConformance, RemovesEmbeddingsOfOneFieldFromTheEntitiesThatAreNamed) {
  PutSmallCatalog();
  const size_t before = EmbeddedJobs("title");
  ASSERT_TRUE(
      store_->RemoveEmbeddings(EntityKind::kJob, "title", std::vector<std::string>{"j1", "nobody"})
          .ok());
  EXPECT_EQ(EmbeddedJobs("title"), before - 1);
  EXPECT_EQ(EmbeddedJobs("tech"), before);
  EXPECT_EQ(store_->Summarize()->candidates.fields.at(0).count, 2u);
  EXPECT_EQ(store_->RemoveEmbeddings(EntityKind::kJob, "shoe", {}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, KnowsWhoHasVectorsOfOneEmbedderAndOfNoOther) {
  PutSmallCatalog();
  const StoreSummary summary = store_->Summarize().value();
  const std::string embedder = summary.jobs.fields.at(0).embedder;
  auto jobs = store_->EmbeddedBy(EntityKind::kJob, embedder);
  ASSERT_TRUE(jobs.ok()) << MessageOf(jobs);
  EXPECT_EQ(jobs->size(), EmbeddedJobs("title"));
  EXPECT_TRUE(std::ranges::is_sorted(*jobs));
  EXPECT_EQ(store_->EmbeddedBy(EntityKind::kCandidate, embedder)->size(), 2u);
  EXPECT_TRUE(store_->EmbeddedBy(EntityKind::kJob, "another")->empty());
  // One field by another embedder: neither's alone.
  const std::string first = jobs->front();
  const EmbeddingRow row = {first, "title", {0.5f, 0.5f, 0.5f}};
  ASSERT_TRUE(store_->PutEmbeddings(EntityKind::kJob, "another", std::vector{row}).ok());
  EXPECT_TRUE(store_->EmbeddedBy(EntityKind::kJob, "another")->empty());
  jobs->erase(jobs->begin());
  EXPECT_EQ(store_->EmbeddedBy(EntityKind::kJob, embedder).value(), *jobs);
}

TEST_P(StoreConformance, GivesTheVectorsOfOneEntity) {
  PutSmallCatalog();
  PutVectors(EntityKind::kCandidate, {{"c1", "soft", {0.25f, -1.0f}}}, "another");
  auto vectors = store_->GetEmbeddings(EntityKind::kCandidate, "c1");
  ASSERT_TRUE(vectors.ok()) << MessageOf(vectors);
  std::ranges::sort(*vectors, {}, &StoredVector::field);
  const std::vector<StoredVector> expected = {
      {"hard", "test-v1", CandidateRows("c1", 1.0f)[0].vector},
      {"soft", "another", {0.25f, -1.0f}}};
  EXPECT_EQ(*vectors, expected);
  EXPECT_EQ(store_->GetEmbeddings(EntityKind::kJob, "j2")->size(), JobRows("j2", 20.0f).size());
  EXPECT_TRUE(store_->GetEmbeddings(EntityKind::kCandidate, "nobody")->empty());
  EXPECT_TRUE(store_->GetEmbeddings(EntityKind::kJob, "c1")->empty());
}

// Jobs that differ in every fact of a filter.
inline std::vector<Job> JobsOfAllKinds() {
  std::vector<Job> jobs;
  for (const std::string location : {"", "Lyon, France", "lyon, france"})
    for (const std::string sector : {"", "Hospitality"})
      for (const WorkMode mode : {WorkMode::kUnknown, WorkMode::kOnsite, WorkMode::kRemote})
        for (const std::optional<int64_t> date :
             std::vector<std::optional<int64_t>>{std::nullopt, -5, 1000, 2000}) {
          Job& job = jobs.emplace_back(MakeJob("j" + std::to_string(1000 - jobs.size())));
          job.location = location;
          job.sector = sector;
          job.work_mode = mode;
          job.posted_ms = date;
          job.expires_ms = date;
        }
  return jobs;
}

TEST_P(StoreConformance, FindsTheJobsThatAFilterMatchesInOrderOfIds) {
  const std::vector<Job> jobs = JobsOfAllKinds();
  ASSERT_TRUE(store_->PutJobs(jobs).ok());
  const std::vector<JobFilter> filters = {
      {},
      {.locations = {"Lyon, France"}},
      {.locations = {"Lyon, France", "", "O'Hare \"x\""}, .sectors = {"Hospitality"}},
      {.work_modes = {WorkMode::kRemote, WorkMode::kUnknown}},
      {.posted_after_ms = 1000},
      {.posted_after_ms = -6},
      {.not_expired_at_ms = 1000},
      {.not_expired_at_ms = 999},
      {.locations = {"Lyon, France"},
       .sectors = {""},
       .work_modes = {WorkMode::kOnsite},
       .posted_after_ms = 1000,
       .not_expired_at_ms = 0},
      {.sectors = {"Mining"}}};
  for (size_t i = 0; i < filters.size(); ++i) {
    std::vector<std::string> expected;
    for (const Job& job : jobs)
      if (filters[i].Matches(job)) expected.push_back(job.id);
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(expected.empty(), i + 1 == filters.size()) << i;
    auto found = store_->FindJobIds(filters[i]);
    ASSERT_TRUE(found.ok()) << MessageOf(found);
    EXPECT_EQ(*found, expected) << i;
  }
}

TEST_P(StoreConformance, AVectorIndexIsThereOrNotButNoError) {
  PutSmallCatalog();
  auto nearest = store_->NearestJobIds("tech", std::vector<float>{1, 0}, 2, {});
  ASSERT_TRUE(nearest.ok()) << MessageOf(nearest);
  auto unknown = store_->NearestJobIds("hard", std::vector<float>{1, 0}, 2, {});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
}

// What a feed reports until it has reported all of `ids`, by id.
inline std::map<std::string, JobChange> PollUntil(JobFeed& feed, std::set<std::string> ids) {
  std::map<std::string, JobChange> seen;
  for (int attempt = 0; !ids.empty() && attempt < 60; ++attempt) {
    auto changes = feed.Poll(std::chrono::milliseconds(1000));
    EXPECT_TRUE(changes.ok()) << MessageOf(changes);
    if (!changes.ok()) break;
    for (JobChange& change : *changes) {
      ids.erase(change.id);
      seen.insert_or_assign(change.id, std::move(change));
    }
  }
  EXPECT_TRUE(ids.empty()) << "never reported: " << *ids.begin();
  return seen;
}

TEST_P(StoreConformance, AFeedReportsWhatOthersChangeFromNowOn) {
  PutSmallCatalog();
  auto feed = store_->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  auto quiet = (*feed)->Poll(std::chrono::milliseconds(0));
  ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
  const auto other = backend_->Connect();
  ASSERT_TRUE(other->PutJobs(std::vector{MakeJob("j3")}).ok());
  auto seen = PollUntil(**feed, {"j3"});
  EXPECT_EQ(seen.at("j3").job, MakeJob("j3"));
  EXPECT_TRUE(seen.at("j3").vectors.empty());

  ASSERT_TRUE(other->PutEmbeddings(EntityKind::kJob, "v2", JobRows("j1", 5)).ok());
  Job moved = MakeJob("j2");
  moved.location = "Nice";
  ASSERT_TRUE(other->PutJobs(std::vector{moved}).ok());
  seen = PollUntil(**feed, {"j1", "j2"});
  EXPECT_EQ(seen.at("j1").job, MakeJob("j1"));
  EXPECT_THAT(seen.at("j1").vectors,
              ::testing::UnorderedElementsAre(StoredVector{"title", "v2", {5, 0.5f}},
                                              StoredVector{"tech", "v2", {6, 0.25f}}));
  EXPECT_EQ(seen.at("j2").job, moved);
  EXPECT_EQ(seen.at("j2").vectors.size(), 2u);
}

TEST_P(StoreConformance, AFeedLosesNoneOfManyChangesOfOneMoment) {
  auto feed = store_->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  const auto other = backend_->Connect();
  std::set<std::string> ids;
  for (int batch = 0; batch < 5; ++batch) {
    std::vector<Job> jobs;
    for (int i = 0; i < 500; ++i)
      jobs.push_back(MakeJob("j" + std::to_string(10000 + 500 * (4 - batch) + i)));
    for (const Job& job : jobs) ids.insert(job.id);
    ASSERT_TRUE(other->PutJobs(jobs).ok());
    if (batch % 2 == 0) {
      ASSERT_TRUE((*feed)->Poll(std::chrono::milliseconds(0)).ok());
    }
  }
  // Those that the polls above reported are put once more, in another state.
  std::vector<Job> again;
  for (const std::string& id : ids) again.push_back(MakeJob(id));
  for (Job& job : again) job.company = "Other";
  ASSERT_TRUE(other->PutJobs(again).ok());
  const auto seen = PollUntil(**feed, ids);
  for (const auto& [id, change] : seen) {
    ASSERT_TRUE(change.job.has_value()) << id;
    EXPECT_EQ(change.job->company, "Other") << id;
  }
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

TEST_P(StoreConformance, KeepsResponsesOncePerEventInOrderOfTime) {
  PutEntities({"c1"}, {"j1"});
  const ResponseEvent late{"a", "c1", "j1", Response::kApply, 1700000000000, "model-7"};
  const ResponseEvent early{"b", "c1", "j1", Response::kIgnore, -5, ""};
  for (const ResponseEvent& event : {late, early, late})
    ASSERT_TRUE(store_->PutResponse(event).ok());
  ResponseEvent other = late;
  other.response = Response::kClick;
  const Status reused = store_->PutResponse(other);
  ASSERT_FALSE(reused.ok());
  EXPECT_EQ(reused.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(reused.error().message, ::testing::HasSubstr("'a'"));
  const Status unknown = store_->PutResponse({"x", "c1", "j9", Response::kSave, 1, ""});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("'j9'"));
  std::vector<ResponseEvent> events;
  ASSERT_TRUE(store_
                  ->ForEachResponse([&](ResponseEvent event) {
                    events.push_back(std::move(event));
                    return Status::Ok();
                  })
                  .ok());
  EXPECT_EQ(events, (std::vector<ResponseEvent>{early, late}));
}

TEST_P(StoreConformance, SettlesEachOfSeveralResponsesForItself) {
  PutEntities({"c1"}, {"j1"});
  ResponseEvent interview{"a", "c1", "j1", Response::kApply, 5, "m", "interview", "r-1", 3, 0.25};
  ResponseEvent later = interview;
  later.timestamp_ms = 9;
  ResponseEvent other = interview;
  other.kind = "hire";
  const ResponseEvent stranger{"b", "c9", "j1", Response::kSave, 1, ""};
  const ResponseEvent save{"c", "c1", "j1", Response::kSave, 7, ""};
  const auto outcomes =
      store_->PutResponses(std::vector<ResponseEvent>{interview, later, other, stranger, save});
  ASSERT_TRUE(outcomes.ok()) << outcomes.error().message;
  EXPECT_THAT(*outcomes, ::testing::ElementsAre(PutOutcome::kStored, PutOutcome::kDuplicate,
                                                PutOutcome::kConflict, PutOutcome::kUnknownEntity,
                                                PutOutcome::kStored));
  std::vector<ResponseEvent> events;
  ASSERT_TRUE(store_
                  ->ForEachResponse([&](ResponseEvent event) {
                    events.push_back(std::move(event));
                    return Status::Ok();
                  })
                  .ok());
  EXPECT_EQ(events, (std::vector<ResponseEvent>{interview, save}));
}

TEST_P(StoreConformance, DeletesPeopleWithTheirResponsesAndJobsWithout) {
  PutEntities({"c1"}, {"j1"});
  ASSERT_TRUE(store_->PutResponse({"e", "c1", "j1", Response::kSave, 5, "m"}).ok());
  EXPECT_TRUE(store_->Delete(EntityKind::kJob, "j1").value());
  EXPECT_FALSE(store_->Delete(EntityKind::kJob, "j1").value());
  EXPECT_FALSE(store_->GetJob("j1").value().has_value());
  EXPECT_EQ(store_->Summarize().value().responses, 1u);
  EXPECT_TRUE(store_->Delete(EntityKind::kCandidate, "c1").value());
  EXPECT_FALSE(store_->GetCandidate("c1").value().has_value());
  EXPECT_EQ(store_->Summarize().value().responses, 0u);
}

TEST_P(StoreConformance, VisitsMoreResponsesThanFitAPage) {
  PutEntities({"c1"}, {"j1"});
  for (int i = 0; i < 300; ++i) {  // three events share each timestamp
    const ResponseEvent event{"e" + std::to_string(i), "c1", "j1", Response::kClick, i / 3, ""};
    ASSERT_TRUE(store_->PutResponse(event).ok());
  }
  std::vector<std::pair<int64_t, std::string>> order;
  ASSERT_TRUE(store_
                  ->ForEachResponse([&](const ResponseEvent& event) {
                    order.emplace_back(event.timestamp_ms, event.event_id);
                    return Status::Ok();
                  })
                  .ok());
  ASSERT_EQ(order.size(), 300u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST_P(StoreConformance, CachesLabels) {
  EXPECT_EQ(store_->GetLabel("k").value(), std::nullopt);
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"k", "SAVE"}}).ok());
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"k", ""}}).ok());
  ASSERT_TRUE(store_->PutLabels(std::vector<LabelRecord>{{"other", "{\"p\":[0.1,0.9]}"}}).ok());
  store_ = backend_->Connect();
  EXPECT_EQ(store_->GetLabel("k").value(), std::optional<std::string>(""));
  EXPECT_EQ(store_->GetLabel("other").value(), std::optional<std::string>("{\"p\":[0.1,0.9]}"));
  EXPECT_FALSE(store_->PutLabels(std::vector<LabelRecord>{{"", "SAVE"}}).ok());
}

TEST_P(StoreConformance, VisitsLabelsInOrderOfKeys) {
  std::vector<LabelRecord> labels;
  for (int i = 0; i < 2500; ++i)
    labels.push_back({"key-" + std::to_string(9999 - i), std::to_string(i)});
  ASSERT_TRUE(store_->PutLabels(labels).ok());
  EXPECT_FALSE(store_->PutLabels(std::vector<LabelRecord>{{"good", "x"}, {"", "y"}}).ok());
  std::vector<LabelRecord> visited;
  const Status status = store_->ForEachLabel([&](LabelRecord label) {
    visited.push_back(std::move(label));
    return Status::Ok();
  });
  ASSERT_TRUE(status.ok()) << MessageOf(status);
  std::reverse(labels.begin(), labels.end());
  EXPECT_EQ(visited, labels);
}

TEST_P(StoreConformance, ListsRunsInOrderOfCreation) {
  const RunRecord second{"a", "compare", 20, "[agent]\ngamma = 0.9\n", "{}"};
  const RunRecord first{"b", "train", 10, "", "{\"x\":1}"};
  ASSERT_TRUE(store_->PutRun(second).ok());
  ASSERT_TRUE(store_->PutRun({"b", "train", 99, "old", ""}).ok());
  ASSERT_TRUE(store_->PutRun(first).ok());
  EXPECT_EQ(store_->ListRuns().value(), (std::vector<RunRecord>{first, second}));
  EXPECT_FALSE(store_->PutRun({"", "train", 1, "", ""}).ok());
}

TEST_P(StoreConformance, KeepsModelsAsWholes) {
  std::string weights(700000, '\0');  // longer than a chunk, and not UTF-8
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<char>(i * 31 + i / 251);
  const ModelRecord first{"prod", 20, {{"model.safetensors", weights}, {"model.json", "{}"}}};
  const ModelRecord other{"dev", 10, {{"empty", ""}}};
  ASSERT_TRUE(store_->PutModel({"prod", 5, {{"old.bin", "old"}}}).ok());
  for (const ModelRecord& model : {first, other}) {
    const Status put = store_->PutModel(model);
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }
  store_ = backend_->Connect();
  const auto stored = store_->GetModel("prod");
  ASSERT_TRUE(stored.ok()) << MessageOf(stored);
  EXPECT_TRUE(stored.value() == first);
  EXPECT_TRUE(store_->GetModel("dev").value() == other);
  EXPECT_EQ(store_->GetModel("none").value(), std::nullopt);
  EXPECT_EQ(store_->ListModels().value(),
            (std::vector<ModelSummary>{{"dev", 10, 0}, {"prod", 20, 700002}}));
}

TEST_P(StoreConformance, RefusesModelsThatMustNotBeStored) {
  for (const ModelRecord& bad :
       {ModelRecord{"", 1, {{"f", "x"}}}, ModelRecord{"m", 1, {}},
        ModelRecord{"m", 1, {{"../f", "x"}}}, ModelRecord{"m", 1, {{"", "x"}}},
        ModelRecord{"m", 1, {{"f", "x"}, {"f", "y"}}}}) {
    const Status refused = store_->PutModel(bad);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(store_->ListModels()->empty());
}

TEST_P(StoreConformance, LoadsTwentyThousandEmbeddings) {
  constexpr size_t kJobs = 5000;
  std::vector<Job> jobs(kJobs);
  std::vector<EmbeddingRow> rows;
  for (size_t i = 0; i < kJobs; ++i) {
    jobs[i].id = "j" + std::to_string(100000 + i);
    for (const std::string field : {"experience", "soft", "tech", "title"}) {
      const auto value = static_cast<float>(i) + static_cast<float>(field.size()) / 16;
      rows.push_back({jobs[i].id, field, {value, -value, 0.125f}});
    }
  }
  ASSERT_TRUE(store_->PutJobs(jobs).ok());
  PutEntities({"c1"}, {});
  PutVectors(EntityKind::kJob, rows);
  PutVectors(EntityKind::kCandidate, CandidateRows("c1", 1));
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->job_count(), kJobs);
  ASSERT_EQ(catalog->action_dim(), 12u);
  for (size_t i = 0; i < kJobs; i += 37) {
    const JobRow row = catalog->FindJob("j" + std::to_string(100000 + i)).value();
    EXPECT_EQ(row, i);
    const auto base = static_cast<float>(i);
    const std::vector<float> expected = {
        base + 5.0f / 16, -base - 5.0f / 16, 0.125f, base + 4.0f / 16,  -base - 4.0f / 16,  0.125f,
        base + 4.0f / 16, -base - 4.0f / 16, 0.125f, base + 10.0f / 16, -base - 10.0f / 16, 0.125f};
    EXPECT_EQ(Values(catalog->actions().Row(row)), expected) << i;
  }
}

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_STORE_CONFORMANCE_H_
