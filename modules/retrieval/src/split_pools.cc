#include <algorithm>
#include <cmath>
#include <utility>

#include "dynajob/core/rng.h"
#include "dynajob/retrieval/candidate_sets.h"
#include "dynajob/retrieval/nearest_jobs.h"

namespace dynajob {
namespace {

// Appends `count` of `jobs` (or all there are) that are not in `pool`, drawn without replacement.
size_t DrawOthers(std::span<const JobRow> jobs, size_t count, Rng rng, std::vector<JobRow>& pool) {
  std::vector<JobRow> taken = pool;
  std::sort(taken.begin(), taken.end());
  std::vector<JobRow> others;
  for (const JobRow job : jobs)
    if (!std::binary_search(taken.begin(), taken.end(), job)) others.push_back(job);
  count = std::min(count, others.size());
  for (const uint32_t index : rng.SampleWithoutReplacement(others.size(), count))
    pool.push_back(others[index]);
  return count;
}

}  // namespace

SplitPools::SplitPools(const CandidateSets& sets, std::vector<JobRow> open_jobs, size_t needed,
                       uint64_t seed)
    : sets_(sets),
      open_jobs_(std::move(open_jobs)),
      in_split_(sets.catalog_.job_count(), false),
      needed_(std::max<size_t>(needed, 1)),
      seed_(seed) {
  for (const JobRow job : open_jobs_) in_split_[job] = true;
}

std::span<const JobRow> SplitPools::Pool(CandidateRow candidate) const {
  if (sets_.options_.source == CandidateSource::kUniform) return open_jobs_;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = pools_.find(candidate); found != pools_.end())
      return found->second->jobs;
  }
  // Outside the lock, so that threads search side by side; should two make the same pool, the first
  // one stays.
  auto pool = std::make_unique<CandidatePool>(Make(candidate));
  if (!pool->owned.empty()) pool->jobs = pool->owned;
  const std::lock_guard lock(mutex_);
  return pools_.try_emplace(candidate, std::move(pool)).first->second->jobs;
}

PoolCounts SplitPools::counts() const {
  const std::lock_guard lock(mutex_);
  PoolCounts counts{.pools = pools_.size()};
  for (const auto& [candidate, pool] : pools_) {
    counts.filled_up += pool->added > 0 ? 1 : 0;
    counts.jobs_added += pool->added;
  }
  return counts;
}

const std::vector<JobRow>& SplitPools::Matching(size_t filter) const {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = matching_.find(filter); found != matching_.end()) return *found->second;
  }
  std::vector<char> matches(in_split_.size(), false);
  for (const JobRow job : sets_.matching_[filter]) matches[job] = true;
  auto rows = std::make_unique<std::vector<JobRow>>();
  for (const JobRow job : open_jobs_)
    if (matches[job]) rows->push_back(job);
  const std::lock_guard lock(mutex_);
  return *matching_.try_emplace(filter, std::move(rows)).first->second;
}

SplitPools::CandidatePool SplitPools::Make(CandidateRow candidate) const {
  const size_t filter = sets_.filter_of_.at(candidate);
  DYNAJOB_CHECK(filter != CandidateSets::kNoFilter,
                "a pool of a candidate that the candidate sets were not made for");
  const std::vector<JobRow>& matching = Matching(filter);
  CandidatePool pool;
  if (sets_.options_.source == CandidateSource::kFiltered) {
    if (matching.size() >= needed_ || matching.size() == open_jobs_.size()) {
      pool.jobs = matching;
      return pool;
    }
    pool.owned = matching;
  } else {
    pool.owned = Nearest(candidate, matching);
  }
  if (pool.owned.size() < needed_)
    pool.added = DrawOthers(open_jobs_, needed_ - pool.owned.size(),
                            Rng::Derive(seed_, "candidate-pool-fill", candidate), pool.owned);
  return pool;
}

std::vector<JobRow> SplitPools::Nearest(CandidateRow candidate,
                                        std::span<const JobRow> matching) const {
  const CandidateSetOptions& options = sets_.options_;
  const size_t size = std::max(static_cast<size_t>(options.pool_size), needed_);
  size_t nearest = size;
  if (options.source == CandidateSource::kMixed)
    nearest = static_cast<size_t>(std::lround(options.nearest_share * static_cast<double>(size)));
  std::vector<JobRow> among;
  if (sets_.search_ == NearestSearch::kVectorIndex) {
    for (const JobRow job : sets_.indexed_.at(candidate))
      if (in_split_[job]) among.push_back(job);
    matching = among;
  }
  std::vector<JobRow> pool = NearestJobs(sets_.cosine_, candidate, nearest, matching);
  if (options.source == CandidateSource::kMixed)
    DrawOthers(Matching(sets_.filter_of_[candidate]), size - pool.size(),
               Rng::Derive(seed_, "candidate-pool", candidate), pool);
  return pool;
}

}  // namespace dynajob
