// Logs of decisions, as off-policy evaluation needs them: who was shown which job, with which
// probability, and what they did. From the responses of a store, or from a file of another program.
#ifndef DYNAJOB_EVALUATION_DECISION_LOG_H_
#define DYNAJOB_EVALUATION_DECISION_LOG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/stores/records.h"

namespace dynajob {

// A job in one place of one page.
struct LoggedDecision {
  std::string candidate_id = {};
  std::string job_id = {};
  double reward = 0;
  double propensity = 1;                  // of this job in this place, given those above it
  int64_t timestamp_ms = 0;               // Unix time; 0 when unknown
  std::vector<std::string> above = {};    // jobs in the places before, of the same page
  std::vector<std::string> settled = {};  // jobs that could not be shown: settled on earlier pages
  std::vector<std::string> candidate_set = {};  // jobs that could be shown; empty: all open ones
  // pi(a | x), where the log says it; no model is needed then.
  std::optional<double> target_probability = std::nullopt;
};

struct DecisionLog {
  std::vector<LoggedDecision> decisions;
  std::map<std::string, size_t> left_out;  // events or places, by reason
};

// Events without a propensity or the recommendation that they answer are left out, and counted. A
// place is worth the strongest response to it; one with an impression alone was ignored. A place is
// left out when the log lacks one above it, since its propensity depends on them.
DecisionLog DecisionsOf(std::span<const ResponseEvent> events, const ResponseRewards& rewards);

// One JSON object a line:
//   candidate_id, job_id   texts
//   reward                 a number; or response: IGNORE, CLICK, SAVE, APPLY
//   propensity             in (0, 1]
//   candidate_set          optional: ids of the jobs that could be shown
//   target_probability     optional: of the judged policy, in [0, 1]; in all lines or in none
//   timestamp              optional: ISO 8601
// kCorruptData naming line, field and value; blank lines are passed over.
Result<DecisionLog> ParseDecisionLog(std::string_view jsonl, const ResponseRewards& rewards);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_DECISION_LOG_H_
