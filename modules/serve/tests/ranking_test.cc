#include "ranking.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "serve_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

class RankingTest : public ::testing::Test {
 protected:
  RankingTest()
      : catalog_(SmallCatalog(5, 60)),
        market_(catalog_),
        cosine_(CosineReward::Create(*catalog_, {}).value()) {}

  Ranking Rank(const Snapshot& snapshot, RankingRequest request, uint64_t seed = 1) {
    const ServedCandidatePtr person = market_.FindCandidate("c1");
    request.candidate = ViewOf(*person);
    auto ranking = RankJobs(snapshot, cosine_->fields(), request, Rng(seed));
    EXPECT_TRUE(ranking.ok());
    return *ranking;
  }
  static std::vector<std::string> Ids(const Ranking& ranking) {
    std::vector<std::string> ids;
    for (const RankedJob& job : ranking.jobs) ids.push_back(job.job->record().id);
    return ids;
  }

  std::shared_ptr<const Catalog> catalog_;
  Market market_;
  std::unique_ptr<CosineReward> cosine_;
};

TEST_F(RankingTest, ScoresAreThoseOfTheModel) {
  for (const Interaction interaction : {Interaction::kNone, Interaction::kProducts}) {
    const auto policy = RandomPolicy(*catalog_, "m", 3, interaction);
    const SnapshotSource source(market_.jobs(), policy);
    EXPECT_EQ(source.Current()->shares.rows(), 60u);
    std::vector<JobRow> rows(60);
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<JobRow>(i);
    std::vector<float> wanted(60);
    policy->model.QValues(1, rows, wanted);
    const Ranking ranking = Rank(*source.Current(), {.count = 60});
    ASSERT_EQ(ranking.jobs.size(), 60u);
    EXPECT_EQ(ranking.eligible, 60u);
    double before = HUGE_VAL;
    for (const RankedJob& ranked : ranking.jobs) {
      const JobRow row = *catalog_->FindJob(ranked.job->record().id);
      EXPECT_NEAR(ranked.score, static_cast<double>(wanted[row]), 1e-5);
      EXPECT_LE(ranked.score, before);
      EXPECT_EQ(ranked.source, ScoreSource::kQ);
      before = ranked.score;
    }
  }
}

// The bits that recommending from a store gives, with rows that were computed and taken over.
TEST_F(RankingTest, InBfloat16ScoresAreThoseOfTheScorer) {
  for (const Interaction interaction : {Interaction::kNone, Interaction::kProducts}) {
    const auto policy =
        RandomPolicy(*catalog_, "m", 3, interaction, Strategy::kBaseline, Precision::kBfloat16);
    SnapshotSource source(market_.jobs(), policy);
    source.Publish(market_.jobs());
    std::vector<JobView> views;
    for (JobRow row = 0; row < 60; ++row)
      views.push_back({catalog_->actions().Row(row), &catalog_->job(row)});
    std::vector<float> wanted(60);
    CandidateScorer(policy->model.q_network(), ViewOf(*market_.FindCandidate("c1")))
        .Evaluate(views, wanted);
    const Ranking ranking = Rank(*source.Current(), {.count = 60});
    ASSERT_EQ(ranking.jobs.size(), 60u);
    for (const RankedJob& ranked : ranking.jobs)
      EXPECT_EQ(ranked.score,
                static_cast<double>(wanted[*catalog_->FindJob(ranked.job->record().id)]));
  }
}

TEST_F(RankingTest, WithoutAModelTheCosineRanks) {
  const SnapshotSource source(market_.jobs(), nullptr);
  const Ranking ranking = Rank(*source.Current(), {.count = 3});
  for (const RankedJob& ranked : ranking.jobs) {
    EXPECT_EQ(ranked.source, ScoreSource::kCosine);
    const JobRow row = *catalog_->FindJob(ranked.job->record().id);
    EXPECT_NEAR(ranked.score, cosine_->Cosine({1, row}), 1e-6);
  }
}

