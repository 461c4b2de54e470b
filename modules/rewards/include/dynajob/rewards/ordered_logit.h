// The ordered-logit choice model (proportional odds): P(response <= k) = sigmoid(cut_k - utility).
//
// McCullagh, "Regression Models for Ordinal Data", JRSS B 42 (1980), section 2; Train, Discrete
// Choice Methods with Simulation (2nd ed. 2009), section 7.4. Pure functions, safe for concurrent
// use.
#ifndef DYNAJOB_REWARDS_ORDERED_LOGIT_H_
#define DYNAJOB_REWARDS_ORDERED_LOGIT_H_

#include <array>
#include <span>

#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

// Ascending thresholds between IGNORE | CLICK | SAVE | APPLY, in units of utility.
using CutPoints = std::array<double, kResponseCount - 1>;

// Numerically stable for any finite utility. Requires ascending cut-points.
ResponseProbabilities OrderedLogit(double utility, const CutPoints& cut_points);

// The response whose cumulative probability first exceeds `uniform` in [0, 1): inverse-transform
// sampling, so that one uniform gives a response that rises with utility.
Response ResponseAt(const ResponseProbabilities& probabilities, double uniform);

// The cut-points at which the mean probabilities over `utilities` are `target_shares`, by bisection
// (the mean of sigmoid(cut - u) rises strictly in the cut). Fails when there are no utilities, one
// is not finite, or the shares are not positive with sum 1 (to 1e-6).
Result<CutPoints> CalibrateCutPoints(std::span<const double> utilities,
                                     const ResponseProbabilities& target_shares);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_ORDERED_LOGIT_H_
