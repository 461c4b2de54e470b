#include "dynajob/stores/ranking_store.h"

#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

#include "dynajob/stores/open_store.h"

#include "float32_bytes.h"
#include "sqlite_records.h"
#include "sqlite_schema.h"
#include "sqlite_store.h"

namespace dynajob {
namespace {

// Opened for reading, without the check of the whole file: what is read here is little, and the
// table has checksums of its own.
std::unique_ptr<SqliteDatabase> OpenPlain(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return nullptr;
  auto database = SqliteStore::OpenReadOnly(path);
  if (!database.ok()) return nullptr;
  const auto version = ReadSchemaVersion(**database);
  if (!version.ok() || *version != kSchemaVersion) return nullptr;
  return std::move(database).value();
}

Result<std::string> ReadStamp(SqliteDatabase& database) {
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database.Prepare(fmt::format("SELECT value FROM meta WHERE key = '{}'", kJobsStampKey)));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Step());
  if (!found || select.Text(0).empty())
    return CorruptData(database.path() + ": the stamp of the jobs is missing");
  return std::string(select.Text(0));
}

std::string Key(std::string_view stamp, const CatalogSpec& spec, CatalogCache precision) {
  std::string key = fmt::format("schema {} jobs {} float{}", kSchemaVersion, stamp,
                                precision == CatalogCache::kFloat16 ? 16 : 32);
  for (const auto* fields : {&spec.state_fields, &spec.action_fields}) {
    key += " |";
    for (const FieldSpec& field : *fields) key += ' ' + field.name + (field.required ? "" : "?");
  }
  return key;
}

std::string TablePath(const std::string& store, CatalogCache precision) {
  return store + (precision == CatalogCache::kFloat16 ? "-jobs.f16" : "-jobs.f32");
}

class SqliteRankingStore final : public RankingStore {
 public:
  SqliteRankingStore(std::unique_ptr<SqliteDatabase> database, SqliteTransaction snapshot,
                     std::shared_ptr<const JobTable> jobs, const CatalogSpec& spec)
      : database_(std::move(database)),
        snapshot_(std::move(snapshot)),
        jobs_(std::move(jobs)),
        spec_(spec) {}

  const std::shared_ptr<const JobTable>& jobs() const override { return jobs_; }

  Result<std::optional<Person>> FindCandidate(std::string_view id) override {
    Person person;
    DYNAJOB_ASSIGN_OR_RETURN(const bool found, Get(EntityKind::kCandidate, id, person.record));
    if (!found) return std::optional<Person>();
    const std::span<const FieldSlice> slices = jobs_->state_fields();
    size_t length = 0;
    for (const FieldSlice& slice : slices) length += slice.dimension;
    person.state.assign(length, 0.0f);
    for (size_t i = 0; i < slices.size(); ++i) {
      const std::span<float> out =
          std::span(person.state).subspan(slices[i].offset, slices[i].dimension);
      DYNAJOB_ASSIGN_OR_RETURN(const Vector vector, ReadVector(id, slices[i].name, out));
      if (vector == Vector::kOther || (vector == Vector::kNone && spec_.state_fields[i].required))
        return std::optional<Person>();
    }
    return std::optional<Person>(std::move(person));
  }

  Result<Job> JobAt(size_t row) override {
    Job job;
    DYNAJOB_ASSIGN_OR_RETURN(const bool found, Get(EntityKind::kJob, jobs_->IdAt(row), job));
    if (!found)
      return CorruptData(fmt::format("{}: its table of jobs has a job '{}' that it has not",
                                     database_->path(), jobs_->IdAt(row)));
    return job;
  }

 private:
  enum class Vector { kFound, kNone, kOther };  // other: not as the table's people have it

