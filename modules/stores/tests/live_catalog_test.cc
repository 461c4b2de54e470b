#include "dynajob/stores/live_catalog.h"

#include <atomic>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "store_test_support.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kNow = 1'000'000;
constexpr milliseconds kNoWait(0);

class LiveCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    writer_ = Open();
    reader_ = Open();
    for (const std::string id : {"c1", "c2"}) {
      ASSERT_TRUE(writer_->PutCandidates(std::vector{MakeCandidate(id)}).ok());
      ASSERT_TRUE(writer_->PutEmbeddings(EntityKind::kCandidate, "e1", CandidateRows(id, 1)).ok());
    }
    for (const std::string id : {"j2", "j4"}) PutJob(id, 2);
    auto live = LiveCatalog::Open(*reader_, CatalogSpec{}, kNow);
    ASSERT_TRUE(live.ok()) << MessageOf(live);
    live_ = std::move(live).value();
  }

  std::unique_ptr<Store> Open() {
    auto store = OpenStore(directory_.File("store.db"), OpenMode::kCreate);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(store).value();
  }

  void Put(const Job& job) { ASSERT_TRUE(writer_->PutJobs(std::vector{job}).ok()); }
  void PutVectors(const std::string& id, float base, const std::string& embedder = "e1") {
    const Status put = writer_->PutEmbeddings(EntityKind::kJob, embedder, JobRows(id, base));
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }
  void PutJob(const std::string& id, float base) {
    Put(MakeOpenJob(id));
    PutVectors(id, base);
  }
  static Job MakeOpenJob(const std::string& id) {
    Job job = MakeJob(id);
    job.expires_ms.reset();
    return job;
  }

  CatalogUpdate Refresh(int64_t now_ms = kNow) {
    auto update = live_->Refresh(kNoWait, now_ms);
    EXPECT_TRUE(update.ok()) << MessageOf(update);
    return update.ok() ? *update : CatalogUpdate{};
  }

  // Every job and vector of the snapshot is what a fresh load gives.
  void ExpectSnapshotIsAFreshLoad() {
    const auto snapshot = live_->snapshot();
    auto fresh = reader_->LoadCatalog(CatalogSpec{});
    ASSERT_TRUE(fresh.ok()) << MessageOf(fresh);
    ASSERT_EQ(snapshot->job_count(), fresh->job_count());
    for (JobRow row = 0; row < fresh->job_count(); ++row) {
      EXPECT_EQ(snapshot->job(row), fresh->job(row));
      EXPECT_EQ(Values(snapshot->actions().Row(row)), Values(fresh->actions().Row(row)));
    }
    ASSERT_EQ(snapshot->candidate_count(), fresh->candidate_count());
    for (CandidateRow row = 0; row < fresh->candidate_count(); ++row)
      EXPECT_EQ(Values(snapshot->states().Row(row)), Values(fresh->states().Row(row)));
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Store> writer_, reader_;
  std::unique_ptr<LiveCatalog> live_;
};

TEST_F(LiveCatalogTest, StaysTheSameObjectWhileNothingChanges) {
  const auto first = live_->snapshot();
  EXPECT_FALSE(Refresh().published());
  Put(MakeOpenJob("j2"));  // equal to what is there
  PutVectors("j2", 2);
  EXPECT_FALSE(Refresh().published());
  EXPECT_EQ(live_->snapshot(), first);
}

TEST_F(LiveCatalogTest, TakesInNewChangedAndDeletedJobsAndLeavesOldSnapshotsAlone) {
  const auto first = live_->snapshot();
  PutJob("j1", 7);
  PutJob("j3", 8);
  PutVectors("j2", 9);
  Job dearer = MakeOpenJob("j4");
  dearer.salary = SalaryRange{1, 2};
  Put(dearer);
  const CatalogUpdate update = Refresh();
  EXPECT_THAT(update.added, ElementsAre("j1", "j3"));
  EXPECT_THAT(update.changed, ElementsAre("j2", "j4"));
  EXPECT_THAT(update.removed, IsEmpty());
  ExpectSnapshotIsAFreshLoad();
  EXPECT_EQ(first->job_count(), 2u);
  EXPECT_EQ(first->actions().Row(0)[0], 2.0f);
}

TEST_F(LiveCatalogTest, AJobWaitsForItsVectors) {
  Put(MakeOpenJob("j3"));
  EXPECT_FALSE(Refresh().published());
  EXPECT_EQ(live_->waiting(), (std::map<std::string, std::string>{{"j3", "no title embedding"}}));
  ASSERT_TRUE(writer_
                  ->PutEmbeddings(EntityKind::kJob, "e1",
                                  std::vector<EmbeddingRow>{{"j3", "title", {1, 2}}})
                  .ok());
  EXPECT_FALSE(Refresh().published());
  EXPECT_EQ(live_->waiting().at("j3"), "no tech embedding");
  PutVectors("j3", 4);
  EXPECT_THAT(Refresh().added, ElementsAre("j3"));
  EXPECT_THAT(live_->waiting(), IsEmpty());
  ExpectSnapshotIsAFreshLoad();
}

