#include "dynajob/rewards/hybrid_schedule.h"

#include <algorithm>

#include <fmt/format.h>

namespace dynajob {

Status HybridOptions::Validate() const {
  if (!(anneal_fraction > 0 && anneal_fraction <= 1)) {
    return InvalidArgument(fmt::format(
        "hybrid.anneal_fraction is {}: it must be above 0 and at most 1", anneal_fraction));
  }
  return Status::Ok();
}

void HybridOptions::Bind(ConfigRegistry& registry) {
  registry.Add("hybrid.mode", &mode, "how phase 2 turns from cosine to the simulated user",
               {{"switch", HybridMode::kSwitch}, {"anneal", HybridMode::kAnneal}});
  registry.Add("hybrid.calibration", &calibration,
               "how cosine rewards are brought to the response scale",
               {{"none", CalibrationMethod::kNone},
                {"affine", CalibrationMethod::kAffine},
                {"rank", CalibrationMethod::kRank}});
  registry.Add("hybrid.anneal_fraction", &anneal_fraction,
               "share of phase 2 after which only the simulated user counts", 0, 1);
}

double SimulatedUserWeight(const HybridOptions& options, HybridPhase phase, double fraction) {
  if (phase == HybridPhase::kCosine) return 0;
  if (options.mode == HybridMode::kSwitch) return 1;
  return std::clamp(fraction / options.anneal_fraction, 0.0, 1.0);
}

double BlendRewards(double weight, double cosine, double simulated) {
  return (1 - weight) * cosine + weight * simulated;
}

}  // namespace dynajob
