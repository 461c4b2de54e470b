// What an arm is worth to a person before any online step.
#ifndef DYNAJOB_EVALUATION_SRC_BEFORE_ONLINE_H_
#define DYNAJOB_EVALUATION_SRC_BEFORE_ONLINE_H_

#include <span>

#include "dynajob/evaluation/comparison.h"

namespace dynajob {

struct RankingTask {
  const Judge& judge;
  const ExperimentOptions& options;
  uint64_t seed = 0;
  CandidateRow person = 0;
  std::span<const JobRow> pool;  // where the person's candidate sets come from
  std::span<const JobRow> jobs;  // all that are ranked
};

// Jumpstart and the ranking metrics; no steps.
Trace MeasureBeforeOnline(Arm& arm, const RankingTask& task);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_BEFORE_ONLINE_H_
