#include "dynajob/core/pair_facts.h"

#include <cmath>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(PairFacts, UnknownFactsAreZero) {
  const PairFacts facts = ComputePairFacts(Candidate{}, Job{});
  for (const float value : ToArray(facts)) EXPECT_EQ(value, 0.0f);
}

TEST(PairFacts, KnownFactsFollowTheirDefinitions) {
  Candidate candidate;
  candidate.expected_salary = 100000;
  candidate.position = GeoPoint{40.0, -75.0};
  candidate.preferred_work_mode = WorkMode::kRemote;
  candidate.seniority = Seniority::kMid;
  Job job;
  job.salary = SalaryRange{110000, 130000};
  job.position = GeoPoint{41.0, -75.0};
  job.work_mode = WorkMode::kOnsite;
  job.seniority = Seniority::kLead;
  const PairFacts facts = ComputePairFacts(candidate, job);
  EXPECT_NEAR(facts.salary_gap, std::log(1.2), 1e-12);
  EXPECT_NEAR(facts.distance, std::log1p(111.19 / 50), 1e-3);
  EXPECT_EQ(facts.work_mode_match, -1);
  EXPECT_EQ(facts.seniority_gap, 1);
}

TEST(PairFacts, RemoteJobsHaveNoDistance) {
  Candidate candidate;
  candidate.position = GeoPoint{0, 0};
  Job job;
  job.position = GeoPoint{50, 50};
  job.work_mode = WorkMode::kRemote;
  EXPECT_EQ(ComputePairFacts(candidate, job).distance, 0);
}

TEST(SkillCoverage, CountsSkillsWithoutRegardToCase) {
  Candidate candidate;
  candidate.hard_skills = {"Python", "SQL"};
  Job job;
  EXPECT_EQ(SkillCoverage(candidate, job), 0);
  job.technical_skills = {"python", "Excel", "sql", "Tableau"};
  EXPECT_EQ(SkillCoverage(candidate, job), 0.5);
}

}  // namespace
}  // namespace dynajob
