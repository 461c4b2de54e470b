// Loads a catalog from MongoDB: projections only, large batches, and for large collections several
// cursors at once over ranges of _id.
//
// Documents are anybody's, so one that cannot be used is left out and counted with its reason and
// the first ids: a missing vector, one that is not a vector of finite numbers, one whose length is
// not that of the field. The length of a field is that of more than half of its well-formed
// vectors; without such a majority the load fails, as for every store. When several documents hold
// vectors of one entity, the one whose _id comes first as text counts. What is loaded is what the
// cursors meet, not a snapshot: MongoDB has those on replica sets only.
//
// Vectors are decoded once, straight to their rows of the catalog's matrices: the lengths of the
// first documents are taken for those of all, and only what turns out otherwise is copied.
#ifndef DYNAJOB_STORES_SRC_MONGO_CATALOG_H_
#define DYNAJOB_STORES_SRC_MONGO_CATALOG_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/stores/catalog_assembler.h"

#include "mongo_connection.h"
#include "mongo_documents.h"

namespace dynajob {

class MongoCatalogLoader {
 public:
  // Borrows everything. `clients`: as many of the pool are free.
  MongoCatalogLoader(const MongoConnection& connection, const MongoOptions& options,
                     const MongoNames& names, const RecordReader<Job>& jobs,
                     const RecordReader<Candidate>& candidates, size_t clients);

  // Failures are those of Store::LoadCatalog. With MongoOptions::strict also kCorruptData for what
  // would be left out.
  Result<Catalog> Load(const CatalogSpec& spec) const;

 private:
  // What was found that cannot be used: reason and example.
  using Findings = std::vector<std::pair<std::string, std::string>>;
  struct VectorDocument;
  struct VectorRange;
  struct Vectors;

  Result<std::vector<Bson>> Ranges(const std::string& collection) const;
  Bson LoadOptions(const Bson& projection) const;
  template <typename Record>
  Result<std::vector<Record>> LoadRecords(EntityKind kind, const RecordReader<Record>& reader,
                                          Findings& excluded) const;
  Status LoadVectors(EntityKind kind, const std::vector<FieldSpec>& fields, size_t entity_count,
                     CatalogAssembler& assembler, Vectors& vectors) const;
  Bson VectorProjection(EntityKind kind, const std::vector<FieldSpec>& fields) const;
  Status ReserveRoom(EntityKind kind, const std::vector<FieldSpec>& fields,
                     CatalogAssembler& assembler) const;
  Status LoadRange(EntityKind kind, const std::vector<FieldSpec>& fields, const Bson& filter,
                   CatalogAssembler& assembler, Vectors& vectors, VectorRange& range) const;
  std::optional<size_t> FindOwner(EntityKind kind, BsonView document,
                                  const CatalogAssembler& assembler, Findings& passed_over) const;
  void ReadVectors(EntityKind kind, const std::vector<FieldSpec>& fields, BsonView document,
                   CatalogAssembler& assembler, Vectors& vectors, VectorRange& range) const;
  void ChooseDocuments(EntityKind kind, size_t entity_count, CatalogAssembler& assembler,
                       Vectors& vectors) const;
  Status DeclareField(EntityKind kind, std::string_view field, size_t f, Vectors& vectors,
                      CatalogAssembler& assembler) const;
  Status CopyVectors(EntityKind kind, const std::vector<FieldSpec>& fields, const Vectors& vectors,
                     CatalogAssembler& assembler) const;
  Status CheckStrict(const CatalogExclusions& exclusions) const;

  const MongoConnection& connection_;
  const MongoOptions& options_;
  const MongoNames& names_;
  const RecordReader<Job>& jobs_;
  const RecordReader<Candidate>& candidates_;
  size_t workers_;  // one client each
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_CATALOG_H_
