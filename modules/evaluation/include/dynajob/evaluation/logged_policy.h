// What a policy would have done where a log tells what another one did.
#ifndef DYNAJOB_EVALUATION_LOGGED_POLICY_H_
#define DYNAJOB_EVALUATION_LOGGED_POLICY_H_

#include <functional>
#include <span>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/evaluation/decision_log.h"
#include "dynajob/evaluation/off_policy.h"

namespace dynajob {

// The policy to be judged: values by which it ranks, and predictions of reward.
struct RankingModel {
  std::function<void(CandidateRow, std::span<const JobRow>, std::span<float>)> values;
  std::function<void(CandidateRow, std::span<const JobRow>, std::span<float>)> rewards;
};

// The policy takes, of the jobs that could be shown, the one of the greatest value, ties by row,
// and with probability epsilon any. Decisions about candidates or jobs that the catalog lacks are
// left out and counted in `log.left_out`. kCorruptData when a value is not finite.
Result<std::vector<OffPolicySample>> JudgeDecisions(const Catalog& catalog, DecisionLog& log,
                                                    const RankingModel& model, double epsilon);

// The same for logs that say target_probability.
std::vector<OffPolicySample> StatedDecisions(const DecisionLog& log);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_LOGGED_POLICY_H_
