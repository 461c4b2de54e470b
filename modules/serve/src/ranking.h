// The jobs of a snapshot in the order in which they are shown to one person.
#ifndef DYNAJOB_SERVE_SRC_RANKING_H_
#define DYNAJOB_SERVE_SRC_RANKING_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "dynajob/core/rng.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/stores/job_filter.h"

#include "http_message.h"
#include "snapshot.h"

namespace dynajob {

enum class ScoreSource { kQ, kCosine, kExplore };
std::string_view ToString(ScoreSource source);

struct RankedJob {
  ServedJobPtr job;
  double score = 0;  // Q, or the cosine when there is no policy
  ScoreSource source = ScoreSource::kQ;
  double propensity = 1;  // of showing this job here, given those above it
};

struct RankingRequest {
  CandidateView candidate = {};
  JobFilter filter = {};
  std::unordered_set<std::string> excluded = {};  // ids
  size_t offset = 0;
  size_t count = 10;
  double epsilon = 0;  // each place is drawn at random with this probability; only at offset 0
  SteadyTime deadline = SteadyTime::max();
};

// The cosine of the paired fields, as CosineReward computes it for rows of a catalog.
double PairedCosine(std::span<const CosineReward::FieldPair> pairs, std::span<const float> state,
                    std::span<const float> action);

struct Ranking {
  std::vector<RankedJob> jobs;
  size_t eligible = 0;  // jobs that could have been shown, at any offset
  bool late = false;    // the deadline passed; `jobs` is empty
};

// By score, best first; of equals the lower id. Exact: every job is scored. kCorruptData when the
// model gives a value that is not finite.
Result<Ranking> RankJobs(const Snapshot& snapshot, std::span<const CosineReward::FieldPair> pairs,
                         const RankingRequest& request, Rng rng);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_RANKING_H_
