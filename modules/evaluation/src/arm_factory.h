// Arms made from what a seed has prepared.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_FACTORY_H_
#define DYNAJOB_EVALUATION_SRC_ARM_FACTORY_H_

#include <memory>

#include "dynajob/evaluation/comparison.h"

#include "arm_catalog.h"

namespace dynajob {

// All borrowed; must outlive the arms.
struct ArmParts {
  const ExperimentOptions& options;
  const CosineReward& cosine;
  const SurrogateUser& surrogate;
  const Judge& judge;
  const DynaQAgent* agent = nullptr;                // needed where the spec names one
  const BanditFeatures* bandit_features = nullptr;  // needed by linear references
  uint64_t seed = 0;
};

std::unique_ptr<Arm> MakeArm(const ArmSpec& spec, const ArmParts& parts, Protocol protocol);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_FACTORY_H_
