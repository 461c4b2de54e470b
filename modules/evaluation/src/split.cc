#include "dynajob/evaluation/split.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

void SplitRows(size_t count, double share, Rng rng, std::vector<uint32_t>& training,
               std::vector<uint32_t>& evaluation) {
  const std::vector<uint32_t> order = rng.SampleWithoutReplacement(count, count);
  const auto wanted = static_cast<size_t>(std::lround(share * static_cast<double>(count)));
  const size_t cut = std::clamp<size_t>(wanted, 1, count - 1);
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(cut);
  training.assign(order.begin(), middle);
  evaluation.assign(middle, order.end());
}

}  // namespace

Result<Split> MakeSplit(const Catalog& catalog, double training_share, uint64_t seed) {
  constexpr size_t kMinimumCandidates = 2;
  constexpr size_t kMinimumJobs = 4;
  if (catalog.candidate_count() < kMinimumCandidates || catalog.job_count() < kMinimumJobs) {
    return FailedPrecondition(fmt::format(
        "the store has {} usable candidates and {} usable jobs; a comparison needs at least {} and "
        "{}, so that some of both stay unseen in training (dynajob validate says what is missing)",
        catalog.candidate_count(), catalog.job_count(), kMinimumCandidates, kMinimumJobs));
  }
  Split split;
  SplitRows(catalog.candidate_count(), training_share, Rng::Derive(seed, "split-candidates"),
            split.training_candidates, split.evaluation_candidates);
  SplitRows(catalog.job_count(), training_share, Rng::Derive(seed, "split-jobs"),
            split.training_jobs, split.evaluation_jobs);
  return split;
}

}  // namespace dynajob
