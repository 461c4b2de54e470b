// Puts a catalog together from entities and vectors, whatever they come from: the rules on required
// and optional fields, exclusions, lengths and embedders are here, once, for all store backends and
// for catalogs made in memory.
//
//   CatalogAssembler assembler(spec, candidates, jobs);
//   for each vector there is:  assembler.Declare(kind, id, field, dimension, embedder)
//   assembler.Allocate()       decides who is in, allocates the two matrices
//   for each vector there is:  assembler.SetVector(kind, id, field, values)
//   assembler.Finish()
//
// Two passes, so that the matrices are allocated once at their final size and vectors go straight
// into them. Failures are those of Store::LoadCatalog. Not safe for concurrent use.
#ifndef DYNAJOB_STORES_CATALOG_ASSEMBLER_H_
#define DYNAJOB_STORES_CATALOG_ASSEMBLER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/catalog_spec.h"

namespace dynajob {

class CatalogAssembler {
 public:
  // Entities in any order (rows are in id order). Requires spec.Validate().ok().
  CatalogAssembler(const CatalogSpec& spec, std::vector<Candidate> candidates,
                   std::vector<Job> jobs);

  // `field` is a short name; fields outside the spec are ignored. kCorruptData for an unknown id.
  Status Declare(EntityKind kind, std::string_view id, std::string_view field, size_t dimension,
                 std::string_view embedder);
  Status Allocate();
  // kCorruptData for a wrong length or a value that is not finite, naming entity and field. Vectors
  // of entities that are left out are ignored.
  Status SetVector(EntityKind kind, std::string_view id, std::string_view field,
                   std::span<const float> values);
  // The same from little-endian float32 bytes.
  Status SetVector(EntityKind kind, std::string_view id, std::string_view field,
                   std::span<const std::byte> bytes);
  Result<Catalog> Finish() &&;

 private:
  struct Field {
    FieldSpec spec;
    size_t dimension = 0;  // 0 until the first vector is declared
    size_t offset = 0;
    std::string embedder;
    std::string first_id;  // whose vector set dimension and embedder, for messages
  };
  // One side of the catalog.
  struct Side {
    EntityKind kind;
    std::vector<Field> fields;
    std::vector<std::string> ids;             // sorted
    std::vector<char> present;                // ids x fields: declared
    std::vector<std::optional<size_t>> rows;  // of each id, unless left out
    std::map<std::string, size_t> excluded;   // by reason
    Matrix matrix;
  };

  Side& SideOf(EntityKind kind) { return kind == EntityKind::kJob ? jobs_side_ : candidates_side_; }
  Status CheckEntities() const;
  Status CheckEmbedders() const;
  Status AllocateSide(Side& side);
  std::span<float> Target(EntityKind kind, std::string_view id, std::string_view field);

  std::vector<Candidate> candidates_;
  std::vector<Job> jobs_;
  Side candidates_side_;
  Side jobs_side_;
  std::map<std::string, size_t> zero_filled_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_CATALOG_ASSEMBLER_H_
