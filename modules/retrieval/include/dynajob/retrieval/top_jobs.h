// The best jobs of many for one person, by the values that a network gives them: the one way of
// ranking, for `dynajob recommend` and for serving.
//
// Jobs are scored tile by tile, so that memory does not grow with their number: what is kept is one
// tile of values and the best so far.
//
// Of many jobs (ranking.exact_below) only a shortlist is scored by the network. It is found by a
// linear function that approximates the network near the best of a sample (agent/linear_score.h),
// which costs little more than reading every vector once. What is shown has the network's own
// values; a job can be missed when the linear function puts it behind the shortlist
// (docs/performance.md has the measured recall).
#ifndef DYNAJOB_RETRIEVAL_TOP_JOBS_H_
#define DYNAJOB_RETRIEVAL_TOP_JOBS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "dynajob/agent/candidate_scorer.h"
#include "dynajob/agent/linear_score.h"
#include "dynajob/core/config.h"
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
  size_t scored = 0;            // how many jobs the network was asked about
};

// The `k` jobs of greatest score, best first, ties by RankableJobs::Before; all of them when they
// are fewer. Every job is scored. `stop` is asked between tiles. Fails with kCorruptData, naming
// the job, when a score is not finite.
Result<TopJobs> SelectTop(const RankableJobs& jobs, size_t k,
                          const std::function<bool()>& stop = {});

// When and how a shortlist stands between the catalog and the network.
struct RankingOptions {
  int64_t exact_below = 20'000;    // with fewer jobs than this all are scored; 0: never a shortlist
  int64_t shortlist = 4'000;       // jobs that are scored exactly, at least
  double shortlist_share = 0.005;  // and at least this share of all

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "ranking.…"
};

// Jobs scored by a network for one candidate, in the network's precision. `Views` fills a tile of
// views from a position on; what they refer to must last until the next call on the same thread.
class NetworkScoredJobs : public RankableJobs {
 public:
  // Borrow the network.
  NetworkScoredJobs(const PairNetwork& network, const CandidateView& candidate)
      : scorer_(network, candidate) {}
  Status Score(size_t begin, std::span<float> values) const override;

  // Views of the jobs at some positions. What they refer to lasts until the next call on the same
  // thread.
  virtual Status Views(std::span<const size_t> positions, std::span<JobView> views) const = 0;
  Status ScoreAt(std::span<const size_t> positions, std::span<float> values) const;

  const PairNetwork& network() const { return scorer_.network(); }
  const CandidateView& candidate() const { return scorer_.candidate(); }

 private:
  CandidateScorer scorer_;
};

// The linear function of the first stage: at the best of a sample of the jobs, since it is among
// those that the order has to be right.
Result<LinearScore> LinearNearTheBest(const NetworkScoredJobs& jobs);

// The best `k` by the network, of all jobs or of a shortlist as `options` say; otherwise as
// SelectTop.
Result<TopJobs> RankTop(const NetworkScoredJobs& jobs, size_t k, const RankingOptions& options,
                        const std::function<bool()>& stop = {});

// Rows of the catalog that the network's encoder has. Borrows `rows`, too.
class CatalogJobs final : public NetworkScoredJobs {
 public:
  CatalogJobs(const PairNetwork& network, CandidateRow candidate, std::span<const JobRow> rows)
      : NetworkScoredJobs(network, network.encoder().CandidateAt(candidate)), rows_(rows) {}
  size_t size() const override { return rows_.size(); }
  std::string IdAt(size_t position) const override {
    return network().encoder().catalog().job(rows_[position]).id;
  }
  Status Views(std::span<const size_t> positions, std::span<JobView> views) const override;

 private:
  std::span<const JobRow> rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_TOP_JOBS_H_
