#include "dynajob/rewards/ordered_logit.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dynajob {
namespace {

double Sigmoid(double x) {
  // The exponent is never positive, so nothing overflows.
  if (x >= 0) return 1 / (1 + std::exp(-x));
  const double e = std::exp(x);
  return e / (1 + e);
}

// The cut at which the mean of sigmoid(cut - u) is `share`.
double CutForShare(std::span<const double> utilities, double share) {
  const auto [lowest, highest] = std::minmax_element(utilities.begin(), utilities.end());
  // At these ends every term is below, respectively above, any share within 1e-15 of 0 and 1.
  double low = *lowest - 40;
  double high = *highest + 40;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double utility : utilities) sum += Sigmoid(middle - utility);
    (sum < share * static_cast<double>(utilities.size()) ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

ResponseProbabilities OrderedLogit(double utility, const CutPoints& cut_points) {
  ResponseProbabilities probabilities;
  double below = 0;
  for (size_t k = 0; k < cut_points.size(); ++k) {
    const double cumulative = Sigmoid(cut_points[k] - utility);
    probabilities[k] = cumulative - below;
    below = cumulative;
  }
  // 1 - sigmoid(x) = sigmoid(-x), without the cancellation.
  probabilities[kResponseCount - 1] = Sigmoid(utility - cut_points.back());
  return probabilities;
}

Response ResponseAt(const ResponseProbabilities& probabilities, double uniform) {
  double cumulative = 0;
  for (size_t k = 0; k + 1 < kResponseCount; ++k) {
    cumulative += probabilities[k];
    if (uniform < cumulative) return static_cast<Response>(k);
  }
  return Response::kApply;
}

Result<CutPoints> CalibrateCutPoints(std::span<const double> utilities,
                                     const ResponseProbabilities& target_shares) {
  if (utilities.empty()) return InvalidArgument("cut-points cannot be calibrated on no pairs");
  if (!std::all_of(utilities.begin(), utilities.end(), [](double u) { return std::isfinite(u); })) {
    return InvalidArgument("cut-points cannot be calibrated: a utility is not finite");
  }
  double sum = 0;
  for (size_t k = 0; k < target_shares.size(); ++k) {
    if (!(target_shares[k] > 0)) {
      return InvalidArgument(fmt::format("the target share of {} is {}: it must be positive",
                                         ToString(static_cast<Response>(k)), target_shares[k]));
    }
    sum += target_shares[k];
  }
  if (!(std::abs(sum - 1) <= 1e-6)) {
    return InvalidArgument(fmt::format("the target shares sum to {}: they must sum to 1", sum));
  }
  CutPoints cut_points;
  double cumulative = 0;
  for (size_t k = 0; k < cut_points.size(); ++k) {
    cumulative += target_shares[k];
    cut_points[k] = CutForShare(utilities, cumulative);
  }
  return cut_points;
}

}  // namespace dynajob
