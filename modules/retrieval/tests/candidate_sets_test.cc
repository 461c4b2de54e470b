#include "dynajob/retrieval/candidate_sets.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/parallel.h"
#include "dynajob/core/time.h"
#include "dynajob/retrieval/nearest_jobs.h"

#include "indexed_store.h"
#include "retrieval_test_support.h"

namespace dynajob {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::SizeIs;

constexpr size_t kCandidates = 12;
constexpr size_t kJobs = 240;
constexpr int64_t kLongAgo = -1;  // before the first job expires

std::vector<JobRow> Vector(std::span<const JobRow> pool) { return {pool.begin(), pool.end()}; }

class CandidateSetsTest : public ::testing::Test {
 protected:
  std::unique_ptr<CandidateSets> Make(const CandidateSetOptions& options, int64_t now_ms = kLongAgo,
                                      Store* store = nullptr) {
    auto sets = CandidateSets::Create({.catalog = &catalog_,
                                       .cosine = cosine_.get(),
                                       .store = store,
                                       .candidates = everybody_,
                                       .now_ms = now_ms},
                                      options);
    EXPECT_TRUE(sets.ok()) << (sets.ok() ? "" : sets.error().message);
    return std::move(sets).value();
  }
  static std::unique_ptr<SplitPools> Over(const CandidateSets& sets,
                                          const std::vector<JobRow>& jobs, size_t needed = 5,
                                          uint64_t seed = 1) {
    auto pools = sets.Over(jobs, needed, seed);
    EXPECT_TRUE(pools.ok()) << (pools.ok() ? "" : pools.error().message);
    return std::move(pools).value();
  }

