// Candidate sets: for each candidate the pool of jobs that sets are drawn from, at random and
// without replacement (DrawCandidateSet). `CandidateSets` does once per catalog what needs the
// store: it finds the jobs that match each candidate's heuristics, and asks the backend's vector
// index, where there is one. `SplitPools` makes pools out of that over one split of the jobs.
//
//   uniform   every open job of the split, in its order
//   filtered  the open jobs that match the candidate's filter, in the order of the split
//   nearest   the nearest of those, best first: exact search over the catalog, or candidates of the
//             vector index of each field of cosine.pairs, ranked by the exact cosine
//   mixed     nearest_share of the pool nearest, the rest drawn from the others that match
//
// A pool that could not fill the candidate sets of a whole episode is filled up with open jobs of
// the split drawn at random; pools and jobs for which that was needed are counted. Every choice
// derives from (seed, candidate), so pools do not depend on threads or on who asks first.
#ifndef DYNAJOB_RETRIEVAL_CANDIDATE_SETS_H_
#define DYNAJOB_RETRIEVAL_CANDIDATE_SETS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/agent/environment.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/retrieval/options.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/stores/store.h"

namespace dynajob {

// How nearest jobs are found.
enum class NearestSearch { kNone, kExact, kVectorIndex };
std::string_view ToString(NearestSearch search);  // "none", "exact", "vector index"

// Of the pools that were asked for so far.
struct PoolCounts {
  size_t pools = 0;
  size_t filled_up = 0;   // that lacked jobs
  size_t jobs_added = 0;  // to those
  PoolCounts& operator+=(const PoolCounts& other) {
    pools += other.pools;
    filled_up += other.filled_up;
    jobs_added += other.jobs_added;
    return *this;
  }
  bool operator==(const PoolCounts&) const = default;
};

class CandidateSets;

// The pools over one split of the jobs. Safe for concurrent use.
class SplitPools final : public JobPools {
 public:
  // Only candidates that the CandidateSets were made for.
  std::span<const JobRow> Pool(CandidateRow candidate) const override;
  // The jobs of the split that are open, in its order.
  std::span<const JobRow> open_jobs() const { return open_jobs_; }
  PoolCounts counts() const;

 private:
  friend class CandidateSets;
  struct CandidatePool {
    std::vector<JobRow> owned;
    std::span<const JobRow> jobs;
    size_t added = 0;
  };

  SplitPools(const CandidateSets& sets, std::vector<JobRow> open_jobs, size_t needed,
             uint64_t seed);
  const std::vector<JobRow>& Matching(size_t filter) const;
  CandidatePool Make(CandidateRow candidate) const;
  std::vector<JobRow> Nearest(CandidateRow candidate, std::span<const JobRow> matching) const;

  const CandidateSets& sets_;
  std::vector<JobRow> open_jobs_;
  std::vector<char> in_split_;  // by row of the catalog: open and in the split
  size_t needed_;
  uint64_t seed_;
  mutable std::mutex mutex_;
  // Guarded by mutex_; what they hold is never changed or removed.
  mutable std::unordered_map<size_t, std::unique_ptr<const std::vector<JobRow>>> matching_;
  mutable std::unordered_map<CandidateRow, std::unique_ptr<const CandidatePool>> pools_;
};

// Immutable after Create; safe for concurrent use.
class CandidateSets {
 public:
  struct Inputs {
    const Catalog* catalog = nullptr;
    const CosineReward* cosine = nullptr;  // of this catalog
    // Asked while creating only; null: the catalog's own facts are filtered, which gives the same.
    Store* store = nullptr;
    std::span<const CandidateRow> candidates;  // who will be asked for
    int64_t now_ms = 0;
    const CancellationToken* cancellation = nullptr;
  };
  // Borrows catalog and cosine. Fails as the store does, and with kCancelled.
  static Result<std::unique_ptr<CandidateSets>> Create(const Inputs& inputs,
                                                       const CandidateSetOptions& options);

  // Pools of the open ones of `jobs`, each of at least `needed` jobs where the split has them, for
  // which `nearest` and `mixed` exceed pool_size. kFailedPrecondition when no job is open. The
  // result borrows this object.
  Result<std::unique_ptr<SplitPools>> Over(std::span<const JobRow> jobs, size_t needed,
                                           uint64_t seed) const;

  const CandidateSetOptions& options() const { return options_; }
  NearestSearch search() const { return search_; }
  size_t expired() const { return expired_; }  // jobs of the catalog
  // Whether pools are simply all jobs of a split.
  bool trivial() const { return options_.source == CandidateSource::kUniform && expired_ == 0; }
  // One line for people: source, search and expired jobs.
  std::string Describe() const;

 private:
  friend class SplitPools;
  static constexpr size_t kNoFilter = ~size_t{0};

  CandidateSets(const Inputs& inputs, const CandidateSetOptions& options);
  Status FindMatching(const Inputs& inputs);
  Result<std::vector<JobRow>> Match(Store* store, const JobFilter& filter) const;
  Status AskVectorIndex(const Inputs& inputs);
  Result<bool> AskVectorIndex(Store& store, CandidateRow candidate);

  const Catalog& catalog_;
  const CosineReward& cosine_;
  CandidateSetOptions options_;
  int64_t now_ms_;
  std::vector<char> open_;  // by job
  size_t expired_ = 0;
  NearestSearch search_ = NearestSearch::kNone;
  std::vector<std::vector<JobRow>> matching_;                      // by filter, ascending
  std::vector<size_t> filter_of_;                                  // by candidate
  std::unordered_map<CandidateRow, std::vector<JobRow>> indexed_;  // found by the vector index
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_CANDIDATE_SETS_H_
