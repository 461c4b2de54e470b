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
#include <utility>
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

  // The position of an id in id order, for the overloads by index; nullopt for an unknown id. Safe
  // for concurrent use.
  std::optional<size_t> IndexOf(EntityKind kind, std::string_view id) const;

  // `field` is a short name; fields outside the spec are ignored. kCorruptData for an unknown id.
  Status Declare(EntityKind kind, std::string_view id, std::string_view field, size_t dimension,
                 std::string_view embedder);
  Status Declare(EntityKind kind, size_t index, std::string_view field, size_t dimension,
                 std::string_view embedder);
  // For backends that would otherwise hold every vector twice: room for vectors of these lengths,
  // one for each field of the spec, into which they may be written before they are declared. When
  // the lengths prove right, Allocate() keeps what is there.
  void Reserve(EntityKind kind, std::span<const size_t> lengths);
  // The place of one vector; empty when there is no room of this length. Safe for concurrent use on
  // different entities.
  std::span<float> Reserved(EntityKind kind, size_t index, size_t field, size_t length);
  // Whether vectors that were written to their places need no SetVector(). After Allocate().
  bool kept_reserved(EntityKind kind) const { return SideOf(kind).kept_reserved; }

  // A vector that is there but cannot be used: counts as missing, for this reason.
  void Reject(EntityKind kind, size_t index, std::string_view field, std::string_view reason);
  // An entity that is not among the constructor's, such as one whose id cannot be read.
  void Exclude(EntityKind kind, std::string_view reason, std::string_view example);
  // What was passed over without leaving an entity out (CatalogExclusions::passed_over).
  void PassOver(std::string_view what, std::string_view example);
  // kFailedPrecondition when the matrices do not fit into this machine's memory.
  Status Allocate();
  // kCorruptData for a wrong length or a value that is not finite, naming entity and field. Vectors
  // of entities that are left out are ignored.
  Status SetVector(EntityKind kind, std::string_view id, std::string_view field,
                   std::span<const float> values);
  // As above, for the entity at `index` of IndexOf(). After Allocate(), safe for concurrent use on
  // different entities.
  Status SetVector(EntityKind kind, size_t index, std::string_view field,
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
    // Why a vector does not count, by index of the id and field.
    std::map<std::pair<size_t, size_t>, std::string> rejected;
    std::map<std::string, size_t> excluded;  // by reason
    std::vector<size_t> reserved_lengths;    // of the fields; empty when nothing is reserved
    Matrix reserved;                         // rows as `ids`
    bool kept_reserved = false;              // as `matrix`
    Matrix matrix;
  };

  Side& SideOf(EntityKind kind) { return kind == EntityKind::kJob ? jobs_side_ : candidates_side_; }
  const Side& SideOf(EntityKind kind) const {
    return kind == EntityKind::kJob ? jobs_side_ : candidates_side_;
  }
  void AddExample(const std::string& reason, std::string_view id);
  void LeaveOut(Side& side, size_t index, size_t field);
  void CountZeros(const Side& side, size_t index, size_t field);
  Status CheckEntities() const;
  Status CheckEmbedders() const;
  Status AllocateSide(Side& side);
  static Error TooLarge(const Side& side, size_t rows, size_t width);
  static void KeepReserved(Side& side, size_t included);
  std::span<float> Target(EntityKind kind, std::optional<size_t> index, std::string_view field);

  std::vector<Candidate> candidates_;
  std::vector<Job> jobs_;
  Side candidates_side_;
  Side jobs_side_;
  std::map<std::string, size_t> zero_filled_;
  std::map<std::string, size_t> passed_over_;
  std::map<std::string, std::vector<std::string>> examples_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_CATALOG_ASSEMBLER_H_