TEST_F(LiveCatalogTest, AChangedTextWaitsForNewVectors) {
  Job other = MakeOpenJob("j2");
  other.description = "Bakes cakes.";
  Put(other);
  EXPECT_THAT(Refresh().removed, ElementsAre("j2"));
  PutVectors("j2", 5);
  EXPECT_THAT(Refresh().added, ElementsAre("j2"));
  ExpectSnapshotIsAFreshLoad();
}

TEST_F(LiveCatalogTest, KeepsOldVectorsWhileAllAreMadeAnew) {
  ASSERT_TRUE(
      writer_->RemoveEmbeddings(EntityKind::kJob, "title", std::vector<std::string>{"j2", "j4"})
          .ok());
  EXPECT_FALSE(Refresh().published());
  EXPECT_EQ(live_->waiting().size(), 2u);
  PutVectors("j2", 6);
  EXPECT_THAT(Refresh().changed, ElementsAre("j2"));
  EXPECT_EQ(live_->snapshot()->actions().Row(1)[0], 2.0f);
  PutVectors("j4", 6);
  EXPECT_THAT(Refresh().changed, ElementsAre("j4"));
  ExpectSnapshotIsAFreshLoad();
}

TEST_F(LiveCatalogTest, VectorsThatDoNotFitAreNotTakenAndSaidWhy) {
  Put(MakeOpenJob("j3"));
  PutVectors("j3", 1, "other");
  EXPECT_FALSE(Refresh().published());
  EXPECT_THAT(live_->waiting().at("j3"), HasSubstr("made by 'other'"));
  ASSERT_TRUE(writer_
                  ->PutEmbeddings(EntityKind::kJob, "e1",
                                  std::vector<EmbeddingRow>{{"j3", "title", {1, 2, 3}}})
                  .ok());
  EXPECT_FALSE(Refresh().published());
  EXPECT_THAT(live_->waiting().at("j3"), HasSubstr("3 values, the catalog has 2"));
}

TEST_F(LiveCatalogTest, AnOptionalVectorOfAnotherLengthIsZeros) {
  ASSERT_TRUE(
      writer_
          ->PutEmbeddings(EntityKind::kJob, "e1", std::vector<EmbeddingRow>{{"j2", "soft", {1, 2}}})
          .ok());
  EXPECT_THAT(Refresh().changed, ElementsAre("j2"));
  ASSERT_TRUE(writer_
                  ->PutEmbeddings(EntityKind::kJob, "e1",
                                  std::vector<EmbeddingRow>{{"j2", "soft", {1, 2, 3}}})
                  .ok());
  EXPECT_THAT(Refresh().changed, ElementsAre("j2"));
  EXPECT_THAT(live_->waiting(), IsEmpty());
  const FieldSlice& soft = live_->snapshot()->action_fields()[2];
  ASSERT_EQ(soft.name, "soft");
  const auto row = live_->snapshot()->actions().Row(0).subspan(soft.offset, soft.dimension);
  EXPECT_EQ(Values(row), std::vector<float>(soft.dimension, 0.0f));
}

TEST_F(LiveCatalogTest, ExpiredJobsLeaveAndProlongedOnesReturn) {
  Job job = MakeOpenJob("j4");
  job.expires_ms = kNow + 10;
  Put(job);
  EXPECT_THAT(Refresh(kNow).changed, ElementsAre("j4"));
  EXPECT_FALSE(Refresh(kNow + 9).published());
  EXPECT_THAT(Refresh(kNow + 10).removed, ElementsAre("j4"));
  job.expires_ms = kNow + 100;
  Put(job);
  EXPECT_THAT(Refresh(kNow + 10).added, ElementsAre("j4"));
  auto later = LiveCatalog::Open(*reader_, CatalogSpec{}, kNow + 100);
  ASSERT_TRUE(later.ok());
  EXPECT_EQ((*later)->snapshot()->FindJob("j4"), std::nullopt);
}

TEST_F(LiveCatalogTest, WaitsForTheNextChange) {
  std::thread writing([&] {
    std::this_thread::sleep_for(milliseconds(100));
    PutJob("j9", 1);
  });
  std::vector<std::string> added;
  while (added.empty()) {  // the text may be seen before the vectors
    auto update = live_->Refresh(milliseconds(60'000), kNow);
    ASSERT_TRUE(update.ok()) << MessageOf(update);
    added = update->added;
  }
  writing.join();
  EXPECT_THAT(added, ElementsAre("j9"));
}

TEST_F(LiveCatalogTest, SnapshotsAreReadWhileOthersArePublished) {
  std::atomic<bool> stop = false;
  std::atomic<size_t> inconsistent = 0;
  std::thread reading([&] {
    while (!stop) {
      const auto snapshot = live_->snapshot();
      for (JobRow row = 0; row < snapshot->job_count(); ++row)
        if (snapshot->FindJob(snapshot->job(row).id) != row) ++inconsistent;
    }
  });
  for (int i = 0; i < 50; ++i) {
    PutJob("k" + std::to_string(100 + i), static_cast<float>(i));
    EXPECT_TRUE(Refresh().published());
  }
  stop = true;
  reading.join();
  EXPECT_EQ(inconsistent, 0u);
  EXPECT_EQ(live_->snapshot()->job_count(), 52u);
}

}  // namespace
}  // namespace dynajob
