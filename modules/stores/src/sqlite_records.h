// Rows of the entity tables as records, and back.
#ifndef DYNAJOB_STORES_SRC_SQLITE_RECORDS_H_
#define DYNAJOB_STORES_SRC_SQLITE_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/records.h"

#include "sqlite_database.h"

namespace dynajob {

// What differs between the two kinds of entities.
struct EntityTables {
  EntityKind kind;
  std::string_view entities;    // table of texts and facts
  std::string_view columns;     // all of `entities`, in the order of Bind and Read
  std::string_view embeddings;  // table of vectors
  std::string_view owner;       // column of `embeddings`
};
const EntityTables& TablesOf(EntityKind kind);

// "INSERT … ON CONFLICT (id) DO UPDATE …": never deletes, which would take the embeddings along.
std::string UpsertSql(const EntityTables& tables);

void BindRecord(SqliteStatement& statement, const Job& job);
void BindRecord(SqliteStatement& statement, const Candidate& candidate);
// kCorruptData, naming path, entity and column, when a value is not what the column holds.
Status ReadRecord(const SqliteStatement& row, const std::string& path, Job& job);
Status ReadRecord(const SqliteStatement& row, const std::string& path, Candidate& candidate);

// All vectors of one entity; a statement for many calls of ReadVectors.
Result<SqliteStatement> PrepareVectors(SqliteDatabase& database, EntityKind kind);
// kCorruptData, naming path, entity and field, when a vector is not what was written.
Result<std::vector<StoredVector>> ReadVectors(SqliteStatement& vectors, EntityKind kind,
                                              const std::string& id, const std::string& path);

// CRC-32 over whose vector it is and its bytes.
int64_t VectorChecksum(std::string_view id, std::string_view stored_field,
                       std::span<const std::byte> bytes);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_SQLITE_RECORDS_H_
