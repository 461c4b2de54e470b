// What a network makes of one candidate before it meets any job. The inputs of a pair are
// [s | v | s' * v' | facts], where s' and v' are the paired coordinates. For one candidate the
// first layer is linear in the job,
//   W1 x = Ws s + b  +  Wv v  +  (Wp diag(s')) v'  +  Wf facts,
// and so is the bilinear term, (U s) . (V v). Wv v and V v depend on the job alone: the job's
// share.
#ifndef DYNAJOB_AGENT_SRC_FIRST_LAYER_H_
#define DYNAJOB_AGENT_SRC_FIRST_LAYER_H_

#include <vector>

#include "dynajob/agent/pair_encoder.h"

#include "mlp.h"

namespace dynajob {

// Reused from candidate to candidate, so that nothing is allocated. One thread at a time.
class CandidateLayer {
 public:
  // Products meet the job by `paired_weights`: beside shares, or for few jobs.
  void Fold(const PairEncoder& encoder, const MlpShape& shape, const float* parameters,
            const CandidateView& candidate);
  // `action_weights` hold the products, too: for many jobs without shares.
  void FoldIntoActionWeights(const PairEncoder& encoder, const MlpShape& shape,
                             const float* parameters, const CandidateView& candidate);

  const float* constant() const { return constant_.data(); }      // Ws s + b, first_width
  const float* projection() const { return projection_.data(); }  // U s, bilinear_rank
  const Rows& direction() const { return direction_row_; }        // V^T U s: one row, or none
  const Rows& paired_weights() const { return paired_weights_; }  // Wp diag(s')
  const Rows& action_weights() const { return action_weights_; }  // Wv

 private:
  std::vector<float> state_;
  std::vector<float> constant_;
  std::vector<float> projection_;
  std::vector<float> direction_;
  std::vector<float> folded_;
  Rows direction_row_{};
  Rows paired_weights_{};
  Rows action_weights_{};
};

// out (jobs x ShareWidth, row-major): [Wv v | V v] of encoded actions (jobs x action_dim).
void FirstLayerShares(const MlpShape& shape, const float* parameters, const float* actions,
                      size_t jobs, float* out);
inline size_t ShareWidth(const MlpShape& shape) {
  return shape.first_width() + shape.bilinear_rank;
}

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_FIRST_LAYER_H_
