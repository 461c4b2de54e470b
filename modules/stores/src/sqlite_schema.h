// The tables of the embedded store: the collections of the specification (all_jobs, job_embeddings,
// candidates_text, candidates_embeddings) and dynajob's own (responses, label_cache, runs,
// models, model_files, meta).
// The migrations are the only definition of the schema: a new file runs all of them.
#ifndef DYNAJOB_STORES_SRC_SQLITE_SCHEMA_H_
#define DYNAJOB_STORES_SRC_SQLITE_SCHEMA_H_

#include <cstdint>

#include "dynajob/core/result.h"

#include "sqlite_database.h"

namespace dynajob {

// The version that this build writes, and the oldest that it reads without migrating.
inline constexpr int64_t kSchemaVersion = 6;
inline constexpr int64_t kOldestReadableVersion = 5;

// The key in `meta` of a random value that every change of a job or of a vector of one replaces.
inline constexpr const char* kJobsStampKey = "jobs_stamp";

// 0 for a file without any table; kCorruptData for a database that is not a store.
Result<int64_t> ReadSchemaVersion(SqliteDatabase& database);

// Brings the schema to `target` in one transaction. Requires target <= kSchemaVersion. Safe when
// several processes do it at once.
Status MigrateSchema(SqliteDatabase& database, int64_t target = kSchemaVersion);

// kCorruptData unless SQLite's quick_check passes.
Status CheckIntegrity(SqliteDatabase& database);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_SQLITE_SCHEMA_H_
