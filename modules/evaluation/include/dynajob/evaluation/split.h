// Training and evaluation splits of candidates and jobs.
#ifndef DYNAJOB_EVALUATION_SPLIT_H_
#define DYNAJOB_EVALUATION_SPLIT_H_

#include <cstdint>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"

namespace dynajob {

// Disjoint; together all rows of the catalog. In random order.
struct Split {
  std::vector<CandidateRow> training_candidates;
  std::vector<CandidateRow> evaluation_candidates;
  std::vector<JobRow> training_jobs;
  std::vector<JobRow> evaluation_jobs;
};

// `training_share` of the candidates and of the jobs, at least one each on either side. Fails with
// kFailedPrecondition when the catalog has fewer than 2 candidates or 4 jobs.
Result<Split> MakeSplit(const Catalog& catalog, double training_share, uint64_t seed);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SPLIT_H_
