#include "dynajob/core/pair_facts.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr double kDistanceScaleKm = 50.0;
constexpr double kDistanceLimit = 4.0;

double SalaryGap(const Candidate& candidate, const Job& job) {
  if (!candidate.expected_salary || !job.salary) return 0;
  const double offered = (job.salary->low + job.salary->high) / 2;
  if (*candidate.expected_salary <= 0 || offered <= 0) return 0;
  return std::clamp(std::log(offered / *candidate.expected_salary), -1.0, 1.0);
}

double Distance(const Candidate& candidate, const Job& job) {
  if (job.work_mode == WorkMode::kRemote || !candidate.position || !job.position) return 0;
  const double km = DistanceKm(*candidate.position, *job.position);
  return std::min(std::log1p(km / kDistanceScaleKm), kDistanceLimit);
}

double WorkModeMatch(const Candidate& candidate, const Job& job) {
  if (candidate.preferred_work_mode == WorkMode::kUnknown || job.work_mode == WorkMode::kUnknown)
    return 0;
  return candidate.preferred_work_mode == job.work_mode ? 1 : -1;
}

double SeniorityGap(const Candidate& candidate, const Job& job) {
  if (candidate.seniority == Seniority::kUnknown || job.seniority == Seniority::kUnknown) return 0;
  const int levels = static_cast<int>(job.seniority) - static_cast<int>(candidate.seniority);
  return std::clamp(levels / 2.0, -2.0, 2.0);
}

std::set<std::string> LowerSet(const std::vector<std::string>& skills) {
  std::set<std::string> lower;
  for (const std::string& skill : skills) lower.insert(ToLowerAscii(skill));
  return lower;
}

}  // namespace

PairFacts ComputePairFacts(const Candidate& candidate, const Job& job) {
  return {.salary_gap = SalaryGap(candidate, job),
          .distance = Distance(candidate, job),
          .work_mode_match = WorkModeMatch(candidate, job),
          .seniority_gap = SeniorityGap(candidate, job)};
}

std::array<float, kPairFactCount> ToArray(const PairFacts& facts) {
  return {static_cast<float>(facts.salary_gap), static_cast<float>(facts.distance),
          static_cast<float>(facts.work_mode_match), static_cast<float>(facts.seniority_gap)};
}

double SkillCoverage(const Candidate& candidate, const Job& job) {
  if (job.technical_skills.empty()) return 0;
  const std::set<std::string> known = LowerSet(candidate.hard_skills);
  size_t covered = 0;
  for (const std::string& skill : job.technical_skills) covered += known.count(ToLowerAscii(skill));
  return static_cast<double>(covered) / static_cast<double>(job.technical_skills.size());
}

SkillMatch MatchSkills(const Candidate& candidate, const Job& job) {
  const std::set<std::string> hard = LowerSet(candidate.hard_skills);
  const std::set<std::string> soft = LowerSet(candidate.soft_skills);
  SkillMatch match;
  for (const std::string& skill : job.technical_skills) {
    const bool has = hard.contains(ToLowerAscii(skill));
    (has ? match.matched : match.missing).push_back(skill);
  }
  for (const std::string& skill : job.soft_skills)
    if (soft.contains(ToLowerAscii(skill))) match.matched.push_back(skill);
  return match;
}

}  // namespace dynajob
