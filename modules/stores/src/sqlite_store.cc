#include "sqlite_store.h"

#include <utility>

#include <fmt/format.h>

#include "record_checks.h"
#include "sqlite_records.h"

namespace dynajob {
namespace {

// Entities and responses are visited in pages of this many, so that no statement is open while the
// caller's function runs and may write.
constexpr int64_t kPageSize = 256;

// Whether the stored embeddings become stale.
template <typename Record>
bool ReplacesEmbeddedText(const std::optional<Record>& stored, const Record& record) {
  return stored && !SameEmbeddedText(*stored, record);
}

Result<ResponseEvent> ReadResponse(const SqliteStatement& row, const std::string& path) {
  ResponseEvent event;
  event.event_id = row.Text(0);
  event.candidate_id = row.Text(1);
  event.job_id = row.Text(2);
  const auto response = ParseResponse(row.Text(3));
  if (!response)
    return CorruptData(fmt::format("{}: response '{}': '{}' is not a response", path,
                                   event.event_id, row.Text(3)));
  event.response = *response;
  event.timestamp_ms = row.Int64(4);
  event.model_version = row.Text(5);
  return event;
}

constexpr std::string_view kResponseColumns =
    "event_id, candidate_id, job_id, response, timestamp_ms, model_version";

}  // namespace

template <typename Record>
Status SqliteStore::PutRecords(EntityKind kind, std::span<const Record> records,
                               Status (*check)(const Record&)) {
  for (const Record& record : records) DYNAJOB_RETURN_IF_ERROR(check(record));
  const EntityTables& tables = TablesOf(kind);
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement upsert, database_->Prepare(UpsertSql(tables)));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement drop_stale,
                           database_->Prepare(fmt::format("DELETE FROM {} WHERE {} = ?",
                                                          tables.embeddings, tables.owner)));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select, PrepareGet(kind));
  for (const Record& record : records) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Record> stored,
                             GetRecord<Record>(select, record.id));
    if (stored == record) continue;
    if (ReplacesEmbeddedText(stored, record))
      DYNAJOB_RETURN_IF_ERROR(drop_stale.Bind(record.id).Run());
    BindRecord(upsert, record);
    DYNAJOB_RETURN_IF_ERROR(upsert.Run());
  }
  return transaction.Commit();
}

template <typename Record>
Status SqliteStore::ForEachRecord(EntityKind kind, const std::function<Status(Record)>& visit) {
  const EntityTables& tables = TablesOf(kind);
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare(fmt::format("SELECT {} FROM {} WHERE id > ? ORDER BY id LIMIT ?",
                                     tables.columns, tables.entities)));
  std::string last;  // ids are never empty, so all are greater than this
  std::vector<Record> page;
  do {
    page.clear();
    select.Bind(last).Bind(kPageSize);
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) break;
      Record record;
      DYNAJOB_RETURN_IF_ERROR(ReadRecord(select, name(), record));
      page.push_back(std::move(record));
    }
    select.Reset();
    if (!page.empty()) last = page.back().id;
    for (Record& record : page) DYNAJOB_RETURN_IF_ERROR(visit(std::move(record)));
  } while (!page.empty());
  return Status::Ok();
}

Result<SqliteStatement> SqliteStore::PrepareGet(EntityKind kind) {
  const EntityTables& tables = TablesOf(kind);
  return database_->Prepare(
      fmt::format("SELECT {} FROM {} WHERE id = ?", tables.columns, tables.entities));
}

// `select` is what PrepareGet gave and can be used again.
template <typename Record>
Result<std::optional<Record>> SqliteStore::GetRecord(SqliteStatement& select, std::string_view id) {
  select.Reset();
  select.Bind(id);
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found) return std::optional<Record>();
  Record record;
  DYNAJOB_RETURN_IF_ERROR(ReadRecord(select, name(), record));
  select.Reset();
  return std::optional<Record>(std::move(record));
}

Status SqliteStore::RequireEntity(EntityKind kind, std::string_view id, std::string_view what) {
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare(fmt::format("SELECT 1 FROM {} WHERE id = ?", TablesOf(kind).entities)));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(id).Step());
  if (found) return Status::Ok();
  return NotFound(fmt::format("{}: there is no {} '{}' in {}", what, ToString(kind), id, name()));
}

Status SqliteStore::PutJobs(std::span<const Job> jobs) {
  return PutRecords<Job>(EntityKind::kJob, jobs, CheckJob);
}

Status SqliteStore::PutCandidates(std::span<const Candidate> candidates) {
  return PutRecords<Candidate>(EntityKind::kCandidate, candidates, CheckCandidate);
}

Status SqliteStore::ForEachJob(const std::function<Status(Job)>& visit) {
  return ForEachRecord<Job>(EntityKind::kJob, visit);
}

Status SqliteStore::ForEachCandidate(const std::function<Status(Candidate)>& visit) {
  return ForEachRecord<Candidate>(EntityKind::kCandidate, visit);
}

Result<std::optional<Job>> SqliteStore::GetJob(std::string_view id) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select, PrepareGet(EntityKind::kJob));
  return GetRecord<Job>(select, id);
}

