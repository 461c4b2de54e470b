// Maps cosine rewards to the scale of response rewards, so that the switch of the hybrid strategy
// from cosine to LLM rewards changes the order of jobs where the LLM disagrees and not the scale of
// all Q-values. Fitted on pairs whose labels are already paid for.
#ifndef DYNAJOB_REWARDS_CALIBRATION_H_
#define DYNAJOB_REWARDS_CALIBRATION_H_

#include <span>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// A non-decreasing function of one variable. A value; safe for concurrent reads.
//
// Both fits take raw[i] and target[i] of the same pair i and fail with kInvalidArgument when the
// sizes differ, there are fewer than 2 pairs or a value is not finite.
class RewardCalibration {
 public:
  // The identity: slope 1, intercept 0.
  RewardCalibration() = default;

  // Least squares, target ~ slope * raw + intercept, under slope >= 0: raw values that do not vary
  // or that contradict the targets give slope 0 and the mean target (the constrained optimum),
  // never a reversed order.
  static Result<RewardCalibration> FitAffine(std::span<const double> raw,
                                             std::span<const double> target);

  // Quantile map: the i-th smallest raw value maps to the i-th smallest target (tied raw values to
  // the mean of theirs), linear in between, constant beyond both ends. Keeps the order of the raw
  // values and gives the sample the distribution of the targets. Raw values that do not vary map to
  // the mean target.
  static Result<RewardCalibration> FitRank(std::span<const double> raw,
                                           std::span<const double> target);

  // Requires a finite `raw`.
  double Apply(double raw) const;

  // The least-squares affine approximation of this map over the sample it was fitted on: what the
  // output layer of a network trained on raw rewards has to be rescaled by.
  double slope() const { return slope_; }
  double intercept() const { return intercept_; }

 private:
  double slope_ = 1;
  double intercept_ = 0;
  // Of the rank map, ascending and distinct in raw; empty for an affine map.
  std::vector<double> raw_knots_;
  std::vector<double> target_knots_;
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_CALIBRATION_H_
