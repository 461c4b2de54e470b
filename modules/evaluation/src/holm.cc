#include "dynajob/evaluation/holm.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

std::vector<size_t> AscendingOrder(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  return order;
}

}  // namespace

std::vector<double> HolmAdjusted(std::span<const double> p_values) {
  const std::vector<size_t> order = AscendingOrder(p_values);
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (size_t k = 0; k < order.size(); ++k) {
    const double scaled = p_values[order[k]] * static_cast<double>(order.size() - k);
    largest = std::max(largest, std::min(1.0, scaled));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

std::vector<double> HolmConfidences(std::span<const double> p_values, double alpha) {
  DYNAJOB_CHECK(alpha > 0 && alpha < 1, "alpha outside (0, 1)");
  const std::vector<size_t> order = AscendingOrder(p_values);
  std::vector<double> confidences(p_values.size());
  double level = alpha;
  bool rejecting = true;
  for (size_t k = 0; k < order.size(); ++k) {
    if (rejecting) level = alpha / static_cast<double>(order.size() - k);
    rejecting = rejecting && p_values[order[k]] < level;
    confidences[order[k]] = 1 - level;
  }
  return confidences;
}

}  // namespace dynajob
