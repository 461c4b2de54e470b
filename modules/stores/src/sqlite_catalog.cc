// Embeddings of the embedded store: writing them, loading them into a catalog, counting them.
#include <array>
#include <utility>

#include <fmt/format.h>

#include "dynajob/stores/catalog_assembler.h"

#include "float32_bytes.h"
#include "record_checks.h"
#include "sqlite_records.h"
#include "sqlite_store.h"

namespace dynajob {
namespace {

// Calls `visit(row)` for each row of `sql`.
template <typename Visit>
Status ForEachRow(SqliteDatabase& database, const std::string& sql, const Visit& visit) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select, database.Prepare(sql));
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return Status::Ok();
    DYNAJOB_RETURN_IF_ERROR(visit(select));
  }
}

Status InFile(const std::string& path, Status status) {
  if (status.ok()) return status;
  return Error{status.error().code, path + ": " + status.error().message};
}

Status DeclareAll(SqliteDatabase& database, EntityKind kind, CatalogAssembler& assembler) {
  const EntityTables& tables = TablesOf(kind);
  return ForEachRow(
      database,
      fmt::format("SELECT {}, field, dimension, embedder FROM {}", tables.owner, tables.embeddings),
      [&](const SqliteStatement& row) -> Status {
        const std::string_view field = ShortFieldName(kind, row.Text(1));
        if (field.empty()) return Status::Ok();
        const auto dimension = static_cast<size_t>(std::max<int64_t>(0, row.Int64(2)));
        return InFile(database.path(),
                      assembler.Declare(kind, row.Text(0), field, dimension, row.Text(3)));
      });
}

// Straight from SQLite's page into the catalog's matrix.
Status CopyAll(SqliteDatabase& database, EntityKind kind, CatalogAssembler& assembler) {
  const EntityTables& tables = TablesOf(kind);
  return ForEachRow(
      database,
      fmt::format("SELECT {}, field, vector, checksum FROM {}", tables.owner, tables.embeddings),
      [&](const SqliteStatement& row) -> Status {
        const std::string_view field = ShortFieldName(kind, row.Text(1));
        if (field.empty()) return Status::Ok();
        const std::span<const std::byte> bytes = row.Bytes(2);
        if (!row.IsNull(3) && row.Int64(3) != VectorChecksum(row.Text(0), row.Text(1), bytes))
          return CorruptData(fmt::format("{}: embedding of {} '{}', field '{}': wrong checksum",
                                         database.path(), ToString(kind), row.Text(0), field));
        return InFile(database.path(), assembler.SetVector(kind, row.Text(0), field, bytes));
      });
}

// Counts over one entity table, in the order of EntitySummary's members.
std::string CountsSql(EntityKind kind) {
  if (kind == EntityKind::kJob)
    return "SELECT count(*), sum(technical_skills = '[]'), sum(soft_skills = '[]'), "
           "sum(salary_low IS NULL), sum(work_mode = ?), sum(seniority = ?), sum(location = ''), "
           "sum(latitude IS NULL) FROM all_jobs";
  return "SELECT count(*), sum(hard_skills = '[]'), sum(soft_skills = '[]'), "
         "sum(expected_salary IS NULL), sum(preferred_work_mode = ?), sum(seniority = ?), "
         "sum(location = ''), sum(latitude IS NULL) FROM candidates_text";
}

}  // namespace

Status SqliteStore::PutEmbeddings(EntityKind kind, std::string_view embedder,
                                  std::span<const EmbeddingRow> rows) {
  if (embedder.empty()) return InvalidArgument("the embedder's id is empty");
  DYNAJOB_RETURN_IF_ERROR(CheckText("embedder's id", embedder));
  for (const EmbeddingRow& row : rows) DYNAJOB_RETURN_IF_ERROR(CheckEmbedding(kind, row));
  const EntityTables& tables = TablesOf(kind);
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement upsert,
      database_->Prepare(
          fmt::format("INSERT INTO {0} ({1}, field, dimension, embedder, vector, checksum) "
                      "VALUES (?,?,?,?,?,?) ON CONFLICT ({1}, field) DO UPDATE SET "
                      "dimension = excluded.dimension, embedder = excluded.embedder, "
                      "vector = excluded.vector, checksum = excluded.checksum",
                      tables.embeddings, tables.owner)));
  std::string_view known_id;  // ids are not empty; an entity's fields usually follow each other
  for (const EmbeddingRow& row : rows) {
    if (row.id != known_id) {
      DYNAJOB_RETURN_IF_ERROR(
          RequireEntity(kind, row.id, fmt::format("embedding, field '{}'", row.field)));
      known_id = row.id;
    }
    DYNAJOB_ASSIGN_OR_RETURN(const std::string_view field, StoredFieldName(kind, row.field));
    const std::vector<std::byte> bytes = EncodeFloat32(row.vector);
    upsert.Bind(row.id).Bind(field).Bind(static_cast<int64_t>(row.vector.size())).Bind(embedder);
    upsert.Bind(std::span<const std::byte>(bytes)).Bind(VectorChecksum(row.id, field, bytes));
    DYNAJOB_RETURN_IF_ERROR(upsert.Run());
  }
  return transaction.Commit();
}

