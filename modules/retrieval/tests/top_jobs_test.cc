#include "dynajob/retrieval/top_jobs.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

// Jobs with the scores that a test gives them.
class GivenScores final : public RankableJobs {
 public:
  explicit GivenScores(std::vector<float> scores) : scores_(std::move(scores)) {}
  size_t size() const override { return scores_.size(); }
  std::string IdAt(size_t position) const override { return "job-" + std::to_string(position); }
  Status Score(size_t begin, std::span<float> values) const override {
    largest_tile_ = std::max(largest_tile_, values.size());
    std::copy_n(scores_.begin() + static_cast<std::ptrdiff_t>(begin), values.size(),
                values.begin());
    return Status::Ok();
  }
  size_t largest_tile() const { return largest_tile_; }

 private:
  std::vector<float> scores_;
  mutable size_t largest_tile_ = 0;
};

// The whole order by sorting, ties by position.
std::vector<ScoredJob> Sorted(std::span<const float> scores) {
  std::vector<ScoredJob> all;
  for (size_t i = 0; i < scores.size(); ++i) all.push_back({i, scores[i]});
  std::stable_sort(all.begin(), all.end(),
                   [](const ScoredJob& a, const ScoredJob& b) { return a.value > b.value; });
  return all;
}

TEST(TopJobsTest, AreTheFirstOfTheSortedOrderWithTiesByPosition) {
  Rng rng(5);
  for (const size_t count : {1, 7, 1023, 1024, 1025, 5000}) {
    for (const uint64_t distinct : {1, 3, 50, 1000000}) {
      std::vector<float> scores(count);
      for (float& score : scores) score = static_cast<float>(rng.Below(distinct)) - 20;
      const std::vector<ScoredJob> sorted = Sorted(scores);
      for (const size_t k : {size_t{1}, size_t{10}, size_t{1024}, count, count + 5}) {
        const auto top = SelectTop(GivenScores(scores), k);
        ASSERT_TRUE(top.ok());
        ASSERT_EQ(top->best.size(), std::min(k, count));
        EXPECT_TRUE(std::equal(top->best.begin(), top->best.end(), sorted.begin()))
            << count << " jobs, " << distinct << " scores, k " << k;
      }
    }
  }
}

TEST(TopJobsTest, HoldAtMostATileOfScoresHoweverManyJobsThereAre) {
  for (const size_t count : {2000, 200000}) {
    const GivenScores jobs(std::vector<float>(count, 1.0f));
    ASSERT_TRUE(SelectTop(jobs, 10).ok());
    EXPECT_LE(jobs.largest_tile(), 1024u);
  }
}

TEST(TopJobsTest, OfNothingAreNothing) {
  EXPECT_TRUE(SelectTop(GivenScores({}), 10)->best.empty());
  EXPECT_TRUE(SelectTop(GivenScores({1, 2}), 0)->best.empty());
}

TEST(TopJobsTest, AScoreThatIsNotFiniteIsAnErrorThatNamesTheJob) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
        -std::numeric_limits<float>::infinity()}) {
    std::vector<float> scores(3000, 0.5f);
    scores[2345] = bad;
    const auto top = SelectTop(GivenScores(scores), 3);
    ASSERT_FALSE(top.ok());
    EXPECT_EQ(top.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(top.error().message, HasSubstr("'job-2345'"));
  }
}

TEST(TopJobsTest, StopBetweenTiles) {
  int asked = 0;
  const auto top =
      SelectTop(GivenScores(std::vector<float>(10000)), 3, [&] { return ++asked > 2; });
  ASSERT_TRUE(top.ok());
  EXPECT_TRUE(top->stopped);
  EXPECT_TRUE(top->best.empty());
  EXPECT_EQ(asked, 3);
}

