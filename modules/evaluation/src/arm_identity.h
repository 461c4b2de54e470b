// What an arm depends on: two experiments on one catalog whose identities of an arm are equal give
// that arm equal traces, so that a sweep runs it once. Only what certainly has no influence is left
// out; what is kept needlessly costs time, never truth.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_IDENTITY_H_
#define DYNAJOB_EVALUATION_SRC_ARM_IDENTITY_H_

#include <string>

#include "dynajob/evaluation/comparison.h"

#include "arm_catalog.h"

namespace dynajob {

// Of the warm start of one strategy, before it goes online.
std::string TrainingIdentity(const ExperimentOptions& options, Strategy strategy);

// Of the arm's traces, the seeds aside.
std::string ArmIdentity(const ExperimentOptions& options, const ArmSpec& spec);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_IDENTITY_H_
