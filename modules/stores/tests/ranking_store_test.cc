#include "dynajob/stores/ranking_store.h"

#include <filesystem>
#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "dynajob/core/file.h"
#include "dynajob/stores/open_store.h"

#include "sqlite_database.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

namespace fs = std::filesystem;

class RankingStoreTest : public ::testing::Test {
 protected:
  RankingStoreTest() : path_(directory_.File("market.db")) {
    auto store = Writable();
    std::vector<Job> jobs;
    std::vector<EmbeddingRow> vectors;
    for (int i = 0; i < 5; ++i) {
      jobs.push_back(MakeJob("j" + std::to_string(i)));
      for (const EmbeddingRow& row : JobRows(jobs.back().id, static_cast<float>(i)))
        vectors.push_back(row);
    }
    EXPECT_TRUE(store->PutJobs(jobs).ok());
    EXPECT_TRUE(store->PutEmbeddings(EntityKind::kJob, "e", vectors).ok());
    const std::vector<Candidate> people = {MakeCandidate("c"), MakeCandidate("without-soft")};
    EXPECT_TRUE(store->PutCandidates(people).ok());
    EXPECT_TRUE(store->PutEmbeddings(EntityKind::kCandidate, "e", CandidateRows("c", 2)).ok());
    EXPECT_TRUE(store
                    ->PutEmbeddings(EntityKind::kCandidate, "e",
                                    std::vector<EmbeddingRow>{{"without-soft", "hard", {1, 2}}})
                    .ok());
  }

  std::unique_ptr<Store> Writable() const {
    auto store = OpenStore(path_, OpenMode::kCreate);
    EXPECT_TRUE(store.ok()) << MessageOf(store);
    return std::move(store).value();
  }
  std::unique_ptr<RankingStore> Open(CatalogCache precision = CatalogCache::kFloat32) const {
    return RankingStore::Open(path_, spec_, Options(precision));
  }
  static CatalogCacheOptions Options(CatalogCache precision) {
    return {.precision = precision, .minimum_jobs = 1};
  }
  bool Save(CatalogCache precision = CatalogCache::kFloat32) const {
    const auto stamp = RankingStore::StampOf(path_);
    EXPECT_TRUE(stamp.has_value());
    const auto saved = RankingStore::Save(path_, spec_, Options(precision), Load(), *stamp);
    EXPECT_TRUE(saved.ok()) << MessageOf(saved);
    return saved.ok() && *saved;
  }
  Catalog Load() const {
    auto catalog = Writable()->LoadCatalog(spec_);
    EXPECT_TRUE(catalog.ok()) << MessageOf(catalog);
    return std::move(catalog).value();
  }

  TemporaryDirectory directory_;
  std::string path_;
  CatalogSpec spec_ = {{{"hard", true}, {"soft", true}}, {{"title", true}, {"tech", true}}};
};

TEST_F(RankingStoreTest, HasTheJobsThePersonAndTheTextsThatTheCatalogHas) {
  EXPECT_EQ(Open(), nullptr);
  ASSERT_TRUE(Save());
  const auto store = Open();
  ASSERT_NE(store, nullptr);
  const Catalog catalog = Load();
  ASSERT_EQ(store->jobs()->job_count(), catalog.job_count());
  for (JobRow row = 0; row < catalog.job_count(); ++row) {
    EXPECT_EQ(store->JobAt(row).value(), catalog.job(row));
    EXPECT_EQ(Values(store->jobs()->Vector(row, {}).value()), Values(catalog.actions().Row(row)));
  }
  const auto person = store->FindCandidate("c");
  ASSERT_TRUE(person.ok() && person->has_value());
  EXPECT_EQ((*person)->record, catalog.candidate(*catalog.FindCandidate("c")));
  EXPECT_EQ((*person)->state, Values(catalog.states().Row(*catalog.FindCandidate("c"))));
  // Not in the catalog, whatever the reason.
  for (const char* id : {"nobody", "without-soft"})
    EXPECT_FALSE(store->FindCandidate(id)->has_value());
}

TEST_F(RankingStoreTest, WhoeverChangesAJobOrAVectorMakesTheTableAnothers) {
  const std::vector<std::function<void()>> changes = {
      [&] { ASSERT_TRUE(Writable()->PutJobs(std::vector<Job>{MakeJob("new")}).ok()); },
      [&] {
        Job job = MakeJob("j3");
        job.salary = SalaryRange{1, 2};
        ASSERT_TRUE(Writable()->PutJobs(std::vector<Job>{job}).ok());
      },
      [&] { ASSERT_TRUE(Writable()->PutEmbeddings(EntityKind::kJob, "e", JobRows("j1", 9)).ok()); },
      [&] { ASSERT_TRUE(Writable()->Delete(EntityKind::kJob, "j4").ok()); },
      // Another program.
      [&] {
        auto database = SqliteDatabase::Open(path_, SQLITE_OPEN_READWRITE);
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(
            (*database)->Execute("UPDATE all_jobs SET salary_low = 5 WHERE id = 'j0'").ok());
      },
      [&] {
        auto database = SqliteDatabase::Open(path_, SQLITE_OPEN_READWRITE);
        ASSERT_TRUE(database.ok());
        ASSERT_TRUE(
            (*database)->Execute("DELETE FROM job_embeddings WHERE original_job_id = 'j2'").ok());
      }};
  std::set<std::string> stamps;
  for (const auto& change : changes) {
    ASSERT_TRUE(Save());
    ASSERT_NE(Open(), nullptr);
    stamps.insert(*RankingStore::StampOf(path_));
    change();
    EXPECT_EQ(Open(), nullptr);
  }
  EXPECT_EQ(stamps.size(), changes.size());
}

