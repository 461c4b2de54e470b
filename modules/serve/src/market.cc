#include "market.h"

#include <algorithm>

#include <fmt/format.h>

namespace dynajob {

Market::Market(std::shared_ptr<const Catalog> catalog) : catalog_(std::move(catalog)) {
  auto jobs = std::make_shared<JobSet>();
  jobs->reserve(catalog_->job_count());
  for (JobRow row = 0; row < catalog_->job_count(); ++row) {
    job_places_.emplace(catalog_->job(row).id, jobs->size());
    jobs->push_back(
        std::make_shared<const ServedJob>(catalog_->job(row), catalog_->actions().Row(row)));
  }
  jobs_ = std::move(jobs);
  for (CandidateRow row = 0; row < catalog_->candidate_count(); ++row)
    candidates_.emplace(catalog_->candidate(row).id,
                        std::make_shared<const ServedCandidate>(catalog_->candidate(row),
                                                                catalog_->states().Row(row)));
}

std::shared_ptr<const JobSet> Market::jobs() const {
  const std::shared_lock lock(mutex_);
  return jobs_;
}

size_t Market::candidate_count() const {
  const std::shared_lock lock(mutex_);
  return candidates_.size();
}

ServedJobPtr Market::FindJob(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = job_places_.find(id);
  return found == job_places_.end() ? nullptr : (*jobs_)[found->second];
}

ServedCandidatePtr Market::FindCandidate(std::string_view id) const {
  const std::shared_lock lock(mutex_);
  const auto found = candidates_.find(id);
  return found == candidates_.end() ? nullptr : found->second;
}

void Market::Put(std::span<const ServedJobPtr> jobs) {
  const std::unique_lock lock(mutex_);
  auto changed = std::make_shared<JobSet>(*jobs_);
  for (const ServedJobPtr& job : jobs) {
    const auto [place, inserted] = job_places_.try_emplace(job->record().id, changed->size());
    if (inserted) {
      changed->push_back(job);
    } else {
      (*changed)[place->second] = job;
    }
  }
  jobs_ = std::move(changed);
}

void Market::Put(std::span<const ServedCandidatePtr> candidates) {
  const std::unique_lock lock(mutex_);
  for (const ServedCandidatePtr& candidate : candidates)
    candidates_.insert_or_assign(candidate->record().id, candidate);
}

void Market::RemoveJob(std::string_view id) {
  const std::unique_lock lock(mutex_);
  const auto found = job_places_.find(id);
  if (found == job_places_.end()) return;
  const size_t place = found->second;
  job_places_.erase(found);
  auto changed = std::make_shared<JobSet>(*jobs_);
  if (place + 1 < changed->size()) {
    (*changed)[place] = changed->back();
    job_places_.at((*changed)[place]->record().id) = place;
  }
  changed->pop_back();
  jobs_ = std::move(changed);
}

void Market::RemoveCandidate(std::string_view id) {
  const std::unique_lock lock(mutex_);
  const auto found = candidates_.find(id);
  if (found != candidates_.end()) candidates_.erase(found);
}

Result<std::vector<float>> AssembleVector(std::span<const FieldSlice> fields,
                                          std::span<const FieldSpec> specs,
                                          std::span<const EmbeddingRow> rows, std::string_view id) {
  std::vector<float> vector(fields.empty() ? 0 : fields.back().offset + fields.back().dimension);
  for (const FieldSlice& field : fields) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const EmbeddingRow& candidate) {
      return candidate.field == field.name && candidate.id == id;
    });
    const auto spec = std::find_if(specs.begin(), specs.end(), [&](const FieldSpec& known) {
      return known.name == field.name;
    });
    if (row == rows.end()) {
      if (spec == specs.end() || !spec->required) continue;
      return InvalidArgument(fmt::format(
          "'{}' has no text to make the required '{}' embedding of, so it could not be ranked", id,
          field.name));
    }
    if (row->vector.size() != field.dimension)
      return InvalidArgument(fmt::format("'{}': its '{}' embedding has {} values, the catalog {}",
                                         id, field.name, row->vector.size(), field.dimension));
    std::copy(row->vector.begin(), row->vector.end(),
              vector.begin() + static_cast<std::ptrdiff_t>(field.offset));
  }
  return vector;
}

Result<std::vector<float>> AssembleVector(std::span<const FieldSlice> fields,
                                          std::span<const FieldSpec> specs,
                                          std::span<const StoredVector> vectors,
                                          std::string_view embedder, std::string_view id) {
  std::vector<EmbeddingRow> rows;
  for (const StoredVector& vector : vectors)
    if (vector.embedder == embedder) rows.push_back({std::string(id), vector.field, vector.values});
  return AssembleVector(fields, specs, rows, id);
}

}  // namespace dynajob
