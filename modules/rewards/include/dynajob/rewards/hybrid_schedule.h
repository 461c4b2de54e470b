// When the hybrid strategy listens to which reward (specification, strategy 3): phase 1 is cosine,
// phase 2 the simulated user, by switch or by linear annealing. Pure functions.
#ifndef DYNAJOB_REWARDS_HYBRID_SCHEDULE_H_
#define DYNAJOB_REWARDS_HYBRID_SCHEDULE_H_

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

enum class HybridMode {
  kSwitch,  // cosine until phase 2 begins, the simulated user from then on
  kAnneal,  // in phase 2 the weight of the simulated user rises linearly from 0 to 1
};

enum class HybridPhase { kCosine = 1, kSimulatedUser = 2 };

// How cosine rewards are brought to the response scale before they are mixed with, or followed by,
// rewards of the simulated user (calibration.h).
enum class CalibrationMethod { kNone, kAffine, kRank };

struct HybridOptions {
  HybridMode mode = HybridMode::kSwitch;
  CalibrationMethod calibration = CalibrationMethod::kRank;
  double anneal_fraction = 0.5;  // share of phase 2 after which the weight is 1; 0 < x <= 1

  Status Validate() const;
  // Declares "hybrid.mode", "hybrid.calibration" and "hybrid.anneal_fraction".
  void Bind(ConfigRegistry& registry);
};

// Weight in [0, 1] of the simulated user's reward when `fraction` of the phase is done; fractions
// outside [0, 1] count as the nearer end.
double SimulatedUserWeight(const HybridOptions& options, HybridPhase phase, double fraction);

// (1 - weight) * cosine + weight * simulated: `cosine` calibrated to the response scale.
double BlendRewards(double weight, double cosine, double simulated);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_HYBRID_SCHEDULE_H_
