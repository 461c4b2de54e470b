// Jobs by filter, by vector, and as a feed of changes.
#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "store_conformance.h"

namespace dynajob {
namespace {

// Jobs that differ in every fact of a filter.
std::vector<Job> JobsOfAllKinds() {
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
std::map<std::string, JobChange> PollUntil(JobFeed& feed, std::set<std::string> ids) {
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

}  // namespace
}  // namespace dynajob
