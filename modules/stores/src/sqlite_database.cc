#include "sqlite_database.h"

#include <new>
#include <utility>

#include <fmt/format.h>

namespace dynajob {
namespace {

constexpr int kBusyTimeoutMs = 10'000;

// SQLite's URI form of a path: everything but the unreserved characters is percent-encoded.
std::string ImmutableUri(std::string_view path) {
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || c == '/' || c == '.' || c == '-' || c == '_';
    uri += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return uri + "?immutable=1";
}

}  // namespace

Error SqliteError(sqlite3* handle, const std::string& path, std::string_view what) {
  const int extended = sqlite3_extended_errcode(handle);
  const char* message = sqlite3_errmsg(handle);
  if (extended == SQLITE_IOERR_SHORT_READ)
    return CorruptData(fmt::format("{}: {}: the file is cut short", path, what));
  switch (extended & 0xff) {
    case SQLITE_FULL:
      return IoError(fmt::format("{}: {}: disk full ({})", path, what, message));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return CorruptData(fmt::format("{}: {}: {}", path, what, message));
    case SQLITE_CANTOPEN:
      return {ErrorCode::kStoreUnreachable, fmt::format("{}: {}: {}", path, what, message)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return IoError(fmt::format("{}: {}: in use by another process for more than {} s ({})", path,
                                 what, kBusyTimeoutMs / 1000, message));
    default:
      return IoError(fmt::format("{}: {}: {}", path, what, message));
  }
}

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, const std::string* path)
    : statement_(statement), path_(path) {}

SqliteStatement& SqliteStatement::Bind(std::string_view text) {
  // A null pointer would bind NULL instead of the empty text.
  const char* data = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_.get(), next_parameter_++, data, text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), next_parameter_++, value);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

SqliteStatement& SqliteStatement::Bind(std::optional<double> value) {
  const int code = value ? sqlite3_bind_double(statement_.get(), next_parameter_, *value)
                         : sqlite3_bind_null(statement_.get(), next_parameter_);
  ++next_parameter_;
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

SqliteStatement& SqliteStatement::Bind(std::optional<int64_t> value) {
  return value ? Bind(*value) : Bind(std::optional<double>());
}

SqliteStatement& SqliteStatement::Bind(std::span<const std::byte> bytes) {
  const int code = sqlite3_bind_blob64(statement_.get(), next_parameter_++, bytes.data(),
                                       bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) bind_code_ = code;
  return *this;
}

Result<bool> SqliteStatement::Step() {
  sqlite3* handle = sqlite3_db_handle(statement_.get());
  if (bind_code_ != SQLITE_OK)
    return IoError(fmt::format("{}: cannot pass a value: {}", *path_, sqlite3_errstr(bind_code_)));
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(handle, *path_, "cannot read or write");
}

Status SqliteStatement::Run() {
  auto stepped = Step();
  Reset();
  return stepped.ok() ? Status::Ok() : Status(stepped.error());
}

void SqliteStatement::Reset() {
  sqlite3_reset(statement_.get());  // repeats the code that Step() has already returned
  sqlite3_clear_bindings(statement_.get());
  next_parameter_ = 1;
  bind_code_ = SQLITE_OK;
}

std::string_view SqliteStatement::Text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_.get(), column);
  if (data == nullptr) {
    ThrowIfOutOfMemory();
    return {};
  }
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(data), static_cast<size_t>(size)};
}

int64_t SqliteStatement::Int64(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<double> SqliteStatement::Double(int column) const {
  if (IsNull(column)) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

bool SqliteStatement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::span<const std::byte> SqliteStatement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  if (data == nullptr) {
    ThrowIfOutOfMemory();
    return {};
  }
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::byte*>(data), static_cast<size_t>(size)};
}

void SqliteStatement::ThrowIfOutOfMemory() const {
  if (sqlite3_errcode(sqlite3_db_handle(statement_.get())) == SQLITE_NOMEM) throw std::bad_alloc();
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const std::string& path, int flags,
                                                             bool immutable) {
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path));
  sqlite3* handle = nullptr;
  const std::string name = immutable ? ImmutableUri(path) : path;
  const int code =
      sqlite3_open_v2(name.c_str(), &handle, flags | (immutable ? SQLITE_OPEN_URI : 0), nullptr);
  database->handle_.reset(handle);
  if (handle == nullptr) throw std::bad_alloc();
  if (code != SQLITE_OK) return SqliteError(handle, path, "cannot open the store");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  // The file may come from anyone: its schema must not run anything.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  DYNAJOB_RETURN_IF_ERROR(
      database->Execute("PRAGMA cell_size_check=ON; PRAGMA foreign_keys=ON; "
                        "PRAGMA synchronous=FULL;"));
  return database;
}

Result<SqliteStatement> SqliteDatabase::Prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      &statement, nullptr);
  if (code == SQLITE_OK) return SqliteStatement(statement, &path_);
  // Our SQL is fixed, so it fails to compile only against tables that are not ours.
  if ((code & 0xff) == SQLITE_ERROR)
    return CorruptData(fmt::format("{}: the file is not a dynajob store, or is damaged: {}", path_,
                                   sqlite3_errmsg(handle_.get())));
  return SqliteError(handle_.get(), path_, "cannot read the store");
}

Status SqliteDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK)
    return Status::Ok();
  return SqliteError(handle_.get(), path_, "cannot read or write");
}

Result<SqliteTransaction> SqliteTransaction::Begin(SqliteDatabase& database, Kind kind) {
  DYNAJOB_RETURN_IF_ERROR(database.Execute(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return SqliteTransaction(database);
}

SqliteTransaction::SqliteTransaction(SqliteTransaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

SqliteTransaction::~SqliteTransaction() {
  if (database_ == nullptr) return;
  // A failed roll-back means that SQLite has already rolled back by itself (such as on a full
  // disk), or that closing the connection will; either way nothing of the transaction stays.
  static_cast<void>(database_->Execute("ROLLBACK"));
}

Status SqliteTransaction::Commit() {
  DYNAJOB_RETURN_IF_ERROR(database_->Execute("COMMIT"));
  database_ = nullptr;
  return Status::Ok();
}

}  // namespace dynajob
