#include "dynajob/agent/environment.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(DrawCandidateSet, DrawsDistinctAllowedJobsUniformly) {
  std::vector<JobRow> pool;
  for (JobRow job = 100; job < 130; ++job) pool.push_back(job);
  // 30 <= 4 * 10 shuffles, 30 > 4 * 5 rejects.
  for (const size_t size : {size_t{10}, size_t{5}}) {
    std::vector<int> counts(30);
    for (uint64_t draw = 0; draw < 6000; ++draw) {
      const auto set = DrawCandidateSet(pool, size, Rng::Derive(1, "draw", draw),
                                        [](JobRow job) { return job % 3 == 0; });
      ASSERT_EQ(set.size(), size);
      EXPECT_EQ(std::set<JobRow>(set.begin(), set.end()).size(), size);
      for (const JobRow job : set) {
        ASSERT_NE(job % 3, 0u);
        ++counts[job - 100];
      }
    }
    const double expected = 6000.0 * static_cast<double>(size) / 20;
    for (size_t i = 0; i < 30; ++i)
      if ((i + 100) % 3 != 0) {
        EXPECT_NEAR(counts[i], expected, 0.08 * expected);
      }
  }
}

TEST(DrawCandidateSet, GivesWhatIsLeftOfAnExhaustedPool) {
  std::vector<JobRow> pool;
  for (JobRow job = 0; job < 100; ++job) pool.push_back(job);
  const auto set = DrawCandidateSet(pool, 10, Rng(1), [](JobRow job) { return job >= 3; });
  EXPECT_EQ(std::set<JobRow>(set.begin(), set.end()), (std::set<JobRow>{0, 1, 2}));
  EXPECT_TRUE(DrawCandidateSet(pool, 10, Rng(1), [](JobRow) { return true; }).empty());
}

// Two histories that differ in one excluded job meet the same set but for that job's replacement.
TEST(DrawCandidateSet, TheOrderDoesNotDependOnTheExclusions) {
  std::vector<JobRow> pool;
  for (JobRow job = 0; job < 100; ++job) pool.push_back(job);
  const auto all = DrawCandidateSet(pool, 10, Rng(4), [](JobRow) { return false; });
  const auto without =
      DrawCandidateSet(pool, 10, Rng(4), [&](JobRow job) { return job == all[3]; });
  std::vector<JobRow> expected = all;
  expected.erase(expected.begin() + 3);
  ASSERT_EQ(without.size(), 10u);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), without.begin()));
}

}  // namespace
}  // namespace dynajob
