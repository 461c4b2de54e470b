#include "sqlite_schema.h"

#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// kMigrations[v] leads from version v to v + 1. Never change one that was released.
constexpr std::array kMigrations = {
    R"sql(
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE all_jobs (
  id TEXT NOT NULL PRIMARY KEY,
  job_title TEXT NOT NULL,
  company TEXT NOT NULL,
  sector TEXT NOT NULL,
  description TEXT NOT NULL,
  technical_skills TEXT NOT NULL,  -- JSON array of texts
  soft_skills TEXT NOT NULL,       -- JSON array of texts
  experience_requirements TEXT NOT NULL,
  location TEXT NOT NULL,
  latitude REAL, longitude REAL,   -- degrees
  work_mode TEXT NOT NULL, seniority TEXT NOT NULL, contract TEXT NOT NULL,
  salary_low REAL, salary_high REAL  -- US dollars a year
) STRICT;
CREATE TABLE candidates_text (
  id TEXT NOT NULL PRIMARY KEY,
  bio TEXT NOT NULL,
  resume TEXT NOT NULL,
  category TEXT NOT NULL,
  hard_skills TEXT NOT NULL,  -- JSON array of texts
  soft_skills TEXT NOT NULL,  -- JSON array of texts
  location TEXT NOT NULL,
  latitude REAL, longitude REAL,
  preferred_work_mode TEXT NOT NULL, seniority TEXT NOT NULL,
  expected_salary REAL        -- US dollars a year
) STRICT;
CREATE TABLE job_embeddings (
  original_job_id TEXT NOT NULL REFERENCES all_jobs (id) ON DELETE CASCADE,
  field TEXT NOT NULL,         -- name of the specification, such as tech_skills_vectors
  dimension INTEGER NOT NULL,
  embedder TEXT NOT NULL,
  vector BLOB NOT NULL,        -- little-endian float32
  PRIMARY KEY (original_job_id, field)
) STRICT;
CREATE TABLE candidates_embeddings (
  original_candidate_id TEXT NOT NULL REFERENCES candidates_text (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  embedder TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (original_candidate_id, field)
) STRICT;
CREATE TABLE responses (
  event_id TEXT NOT NULL PRIMARY KEY,
  candidate_id TEXT NOT NULL REFERENCES candidates_text (id),
  job_id TEXT NOT NULL REFERENCES all_jobs (id),
  response TEXT NOT NULL,
  timestamp_ms INTEGER NOT NULL  -- Unix time
) STRICT;
CREATE TABLE label_cache (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  config_toml TEXT NOT NULL,
  results_json TEXT NOT NULL
) STRICT;
)sql",
    // Which model a response is an answer to, responses in the order of time, and checksums of
    // vectors (SQLite's own check does not see a changed byte inside a vector; NULL is not
    // checked).
    R"sql(
ALTER TABLE responses ADD COLUMN model_version TEXT NOT NULL DEFAULT '';
CREATE INDEX responses_by_time ON responses (timestamp_ms, event_id);
ALTER TABLE job_embeddings ADD COLUMN checksum INTEGER;
ALTER TABLE candidates_embeddings ADD COLUMN checksum INTEGER;
)sql",
    // Dates of jobs, an index that answers every job filter by itself, and the order in which jobs
    // (or their vectors) changed. Revisions are counted by the file, inside each transaction, so
    // that none occurs twice and none is skipped by a clock. A row of job_changes whose job is
    // gone stands for its deletion. Triggers, so that writers other than dynajob are seen, too.
    R"sql(
ALTER TABLE all_jobs ADD COLUMN posted_ms INTEGER;   -- Unix time
ALTER TABLE all_jobs ADD COLUMN expires_ms INTEGER;  -- Unix time
CREATE INDEX all_jobs_facts ON all_jobs (location, sector, work_mode, posted_ms, expires_ms, id);
CREATE TABLE job_changes (
  id TEXT NOT NULL PRIMARY KEY,
  revision INTEGER NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER job_inserted AFTER INSERT ON all_jobs BEGIN
  INSERT INTO job_changes SELECT new.id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
CREATE TRIGGER job_updated AFTER UPDATE ON all_jobs BEGIN
  INSERT INTO job_changes SELECT new.id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
CREATE TRIGGER job_deleted AFTER DELETE ON all_jobs BEGIN
  INSERT INTO job_changes SELECT old.id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
CREATE TRIGGER job_vector_inserted AFTER INSERT ON job_embeddings BEGIN
  INSERT INTO job_changes SELECT new.original_job_id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
CREATE TRIGGER job_vector_updated AFTER UPDATE ON job_embeddings BEGIN
  INSERT INTO job_changes SELECT new.original_job_id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
CREATE TRIGGER job_vector_deleted AFTER DELETE ON job_embeddings BEGIN
  INSERT INTO job_changes SELECT old.original_job_id, coalesce(max(revision), 0) + 1 FROM job_changes
    WHERE true ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
END;
)sql",
    // Trained models, as the files that they are.
    R"sql(