Status SqliteStore::RemoveEmbeddings(EntityKind kind, std::string_view field,
                                     std::span<const std::string> ids) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string_view stored, StoredFieldName(kind, field));
  const EntityTables& tables = TablesOf(kind);
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement remove, database_->Prepare(fmt::format(
                                                       "DELETE FROM {} WHERE {} = ? AND field = ?",
                                                       tables.embeddings, tables.owner)));
  for (const std::string& id : ids) DYNAJOB_RETURN_IF_ERROR(remove.Bind(id).Bind(stored).Run());
  return transaction.Commit();
}

Result<std::vector<StoredVector>> SqliteStore::GetEmbeddings(EntityKind kind, std::string_view id) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement vectors, PrepareVectors(*database_, kind));
  return ReadVectors(vectors, kind, std::string(id), database_->path());
}

Result<std::vector<std::string>> SqliteStore::EmbeddedBy(EntityKind kind,
                                                         std::string_view embedder) {
  const EntityTables& tables = TablesOf(kind);
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare(
          fmt::format("SELECT {0} FROM {1} GROUP BY {0} HAVING min(embedder = ?) ORDER BY {0}",
                      tables.owner, tables.embeddings)));
  select.Bind(embedder);
  std::vector<std::string> ids;
  while (true) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool has_row, select.Step());
    if (!has_row) return ids;
    ids.emplace_back(select.Text(0));
  }
}

Result<Catalog> SqliteStore::LoadCatalog(const CatalogSpec& spec) {
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  // One snapshot for all the reads, whatever others write meanwhile.
  DYNAJOB_ASSIGN_OR_RETURN(const SqliteTransaction snapshot,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kRead));
  std::vector<Candidate> candidates;
  DYNAJOB_RETURN_IF_ERROR(ForEachCandidate([&](Candidate candidate) {
    candidates.push_back(std::move(candidate));
    return Status::Ok();
  }));
  std::vector<Job> jobs;
  DYNAJOB_RETURN_IF_ERROR(ForEachJob([&](Job job) {
    jobs.push_back(std::move(job));
    return Status::Ok();
  }));
  CatalogAssembler assembler(spec, std::move(candidates), std::move(jobs));
  constexpr std::array kKinds = {EntityKind::kCandidate, EntityKind::kJob};
  for (const EntityKind kind : kKinds)
    DYNAJOB_RETURN_IF_ERROR(DeclareAll(*database_, kind, assembler));
  DYNAJOB_RETURN_IF_ERROR(InFile(name(), assembler.Allocate()));
  for (const EntityKind kind : kKinds)
    DYNAJOB_RETURN_IF_ERROR(CopyAll(*database_, kind, assembler));
  auto catalog = std::move(assembler).Finish();
  if (!catalog.ok()) return Error{catalog.error().code, name() + ": " + catalog.error().message};
  return catalog;
}

Result<size_t> SqliteStore::CountRows(std::string_view table) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare(fmt::format("SELECT count(*) FROM {}", table)));
  DYNAJOB_RETURN_IF_ERROR(select.Step());
  return static_cast<size_t>(select.Int64(0));
}

Result<EntitySummary> SqliteStore::SummarizeEntities(EntityKind kind) {
  EntitySummary summary;
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement counts, database_->Prepare(CountsSql(kind)));
  counts.Bind(ToString(WorkMode::kUnknown)).Bind(ToString(Seniority::kUnknown));
  DYNAJOB_RETURN_IF_ERROR(counts.Step());
  int column = 0;
  for (size_t* count :
       {&summary.count, &summary.without_skills, &summary.without_soft_skills,
        &summary.without_salary, &summary.without_work_mode, &summary.without_seniority,
        &summary.without_location, &summary.without_position})
    *count = static_cast<size_t>(counts.Int64(column++));

  for (const FieldName& field : KnownFields(kind)) {
    const size_t entries_before = summary.fields.size();
    DYNAJOB_RETURN_IF_ERROR(ForEachRow(
        *database_,
        fmt::format("SELECT dimension, embedder, count(*) FROM {} WHERE field = '{}' "
                    "GROUP BY dimension, embedder ORDER BY dimension, embedder",
                    TablesOf(kind).embeddings, field.stored_name),
        [&](const SqliteStatement& row) {
          summary.fields.push_back({std::string(field.name), static_cast<size_t>(row.Int64(2)),
                                    static_cast<size_t>(row.Int64(0)), std::string(row.Text(1))});
          return Status::Ok();
        }));
    if (summary.fields.size() == entries_before)
      summary.fields.push_back({std::string(field.name), 0, 0, ""});
  }
  return summary;
}

Result<StoreSummary> SqliteStore::Summarize() {
  DYNAJOB_ASSIGN_OR_RETURN(const SqliteTransaction snapshot,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kRead));
  StoreSummary summary;
  DYNAJOB_ASSIGN_OR_RETURN(summary.candidates, SummarizeEntities(EntityKind::kCandidate));
  DYNAJOB_ASSIGN_OR_RETURN(summary.jobs, SummarizeEntities(EntityKind::kJob));
  DYNAJOB_ASSIGN_OR_RETURN(summary.responses, CountRows("responses"));
  DYNAJOB_ASSIGN_OR_RETURN(summary.cached_labels, CountRows("label_cache"));
  DYNAJOB_ASSIGN_OR_RETURN(summary.runs, CountRows("runs"));
  return summary;
}

}  // namespace dynajob
