// SQLite's C interface with owners for its handles and Results for its codes.
//
// Every failure carries the path of the database and SQLite's message: SQLITE_FULL is kIo ("disk
// full"), SQLITE_CORRUPT and SQLITE_NOTADB are kCorruptData, SQLITE_CANTOPEN is kStoreUnreachable,
// SQL that does not fit the file's tables is kCorruptData, all else is kIo.
// Not safe for concurrent use.
#ifndef DYNAJOB_STORES_SRC_SQLITE_DATABASE_H_
#define DYNAJOB_STORES_SRC_SQLITE_DATABASE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include "dynajob/core/result.h"

namespace dynajob {

// A prepared statement. Must not outlive its database.
class SqliteStatement {
 public:
  SqliteStatement(sqlite3_stmt* statement, const std::string* path);

  // Parameters are numbered from 1 and bound in order; the next call of Bind* binds the next one.
  // Text and bytes are copied. A failure to bind is returned by the next Step().
  SqliteStatement& Bind(std::string_view text);
  SqliteStatement& Bind(int64_t value);
  SqliteStatement& Bind(std::optional<double> value);
  SqliteStatement& Bind(std::optional<int64_t> value);
  SqliteStatement& Bind(std::span<const std::byte> bytes);

  // True when there is a row to read.
  Result<bool> Step();
  // Steps a statement that returns no rows, and makes it ready for the next bindings.
  Status Run();
  void Reset();

  // Columns are numbered from 0. Views are valid until the next Step() or Reset().
  std::string_view Text(int column) const;
  int64_t Int64(int column) const;
  std::optional<double> Double(int column) const;
  bool IsNull(int column) const;
  std::span<const std::byte> Bytes(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };

  void ThrowIfOutOfMemory() const;

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  const std::string* path_;
  int next_parameter_ = 1;
  int bind_code_ = SQLITE_OK;
};

class SqliteDatabase {
 public:
  // `flags` of sqlite3_open_v2. With `immutable`, the file must not change while it is open: no
  // locks are taken and no side files are made.
  static Result<std::unique_ptr<SqliteDatabase>> Open(const std::string& path, int flags,
                                                      bool immutable = false);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  const std::string& path() const { return path_; }
  bool read_only() const { return sqlite3_db_readonly(handle_.get(), "main") == 1; }

  Result<SqliteStatement> Prepare(std::string_view sql);
  // One or more statements without parameters; rows are discarded.
  Status Execute(const std::string& sql);

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };

  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

// Rolls back at the end of its scope unless committed.
class SqliteTransaction {
 public:
  enum class Kind { kRead, kWrite };
  static Result<SqliteTransaction> Begin(SqliteDatabase& database, Kind kind);
  SqliteTransaction(SqliteTransaction&& other) noexcept;
  SqliteTransaction& operator=(SqliteTransaction&&) = delete;
  ~SqliteTransaction();

  Status Commit();

 private:
  explicit SqliteTransaction(SqliteDatabase& database) : database_(&database) {}

  SqliteDatabase* database_;  // null when there is nothing to roll back
};

// The Error of a failed call on `handle`. `what` says what was tried.
Error SqliteError(sqlite3* handle, const std::string& path, std::string_view what);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_SQLITE_DATABASE_H_
