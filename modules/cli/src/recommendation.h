// Ranks the catalog for one candidate; `recommend` and `demo` share it.
#ifndef DYNAJOB_CLI_SRC_RECOMMENDATION_H_
#define DYNAJOB_CLI_SRC_RECOMMENDATION_H_

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/retrieval/top_jobs.h"
#include "dynajob/rewards/cosine_reward.h"

namespace dynajob {

struct Recommendation {
  JobRow job = 0;
  double q = 0;
  double predicted_reward = 0;
  double cosine = 0;
  std::vector<std::string> matched_skills;  // technical and soft skills of the job
  std::vector<std::string> missing_skills;  // technical skills that the candidate does not state
};

// A whole number from 1 to the size of the catalog; `k` as written on the command line.
Result<size_t> ParseK(std::string_view k, size_t job_count);

// kNotFound, with the nearest ids, when there is no such candidate.
Result<CandidateRow> FindCandidateRow(const Catalog& catalog, std::string_view id);

// What there is to say about jobs of known Q. `model` may be of another catalog with the same
// fields. kCorruptData when a value of the model is not finite.
Result<std::vector<Recommendation>> ExplainJobs(const Model& model, const Catalog& catalog,
                                                const CosineReward& cosine, CandidateRow candidate,
                                                std::span<const JobRow> jobs,
                                                std::span<const ScoredJob> scores);

// The k of `jobs` (or all, when they are fewer) with the greatest Q, best first, ties in the order
// of `jobs`. kCorruptData when a value of the model is not finite.
Result<std::vector<Recommendation>> RecommendJobs(const Model& model, const Catalog& catalog,
                                                  const CosineReward& cosine,
                                                  CandidateRow candidate,
                                                  std::span<const JobRow> jobs, size_t k,
                                                  const RankingOptions& options = {});

std::string RecommendationsText(const Catalog& catalog, CandidateRow candidate,
                                const std::vector<Recommendation>& recommendations);
// On one line when `compact`, for lines of JSON.
std::string RecommendationsJson(const Catalog& catalog, CandidateRow candidate,
                                const std::vector<Recommendation>& recommendations,
                                bool compact = false);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_RECOMMENDATION_H_
