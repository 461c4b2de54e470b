#include "dynajob/retrieval/options.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/time.h"

namespace dynajob {
namespace {

constexpr std::string_view kCandidatesOwn = "candidate";
constexpr int64_t kMaxDays = 36'500;
constexpr int64_t kMaxPoolSize = 1'000'000;

// The configured values, with the candidate's own in place of its name; equal sets are equal lists.
std::vector<std::string> Values(const std::vector<std::string>& configured,
                                const std::string& own) {
  std::vector<std::string> values;
  for (const std::string& value : configured) {
    if (value != kCandidatesOwn) values.push_back(value);
    if (value == kCandidatesOwn && !own.empty()) values.push_back(own);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

std::string_view ToString(CandidateSource source) {
  switch (source) {
    case CandidateSource::kUniform:
      return "uniform";
    case CandidateSource::kFiltered:
      return "filtered";
    case CandidateSource::kNearest:
      return "nearest";
    case CandidateSource::kMixed:
      return "mixed";
  }
  return "uniform";
}

Status CandidateSetOptions::Validate() const {
  for (const std::string& mode : work_mode) {
    const auto parsed = ParseWorkMode(mode);
    if (mode != kCandidatesOwn && (!parsed || *parsed == WorkMode::kUnknown))
      return InvalidArgument(fmt::format(
          "candidate_sets.work_mode: '{}' must be one of onsite, hybrid, remote, candidate", mode));
  }
  if (posted_after_days < 0 || posted_after_days > kMaxDays)
    return InvalidArgument(
        fmt::format("candidate_sets.posted_after_days = {}: must be from 0 to {}",
                    posted_after_days, kMaxDays));
  if (pool_size < 2 || pool_size > kMaxPoolSize)
    return InvalidArgument(fmt::format("candidate_sets.pool_size = {}: must be from 2 to {}",
                                       pool_size, kMaxPoolSize));
  if (!(nearest_share >= 0 && nearest_share <= 1))
    return InvalidArgument(
        fmt::format("candidate_sets.nearest_share = {}: must be from 0 to 1", nearest_share));
  if (!now.empty() && !ParseIso8601(now))
    return InvalidArgument(fmt::format(
        "candidate_sets.now = '{}': must be a date or time such as 2024-05-01T12:00:00Z, or empty",
        now));
  return Status::Ok();
}

void CandidateSetOptions::Bind(ConfigRegistry& registry) {
  registry.Add<CandidateSource>("candidate_sets.source", &source,
                                "which jobs are considered: all open ones, those that match the "
                                "heuristics, the nearest of those, or nearest and random ones",
                                {{"uniform", CandidateSource::kUniform},
                                 {"filtered", CandidateSource::kFiltered},
                                 {"nearest", CandidateSource::kNearest},
                                 {"mixed", CandidateSource::kMixed}});
  registry.Add("candidate_sets.location", &location,
               "heuristic: any of these, as written; 'candidate': the candidate's own");
  registry.Add("candidate_sets.sector", &sector,
               "heuristic: any of these, as written; 'candidate': the candidate's category");
  registry.Add("candidate_sets.work_mode", &work_mode,
               "heuristic: any of onsite, hybrid, remote; 'candidate': the preferred one");
  registry.Add("candidate_sets.posted_after_days", &posted_after_days,
               "heuristic: posted within so many days before now; 0: no limit", 0, kMaxDays);
  registry.Add("candidate_sets.pool_size", &pool_size,
               "jobs that sets are drawn from, when source is nearest or mixed", 2, kMaxPoolSize);
  registry.Add("candidate_sets.nearest_share", &nearest_share,
               "of a mixed pool; the rest is drawn at random", 0, 1);
  registry.Add("candidate_sets.now", &now,
               "when jobs count as expired, ISO 8601; empty: when the command starts (a run's "
               "config.toml records it where jobs have dates)");
}

std::optional<int64_t> CandidateSetOptions::NowMs() const {
  if (now.empty()) return std::nullopt;
  const auto parsed = ParseIso8601(now);
  DYNAJOB_CHECK(parsed.has_value(), "candidate_sets.now is validated");
  return parsed->ms;
}

JobFilter CandidateSetOptions::FilterFor(const Candidate& candidate, int64_t now_ms) const {
  JobFilter filter{.not_expired_at_ms = now_ms};
  if (source == CandidateSource::kUniform) return filter;
  filter.locations = Values(location, candidate.location);
  filter.sectors = Values(sector, candidate.category);
  const bool known = candidate.preferred_work_mode != WorkMode::kUnknown;
  for (const std::string& mode :
       Values(work_mode, known ? std::string(ToString(candidate.preferred_work_mode)) : ""))
    filter.work_modes.push_back(*ParseWorkMode(mode));
  if (posted_after_days > 0)
    filter.posted_after_ms = now_ms - posted_after_days * kMillisecondsPerDay;
  return filter;
}

}  // namespace dynajob
