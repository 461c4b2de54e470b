// Trained models in the embedded store.
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/file.h"

#include "record_checks.h"
#include "sqlite_store.h"

namespace dynajob {

Status SqliteStore::PutModel(const ModelRecord& model) {
  DYNAJOB_RETURN_IF_ERROR(CheckModel(model));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteTransaction transaction,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kWrite));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement remove,
                           database_->Prepare("DELETE FROM models WHERE name = ?"));
  DYNAJOB_RETURN_IF_ERROR(remove.Bind(model.name).Run());
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement insert,
      database_->Prepare("INSERT INTO models (name, created_ms) VALUES (?, ?)"));
  DYNAJOB_RETURN_IF_ERROR(insert.Bind(model.name).Bind(model.created_ms).Run());
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement insert_file,
      database_->Prepare("INSERT INTO model_files (model, position, name, bytes, checksum) "
                         "VALUES (?, ?, ?, ?, ?)"));
  for (size_t i = 0; i < model.files.size(); ++i) {
    const ModelFile& file = model.files[i];
    insert_file.Bind(model.name).Bind(static_cast<int64_t>(i)).Bind(file.name);
    insert_file.Bind(std::as_bytes(std::span(file.bytes))).Bind(int64_t{Crc32(file.bytes)});
    DYNAJOB_RETURN_IF_ERROR(insert_file.Run());
  }
  return transaction.Commit();
}

Result<std::optional<ModelRecord>> SqliteStore::GetModel(std::string_view model_name) {
  DYNAJOB_ASSIGN_OR_RETURN(const SqliteTransaction snapshot,
                           SqliteTransaction::Begin(*database_, SqliteTransaction::Kind::kRead));
  DYNAJOB_ASSIGN_OR_RETURN(SqliteStatement select,
                           database_->Prepare("SELECT created_ms FROM models WHERE name = ?"));
  DYNAJOB_ASSIGN_OR_RETURN(const bool found, select.Bind(model_name).Step());
  if (!found) return std::optional<ModelRecord>();
  ModelRecord model{std::string(model_name), select.Int64(0), {}};
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement files,
      database_->Prepare(
          "SELECT name, bytes, checksum FROM model_files WHERE model = ? ORDER BY position"));
  files.Bind(model_name);
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, files.Step());
    if (!more) return std::optional<ModelRecord>(std::move(model));
    const std::span<const std::byte> bytes = files.Bytes(1);
    ModelFile file{std::string(files.Text(0)),
                   std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size())};
    if (Crc32(file.bytes) != files.Int64(2))
      return CorruptData(
          fmt::format("{}: model '{}', file '{}': wrong checksum", name(), model_name, file.name));
    model.files.push_back(std::move(file));
  }
}

Result<std::vector<ModelSummary>> SqliteStore::ListModels() {
  DYNAJOB_ASSIGN_OR_RETURN(
      SqliteStatement select,
      database_->Prepare("SELECT models.name, created_ms, sum(length(bytes)) FROM models "
                         "JOIN model_files ON model = models.name GROUP BY models.name "
                         "ORDER BY created_ms, models.name"));
  std::vector<ModelSummary> models;
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const bool more, select.Step());
    if (!more) return models;
    models.push_back(
        {std::string(select.Text(0)), select.Int64(1), static_cast<uint64_t>(select.Int64(2))});
  }
}

}  // namespace dynajob