  Catalog catalog_ = MakeCircle(kCandidates, kJobs);
  std::unique_ptr<CosineReward> cosine_ = MakeCosine(catalog_);
  std::vector<CandidateRow> everybody_ = Rows(kCandidates);
  std::vector<JobRow> all_ = Rows(kJobs);
  // Every second job, in another order than that of the catalog.
  std::vector<JobRow> half_ = [] {
    std::vector<JobRow> rows;
    for (JobRow job = kJobs; job > 0; job -= 2) rows.push_back(job - 1);
    return rows;
  }();
};

TEST_F(CandidateSetsTest, UniformPoolsAreTheSplitItselfInItsOrder) {
  const auto sets = Make({});
  EXPECT_TRUE(sets->trivial());
  const auto pools = Over(*sets, half_, 1000);
  for (const CandidateRow candidate : everybody_) EXPECT_EQ(Vector(pools->Pool(candidate)), half_);
  EXPECT_EQ(pools->counts(), PoolCounts{});
}

TEST_F(CandidateSetsTest, ExpiredJobsAreInNoPool) {
  // At noon of day 49 the jobs 9, 19, …, 49 have expired; 59 and later ones have not.
  const int64_t now = 49 * kMillisecondsPerDay + kMillisecondsPerDay / 2;
  const std::set<JobRow> expired = {9, 19, 29, 39, 49};
  for (const CandidateSource source : {CandidateSource::kUniform, CandidateSource::kFiltered,
                                       CandidateSource::kNearest, CandidateSource::kMixed}) {
    const auto sets = Make({.source = source, .pool_size = 1000}, now);
    EXPECT_FALSE(sets->trivial());
    EXPECT_EQ(sets->expired(), expired.size());
    EXPECT_THAT(sets->Describe(), HasSubstr("without 5 jobs expired at 1970-02-19T12:00:00Z"));
    const auto pools = Over(*sets, all_, kJobs);
    EXPECT_THAT(pools->Pool(3), SizeIs(kJobs - expired.size()));
    for (const JobRow job : pools->Pool(3)) EXPECT_FALSE(expired.contains(job)) << job;
  }
  auto none = Make({}, 1000 * kMillisecondsPerDay)->Over(std::vector<JobRow>{9, 19}, 1, 1);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(none.error().message, HasSubstr("none of 2 jobs is open at 1972-09-27"));
}

TEST_F(CandidateSetsTest, FilteredPoolsMatchInTheOrderOfTheSplit) {
  const auto sets = Make(
      {.source = CandidateSource::kFiltered, .location = {"candidate"}, .work_mode = {"onsite"}});
  const auto pools = Over(*sets, half_);
  for (const CandidateRow candidate : everybody_) {
    std::vector<JobRow> expected;
    for (const JobRow job : half_)
      if (job % 3 == candidate % 3 && job % 4 != 0) expected.push_back(job);
    EXPECT_EQ(Vector(pools->Pool(candidate)), expected);
  }
  EXPECT_EQ(pools->counts(), (PoolCounts{.pools = kCandidates}));
}

TEST_F(CandidateSetsTest, APoolThatIsTooSmallIsFilledUpAndCounted) {
  const CandidateSetOptions options{.source = CandidateSource::kFiltered,
                                    .sector = {"Retail", "Mining"},
                                    .posted_after_days = 10};
  const int64_t now = static_cast<int64_t>(kJobs) * kMillisecondsPerDay;
  const auto sets = Make(options, now);
  const auto pools = Over(*sets, all_, 30);
  const std::vector<JobRow> pool = Vector(pools->Pool(0));
  ASSERT_EQ(pool.size(), 30u);
  // 231, 233, …, 237 match (239 has expired) and come first; the others are drawn at random.
  EXPECT_THAT(std::vector<JobRow>(pool.begin(), pool.begin() + 4), ElementsAre(231, 233, 235, 237));
  EXPECT_EQ(std::set<JobRow>(pool.begin(), pool.end()).size(), 30u);
  EXPECT_NE(Vector(pools->Pool(1)), pool);
  EXPECT_EQ(pools->counts(), (PoolCounts{.pools = 2, .filled_up = 2, .jobs_added = 52}));
  EXPECT_EQ(Vector(Over(*sets, all_, 30)->Pool(0)), pool);
  EXPECT_NE(Vector(Over(*sets, all_, 30, /*seed=*/2)->Pool(0)), pool);
  // A split that has no more gives what it has.
  const auto few = Over(*sets, {1, 2, 3, 231}, 30);
  EXPECT_THAT(few->Pool(0), SizeIs(4));
}

TEST_F(CandidateSetsTest, NearestPoolsHoldTheNearestOfTheSplitBestFirst) {
  const auto sets = Make({.source = CandidateSource::kNearest, .pool_size = 20});
  EXPECT_EQ(sets->search(), NearestSearch::kExact);
  EXPECT_THAT(sets->Describe(), HasSubstr("nearest (exact search)"));
  const auto pools = Over(*sets, half_);
  for (const CandidateRow candidate : everybody_)
    EXPECT_EQ(Vector(pools->Pool(candidate)), NearestJobs(*cosine_, candidate, 20, half_));
  // What an episode needs goes before pool_size.
  EXPECT_THAT(Over(*sets, half_, 33)->Pool(0), SizeIs(33));
}

TEST_F(CandidateSetsTest, HeuristicsHoldForNearestJobs) {
  const auto sets =
      Make({.source = CandidateSource::kNearest, .location = {"candidate"}, .pool_size = 15});
  const auto pools = Over(*sets, all_);
  for (const JobRow job : pools->Pool(4)) EXPECT_EQ(job % 3, 1u);
  EXPECT_THAT(pools->Pool(4), SizeIs(15));
}

TEST_F(CandidateSetsTest, MixedPoolsAreNearestOnesAndRandomOnesThatMatch) {
  const auto sets = Make({.source = CandidateSource::kMixed,
                          .work_mode = {"onsite"},
                          .pool_size = 40,
                          .nearest_share = 0.25});
  const auto pools = Over(*sets, half_);
  const std::vector<JobRow> pool = Vector(pools->Pool(5));
  ASSERT_EQ(pool.size(), 40u);
  EXPECT_EQ(std::set<JobRow>(pool.begin(), pool.end()).size(), 40u);
  std::vector<JobRow> onsite;
  for (const JobRow job : half_)
    if (catalog_.job(job).work_mode == WorkMode::kOnsite) onsite.push_back(job);
  EXPECT_EQ(std::vector<JobRow>(pool.begin(), pool.begin() + 10),
            NearestJobs(*cosine_, 5, 10, onsite));
  EXPECT_THAT(pool, IsSubsetOf(onsite));
  EXPECT_NE(pool, NearestJobs(*cosine_, 5, 40, onsite));
}

TEST_F(CandidateSetsTest, PoolsDoNotDependOnThreadsOrOnWhoAsksFirst) {
  for (const CandidateSource source :
       {CandidateSource::kFiltered, CandidateSource::kNearest, CandidateSource::kMixed}) {
    const auto sets = Make({.source = source, .location = {"candidate"}, .pool_size = 60});
    const auto one = Over(*sets, half_, 50);
    const auto many = Over(*sets, half_, 50);
    std::vector<std::vector<JobRow>> expected;
    for (const CandidateRow candidate : everybody_)
      expected.push_back(Vector(one->Pool(candidate)));
    std::vector<std::vector<JobRow>> found(20 * kCandidates);
    ASSERT_TRUE(ParallelFor(found.size(), 4, [&](size_t i) {
                  const auto candidate = static_cast<CandidateRow>((7 * i) % kCandidates);
                  found[i] = Vector(many->Pool(candidate));
                  return Status::Ok();
                }).ok());
    for (size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i], expected[(7 * i) % kCandidates]);
    EXPECT_EQ(many->counts(), one->counts());
  }
}