TEST_F(RankingStoreTest, WhatIsNoJobLeavesTheTable) {
  ASSERT_TRUE(Save());
  auto store = Writable();
  ASSERT_TRUE(store->PutResponse({"e1", "c", "j1", Response::kApply, 5, ""}).ok());
  ASSERT_TRUE(store->PutCandidates(std::vector<Candidate>{MakeCandidate("later")}).ok());
  ASSERT_TRUE(store->PutEmbeddings(EntityKind::kCandidate, "e", CandidateRows("later", 4)).ok());
  const auto ranking = Open();
  ASSERT_NE(ranking, nullptr);
  EXPECT_TRUE(ranking->FindCandidate("later")->has_value());
}

TEST_F(RankingStoreTest, CopiesThatWentDifferentWaysDoNotShareATable) {
  ASSERT_TRUE(Save());
  const std::string copy = directory_.File("copy.db");
  fs::copy_file(path_, copy);
  Job here = MakeJob("j0"), there = MakeJob("j0");
  here.salary = SalaryRange{1, 2}, there.salary = SalaryRange{3, 4};
  ASSERT_TRUE(Writable()->PutJobs(std::vector<Job>{here}).ok());
  {
    auto store = OpenStore(copy, OpenMode::kReadWrite);
    ASSERT_TRUE(store.ok());
    ASSERT_TRUE((*store)->PutJobs(std::vector<Job>{there}).ok());
  }
  ASSERT_TRUE(Save());
  fs::copy_file(copy, path_, fs::copy_options::overwrite_existing);
  EXPECT_EQ(Open(), nullptr);
}

TEST_F(RankingStoreTest, OtherFieldsOrAnotherPrecisionHaveATableOfTheirOwn) {
  ASSERT_TRUE(Save());
  EXPECT_EQ(Open(CatalogCache::kFloat16), nullptr);
  EXPECT_EQ(Open(CatalogCache::kOff), nullptr);
  spec_.action_fields = {{"tech", true}, {"title", true}};
  EXPECT_EQ(Open(), nullptr);
  spec_.action_fields = {{"title", true}, {"tech", false}};
  EXPECT_EQ(Open(), nullptr);
  ASSERT_TRUE(Save(CatalogCache::kFloat16));
  EXPECT_NE(Open(CatalogCache::kFloat16), nullptr);
}

TEST_F(RankingStoreTest, ADamagedTableIsAsNoneAndIsReplaced) {
  ASSERT_TRUE(Save());
  ASSERT_TRUE(WriteFileAtomically(path_ + "-jobs.f32", "not a table").ok());
  EXPECT_EQ(Open(), nullptr);
  ASSERT_TRUE(Save());
  EXPECT_NE(Open(), nullptr);
}

TEST_F(RankingStoreTest, NoTableIsMadeOfACatalogThatTheStoreNoLongerHas) {
  const auto stamp = RankingStore::StampOf(path_);
  const Catalog catalog = Load();
  ASSERT_TRUE(Writable()->Delete(EntityKind::kJob, "j4").ok());
  const auto saved =
      RankingStore::Save(path_, spec_, Options(CatalogCache::kFloat32), catalog, *stamp);
  ASSERT_TRUE(saved.ok());
  EXPECT_FALSE(*saved);
  EXPECT_FALSE(fs::exists(path_ + "-jobs.f32"));
}

TEST_F(RankingStoreTest, ATableIsForThoseWhoMayReadTheStore) {
  ASSERT_EQ(::chmod(path_.c_str(), 0600), 0);
  ASSERT_TRUE(Save());
  struct stat status {};
  ASSERT_EQ(::stat((path_ + "-jobs.f32").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(RankingStoreTest, WhatIsNoSqliteStoreHasNoTable) {
  EXPECT_EQ(RankingStore::StampOf("mongodb://localhost/jobs"), std::nullopt);
  EXPECT_EQ(RankingStore::StampOf(directory_.File("missing.db")), std::nullopt);
  EXPECT_EQ(RankingStore::Open("mongodb://localhost/jobs", spec_, Options(CatalogCache::kFloat32)),
            nullptr);
}

}  // namespace
}  // namespace dynajob
