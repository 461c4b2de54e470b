#include "dynajob/stores/catalog_spec.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace dynajob {
namespace {

constexpr std::array kCandidateFields = {FieldName{"hard", "hard_skill_embeddings"},
                                         FieldName{"soft", "soft_skills_embeddings"}};
constexpr std::array kJobFields = {FieldName{"title", "job_title_embeddings"},
                                   FieldName{"tech", "tech_skills_vectors"},
                                   FieldName{"soft", "soft_skills_embeddings"},
                                   FieldName{"experience", "experience_requirements_embeddings"}};

Status ValidateFields(EntityKind kind, std::string_view list, std::span<const FieldSpec> fields) {
  if (fields.empty())
    return InvalidArgument(fmt::format("catalog.{} is empty; it needs at least one field", list));
  for (size_t i = 0; i < fields.size(); ++i) {
    if (auto stored = StoredFieldName(kind, fields[i].name); !stored.ok())
      return InvalidArgument(fmt::format("catalog.{}: {}", list, stored.error().message));
    for (size_t j = 0; j < i; ++j) {
      if (fields[j].name == fields[i].name)
        return InvalidArgument(
            fmt::format("catalog.{} names the field '{}' twice", list, fields[i].name));
    }
  }
  return Status::Ok();
}

std::vector<FieldSpec> ParseFields(std::span<const std::string> names) {
  std::vector<FieldSpec> fields;
  for (const std::string& name : names) {
    const bool optional = name.ends_with('?');
    fields.push_back({name.substr(0, name.size() - (optional ? 1 : 0)), !optional});
  }
  return fields;
}

}  // namespace

std::string_view ToString(EntityKind kind) {
  return kind == EntityKind::kCandidate ? "candidate" : "job";
}

std::span<const FieldName> KnownFields(EntityKind kind) {
  if (kind == EntityKind::kCandidate) return kCandidateFields;
  return kJobFields;
}

Result<std::string_view> StoredFieldName(EntityKind kind, std::string_view name) {
  std::string known;
  for (const FieldName& field : KnownFields(kind)) {
    if (field.name == name) return field.stored_name;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", field.name);
  }
  return InvalidArgument(
      fmt::format("unknown {} embedding field '{}'; known: {}", ToString(kind), name, known));
}

std::string_view ShortFieldName(EntityKind kind, std::string_view stored_name) {
  for (const FieldName& field : KnownFields(kind))
    if (field.stored_name == stored_name) return field.name;
  return {};
}

Status CatalogSpec::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(ValidateFields(EntityKind::kCandidate, "state_fields", state_fields));
  return ValidateFields(EntityKind::kJob, "action_fields", action_fields);
}

Status CatalogOptions::Validate() const {
  auto spec = ToSpec();
  return spec.ok() ? Status::Ok() : Status(spec.error());
}

void CatalogOptions::Bind(ConfigRegistry& registry) {
  registry.Add("catalog.state_fields", &state_fields,
               "embedding fields of a candidate that make up the state, in order; '?' at the end "
               "marks an optional one (zeros when missing): hard, soft");
  registry.Add("catalog.action_fields", &action_fields,
               "embedding fields of a job that make up the action, in order; '?' as above: title, "
               "tech, soft, experience");
}

Result<CatalogSpec> CatalogOptions::ToSpec() const {
  CatalogSpec spec{ParseFields(state_fields), ParseFields(action_fields)};
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  return spec;
}

}  // namespace dynajob
