// Jobs of the embedded store by filter, and as a feed of changes.
#include <algorithm>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "sqlite_records.h"
#include "sqlite_store.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How often a waiting feed looks: one look-up in an index.
constexpr milliseconds kPollInterval(50);
// Jobs of one Poll, which bounds the memory of a feed that is behind.
constexpr int64_t kMaxChanges = 1000;

// " AND column IN (?,?)", or nothing for no condition.
std::string InSql(std::string_view column, size_t count) {
  if (count == 0) return {};
  std::string sql = fmt::format(" AND {} IN (?", column);
  for (size_t i = 1; i < count; ++i) sql += ",?";
  return sql + ")";
}

// The changes since a revision, in the order of time.
class SqliteJobFeed final : public JobFeed {
 public:
  SqliteJobFeed(SqliteDatabase& database, int64_t revision)
      : database_(database), revision_(revision) {}

  std::string_view method() const override { return "polling of revisions"; }

  Result<std::vector<JobChange>> Poll(milliseconds timeout) override {
    const auto deadline = steady_clock::now() + timeout;
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, Read());
      const auto left = deadline - steady_clock::now();
      if (!changes.empty() || left <= steady_clock::duration::zero()) return changes;
      std::this_thread::sleep_for(std::min<steady_clock::duration>(kPollInterval, left));
    }
  }

 private:
  Result<std::vector<JobChange>> Read() {
    // One snapshot: a job and its vectors belong together.
    DYNAJOB_ASSIGN_OR_RETURN(const SqliteTransaction snapshot,
                             SqliteTransaction::Begin(database_, SqliteTransaction::Kind::kRead));
    DYNAJOB_ASSIGN_OR_RETURN(
        SqliteStatement changed,
        database_.Prepare("SELECT id, revision FROM job_changes WHERE revision > ? "
                          "ORDER BY revision LIMIT ?"));
    changed.Bind(revision_).Bind(kMaxChanges);
    std::vector<JobChange> changes;
    int64_t revision = revision_;
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, changed.Step());
      if (!more) break;
      changes.push_back({.id = std::string(changed.Text(0)), .job = std::nullopt, .vectors = {}});
      revision = changed.Int64(1);
    }
    DYNAJOB_RETURN_IF_ERROR(Complete(changes));
    revision_ = revision;
    return changes;
  }

  Status Complete(std::vector<JobChange>& changes) {
    const EntityTables& tables = TablesOf(EntityKind::kJob);
    DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement record,
                             database_.Prepare(fmt::format("SELECT {} FROM {} WHERE id = ?",
                                                           tables.columns, tables.entities)));
    DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement vectors, PrepareVectors(database_, EntityKind::kJob));
    for (JobChange& change : changes) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool exists, record.Bind(change.id).Step());
      if (exists)
        DYNAJOB_RETURN_IF_ERROR(ReadRecord(record, database_.path(), change.job.emplace()));
      record.Reset();
      DYNAJOB_ASSIGN_OR_RETURN(change.vectors,
                               ReadVectors(vectors, EntityKind::kJob, change.id, database_.path()));
    }
    return Status::Ok();
  }

  SqliteDatabase& database_;
  int64_t revision_;  // of the last change that was reported
};

}  // namespace

Result<std::vector<std::string>> SqliteStore::FindJobIds(const JobFilter& filter) {
  std::string sql = "SELECT id FROM all_jobs WHERE true";
  sql += InSql("location", filter.locations.size());
  sql += InSql("sector", filter.sectors.size());
  sql += InSql("work_mode", filter.work_modes.size());
  if (filter.posted_after_ms) sql += " AND posted_ms >= ?";
  if (filter.not_expired_at_ms) sql += " AND (expires_ms IS NULL OR expires_ms > ?)";
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select, database_->Prepare(sql + " ORDER BY id"));
  for (const std::string& location : filter.locations) select.Bind(location);
  for (const std::string& sector : filter.sectors) select.Bind(sector);
  for (const WorkMode mode : filter.work_modes) select.Bind(ToString(mode));
  if (filter.posted_after_ms) select.Bind(*filter.posted_after_ms);
  if (filter.not_expired_at_ms) select.Bind(*filter.not_expired_at_ms);
  std::vector<std::string> ids;
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return ids;
    ids.emplace_back(select.Text(0));
  }
}

Result<std::optional<std::vector<std::string>>> SqliteStore::NearestJobIds(std::string_view field,
                                                                           std::span<const float>,
                                                                           size_t,
                                                                           const JobFilter&) {
  DYNAJOB_RETURN_IF_ERROR(StoredFieldName(EntityKind::kJob, field));
  return std::optional<std::vector<std::string>>();
}

Result<std::vector<IndexAdvice>> SqliteStore::MissingIndexes(const CatalogSpec& spec) {
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  return std::vector<IndexAdvice>();
}

Result<std::unique_ptr<JobFeed>> SqliteStore::WatchJobs() {
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement newest,
      database_->Prepare("SELECT coalesce(max(revision), 0) FROM job_changes"));
  DYNAJOB_RETURN_IF_ERROR(newest.Step());
  return std::unique_ptr<JobFeed>(std::make_unique<SqliteJobFeed>(*database_, newest.Int64(0)));
}

}  // namespace dynajob
