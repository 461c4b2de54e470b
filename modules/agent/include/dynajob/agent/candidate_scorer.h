// How a network scores many jobs for one candidate, in the network's precision: what recommending
// and serving rank by.
//
// In float32 values have the bits of PairNetwork::Evaluate and EvaluateShares. In bfloat16
// (network.precision) the operands of all products are rounded, the jobs' vectors and shares among
// them; sums, biases, the candidate's part of the first layer, the bilinear term's and the output
// layer are float32. A value then depends on the candidate and the job alone: it has the same bits
// with shares and without, whatever jobs are beside it, and with every kernel that fuses multiply
// and add.
#ifndef DYNAJOB_AGENT_CANDIDATE_SCORER_H_
#define DYNAJOB_AGENT_CANDIDATE_SCORER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

enum class Bfloat16 : uint16_t;  // src/kernels.h

// What each of many jobs gives to the first layer of a network, a row each: most of the work of
// scoring them, which does not depend on the candidate. float32, or half of that in bfloat16. Of
// one version() of the network. const functions are safe for concurrent use.
class JobShares {
 public:
  JobShares() = default;  // of no jobs
  // Rows that are still to be computed or copied.
  JobShares(const PairNetwork& network, size_t rows);

  size_t rows() const { return rows_; }
  size_t bytes() const {
    return exact_.size() * sizeof(float) + rounded_.size() * sizeof(Bfloat16);
  }
  // Of `jobs`, into the rows from `begin` on. `network` as it was given to the constructor.
  void Compute(const PairNetwork& network, size_t begin, std::span<const JobView> jobs);
  // Rows [begin, begin + count) of shares of the same network.
  void CopyRows(const JobShares& from, size_t begin, size_t count);

 private:
  friend class CandidateScorer;

  size_t rows_ = 0;
  size_t width_ = 0;
  AlignedFloats exact_;  // one of the two is used
  std::vector<Bfloat16, CacheLineAllocator<Bfloat16>> rounded_;
};

// Borrows the network, which must not change meanwhile, and the candidate's vector and record.
// Safe for concurrent use.
class CandidateScorer {
 public:
  CandidateScorer(const PairNetwork& network, const CandidateView& candidate);
  CandidateScorer(CandidateScorer&&) noexcept;
  ~CandidateScorer();

  // out[i] = f(candidate, jobs[i]).
  void Evaluate(std::span<const JobView> jobs, std::span<float> out) const;
  // The same by shares: of jobs[i], the row jobs[i].row of `shares`.
  struct SharedJob {
    size_t row = 0;
    JobView job;
  };
  void Evaluate(const JobShares& shares, std::span<const SharedJob> jobs,
                std::span<float> out) const;

  const PairNetwork& network() const { return *network_; }
  const CandidateView& candidate() const { return candidate_; }

 private:
  struct Rounded;  // what bfloat16 needs

  const PairNetwork* network_;
  CandidateView candidate_;
  std::unique_ptr<const CandidateLayer> layer_;
  std::unique_ptr<const Rounded> rounded_;  // null in float32
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_CANDIDATE_SCORER_H_
