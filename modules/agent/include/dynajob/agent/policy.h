// Pure exploration functions.
#ifndef DYNAJOB_AGENT_POLICY_H_
#define DYNAJOB_AGENT_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "dynajob/core/rng.h"

namespace dynajob {

// Falls (or rises) linearly from `start` at step 0 to `end` at step `steps`, constant afterwards.
struct LinearSchedule {
  double start = 0;
  double end = 0;
  int64_t steps = 0;

  double At(int64_t step) const;
};

// Index of the largest value; the first of equals. Requires at least one value.
size_t Greedy(std::span<const float> values);

struct Choice {
  size_t index = 0;
  double propensity = 1;  // probability with which the policy chooses this index
  bool explored = false;  // drawn uniformly rather than greedily
};

// With probability epsilon uniform over all, else greedy (Sutton and Barto 2018, section 2.2).
Choice EpsilonGreedy(std::span<const float> values, double epsilon, Rng& rng);

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_POLICY_H_
