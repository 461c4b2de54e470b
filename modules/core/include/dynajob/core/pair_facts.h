// Structured facts of a (candidate, job) pair that are not in the embeddings: what a reader of both
// records could work out with a calculator and a map. The surrogate, the judge and (as an option)
// the networks use them.
#ifndef DYNAJOB_CORE_PAIR_FACTS_H_
#define DYNAJOB_CORE_PAIR_FACTS_H_

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "dynajob/core/types.h"

namespace dynajob {

struct PairFacts {
  // log(middle of the job's salary / expected salary), clamped to [-1, 1]; 0 when either is
  // unknown.
  double salary_gap = 0;
  // log1p(distance in km / 50), at most 4; 0 for remote jobs and when a position is unknown.
  double distance = 0;
  // 1 when the work mode is the stated preference, -1 when it is another, 0 when either is unknown.
  double work_mode_match = 0;
  // (job level - candidate level) / 2, clamped to [-2, 2]; 0 when either is unknown.
  double seniority_gap = 0;
};

inline constexpr size_t kPairFactCount = 4;

PairFacts ComputePairFacts(const Candidate& candidate, const Job& job);

// In declaration order, as network inputs.
std::array<float, kPairFactCount> ToArray(const PairFacts& facts);

// Share of the job's technical skills that the candidate has (compared without regard to case),
// in [0, 1]; 0 when the job names none.
double SkillCoverage(const Candidate& candidate, const Job& job);

// Skills of a job, compared without regard to case, in the job's order.
struct SkillMatch {
  std::vector<std::string> matched;  // technical and soft skills that the candidate states
  std::vector<std::string> missing;  // technical skills that the candidate does not state
};
SkillMatch MatchSkills(const Candidate& candidate, const Job& job);

}  // namespace dynajob

#endif  // DYNAJOB_CORE_PAIR_FACTS_H_
