// Which embedding fields make up a state (of a candidate) and an action (of a job), in which order,
// and under which names a store keeps them.
//
// Fields have short names in dynajob ("hard", "tech") and longer ones in the collections of the
// specification ("hard_skill_embeddings", "tech_skills_vectors"); only the backends use the latter.
#ifndef DYNAJOB_STORES_CATALOG_SPEC_H_
#define DYNAJOB_STORES_CATALOG_SPEC_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

enum class EntityKind { kCandidate, kJob };

// "candidate" or "job".
std::string_view ToString(EntityKind kind);

// A short field name and the name it is stored under.
struct FieldName {
  std::string_view name;
  std::string_view stored_name;
};

// All fields that entities of this kind can have, in the order of the specification.
std::span<const FieldName> KnownFields(EntityKind kind);

// The stored name of a short name; kInvalidArgument (listing the known names) for any other.
Result<std::string_view> StoredFieldName(EntityKind kind, std::string_view name);

// The short name of a stored name; empty for a field that dynajob does not know.
std::string_view ShortFieldName(EntityKind kind, std::string_view stored_name);

struct FieldSpec {
  std::string name;
  // An entity without a required field is left out of the catalog and counted; an optional field
  // that is missing is zeros and counted.
  bool required = true;
  bool operator==(const FieldSpec&) const = default;
};

struct CatalogSpec {
  std::vector<FieldSpec> state_fields = {{"hard", true}, {"soft", true}};
  std::vector<FieldSpec> action_fields = {
      {"title", true}, {"tech", true}, {"soft", false}, {"experience", false}};

  // kInvalidArgument for an empty list, an unknown name or a name that occurs twice.
  Status Validate() const;
  bool operator==(const CatalogSpec&) const = default;
};

// The same as configuration: lists of short names, '?' at the end marks an optional field.
struct CatalogOptions {
  std::vector<std::string> state_fields = {"hard", "soft"};
  std::vector<std::string> action_fields = {"title", "tech", "soft?", "experience?"};

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "catalog.…"
  Result<CatalogSpec> ToSpec() const;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_CATALOG_SPEC_H_
