#include "dynajob/retrieval/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Candidate Person() {
  Candidate candidate;
  candidate.location = "Lyon";
  candidate.category = "Banking";
  candidate.preferred_work_mode = WorkMode::kHybrid;
  return candidate;
}

TEST(CandidateSetOptions, PutsTheCandidatesOwnFactsIntoTheFilter) {
  CandidateSetOptions options{.source = CandidateSource::kFiltered,
                              .location = {"Remote", "candidate"},
                              .sector = {"candidate"},
                              .work_mode = {"remote", "candidate"},
                              .posted_after_days = 2};
  const int64_t now = 10 * kMillisecondsPerDay;
  const JobFilter filter = options.FilterFor(Person(), now);
  EXPECT_THAT(filter.locations, ElementsAre("Lyon", "Remote"));
  EXPECT_THAT(filter.sectors, ElementsAre("Banking"));
  EXPECT_THAT(filter.work_modes, ElementsAre(WorkMode::kHybrid, WorkMode::kRemote));
  EXPECT_EQ(filter.posted_after_ms, 8 * kMillisecondsPerDay);
  EXPECT_EQ(filter.not_expired_at_ms, now);
  // Unknown facts restrict nothing.
  const JobFilter unknown = options.FilterFor(Candidate{}, now);
  EXPECT_THAT(unknown.locations, ElementsAre("Remote"));
  EXPECT_TRUE(unknown.sectors.empty());
  EXPECT_THAT(unknown.work_modes, ElementsAre(WorkMode::kRemote));
}

TEST(CandidateSetOptions, UniformAsksOnlyForOpenJobs) {
  const CandidateSetOptions options{.location = {"Nice"}, .posted_after_days = 2};
  EXPECT_EQ(options.FilterFor(Person(), 5), JobFilter{.not_expired_at_ms = 5});
}

TEST(CandidateSetOptions, NamesTheKeyTheValueAndTheLimit) {
  const auto refused = [](const CandidateSetOptions& options) {
    const Status status = options.Validate();
    EXPECT_FALSE(status.ok());
    if (status.ok()) return std::string();
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    return status.error().message;
  };
  EXPECT_TRUE(CandidateSetOptions{}.Validate().ok());
  EXPECT_THAT(refused({.work_mode = {"sometimes"}}),
              AllOf(HasSubstr("work_mode"), HasSubstr("'sometimes'"), HasSubstr("hybrid")));
  EXPECT_THAT(refused({.work_mode = {"unknown"}}), HasSubstr("'unknown'"));
  EXPECT_THAT(refused({.posted_after_days = -1}), HasSubstr("posted_after_days = -1"));
  EXPECT_THAT(refused({.pool_size = 1}), HasSubstr("pool_size = 1: must be from 2"));
  EXPECT_THAT(refused({.nearest_share = 1.5}), HasSubstr("nearest_share = 1.5"));
  EXPECT_THAT(refused({.now = "tomorrow"}), AllOf(HasSubstr("now"), HasSubstr("'tomorrow'")));
}

TEST(CandidateSetOptions, ReadsTheMomentFromTheConfiguration) {
  CandidateSetOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  EXPECT_EQ(options.NowMs(), std::nullopt);
  ASSERT_TRUE(registry.Set("candidate_sets.now=1970-01-02").ok());
  ASSERT_TRUE(registry.Set("candidate_sets.source=mixed").ok());
  EXPECT_EQ(options.NowMs(), kMillisecondsPerDay);
  EXPECT_EQ(options.source, CandidateSource::kMixed);
  EXPECT_FALSE(registry.Set("candidate_sets.source=best").ok());
}

}  // namespace
}  // namespace dynajob