  template <typename Record>
  Result<bool> Get(EntityKind kind, std::string_view id, Record& record) {
    const EntityTables& tables = TablesOf(kind);
    DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                             database_->Prepare(fmt::format("SELECT {} FROM {} WHERE id = ?",
                                                            tables.columns, tables.entities)));
    DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(id).Step());
    if (found) DYNAJOB_RETURN_IF_ERROR(ReadRecord(select, database_->path(), record));
    return found;
  }

  Result<Vector> ReadVector(std::string_view id, std::string_view field, std::span<float> out) {
    const EntityTables& tables = TablesOf(EntityKind::kCandidate);
    DYNAJOB_ASSIGN_OR_RETURN(const std::string_view stored,
                             StoredFieldName(EntityKind::kCandidate, field));
    DYNAJOB_ASSIGN_OR_RETURN(
        SqliteStatement select,
        database_->Prepare(
            fmt::format("SELECT embedder, vector, checksum FROM {} WHERE {} = ? AND field = ?",
                        tables.embeddings, tables.owner)));
    DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(id).Bind(stored).Step());
    if (!found) return Vector::kNone;
    const std::span<const std::byte> bytes = select.Bytes(1);
    const bool is_whole = select.IsNull(2) || select.Int64(2) == VectorChecksum(id, stored, bytes);
    if (!is_whole || select.Text(0) != jobs_->embedder() || bytes.size() != out.size_bytes())
      return Vector::kOther;
    DecodeFloat32(bytes, out);
    return FindNonFinite(out) ? Vector::kOther : Vector::kFound;
  }

  std::unique_ptr<SqliteDatabase> database_;
  SqliteTransaction snapshot_;
  std::shared_ptr<const JobTable> jobs_;
  CatalogSpec spec_;
};

}  // namespace

void CatalogCacheOptions::Bind(ConfigRegistry& registry) {
  registry.Add("catalog_cache.precision", &precision,
               "of the vectors in the table of jobs beside an SQLite store",
               {{"off", CatalogCache::kOff},
                {"float32", CatalogCache::kFloat32},
                {"float16", CatalogCache::kFloat16}});
  registry.Add("catalog_cache.minimum_jobs", &minimum_jobs, "catalogs of fewer jobs have no table",
               1, 1'000'000'000);
}

std::optional<std::string> RankingStore::StampOf(std::string_view uri_or_path) {
  const auto path = SqlitePath(uri_or_path);
  const auto database = path ? OpenPlain(*path) : nullptr;
  if (database == nullptr) return std::nullopt;
  auto stamp = ReadStamp(*database);
  return stamp.ok() ? std::optional(std::move(stamp).value()) : std::nullopt;
}

std::unique_ptr<RankingStore> RankingStore::Open(std::string_view uri_or_path,
                                                 const CatalogSpec& spec,
                                                 const CatalogCacheOptions& options) {
  const auto path = SqlitePath(uri_or_path);
  if (!path || options.precision == CatalogCache::kOff) return nullptr;
  const std::string table_path = TablePath(*path, options.precision);
  std::error_code error;
  if (!std::filesystem::exists(table_path, error)) return nullptr;
  auto database = OpenPlain(*path);
  if (database == nullptr) return nullptr;
  auto snapshot = SqliteTransaction::Begin(*database, SqliteTransaction::Kind::kRead);
  if (!snapshot.ok()) return nullptr;
  const auto stamp = ReadStamp(*database);
  if (!stamp.ok()) return nullptr;
  auto table = JobTable::Map(table_path, Key(*stamp, spec, options.precision));
  if (!table.ok() || (*table)->state_fields().size() != spec.state_fields.size()) return nullptr;
  return std::make_unique<SqliteRankingStore>(std::move(database), std::move(snapshot).value(),
                                              std::move(table).value(), spec);
}

Result<bool> RankingStore::Save(std::string_view uri_or_path, const CatalogSpec& spec,
                                const CatalogCacheOptions& options, const Catalog& catalog,
                                std::string_view stamp) {
  const auto path = SqlitePath(uri_or_path);
  if (!path || options.precision == CatalogCache::kOff ||
      catalog.job_count() < static_cast<size_t>(options.minimum_jobs) ||
      StampOf(uri_or_path) != stamp)
    return false;
  // Who may read the store may read the table, and nobody else.
  struct stat status {};
  const unsigned mode = ::stat(path->c_str(), &status) == 0 ? status.st_mode & 0666u : 0600u;
  DYNAJOB_RETURN_IF_ERROR(JobTable::Write(TablePath(*path, options.precision), catalog,
                                          options.precision == CatalogCache::kFloat16
                                              ? TablePrecision::kFloat16
                                              : TablePrecision::kFloat32,
                                          Key(stamp, spec, options.precision), mode));
  return true;
}

}  // namespace dynajob
