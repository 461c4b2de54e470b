// Several comparisons at once: Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
// Scandinavian Journal of Statistics 6 (1979). The chance of one or more false claims in a family
// of comparisons stays below alpha, whatever the dependence between them.
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_HOLM_H_
#define DYNAJOB_EVALUATION_HOLM_H_

#include <span>
#include <vector>

namespace dynajob {

// The p-values of a family, each as the smallest alpha at which Holm's procedure rejects it.
std::vector<double> HolmAdjusted(std::span<const double> p_values);

// The confidence at which the interval of each comparison leaves 0 out exactly when Holm's
// procedure at `alpha` rejects it: 1 - alpha / (m - k) for the k-th smallest p-value, k from 0, up
// to the first that is not rejected, and that one's for the rest. It is the decisions that hold
// together at 1 - alpha; that all intervals cover at once is not claimed. Requires 0 < alpha < 1.
std::vector<double> HolmConfidences(std::span<const double> p_values, double alpha);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_HOLM_H_
