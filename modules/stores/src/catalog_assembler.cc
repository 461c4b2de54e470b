#include "dynajob/stores/catalog_assembler.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "dynajob/core/check.h"

#include "float32_bytes.h"

namespace dynajob {
namespace {

constexpr size_t kExamples = 3;  // of each reason

template <typename Entity>
void SortById(std::vector<Entity>& entities) {
  std::stable_sort(entities.begin(), entities.end(),
                   [](const Entity& a, const Entity& b) { return a.id < b.id; });
}

template <typename Entity>
std::vector<std::string> IdsOf(const std::vector<Entity>& entities) {
  std::vector<std::string> ids;
  ids.reserve(entities.size());
  for (const Entity& entity : entities) ids.push_back(entity.id);
  return ids;
}

// Removes the entities without a row, in place.
template <typename Entity>
void KeepIncluded(std::vector<Entity>& entities, const std::vector<std::optional<size_t>>& rows) {
  size_t kept = 0;
  for (size_t i = 0; i < entities.size(); ++i) {
    if (!rows[i]) continue;
    if (kept != i) entities[kept] = std::move(entities[i]);
    ++kept;
  }
  entities.erase(entities.begin() + static_cast<std::ptrdiff_t>(kept), entities.end());
}

std::string Describe(EntityKind kind, std::string_view id, std::string_view field) {
  return fmt::format("embedding of {} '{}', field '{}'", ToString(kind), id, field);
}

Error OrphanVector(EntityKind kind, std::string_view id, std::string_view field) {
  return CorruptData(
      fmt::format("{}: there is no such {}", Describe(kind, id, field), ToString(kind)));
}

size_t PhysicalMemory() {
  return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

// Whether a matrix can be held at all. Left to fail, its allocation would end the process.
bool FitsMemory(size_t rows, size_t cols) {
  return rows == 0 || cols <= PhysicalMemory() / sizeof(float) / rows;
}

}  // namespace

CatalogAssembler::CatalogAssembler(const CatalogSpec& spec, std::vector<Candidate> candidates,
                                   std::vector<Job> jobs)
    : candidates_(std::move(candidates)), jobs_(std::move(jobs)) {
  DYNAJOB_CHECK(spec.Validate().ok(), "CatalogAssembler needs a valid CatalogSpec");
  SortById(candidates_);
  SortById(jobs_);
  candidates_side_.kind = EntityKind::kCandidate;
  candidates_side_.ids = IdsOf(candidates_);
  for (const FieldSpec& field : spec.state_fields)
    candidates_side_.fields.emplace_back().spec = field;
  jobs_side_.kind = EntityKind::kJob;
  jobs_side_.ids = IdsOf(jobs_);
  for (const FieldSpec& field : spec.action_fields) jobs_side_.fields.emplace_back().spec = field;
  for (Side* side : {&candidates_side_, &jobs_side_})
    side->present.assign(side->ids.size() * side->fields.size(), 0);
}

std::optional<size_t> CatalogAssembler::IndexOf(EntityKind kind, std::string_view id) const {
  const std::vector<std::string>& ids = SideOf(kind).ids;
  const auto found = std::lower_bound(ids.begin(), ids.end(), id);
  if (found == ids.end() || *found != id) return std::nullopt;
  return static_cast<size_t>(found - ids.begin());
}

Status CatalogAssembler::Declare(EntityKind kind, std::string_view id, std::string_view field_name,
                                 size_t dimension, std::string_view embedder) {
  const auto& fields = SideOf(kind).fields;
  if (std::none_of(fields.begin(), fields.end(),
                   [&](const Field& field) { return field.spec.name == field_name; }))
    return Status::Ok();
  const auto index = IndexOf(kind, id);
  if (!index) return OrphanVector(kind, id, field_name);
  return Declare(kind, *index, field_name, dimension, embedder);
}

Status CatalogAssembler::Declare(EntityKind kind, size_t index, std::string_view field_name,
                                 size_t dimension, std::string_view embedder) {
  Side& side = SideOf(kind);
  const std::string& id = side.ids[index];
  for (size_t f = 0; f < side.fields.size(); ++f) {
    Field& field = side.fields[f];
    if (field.spec.name != field_name) continue;
    if (dimension == 0)
      return CorruptData(Describe(kind, id, field_name) + ": the vector is empty");
    if (field.dimension == 0) {
      field.dimension = dimension;
      field.embedder = embedder;
      field.first_id = id;
    } else if (field.dimension != dimension || field.embedder != embedder) {
      return FailedPrecondition(fmt::format(
          "the {} embeddings '{}' do not belong together: that of '{}' has {} values made by '{}', "
          "that of '{}' has {} values made by '{}'; make them anew with `dynajob embed`",
          ToString(kind), field_name, field.first_id, field.dimension, field.embedder, id,
          dimension, embedder));
    }
    side.present[index * side.fields.size() + f] = 1;
  }
  return Status::Ok();
}

void CatalogAssembler::Reject(EntityKind kind, size_t index, std::string_view field,
                              std::string_view reason) {
  Side& side = SideOf(kind);
  for (size_t f = 0; f < side.fields.size(); ++f)
    if (side.fields[f].spec.name == field) side.rejected[{index, f}] = reason;
}

void CatalogAssembler::AddExample(const std::string& reason, std::string_view id) {
  std::vector<std::string>& ids = examples_[reason];
  if (ids.size() < kExamples) ids.emplace_back(id);
}

void CatalogAssembler::Exclude(EntityKind kind, std::string_view reason, std::string_view example) {
  ++SideOf(kind).excluded[std::string(reason)];
  AddExample(fmt::format("{}: {}", ToString(kind), reason), example);
}

void CatalogAssembler::PassOver(std::string_view what, std::string_view example) {
  ++passed_over_[std::string(what)];
  AddExample(std::string(what), example);
}

void CatalogAssembler::LeaveOut(Side& side, size_t index, size_t field) {
  const std::string& name = side.fields[field].spec.name;
  const auto rejected = side.rejected.find({index, field});
  Exclude(side.kind,
          rejected == side.rejected.end() ? fmt::format("no {} embedding", name)
                                          : fmt::format("{} embedding: {}", name, rejected->second),
          side.ids[index]);
}

void CatalogAssembler::CountZeros(const Side& side, size_t index, size_t field) {
  const std::string& name = side.fields[field].spec.name;
  ++zero_filled_[fmt::format("{}.{}", ToString(side.kind), name)];
  const auto rejected = side.rejected.find({index, field});
  if (rejected != side.rejected.end())
    PassOver(fmt::format("{} embedding of a {}: {}", name, ToString(side.kind), rejected->second),
             side.ids[index]);
}

Status CatalogAssembler::CheckEntities() const {
  for (const Side* side : {&candidates_side_, &jobs_side_}) {
    if (side->ids.empty())
      return FailedPrecondition(fmt::format(
          "the store holds no {}s; add some with `dynajob import`", ToString(side->kind)));
    if (side->rejected.empty() &&
        std::find(side->present.begin(), side->present.end(), 1) == side->present.end())
      return FailedPrecondition(
          fmt::format("the store holds {} {}s but no embeddings of them; make them with "
                      "`dynajob embed`",
                      side->ids.size(), ToString(side->kind)));
  }
  return Status::Ok();
}

// Vectors of different embedders lie in different spaces: comparing them would mean nothing.
Status CatalogAssembler::CheckEmbedders() const {
  const Side* first_side = nullptr;
  const Field* first = nullptr;
  for (const Side* side : {&candidates_side_, &jobs_side_}) {
    for (const Field& field : side->fields) {
      if (field.dimension == 0) continue;
      if (first == nullptr) {
        first = &field;
        first_side = side;
      } else if (field.embedder != first->embedder) {
        return FailedPrecondition(fmt::format(
            "the {} embeddings '{}' were made by '{}', the {} embeddings '{}' by '{}'; make them "
            "anew with `dynajob embed`",
            ToString(first_side->kind), first->spec.name, first->embedder, ToString(side->kind),
            field.spec.name, field.embedder));
      }
    }
  }
  return Status::Ok();
}

Error CatalogAssembler::TooLarge(const Side& side, size_t rows, size_t width) {
  constexpr double kGibibyte = 1 << 30;
  const auto widest = std::ranges::max_element(side.fields, {}, &Field::dimension);
  return FailedPrecondition(fmt::format(
      "the vectors of {} {}s with {} values each need {:.1f} GiB of memory, and this machine has "
      "{:.1f}; {} of the values are the field '{}', whose length that of '{}' gave: mend it, or "
      "leave the field out of the catalog",
      rows, ToString(side.kind), width,
      static_cast<double>(rows) * static_cast<double>(width) * sizeof(float) / kGibibyte,
      static_cast<double>(PhysicalMemory()) / kGibibyte, widest->dimension, widest->spec.name,
      widest->first_id));
}

Status CatalogAssembler::AllocateSide(Side& side) {
  const size_t field_count = side.fields.size();
  side.rows.assign(side.ids.size(), std::nullopt);
  size_t included = 0;
  for (size_t i = 0; i < side.ids.size(); ++i) {
    const char* present = side.present.data() + i * field_count;
    size_t missing = 0;
    while (missing < field_count && (present[missing] || !side.fields[missing].spec.required))
      ++missing;
    if (missing < field_count) {
      LeaveOut(side, i, missing);
      continue;
    }
    side.rows[i] = included++;
    for (size_t f = 0; f < field_count; ++f)
      if (!present[f]) CountZeros(side, i, f);
  }
  if (included == 0) {
    std::string reasons;
    for (const auto& [reason, count] : side.excluded)
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : ", ", reason, count);
    return FailedPrecondition(
        fmt::format("no {} has all required embeddings ({}); make them with `dynajob embed`",
                    ToString(side.kind), reasons));
  }
  // An optional field that nobody has is as long as the side's first field with vectors, so that
  // the shape of a model does not depend on whether some job states its experience requirements.
  const auto known = std::find_if(side.fields.begin(), side.fields.end(),
                                  [](const Field& field) { return field.dimension != 0; });
  DYNAJOB_CHECK(known != side.fields.end(), "entities are included, so there are vectors");
  size_t width = 0;
  for (size_t f = 0; f < field_count; ++f) {
    Field& field = side.fields[f];
    if (field.dimension == 0) field.dimension = known->dimension;
    field.offset = width;
    width += field.dimension;
  }
  if (!FitsMemory(included, width)) return TooLarge(side, included, width);
  const bool is_as_reserved =
      side.reserved_lengths.size() == field_count &&
      std::equal(side.fields.begin(), side.fields.end(), side.reserved_lengths.begin(),
                 [](const Field& field, size_t length) { return field.dimension == length; });
  if (is_as_reserved) {
    KeepReserved(side, included);
  } else {
    side.matrix = Matrix(included, width);
  }
  return Status::Ok();
}

// Moves the rows of those who are included together, in place, and clears what was not declared.
void CatalogAssembler::KeepReserved(Side& side, size_t included) {
  const size_t field_count = side.fields.size();
  for (size_t i = 0; i < side.ids.size(); ++i) {
    if (!side.rows[i]) continue;
    const std::span<float> row = side.reserved.Row(*side.rows[i]);
    if (*side.rows[i] != i) std::ranges::copy(side.reserved.Row(i), row.begin());
    for (size_t f = 0; f < field_count; ++f) {
      const Field& field = side.fields[f];
      if (!side.present[i * field_count + f])
        std::ranges::fill(row.subspan(field.offset, field.dimension), 0.0f);
    }
  }
  side.reserved.Truncate(included);
  side.matrix = std::move(side.reserved);
  side.kept_reserved = true;
}

void CatalogAssembler::Reserve(EntityKind kind, std::span<const size_t> lengths) {
  Side& side = SideOf(kind);
  DYNAJOB_CHECK(lengths.size() == side.fields.size(), "a length for each field of the spec");
  const size_t width = std::accumulate(lengths.begin(), lengths.end(), size_t{0});
  if (!FitsMemory(side.ids.size(), width)) return;  // Allocate() says so if that is how it stays
  side.reserved_lengths.assign(lengths.begin(), lengths.end());
  side.reserved = Matrix(side.ids.size(), width);
}

std::span<float> CatalogAssembler::Reserved(EntityKind kind, size_t index, size_t field,
                                            size_t length) {
  Side& side = SideOf(kind);
  const std::vector<size_t>& lengths = side.reserved_lengths;
  if (field >= lengths.size() || lengths[field] != length) return {};
  const auto own = lengths.begin() + static_cast<std::ptrdiff_t>(field);
  const size_t offset = std::accumulate(lengths.begin(), own, size_t{0});
  return side.reserved.Row(index).subspan(offset, length);
}

Status CatalogAssembler::Allocate() {
  DYNAJOB_RETURN_IF_ERROR(CheckEntities());
  DYNAJOB_RETURN_IF_ERROR(CheckEmbedders());
  DYNAJOB_RETURN_IF_ERROR(AllocateSide(candidates_side_));
  DYNAJOB_RETURN_IF_ERROR(AllocateSide(jobs_side_));
  KeepIncluded(candidates_, candidates_side_.rows);
  KeepIncluded(jobs_, jobs_side_.rows);
  return Status::Ok();
}

std::span<float> CatalogAssembler::Target(EntityKind kind, std::optional<size_t> index,
                                          std::string_view field_name) {
  Side& side = SideOf(kind);
  if (!index || !side.rows[*index]) return {};
  for (const Field& field : side.fields)
    if (field.spec.name == field_name)
      return side.matrix.Row(*side.rows[*index]).subspan(field.offset, field.dimension);
  return {};
}

Status CatalogAssembler::SetVector(EntityKind kind, std::string_view id, std::string_view field,
                                   std::span<const float> values) {
  const auto index = IndexOf(kind, id);
  return index ? SetVector(kind, *index, field, values) : Status::Ok();
}

Status CatalogAssembler::SetVector(EntityKind kind, size_t index, std::string_view field,
                                   std::span<const float> values) {
  const std::string& id = SideOf(kind).ids[index];
  const std::span<float> target = Target(kind, index, field);
  if (target.empty()) return Status::Ok();
  if (values.size() != target.size())
    return CorruptData(fmt::format("{}: {} values where {} were declared",
                                   Describe(kind, id, field), values.size(), target.size()));
  std::copy(values.begin(), values.end(), target.begin());
  if (const auto position = FindNonFinite(target))
    return CorruptData(fmt::format("{}: the value at position {} is {}; it must be finite",
                                   Describe(kind, id, field), *position, target[*position]));
  return Status::Ok();
}

Status CatalogAssembler::SetVector(EntityKind kind, std::string_view id, std::string_view field,
                                   std::span<const std::byte> bytes) {
  const std::span<float> target = Target(kind, IndexOf(kind, id), field);
  if (target.empty()) return Status::Ok();
  if (bytes.size() != target.size() * sizeof(float))
    return CorruptData(fmt::format("{}: {} bytes where {} values of 4 bytes were declared",
                                   Describe(kind, id, field), bytes.size(), target.size()));
  DecodeFloat32(bytes, target);
  if (const auto position = FindNonFinite(target))
    return CorruptData(fmt::format("{}: the value at position {} is {}; it must be finite",
                                   Describe(kind, id, field), *position, target[*position]));
  return Status::Ok();
}

Result<Catalog> CatalogAssembler::Finish() && {
  const auto slices = [](const Side& side) {
    std::vector<FieldSlice> result;
    for (const Field& field : side.fields)
      result.push_back({field.spec.name, field.offset, field.dimension});
    return result;
  };
  Catalog::Data data;
  data.candidates = std::move(candidates_);
  data.jobs = std::move(jobs_);
  data.state_fields = slices(candidates_side_);
  data.action_fields = slices(jobs_side_);
  for (const Field& field : candidates_side_.fields)
    if (data.embedder.empty()) data.embedder = field.embedder;
  data.states = std::move(candidates_side_.matrix);
  data.actions = std::move(jobs_side_.matrix);
  data.exclusions.candidates_by_reason = std::move(candidates_side_.excluded);
  data.exclusions.jobs_by_reason = std::move(jobs_side_.excluded);
  data.exclusions.zero_filled_by_field = std::move(zero_filled_);
  data.exclusions.passed_over = std::move(passed_over_);
  data.exclusions.examples = std::move(examples_);
  return Catalog::Create(std::move(data));
}

}  // namespace dynajob
