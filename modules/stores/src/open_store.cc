#include "dynajob/stores/open_store.h"

#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "mongo_store.h"
#include "sqlite_schema.h"
#include "sqlite_store.h"

namespace dynajob {
namespace {

Error Unreachable(std::string message) {
  return {ErrorCode::kStoreUnreachable, std::move(message)};
}

Status PrepareSchema(SqliteDatabase& database, OpenMode mode) {
  DYNAJOB_RETURN_IF_ERROR(CheckIntegrity(database));
  DYNAJOB_ASSIGN_OR_RETURN(const int64_t version, ReadSchemaVersion(database));
  if (version > kSchemaVersion)
    return FailedPrecondition(fmt::format(
        "{}: written by a newer dynajob (schema version {}; this one reads up to version {})",
        database.path(), version, kSchemaVersion));
  if (version == 0 && mode != OpenMode::kCreate)
    return CorruptData(database.path() + ": the file is empty, not a dynajob store");
  if (mode == OpenMode::kReadOnly) {
    if (version >= kOldestReadableVersion) return Status::Ok();
    return FailedPrecondition(
        fmt::format("{}: has schema version {}, this dynajob needs version {}; a command that "
                    "writes, such as `dynajob embed`, brings it up to date",
                    database.path(), version, kSchemaVersion));
  }
  if (database.read_only()) return Unreachable(database.path() + ": the file is read-only");
  DYNAJOB_RETURN_IF_ERROR(database.Execute("PRAGMA journal_mode=WAL"));
  return version < kSchemaVersion ? MigrateSchema(database) : Status::Ok();
}

}  // namespace

// A WAL database cannot be read where the side file for its locks cannot be made, such as on a
// read-only medium. Without a log, the file alone is complete and can be read as it is.
Result<std::unique_ptr<SqliteDatabase>> SqliteStore::OpenReadOnly(const std::string& path) {
  DYNAJOB_ASSIGN_OR_RETURN(auto database, SqliteDatabase::Open(path, SQLITE_OPEN_READONLY));
  auto version = ReadSchemaVersion(*database);
  if (version.ok() || version.error().code != ErrorCode::kStoreUnreachable) return database;
  std::error_code error;
  const auto log_size = std::filesystem::file_size(path + "-wal", error);
  if (!error && log_size > 0) return version.error();
  return SqliteDatabase::Open(path, SQLITE_OPEN_READONLY, /*immutable=*/true);
}

Result<std::unique_ptr<Store>> SqliteStore::Open(const std::string& path, OpenMode mode) {
  std::error_code error;
  const bool exists = std::filesystem::exists(path, error);
  if (!exists && mode != OpenMode::kCreate)
    return Unreachable(
        fmt::format("{}: there is no such store; make one with `dynajob import`", path));
  if (exists && !std::filesystem::is_regular_file(path, error))
    return Unreachable(fmt::format("{}: is not a file", path));
  const int flags = SQLITE_OPEN_READWRITE | (mode == OpenMode::kCreate ? SQLITE_OPEN_CREATE : 0);
  DYNAJOB_ASSIGN_OR_RETURN(auto database, mode == OpenMode::kReadOnly
                                              ? OpenReadOnly(path)
                                              : SqliteDatabase::Open(path, flags));
  DYNAJOB_RETURN_IF_ERROR(PrepareSchema(*database, mode));
  return std::unique_ptr<Store>(new SqliteStore(std::move(database)));
}

Result<std::unique_ptr<Store>> OpenStore(std::string_view uri_or_path, OpenMode mode,
                                         const StoreOptions& options) {
  std::string_view path = uri_or_path;
  // Not a file of that name: what is mistyped may hold a password.
  if (IsMongoAddress(path) && !path.substr(path.find(':')).starts_with("://"))
    return InvalidArgument(
        fmt::format("store '{}': an address begins with mongodb:// or "
                    "mongodb+srv://, with two slashes",
                    RedactAddress(path)));
  if (const size_t colon = path.find("://"); colon != std::string_view::npos) {
    const std::string_view scheme = path.substr(0, colon);
    if (IsMongoAddress(path)) return MongoStore::Open(uri_or_path, mode, options.mongo);
    // Only the scheme is repeated: the rest may hold a password.
    return InvalidArgument(fmt::format(
        "store '{}://…': unknown scheme; give a path, sqlite:PATH, mongodb://… or mongodb+srv://…",
        scheme));
  }
  const auto file = SqlitePath(path);
  if (!file) return InvalidArgument("the path of the store is empty");
  return SqliteStore::Open(*file, mode);
}

std::optional<std::string> SqlitePath(std::string_view uri_or_path) {
  constexpr std::string_view kSqliteScheme = "sqlite:";
  if (uri_or_path.find("://") != std::string_view::npos || IsMongoAddress(uri_or_path))
    return std::nullopt;
  if (uri_or_path.starts_with(kSqliteScheme)) uri_or_path.remove_prefix(kSqliteScheme.size());
  if (uri_or_path.empty()) return std::nullopt;
  // SQLite gives a meaning to some names, such as ":memory:"; none begins with a slash or a dot.
  return uri_or_path.front() == ':' ? "./" + std::string(uri_or_path) : std::string(uri_or_path);
}

}  // namespace dynajob