Result<std::optional<Candidate>> SqliteStore::GetCandidate(std::string_view id) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select, PrepareGet(EntityKind::kCandidate));
  return GetRecord<Candidate>(select, id);
}

Status SqliteStore::PutResponse(const ResponseEvent& event) {
  DYNAJOB_RETURN_IF_ERROR(CheckResponse(event));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  const std::string what = fmt::format("response '{}'", event.event_id);
  DYNAJOB_RETURN_IF_ERROR(RequireEntity(EntityKind::kCandidate, event.candidate_id, what));
  DYNAJOB_RETURN_IF_ERROR(RequireEntity(EntityKind::kJob, event.job_id, what));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare(fmt::format(
                               "SELECT {} FROM responses WHERE event_id = ?", kResponseColumns)));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(event.event_id).Step());
  if (found) {
    DYNAJOB_ASSIGN_OR_RETURN(const ResponseEvent stored, ReadResponse(select, name()));
    if (stored == event) return Status::Ok();
    return InvalidArgument(fmt::format("{}: another event is stored under this event_id", what));
  }
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement insert,
      database_->Prepare(
          fmt::format("INSERT INTO responses ({}) VALUES (?,?,?,?,?,?)", kResponseColumns)));
  insert.Bind(event.event_id)
      .Bind(event.candidate_id)
      .Bind(event.job_id)
      .Bind(ToString(event.response))
      .Bind(event.timestamp_ms)
      .Bind(event.model_version);
  DYNAJOB_RETURN_IF_ERROR(insert.Run());
  return transaction.Commit();
}

Status SqliteStore::ForEachResponse(const std::function<Status(ResponseEvent)>& visit) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare(fmt::format(
                               "SELECT {} FROM responses WHERE (timestamp_ms, event_id) > (?, ?) "
                               "ORDER BY timestamp_ms, event_id LIMIT ?",
                               kResponseColumns)));
  int64_t last_time = std::numeric_limits<int64_t>::min();
  std::string last_id;
  std::vector<ResponseEvent> page;
  do {
    page.clear();
    select.Bind(last_time).Bind(last_id).Bind(kPageSize);
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) break;
      DYNAJOB_ASSIGN_OR_RETURN(ResponseEvent event, ReadResponse(select, name()));
      page.push_back(std::move(event));
    }
    select.Reset();
    if (!page.empty()) {
      last_time = page.back().timestamp_ms;
      last_id = page.back().event_id;
    }
    for (ResponseEvent& event : page) DYNAJOB_RETURN_IF_ERROR(visit(std::move(event)));
  } while (!page.empty());
  return Status::Ok();
}

Result<std::optional<std::string>> SqliteStore::GetLabel(std::string_view key) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare("SELECT value FROM label_cache WHERE key = ?"));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(key).Step());
  if (!found) return std::optional<std::string>();
  return std::optional<std::string>(std::string(select.Text(0)));
}

Status SqliteStore::PutLabels(std::span<const LabelRecord> labels) {
  for (const LabelRecord& label : labels) DYNAJOB_RETURN_IF_ERROR(CheckLabel(label));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement upsert,
      database_->Prepare("INSERT INTO label_cache (key, value) VALUES (?, ?) "
                         "ON CONFLICT (key) DO UPDATE SET value = excluded.value"));
  for (const LabelRecord& label : labels)
    DYNAJOB_RETURN_IF_ERROR(upsert.Bind(label.key).Bind(label.value).Run());
  return transaction.Commit();
}

Status SqliteStore::ForEachLabel(const std::function<Status(LabelRecord)>& visit) {
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare("SELECT key, value FROM label_cache WHERE key > ? "
                                              "ORDER BY key LIMIT ?"));
  std::string last;  // keys are never empty
  std::vector<LabelRecord> page;
  do {
    page.clear();
    select.Bind(last).Bind(kPageSize);
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
      if (!more) break;
      page.push_back({std::string(select.Text(0)), std::string(select.Text(1))});
    }
    select.Reset();
    if (!page.empty()) last = page.back().key;
    for (LabelRecord& label : page) DYNAJOB_RETURN_IF_ERROR(visit(std::move(label)));
  } while (!page.empty());
  return Status::Ok();
}

Status SqliteStore::PutRun(const RunRecord& run) {
  DYNAJOB_RETURN_IF_ERROR(CheckRun(run));
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement upsert,
      database_->Prepare(
          "INSERT INTO runs (id, kind, created_ms, config_toml, results_json) VALUES (?,?,?,?,?) "
          "ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, created_ms = excluded.created_ms, "
          "config_toml = excluded.config_toml, results_json = excluded.results_json"));
  upsert.Bind(run.id).Bind(run.kind).Bind(run.created_ms).Bind(run.config_toml);
  return upsert.Bind(run.results_json).Run();
}

Result<std::vector<RunRecord>> SqliteStore::ListRuns() {
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare("SELECT id, kind, created_ms, config_toml, results_json FROM runs "
                         "ORDER BY created_ms, id"));
  std::vector<RunRecord> runs;
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return runs;
    runs.push_back({std::string(select.Text(0)), std::string(select.Text(1)), select.Int64(2),
                    std::string(select.Text(3)), std::string(select.Text(4))});
  }
}

}  // namespace dynajob
