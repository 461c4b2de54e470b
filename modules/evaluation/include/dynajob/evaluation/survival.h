// Steps until something was reached, where some never reach it while they are watched (censored):
// Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", JASA 53 (1958).
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_SURVIVAL_H_
#define DYNAJOB_EVALUATION_SURVIVAL_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "dynajob/evaluation/bootstrap.h"

namespace dynajob {

// Steps until something was reached, or until observation ended without it (censored).
struct SurvivalTime {
  double time = 0;
  bool reached = false;
};

struct SurvivalPoint {
  double time = 0;
  size_t at_risk = 0;   // observed up to this time and not there before it
  size_t reached = 0;   // at this time
  double survival = 1;  // estimated share that has not reached it by then
};

// One point per distinct time at which someone reached it, in ascending order.
std::vector<SurvivalPoint> KaplanMeier(std::span<const SurvivalTime> times);

// The first time at which at most half have not reached it yet; nullopt when that never happens
// under observation, or without observations.
std::optional<double> KaplanMeierMedian(std::span<const SurvivalTime> times);

// nullopt: beyond what was observed.
struct MedianEstimate {
  std::optional<double> value;
  std::optional<double> low;
  std::optional<double> high;
};

// The median with an expanded percentile interval from resampled seeds with all their people (of
// people where there is one seed; the whole line where there is one person in all). One span per
// seed. Requires at least one time.
MedianEstimate BootstrapMedian(std::span<const std::vector<SurvivalTime>> times_by_seed,
                               const BootstrapOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SURVIVAL_H_