TEST_F(CandidateSetsTest, AStoreGivesTheSamePoolsAsTheCatalog) {
  IndexedStore store(catalog_);
  const CandidateSetOptions options{.source = CandidateSource::kFiltered,
                                    .location = {"candidate", "Rome"},
                                    .sector = {"candidate"},
                                    .posted_after_days = 150};
  const int64_t now = 230 * kMillisecondsPerDay;
  const auto from_store = Make(options, now, &store);
  const auto from_catalog = Make(options, now);
  const auto pools = Over(*from_store, half_);
  const auto expected = Over(*from_catalog, half_);
  for (const CandidateRow candidate : everybody_)
    EXPECT_EQ(Vector(pools->Pool(candidate)), Vector(expected->Pool(candidate)));
  // Twelve candidates have six different filters: three places, sector known or not.
  EXPECT_EQ(store.filter_queries(), 6u);
}

TEST_F(CandidateSetsTest, AVectorIndexIsUsedWhereThereIsOneAndItsFindsAreRankedExactly) {
  IndexedStore store(catalog_);
  store.set_index(cosine_.get());
  const CandidateSetOptions options{
      .source = CandidateSource::kNearest, .location = {"candidate"}, .pool_size = 10};
  const auto sets = Make(options, kLongAgo, &store);
  EXPECT_EQ(sets->search(), NearestSearch::kVectorIndex);
  EXPECT_THAT(sets->Describe(), HasSubstr("vector index of the store"));
  // The scripted index finds what an exact search finds, and a foreign id.
  const auto pools = Over(*sets, all_);
  const auto exact_sets = Make(options);
  const auto exact = Over(*exact_sets, all_);
  for (const CandidateRow candidate : everybody_)
    EXPECT_EQ(Vector(pools->Pool(candidate)), Vector(exact->Pool(candidate)));
  EXPECT_EQ(store.index_queries(), 2 * kCandidates);  // fields: tech and soft
}

TEST_F(CandidateSetsTest, OneFieldWithoutIndexMeansExactSearch) {
  IndexedStore store(catalog_);
  store.set_index(cosine_.get(), {"tech"});
  const auto sets = Make({.source = CandidateSource::kNearest}, kLongAgo, &store);
  EXPECT_EQ(sets->search(), NearestSearch::kExact);
  EXPECT_EQ(store.index_queries(), 2u);
}

TEST_F(CandidateSetsTest, ErrorsOfTheStoreAndCancellationAreReturned) {
  IndexedStore store(catalog_);
  store.set_error({ErrorCode::kStoreUnreachable, "gone"});
  auto failed = CandidateSets::Create(
      {.catalog = &catalog_, .cosine = cosine_.get(), .store = &store, .candidates = everybody_},
      {.source = CandidateSource::kFiltered});
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().code, ErrorCode::kStoreUnreachable);
  CancellationToken token;
  token.Cancel();
  auto cancelled = CandidateSets::Create({.catalog = &catalog_,
                                          .cosine = cosine_.get(),
                                          .candidates = everybody_,
                                          .cancellation = &token},
                                         {.source = CandidateSource::kNearest});
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code, ErrorCode::kCancelled);
}

}  // namespace
}  // namespace dynajob
