// The candidate sets that a command works with.
#ifndef DYNAJOB_CLI_SRC_CANDIDATE_SET_ACCESS_H_
#define DYNAJOB_CLI_SRC_CANDIDATE_SET_ACCESS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/retrieval/candidate_sets.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/stores/store.h"

#include "command.h"

namespace dynajob {

// The sets with the cosine that they are made with.
struct SessionCandidateSets {
  std::unique_ptr<CosineReward> cosine;
  std::unique_ptr<CandidateSets> sets;
};

// Candidate sets of `candidates` as configured, at the moment `now_ms`. Says on standard error
// where they come from, unless they are drawn from all jobs. `store` may be null.
Result<SessionCandidateSets> MakeCandidateSets(const Session& session, const Catalog& catalog,
                                               Store* store,
                                               std::span<const CandidateRow> candidates,
                                               int64_t now_ms);

// For a run over all candidates that can be repeated: where the result depends on the moment, that
// moment is set in the session's settings (candidate_sets.now), which the run records.
Result<SessionCandidateSets> MakeRunCandidateSets(Session& session, const Catalog& catalog,
                                                  Store* store);

// "candidate sets: of 20 pools 3 were too small …".
std::string FilledPoolsLine(const PoolCounts& counts);

// candidate_sets.now, else this moment.
int64_t SessionNowMs(const Session& session);

// 0, 1, …, count - 1.
std::vector<uint32_t> AllRows(size_t count);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_CANDIDATE_SET_ACCESS_H_
