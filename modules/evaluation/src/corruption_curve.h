// How Spearman's correlation of a clean reference with the responses falls when a share of its
// labels is replaced at random (label_audit.h).
#ifndef DYNAJOB_EVALUATION_SRC_CORRUPTION_CURVE_H_
#define DYNAJOB_EVALUATION_SRC_CORRUPTION_CURVE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dynajob/core/types.h"
#include "dynajob/rewards/response_rewards.h"

namespace dynajob {

// Immutable. A replaced label has the four probabilities of the clean one in a random order, as
// CorruptionMode::kUniform has it.
class CorruptionCurve {
 public:
  CorruptionCurve(std::span<const ResponseProbabilities> references,
                  std::span<const double> truth_rewards, const ResponseRewards& rewards,
                  uint64_t seed);

  // The share, 0 to 1, at which a reference of correlation `reference` falls to `correlation`. The
  // curve is used in proportion to its value without corruption.
  double CorruptionAt(double correlation, double reference) const;

 private:
  std::vector<double> shares_;    // of corrupted labels, ascending
  std::vector<double> retained_;  // what is left of the correlation, from 1, non-increasing
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_CORRUPTION_CURVE_H_
