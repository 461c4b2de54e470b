#include "dynajob/agent/policy.h"

#include <algorithm>

#include "dynajob/core/check.h"

namespace dynajob {

double LinearSchedule::At(int64_t step) const {
  if (steps <= 0 || step >= steps) return end;
  const double progress =
      static_cast<double>(std::max<int64_t>(step, 0)) / static_cast<double>(steps);
  return start + (end - start) * progress;
}

size_t Greedy(std::span<const float> values) {
  DYNAJOB_CHECK(!values.empty(), "nothing to choose from");
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

Choice EpsilonGreedy(std::span<const float> values, double epsilon, Rng& rng) {
  const size_t best = Greedy(values);
  const double uniform_share = epsilon / static_cast<double>(values.size());
  const bool explore = rng.Bernoulli(epsilon);
  const size_t index = explore ? rng.Below(values.size()) : best;
  return {.index = index,
          .propensity = uniform_share + (index == best ? 1 - epsilon : 0),
          .explored = explore};
}

}  // namespace dynajob
