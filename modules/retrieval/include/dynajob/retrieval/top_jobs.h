// The best jobs of many for one person, by the values that a network gives them: the one way of
// ranking, for `dynajob recommend` and for serving.
//
// Jobs are scored tile by tile, so that memory does not grow with their number: what is kept is one
// tile of values and the best so far.
#ifndef DYNAJOB_RETRIEVAL_TOP_JOBS_H_
#define DYNAJOB_RETRIEVAL_TOP_JOBS_H_

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dynajob/agent/pair_network.h"
#include "dynajob/core/result.h"

namespace dynajob {

// Jobs by position. Implementations lend what they have; nothing is copied for it. Safe for
// concurrent use.
class RankableJobs {
 public:
  virtual ~RankableJobs() = default;

  virtual size_t size() const = 0;
  // values[i] = the score of the job at position begin + i. kCorruptData when what is stored of a
  // job is damaged.
  virtual Status Score(size_t begin, std::span<float> values) const = 0;
  // For messages.
  virtual std::string IdAt(size_t position) const = 0;
  // Which of two jobs of equal score is shown first; a strict order of all of them.
  virtual bool Before(size_t a, size_t b) const { return a < b; }
};

struct ScoredJob {
  size_t position = 0;
  float value = 0;
  bool operator==(const ScoredJob&) const = default;
};

struct TopJobs {
  std::vector<ScoredJob> best;  // best first
  bool stopped = false;         // `stop` said so; `best` is empty
};

// The `k` jobs of greatest score, best first, ties by RankableJobs::Before; all of them when they
// are fewer. Every job is scored. `stop` is asked between tiles. Fails with kCorruptData, naming
// the job, when a score is not finite.
Result<TopJobs> SelectTop(const RankableJobs& jobs, size_t k,
                          const std::function<bool()>& stop = {});

// Jobs scored by a network for one candidate. `views` fills a tile of views from a position on;
// what they refer to must last until the next call on the same thread.
class NetworkScoredJobs : public RankableJobs {
 public:
  // Borrow the network.
  NetworkScoredJobs(const PairNetwork& network, const CandidateView& candidate)
      : network_(&network), candidate_(candidate) {}
  Status Score(size_t begin, std::span<float> values) const override;

 protected:
  virtual Status Views(size_t begin, std::span<JobView> views) const = 0;

  const PairNetwork& network() const { return *network_; }
  const CandidateView& candidate() const { return candidate_; }

 private:
  const PairNetwork* network_;
  CandidateView candidate_;
};

// Rows of the catalog that the network's encoder has. Borrows `rows`, too.
class CatalogJobs final : public NetworkScoredJobs {
 public:
  CatalogJobs(const PairNetwork& network, CandidateRow candidate, std::span<const JobRow> rows)
      : NetworkScoredJobs(network, network.encoder().CandidateAt(candidate)), rows_(rows) {}
  size_t size() const override { return rows_.size(); }
  std::string IdAt(size_t position) const override {
    return network().encoder().catalog().job(rows_[position]).id;
  }

 protected:
  Status Views(size_t begin, std::span<JobView> views) const override;

 private:
  std::span<const JobRow> rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_TOP_JOBS_H_
