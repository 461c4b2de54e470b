#include "dynajob/retrieval/nearest_jobs.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

#include "retrieval_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestJobs, FindsTheNearestBestFirstAndOfEqualsTheLowerRow) {
  const Catalog catalog = MakeCircle(4, 12);
  const auto cosine = MakeCosine(catalog);
  // Candidate 1 of 4 lies at 90 degrees, as does job 3 of 12.
  EXPECT_THAT(NearestJobs(*cosine, 1, 5, Rows(12)), ElementsAre(3, 2, 4, 1, 5));
  EXPECT_THAT(NearestJobs(*cosine, 0, 3, Rows(12)), ElementsAre(0, 1, 11));
}

TEST(NearestJobs, SearchesOnlyAmongTheGivenOnes) {
  const Catalog catalog = MakeCircle(4, 12);
  const auto cosine = MakeCosine(catalog);
  const std::vector<JobRow> among = {11, 9, 5, 2};
  EXPECT_THAT(NearestJobs(*cosine, 1, 2, among), ElementsAre(2, 5));
  EXPECT_THAT(NearestJobs(*cosine, 1, 9, among), ElementsAre(2, 5, 11, 9));
  EXPECT_THAT(NearestJobs(*cosine, 1, 0, among), IsEmpty());
  EXPECT_THAT(NearestJobs(*cosine, 1, 3, {}), IsEmpty());
}

// Random vectors of odd lengths, zeros and copies included, against a full sort by the reward.
TEST(NearestJobs, AgreesWithASortByTheCosineReward) {
  constexpr size_t kJobs = 3000, kCandidates = 5;
  Rng rng = Rng::Derive(3, "nearest");
  Catalog::Data data;
  data.embedder = "random";
  data.state_fields = {{"hard", 0, 37}, {"soft", 37, 21}};
  data.action_fields = {{"tech", 0, 37}, {"soft", 37, 21}};
  data.states = Matrix(kCandidates, 58);
  data.actions = Matrix(kJobs, 58);
  for (size_t i = 0; i < kCandidates; ++i) {
    data.candidates.emplace_back().id = PaddedId("c", i);
    for (float& value : data.states.Row(i)) value = static_cast<float>(rng.Normal());
  }
  for (size_t i = 0; i < kJobs; ++i) {
    data.jobs.emplace_back().id = PaddedId("j", i);
    if (i % 100 == 50) continue;  // zeros
    for (float& value : data.actions.Row(i)) value = static_cast<float>(rng.Normal());
    if (i % 100 == 70) std::ranges::copy(data.actions.Row(i - 60), data.actions.Row(i).begin());
  }
  auto catalog = Catalog::Create(std::move(data));
  ASSERT_TRUE(catalog.ok());
  const auto cosine = MakeCosine(*catalog);
  for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate) {
    std::vector<JobRow> expected = Rows(kJobs);
    std::stable_sort(expected.begin(), expected.end(), [&](JobRow a, JobRow b) {
      return cosine->Cosine({candidate, a}) > cosine->Cosine({candidate, b});
    });
    for (const size_t k : {size_t{1}, size_t{10}, size_t{700}, kJobs}) {
      const std::vector<JobRow> found = NearestJobs(*cosine, candidate, k, Rows(kJobs));
      ASSERT_EQ(found.size(), k);
      for (size_t i = 0; i < k; ++i)
        EXPECT_NEAR(cosine->Cosine({candidate, found[i]}), cosine->Cosine({candidate, expected[i]}),
                    1e-6);
      if (k == 10) {
        EXPECT_EQ(found, std::vector<JobRow>(expected.begin(), expected.begin() + 10));
      }
    }
  }
}

}  // namespace
}  // namespace dynajob
