// Labels of a simulated user beside responses that are known; `audit-labels` and `compare` share
// it.
#ifndef DYNAJOB_CLI_SRC_LABEL_AUDIT_RUN_H_
#define DYNAJOB_CLI_SRC_LABEL_AUDIT_RUN_H_

#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/evaluation/label_audit.h"

#include "command.h"
#include "simulated_user.h"

namespace dynajob {

// The file of a run's directory that `report` shows.
inline constexpr const char* kLabelAuditFile = "label_audit.json";

// Pairs whose response is known, and the response: truths[i] of pairs[i].
struct KnownResponses {
  std::vector<Pair> pairs;
  std::vector<ResponseProbabilities> truths;
};

// At most `count` pairs, with the responses of the judge of the first seed.
Result<KnownResponses> JudgedPairs(const Session& session, const Catalog& catalog, size_t count);

// Buys the labels of `known` from `user` and compares them. kFailedPrecondition with fewer than 10
// labels.
Result<LabelAudit> AuditUser(const Session& session, const Catalog& catalog, SimulatedUser& user,
                             const KnownResponses& known);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_LABEL_AUDIT_RUN_H_
