#include "dynajob/retrieval/candidate_sets.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

// A vector index is asked for so many times the pool: a split holds only some of what it finds, and
// the nearest by one field are not all among the nearest by the cosine of several.
constexpr size_t kOversampling = 4;
// What Atlas allows as `limit` and `numCandidates`.
constexpr size_t kMaxIndexed = 10'000;

bool UsesNearest(CandidateSource source) {
  return source == CandidateSource::kNearest || source == CandidateSource::kMixed;
}

}  // namespace

std::string_view ToString(NearestSearch search) {
  switch (search) {
    case NearestSearch::kNone:
      return "none";
    case NearestSearch::kExact:
      return "exact";
    case NearestSearch::kVectorIndex:
      return "vector index";
  }
  return "none";
}

CandidateSets::CandidateSets(const Inputs& inputs, const CandidateSetOptions& options)
    : catalog_(*inputs.catalog),
      cosine_(*inputs.cosine),
      options_(options),
      now_ms_(inputs.now_ms),
      open_(catalog_.job_count()),
      filter_of_(catalog_.candidate_count(), kNoFilter) {
  for (JobRow job = 0; job < catalog_.job_count(); ++job) {
    open_[job] = IsOpen(catalog_.job(job), now_ms_);
    expired_ += open_[job] ? 0 : 1;
  }
}

Result<std::unique_ptr<CandidateSets>> CandidateSets::Create(const Inputs& inputs,
                                                             const CandidateSetOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_CHECK(inputs.catalog != nullptr && inputs.cosine != nullptr &&
                    &inputs.cosine->catalog() == inputs.catalog,
                "candidate sets need a catalog and the cosine of that catalog");
  std::unique_ptr<CandidateSets> sets(new CandidateSets(inputs, options));
  if (options.source == CandidateSource::kUniform) return sets;
  DYNAJOB_RETURN_IF_ERROR(sets->FindMatching(inputs));
  if (!UsesNearest(options.source)) return sets;
  sets->search_ = NearestSearch::kExact;
  if (inputs.store != nullptr) DYNAJOB_RETURN_IF_ERROR(sets->AskVectorIndex(inputs));
  return sets;
}

Status CandidateSets::FindMatching(const Inputs& inputs) {
  std::map<JobFilter, size_t> filters;  // most candidates share one
  for (const CandidateRow candidate : inputs.candidates) {
    if (inputs.cancellation != nullptr && inputs.cancellation->cancelled())
      return Error{ErrorCode::kCancelled, "looking for candidate sets was cancelled"};
    const JobFilter filter = options_.FilterFor(catalog_.candidate(candidate), now_ms_);
    const auto [found, is_new] = filters.emplace(filter, matching_.size());
    filter_of_[candidate] = found->second;
    if (!is_new) continue;
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobRow> rows, Match(inputs.store, filter));
    matching_.push_back(std::move(rows));
  }
  return Status::Ok();
}

Result<std::vector<JobRow>> CandidateSets::Match(Store* store, const JobFilter& filter) const {
  std::vector<JobRow> rows;
  if (store == nullptr) {
    for (JobRow job = 0; job < catalog_.job_count(); ++job)
      if (filter.Matches(catalog_.job(job))) rows.push_back(job);
    return rows;
  }
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, store->FindJobIds(filter));
  for (const std::string& id : ids)  // some may lack vectors, or have come since the load
    if (const auto row = catalog_.FindJob(id); row && open_[*row]) rows.push_back(*row);
  std::sort(rows.begin(), rows.end());
  return rows;
}

Status CandidateSets::AskVectorIndex(const Inputs& inputs) {
  for (const CandidateRow candidate : inputs.candidates) {
    if (inputs.cancellation != nullptr && inputs.cancellation->cancelled())
      return Error{ErrorCode::kCancelled, "looking for candidate sets was cancelled"};
    DYNAJOB_ASSIGN_OR_RETURN(const bool available, AskVectorIndex(*inputs.store, candidate));
    if (!available) {  // for this field or at all: one way for all candidates
      indexed_.clear();
      return Status::Ok();
    }
  }
  search_ = NearestSearch::kVectorIndex;
  return Status::Ok();
}

Result<bool> CandidateSets::AskVectorIndex(Store& store, CandidateRow candidate) {
  const JobFilter filter = options_.FilterFor(catalog_.candidate(candidate), now_ms_);
  const size_t k = std::min(kMaxIndexed, kOversampling * static_cast<size_t>(options_.pool_size));
  std::vector<JobRow>& rows = indexed_[candidate];
  for (const std::string& pair : cosine_.field_pairs()) {
    const size_t colon = pair.find(':');
    const auto field =
        std::ranges::find(catalog_.state_fields(), pair.substr(0, colon), &FieldSlice::name);
    const std::span<const float> vector =
        catalog_.states().Row(candidate).subspan(field->offset, field->dimension);
    DYNAJOB_ASSIGN_OR_RETURN(const auto ids,
                             store.NearestJobIds(pair.substr(colon + 1), vector, k, filter));
    if (!ids) return false;
    for (const std::string& id : *ids)
      if (const auto row = catalog_.FindJob(id); row && open_[*row]) rows.push_back(*row);
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  return true;
}

Result<std::unique_ptr<SplitPools>> CandidateSets::Over(std::span<const JobRow> jobs, size_t needed,
                                                        uint64_t seed) const {
  std::vector<JobRow> open_jobs;
  for (const JobRow job : jobs)
    if (open_[job]) open_jobs.push_back(job);
  if (open_jobs.empty())
    return FailedPrecondition(fmt::format(
        "none of {} jobs is open at {} (candidate_sets.now): all have expired; import newer jobs",
        jobs.size(), FormatIso8601(now_ms_)));
  return std::unique_ptr<SplitPools>(new SplitPools(*this, std::move(open_jobs), needed, seed));
}

std::string CandidateSets::Describe() const {
  std::string text = fmt::format("candidate sets: {}", ToString(options_.source));
  if (search_ == NearestSearch::kExact) text += " (exact search)";
  if (search_ == NearestSearch::kVectorIndex) text += " (vector index of the store)";
  if (expired_ > 0)
    text += fmt::format(", without {} jobs expired at {}", expired_, FormatIso8601(now_ms_));
  return text;
}

}  // namespace dynajob
