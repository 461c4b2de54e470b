// What a learner sees of the world: one candidate at a time, a candidate set, and a reward.
#ifndef DYNAJOB_AGENT_ENVIRONMENT_H_
#define DYNAJOB_AGENT_ENVIRONMENT_H_

#include <span>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/rng.h"

namespace dynajob {

class Environment {
 public:
  virtual ~Environment() = default;

  virtual CandidateRow candidate() const = 0;
  // The jobs that may be recommended now; none of them was recommended to this candidate before in
  // this episode. Empty when the jobs have run out. Valid until the next Recommend.
  virtual std::span<const JobRow> candidate_set() const = 0;
  // Shows `job` (an element of the candidate set) to the candidate, returns the reward of the
  // active source and moves on to the next candidate set.
  virtual Result<double> Recommend(JobRow job) = 0;
};

// Where the candidate sets of each candidate are drawn from, such as the open jobs near home.
// Implementations are safe for concurrent use and give the same pool whenever asked.
class JobPools {
 public:
  virtual ~JobPools() = default;
  // Never empty; valid as long as this object.
  virtual std::span<const JobRow> Pool(CandidateRow candidate) const = 0;
};

// The candidate set of one step: up to `size` jobs out of `pool`, uniform without replacement,
// without those for which `excluded(job)` holds. The order in which jobs are tried depends on `rng`
// only, so two arms with different histories still meet the same set wherever their histories
// allow.
template <typename Excluded>
std::vector<JobRow> DrawCandidateSet(std::span<const JobRow> pool, size_t size, Rng rng,
                                     const Excluded& excluded) {
  std::vector<JobRow> set;
  set.reserve(size);
  if (pool.size() <= 4 * size) {  // small pool: shuffle it whole
    std::vector<JobRow> order(pool.begin(), pool.end());
    rng.Shuffle(std::span<JobRow>(order));
    for (const JobRow job : order) {
      if (set.size() == size) break;
      if (!excluded(job)) set.push_back(job);
    }
    return set;
  }
  // Large pool: rejection, which touches few jobs. The bound keeps an almost exhausted pool finite.
  std::vector<bool> drawn(pool.size(), false);
  const size_t attempts = 64 * pool.size();
  for (size_t attempt = 0; set.size() < size && attempt < attempts; ++attempt) {
    const size_t index = rng.Below(pool.size());
    if (drawn[index]) continue;
    drawn[index] = true;
    if (!excluded(pool[index])) set.push_back(pool[index]);
  }
  return set;
}

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_ENVIRONMENT_H_