CREATE TABLE models (name TEXT NOT NULL PRIMARY KEY, created_ms INTEGER NOT NULL) STRICT;
CREATE TABLE model_files (
  model TEXT NOT NULL REFERENCES models (name) ON DELETE CASCADE,
  position INTEGER NOT NULL,  -- in the order in which they were given
  name TEXT NOT NULL,
  bytes BLOB NOT NULL,
  checksum INTEGER NOT NULL,  -- CRC-32
  PRIMARY KEY (model, position)
) STRICT;
)sql",
    // What a response reports and which recommendation it answers. The table is made anew because a
    // response outlives its job, and goes with the person who gave it.
    R"sql(
CREATE TABLE responses_5 (
  event_id TEXT NOT NULL PRIMARY KEY,
  candidate_id TEXT NOT NULL REFERENCES candidates_text (id) ON DELETE CASCADE,
  job_id TEXT NOT NULL,
  response TEXT NOT NULL,
  timestamp_ms INTEGER NOT NULL,  -- Unix time
  model_version TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT '',        -- "interview", …; empty: as `response`
  request_id TEXT NOT NULL DEFAULT '',  -- of the recommendation that is answered
  position INTEGER,                     -- of the job in it, from 0
  propensity REAL                       -- with which it was shown there
) STRICT;
INSERT INTO responses_5 (event_id, candidate_id, job_id, response, timestamp_ms, model_version)
  SELECT event_id, candidate_id, job_id, response, timestamp_ms, model_version FROM responses;
DROP TABLE responses;
ALTER TABLE responses_5 RENAME TO responses;
CREATE INDEX responses_by_time ON responses (timestamp_ms, event_id);
CREATE INDEX responses_by_candidate ON responses (candidate_id);
)sql",
    // What the jobs are, in one value that no other state of any store has: files that were made from
    // them say by it whether they still are theirs.
    R"sql(
INSERT INTO meta (key, value) VALUES ('jobs_stamp', hex(randomblob(16)));
CREATE TRIGGER stamp_job_inserted AFTER INSERT ON all_jobs BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
CREATE TRIGGER stamp_job_updated AFTER UPDATE ON all_jobs BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
CREATE TRIGGER stamp_job_deleted AFTER DELETE ON all_jobs BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
CREATE TRIGGER stamp_job_vector_inserted AFTER INSERT ON job_embeddings BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
CREATE TRIGGER stamp_job_vector_updated AFTER UPDATE ON job_embeddings BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
CREATE TRIGGER stamp_job_vector_deleted AFTER DELETE ON job_embeddings BEGIN
  UPDATE meta SET value = hex(randomblob(16)) WHERE key = 'jobs_stamp';
END;
)sql"};
static_assert(kMigrations.size() == kSchemaVersion);

Result<bool> HasTable(SqliteDatabase& database, std::string_view condition) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement tables,
                           database.Prepare(fmt::format(
                               "SELECT 1 FROM sqlite_schema WHERE type = 'table' {}", condition)));
  return tables.Step();
}

}  // namespace

Result<int64_t> ReadSchemaVersion(SqliteDatabase& database) {
  DYNAJOB_ASSIGN_OR_RETURN(const bool any, HasTable(database, ""));
  if (!any) return int64_t{0};
  DYNAJOB_ASSIGN_OR_RETURN(const bool meta, HasTable(database, "AND name = 'meta'"));
  if (!meta)
    return CorruptData(database.path() + ": a database, but not a dynajob store (no table 'meta')");
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database.Prepare("SELECT value FROM meta WHERE key = 'schema_version'"));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Step());
  const std::string_view text = found ? select.Text(0) : std::string_view();
  int64_t version = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (code != std::errc() || end != text.data() + text.size() || version < 1)
    return CorruptData(fmt::format("{}: schema_version is '{}'; it must be a number from 1 on",
                                   database.path(), text));
  return version;
}

Status MigrateSchema(SqliteDatabase& database, int64_t target) {
  DYNAJOB_CHECK(target <= kSchemaVersion, "there is no such schema version");
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(database, SqliteTransaction::Kind::kWrite));
  // Read again under the write lock: another process may have migrated meanwhile.
  DYNAJOB_ASSIGN_OR_RETURN(const int64_t version, ReadSchemaVersion(database));
  if (version >= target) return Status::Ok();
  for (int64_t v = version; v < target; ++v)
    DYNAJOB_RETURN_IF_ERROR(database.Execute(kMigrations[static_cast<size_t>(v)]));
  DYNAJOB_RETURN_IF_ERROR(
      database.Execute(fmt::format("INSERT INTO meta (key, value) VALUES ('schema_version', '{}') "
                                   "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                   target)));
  return transaction.Commit();
}

Status CheckIntegrity(SqliteDatabase& database) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement check, database.Prepare("PRAGMA quick_check(1)"));
  DYNAJOB_ASSIGN_OR_RETURN(const bool row, check.Step());
  if (row && check.Text(0) == "ok") return Status::Ok();
  return CorruptData(fmt::format("{}: the store is damaged: {}", database.path(),
                                 row ? check.Text(0) : "quick_check gave no answer"));
}

}  // namespace dynajob