TEST_F(RankingTest, FiltersAndExclusionsLeaveTheOrderOfTheRest) {
  const SnapshotSource source(market_.jobs(), RandomPolicy(*catalog_, "m", 3));
  const std::vector<std::string> all = Ids(Rank(*source.Current(), {.count = 60}));
  const std::vector<std::string> without =
      Ids(Rank(*source.Current(), {.excluded = {all[0], all[2]}, .count = 3}));
  EXPECT_THAT(without, ElementsAre(all[1], all[3], all[4]));
  EXPECT_THAT(Ids(Rank(*source.Current(), {.offset = 58, .count = 10})),
              ElementsAre(all[58], all[59]));
  const Ranking here = Rank(*source.Current(), {.filter = {.locations = {"here"}}, .count = 60});
  EXPECT_EQ(here.eligible, 30u);
  for (const RankedJob& job : here.jobs) EXPECT_EQ(job.job->record().location, "here");
  EXPECT_TRUE(Rank(*source.Current(), {.deadline = SteadyTime::min()}).late);
}

TEST_F(RankingTest, ExplorationHappensAsOftenAsItsPropensitySays) {
  const SnapshotSource source(market_.jobs(), RandomPolicy(*catalog_, "m", 3));
  const std::string best = Ids(Rank(*source.Current(), {.count = 1}))[0];
  constexpr int kDraws = 4000;
  int best_shown = 0;
  double inverse = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Ranking ranking =
        Rank(*source.Current(), {.count = 1, .epsilon = 0.3}, static_cast<uint64_t>(i));
    const RankedJob& first = ranking.jobs[0];
    best_shown += first.job->record().id == best;
    inverse += 1 / first.propensity;
  }
  EXPECT_NEAR(best_shown / double{kDraws}, 0.7 + 0.3 / 60, 0.03);
  // The mean of 1 / propensity is the number of jobs that can be drawn.
  EXPECT_NEAR(inverse / kDraws, 60, 6);
}

TEST_F(RankingTest, JobsThatComeChangeAndGoAreRankedFromTheNextSnapshotOn) {
  SnapshotSource source(market_.jobs(), RandomPolicy(*catalog_, "m", 3));
  const auto before = source.Current();
  Job added;
  added.id = "new";
  Job changed = catalog_->job(5);
  changed.title = "other";
  const std::vector<ServedJobPtr> jobs = {
      std::make_shared<const ServedJob>(added, std::vector<float>(9, 0.5f)),
      std::make_shared<const ServedJob>(changed, std::vector<float>(9, -0.5f))};
  market_.Put(jobs);
  market_.RemoveJob("j7");
  source.Publish(market_.jobs());
  const auto after = source.Current();
  EXPECT_EQ(before->jobs->size(), 60u);
  EXPECT_EQ(after->jobs->size(), 60u);
  EXPECT_EQ(market_.FindJob("j7"), nullptr);
  EXPECT_EQ(market_.FindJob("j5")->record().title, "other");
  // The shares that were taken over and those computed give what computing all anew gives.
  const SnapshotSource anew(market_.jobs(), after->policy);
  const Ranking kept = Rank(*after, {.count = 60}), fresh = Rank(*anew.Current(), {.count = 60});
  EXPECT_EQ(Ids(kept), Ids(fresh));
  for (size_t i = 0; i < 60; ++i) EXPECT_NEAR(kept.jobs[i].score, fresh.jobs[i].score, 1e-5);
}

TEST_F(RankingTest, RequestsRankWhileSnapshotsAreReplaced) {
  SnapshotSource source(market_.jobs(), RandomPolicy(*catalog_, "m", 3));
  const std::shared_ptr<const Policy> policies[] = {source.Current()->policy,
                                                    RandomPolicy(*catalog_, "n", 4)};
  std::vector<std::vector<std::string>> wanted;
  for (const auto& policy : policies)
    wanted.push_back(Ids(Rank(*SnapshotSource(market_.jobs(), policy).Current(), {.count = 5})));
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0, ranked = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i)
    readers.emplace_back([&] {
      while (!stop.load() || ranked.load() < 100) {
        const auto snapshot = source.Current();
        const auto ids = Ids(Rank(*snapshot, {.count = 5}));
        wrong += ids != wanted[snapshot->policy == policies[0] ? 0 : 1];
        ++ranked;
      }
    });
  for (int i = 0; i < 50; ++i) source.Publish(policies[i % 2]);
  stop.store(true);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong.load(), 0);
  EXPECT_EQ(source.Current()->number, 51u);
}

}  // namespace
}  // namespace dynajob