// The same bits as evaluating all jobs at once and sorting, for every kind of input.
TEST(TopJobsTest, OfACatalogAreThoseOfTheNaiveRanking) {
  for (const size_t count : {5, 40, 1500}) {
    const Catalog catalog = RandomMarket({.candidates = 3, .jobs = count});
    const std::vector<JobRow> rows = AllJobs(catalog);
    for (const NetworkOptions& options : AllInputs()) {
      const auto encoder = MakeEncoder(catalog, options);
      const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
      for (CandidateRow candidate = 0; candidate < 3; ++candidate) {
        std::vector<float> values(count);
        network.Evaluate(candidate, rows, values);
        const auto top = SelectTop(CatalogJobs(network, candidate, rows), 12);
        ASSERT_TRUE(top.ok());
        const std::vector<ScoredJob> sorted = Sorted(values);
        ASSERT_EQ(top->best.size(), std::min<size_t>(12, count));
        EXPECT_TRUE(std::equal(top->best.begin(), top->best.end(), sorted.begin()));
      }
    }
  }
}

// By the values of one evaluation of all jobs at once, and not by those of float32.
TEST(TopJobsTest, OfANetworkInBfloat16AreRankedInIt) {
  const Catalog catalog = RandomMarket({.candidates = 2, .jobs = 1500});
  const std::vector<JobRow> rows = AllJobs(catalog);
  for (NetworkOptions options : AllInputs()) {
    options.precision = Precision::kBfloat16;
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
    std::vector<JobView> views;
    for (const JobRow row : rows) views.push_back(encoder->JobAt(row));
    std::vector<float> values(rows.size()), exact(rows.size());
    CandidateScorer(network, encoder->CandidateAt(1)).Evaluate(views, values);
    network.Evaluate(encoder->CandidateAt(1), views, exact);
    EXPECT_FALSE(SameBits(values, exact));
    const auto top = SelectTop(CatalogJobs(network, 1, rows), 12);
    ASSERT_TRUE(top.ok());
    const std::vector<ScoredJob> sorted = Sorted(values);
    EXPECT_TRUE(std::equal(top->best.begin(), top->best.end(), sorted.begin()));
  }
}

TEST(TopJobsTest, OfAShortlistHaveTheNetworksOwnValuesAndOrder) {
  const Catalog catalog = RandomMarket({.candidates = 4, .jobs = 3000});
  const std::vector<JobRow> rows = AllJobs(catalog);
  const RankingOptions two_stage{.exact_below = 1000, .shortlist = 600, .shortlist_share = 0.01};
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
    size_t found = 0;
    for (CandidateRow candidate = 0; candidate < 4; ++candidate) {
      const CatalogJobs jobs(network, candidate, rows);
      const auto exact = SelectTop(jobs, 10), top = RankTop(jobs, 10, two_stage);
      ASSERT_TRUE(exact.ok() && top.ok());
      EXPECT_EQ(exact->scored, 3000u);
      EXPECT_EQ(top->scored, 600u);
      ASSERT_EQ(top->best.size(), 10u);
      for (const ScoredJob& job : top->best) {
        float value = 0;
        ASSERT_TRUE(jobs.ScoreAt(std::span(&job.position, 1), std::span(&value, 1)).ok());
        EXPECT_NEAR(value, job.value, 1e-5);
        found += std::ranges::any_of(
            exact->best, [&](const ScoredJob& best) { return best.position == job.position; });
      }
      EXPECT_TRUE(std::ranges::is_sorted(top->best, std::ranges::greater(), &ScoredJob::value));
    }
    EXPECT_GE(found, 36u) << "of 40";
  }
}

TEST(TopJobsTest, OfFewJobsOrOnRequestAreExact) {
  const Catalog catalog = RandomMarket({.candidates = 1, .jobs = 3000});
  const std::vector<JobRow> rows = AllJobs(catalog);
  const NetworkOptions options = AllInputs().back();
  const auto encoder = MakeEncoder(catalog, options);
  const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 9);
  const CatalogJobs jobs(network, 0, rows);
  for (const RankingOptions& exact :
       {RankingOptions{.exact_below = 3001, .shortlist = 10}, RankingOptions{.exact_below = 0},
        RankingOptions{.exact_below = 10, .shortlist = 3000}}) {
    const auto top = RankTop(jobs, 10, exact);
    ASSERT_TRUE(top.ok());
    EXPECT_EQ(top->scored, 3000u);
    EXPECT_EQ(top->best, SelectTop(jobs, 10)->best);
  }
  EXPECT_EQ(RankingOptions{.shortlist_share = 0}.Validate().error().code,
            ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dynajob
