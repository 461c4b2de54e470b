#include "dynajob/core/catalog.h"

#include <cmath>

#include <fmt/format.h>

namespace dynajob {
namespace {

Status CheckFields(std::span<const FieldSlice> fields, size_t dimension, std::string_view what) {
  size_t offset = 0;
  for (const FieldSlice& field : fields) {
    if (field.offset != offset || field.dimension == 0) {
      return InvalidArgument(fmt::format("{} field '{}' starts at {}, expected {}, length {}", what,
                                         field.name, field.offset, offset, field.dimension));
    }
    offset += field.dimension;
  }
  if (offset != dimension) {
    return InvalidArgument(
        fmt::format("{} vectors have {} values, their fields {}", what, dimension, offset));
  }
  return Status::Ok();
}

template <typename Entity>
Status CheckVectors(const std::vector<Entity>& entities, const Matrix& vectors,
                    std::span<const FieldSlice> fields, std::string_view what) {
  if (entities.size() != vectors.rows()) {
    return InvalidArgument(
        fmt::format("{} {}s but {} vectors", entities.size(), what, vectors.rows()));
  }
  DYNAJOB_RETURN_IF_ERROR(CheckFields(fields, vectors.cols(), what));
  for (size_t row = 0; row < vectors.rows(); ++row) {
    const std::span<const float> values = vectors.Row(row);
    for (const FieldSlice& field : fields) {
      for (size_t i = 0; i < field.dimension; ++i) {
        if (std::isfinite(values[field.offset + i])) continue;
        return InvalidArgument(fmt::format("{} '{}', field '{}', position {}: {} is not finite",
                                           what, entities[row].id, field.name, i,
                                           values[field.offset + i]));
      }
    }
  }
  return Status::Ok();
}

template <typename Entity>
Status IndexById(const std::vector<Entity>& entities, std::string_view what,
                 std::unordered_map<std::string, uint32_t>& rows) {
  rows.reserve(entities.size());
  for (uint32_t row = 0; row < entities.size(); ++row) {
    if (!rows.emplace(entities[row].id, row).second) {
      return InvalidArgument(fmt::format("{} id '{}' occurs twice", what, entities[row].id));
    }
  }
  return Status::Ok();
}

std::optional<uint32_t> Find(const std::unordered_map<std::string, uint32_t>& rows,
                             std::string_view id) {
  const auto found = rows.find(std::string(id));
  if (found == rows.end()) return std::nullopt;
  return found->second;
}

}  // namespace

Catalog::Catalog(Data data) : data_(std::move(data)) {}

Result<Catalog> Catalog::Create(Data data) {
  DYNAJOB_RETURN_IF_ERROR(
      CheckVectors(data.candidates, data.states, data.state_fields, "candidate"));
  DYNAJOB_RETURN_IF_ERROR(CheckVectors(data.jobs, data.actions, data.action_fields, "job"));
  Catalog catalog(std::move(data));
  DYNAJOB_RETURN_IF_ERROR(
      IndexById(catalog.data_.candidates, "candidate", catalog.candidate_rows_));
  DYNAJOB_RETURN_IF_ERROR(IndexById(catalog.data_.jobs, "job", catalog.job_rows_));
  return catalog;
}

std::optional<CandidateRow> Catalog::FindCandidate(std::string_view id) const {
  return Find(candidate_rows_, id);
}

std::optional<JobRow> Catalog::FindJob(std::string_view id) const { return Find(job_rows_, id); }

}  // namespace dynajob
