// Where candidate sets come from, as configuration.
#ifndef DYNAJOB_RETRIEVAL_OPTIONS_H_
#define DYNAJOB_RETRIEVAL_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/stores/job_filter.h"

namespace dynajob {

enum class CandidateSource {
  kUniform,   // all open jobs
  kFiltered,  // open jobs that match the heuristics
  kNearest,   // the nearest of those, by the cosine of cosine.pairs
  kMixed,     // some of the nearest, the rest drawn at random from those that match
};
std::string_view ToString(CandidateSource source);

// The heuristics hold for `filtered`, `nearest` and `mixed`; `uniform` ignores them. Each is a list
// of values, any of which will do. The value "candidate" stands for the candidate's own location,
// category or preferred work mode; where that is not known it stands for nothing, and a heuristic
// without values does not restrict.
struct CandidateSetOptions {
  CandidateSource source = CandidateSource::kUniform;
  std::vector<std::string> location = {};
  std::vector<std::string> sector = {};
  std::vector<std::string> work_mode = {};
  int64_t posted_after_days = 0;  // posted within so many days before now; 0: no limit
  int64_t pool_size = 200;        // jobs of a pool of `nearest` and `mixed`
  double nearest_share = 0.5;     // of a pool of `mixed`
  // The moment at which jobs are open or expired, ISO 8601; empty: when the command starts.
  std::string now = {};

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "candidate_sets.…"

  // nullopt when it is not set. Requires Validate().ok().
  std::optional<int64_t> NowMs() const;
  // Which jobs a candidate's pool is made of. Requires Validate().ok().
  JobFilter FilterFor(const Candidate& candidate, int64_t now_ms) const;
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_OPTIONS_H_
