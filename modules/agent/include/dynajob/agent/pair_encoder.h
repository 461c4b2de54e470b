// Network inputs: how a (candidate, job) pair becomes one row of numbers.
//
// Row layout: [state | action | products | facts]. State and action are the catalog's vectors with
// each field multiplied by the square root of its length, so that an L2-normalised embedding enters
// with unit mean square (the scale for which the usual weight initialisation is made). Products are
// those of paired fields at the same scale, facts are `PairFacts`.
#ifndef DYNAJOB_AGENT_PAIR_ENCODER_H_
#define DYNAJOB_AGENT_PAIR_ENCODER_H_

#include <cstddef>
#include <span>
#include <vector>

#include "dynajob/agent/options.h"
#include "dynajob/core/catalog.h"

namespace dynajob {

// A candidate and a job by what they are rather than by their row: people and jobs that came after
// the catalog was made can be scored, too. Vectors have the fields of the catalog's; records are
// read for structured facts only. Borrow everything.
struct CandidateView {
  std::span<const float> state;
  const Candidate* record = nullptr;
};
struct JobView {
  std::span<const float> action;
  const Job* record = nullptr;
};

// Borrows the catalog, which must outlive it. Immutable, safe for concurrent use.
class PairEncoder {
 public:
  // Fails when product pairs name unknown fields or fields of unequal lengths.
  static Result<PairEncoder> Create(const Catalog& catalog, const NetworkOptions& options);

  size_t state_dim() const { return catalog_->state_dim(); }
  size_t action_dim() const { return catalog_->action_dim(); }
  // Products and facts: inputs that belong to neither side alone.
  size_t cross_dim() const { return product_dim_ + fact_dim_; }
  size_t product_dim() const { return product_dim_; }
  size_t fact_dim() const { return fact_dim_; }
  size_t input_dim() const { return state_dim() + action_dim() + cross_dim(); }
  const Catalog& catalog() const { return *catalog_; }

  CandidateView CandidateAt(CandidateRow candidate) const {
    return {catalog_->states().Row(candidate), &catalog_->candidate(candidate)};
  }
  JobView JobAt(JobRow job) const { return {catalog_->actions().Row(job), &catalog_->job(job)}; }

  // Each writes to the start of `out`, which must have room. Views must have vectors of the
  // catalog's lengths.
  void EncodeState(const CandidateView& candidate, float* out) const;
  void EncodeAction(const JobView& job, float* out) const;
  void EncodeCross(const CandidateView& candidate, const JobView& job, float* out) const;
  // The parts of the cross block: products = paired state coordinates (as EncodeState writes them)
  // times paired action coordinates, element by element. For one candidate they are linear in the
  // job, so that a first layer's weights of them can be folded into the job's (first_layer.h).
  void EncodePairedAction(const JobView& job, float* out) const;  // product_dim()
  void EncodeFacts(const CandidateView& candidate, const JobView& job,
                   float* out) const;  // fact_dim()
  struct ProductPair {
    FieldSlice state;
    FieldSlice action;
  };
  std::span<const ProductPair> products() const { return products_; }

  void EncodeState(CandidateRow candidate, float* out) const;  // state_dim()
  void EncodeAction(JobRow job, float* out) const;             // action_dim()
  void EncodeCross(Pair pair, float* out) const;               // cross_dim()
  void Encode(std::span<const Pair> pairs, float* out) const;  // pairs x input_dim(), row-major
  // The same of one candidate, without the state.
  void EncodeJobs(CandidateRow candidate, std::span<const JobRow> jobs, float* out) const;

 private:
  explicit PairEncoder(const Catalog& catalog) : catalog_(&catalog) {}

  const Catalog* catalog_;
  std::vector<float> state_gain_;   // per state coordinate
  std::vector<float> action_gain_;  // per action coordinate
  std::vector<ProductPair> products_;
  size_t product_dim_ = 0;
  size_t fact_dim_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_PAIR_ENCODER_H_
