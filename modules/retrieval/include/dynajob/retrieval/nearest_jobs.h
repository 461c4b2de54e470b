// Exact nearest neighbours among the jobs of a catalog, by the cosine of the configured pairs
// (CosineReward), computed in the catalog's own matrix.
#ifndef DYNAJOB_RETRIEVAL_NEAREST_JOBS_H_
#define DYNAJOB_RETRIEVAL_NEAREST_JOBS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/rewards/cosine_reward.h"

namespace dynajob {

// The `k` jobs of `among` with the greatest cosine to the candidate, best first; of equals the one
// with the lower row (catalogs are in id order) comes first. Fewer when there are fewer. The
// products are summed in float32 in a fixed order, so the result is the same on every run; jobs
// whose cosines differ by less than about 1e-6 may come in either order. Safe for concurrent use.
std::vector<JobRow> NearestJobs(const CosineReward& cosine, CandidateRow candidate, size_t k,
                                std::span<const JobRow> among);

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_NEAREST_JOBS_H_
