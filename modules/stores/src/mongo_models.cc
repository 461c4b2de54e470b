// Trained models in MongoDB: the files in GridFS, and one document per model that lists them, which
// is what makes a model there or not there as a whole. Files that are no longer listed are deleted
// after the list was replaced; a call that is cut short may leave files that nobody lists.
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/file.h"

#include "mongo_ids.h"
#include "mongo_store.h"
#include "record_checks.h"

namespace dynajob {
namespace {

constexpr size_t kReadBytes = size_t{1} << 18;

struct ListedFile {
  std::string name;
  BsonValue id;  // in GridFS
  int64_t length = 0;
  int64_t checksum = 0;  // CRC-32
};

struct ModelList {
  std::string name;
  int64_t created_ms = 0;
  std::vector<ListedFile> files;
};

Bson ById(std::string_view id) {
  Bson filter;
  filter.Add("_id", id);
  return filter;
}

ListedFile ReadFile(const bson_iter_t& entry) {
  ListedFile file;
  bson_iter_t value;
  if (!BSON_ITER_HOLDS_DOCUMENT(&entry) || !bson_iter_recurse(&entry, &value)) return file;
  while (bson_iter_next(&value)) {
    const std::string_view key(bson_iter_key(&value), bson_iter_key_len(&value));
    if (key == "name") file.name = IdText(value).value_or("");
    if (key == "id") file.id = BsonValue(*bson_iter_value(&value));
    if (key == "length") file.length = bson_iter_as_int64(&value);
    if (key == "crc32") file.checksum = bson_iter_as_int64(&value);
  }
  return file;
}

ModelList ReadList(BsonView document) {
  ModelList model;
  bson_iter_t value, entry;
  if (bson_iter_init_find(&value, document.get(), "_id")) model.name = IdText(value).value_or("");
  if (bson_iter_init_find(&value, document.get(), "created") && BSON_ITER_HOLDS_DATE_TIME(&value))
    model.created_ms = bson_iter_date_time(&value);
  if (bson_iter_init_find(&value, document.get(), "files") && BSON_ITER_HOLDS_ARRAY(&value) &&
      bson_iter_recurse(&value, &entry))
    while (bson_iter_next(&entry)) model.files.push_back(ReadFile(entry));
  return model;
}

// One attempt at something with the files of the models.
class ModelFiles {
 public:
  ModelFiles(const MongoConnection& connection, const MongoClient& client, const std::string& name)
      : connection_(connection),
        database_(mongoc_client_get_database(client.get(), connection.database().c_str())) {
    Bson opts;
    opts.Add("bucketName", name);
    bucket_.reset(mongoc_gridfs_bucket_new(database_.get(), opts.get(), nullptr, &error_));
  }

  MongoStatus Upload(const std::string& file_name, const std::string& bytes, BsonValue& id) {
    if (bucket_ == nullptr) return Failed("open GridFS");
    bson_value_t new_id{};
    const MongoStream stream(mongoc_gridfs_bucket_open_upload_stream(
        bucket_.get(), file_name.c_str(), nullptr, &new_id, &error_));
    if (stream == nullptr) return Failed("open a file for writing in GridFS");
    id = BsonValue(new_id);
    bson_value_destroy(&new_id);
    constexpr int32_t kDefaultTimeout = 0;
    // The interface has no const; nothing is written to.
    void* data = const_cast<char*>(bytes.data());
    const bool is_written =
        bytes.empty() || mongoc_stream_write(stream.get(), data, bytes.size(), kDefaultTimeout) ==
                             static_cast<ssize_t>(bytes.size());
    if (is_written && mongoc_stream_close(stream.get()) == 0) return std::nullopt;
    mongoc_gridfs_bucket_stream_error(stream.get(), &error_);
    mongoc_gridfs_bucket_abort_upload(stream.get());
    return Failed("write a file to GridFS");
  }

  MongoStatus Download(const BsonValue& id, std::string& bytes) {
    if (bucket_ == nullptr) return Failed("open GridFS");
    const MongoStream stream(
        mongoc_gridfs_bucket_open_download_stream(bucket_.get(), &id.get(), &error_));
    if (stream == nullptr) return Failed("open a file in GridFS");
    bytes.clear();
    std::vector<char> buffer(kReadBytes);
    for (;;) {
      const ssize_t read = mongoc_stream_read(stream.get(), buffer.data(), buffer.size(), 0, 0);
      if (read == 0) return std::nullopt;
      if (read < 0) break;
      bytes.append(buffer.data(), static_cast<size_t>(read));
    }
    mongoc_gridfs_bucket_stream_error(stream.get(), &error_);
    return Failed("read a file of GridFS");
  }

  MongoStatus Delete(const BsonValue& id) {
    if (bucket_ == nullptr) return Failed("open GridFS");
    if (mongoc_gridfs_bucket_delete_by_id(bucket_.get(), &id.get(), &error_)) return std::nullopt;
    // Gone already: deleted by an attempt whose answer was lost.
    if (error_.domain == MONGOC_ERROR_GRIDFS) return std::nullopt;
    return Failed("delete a file of GridFS");
  }

 private:
  MongoStatus Failed(std::string_view what) const { return connection_.Failure(what, error_); }

  const MongoConnection& connection_;
  MongoDatabase database_;
  MongoBucket bucket_;
  bson_error_t error_{};
};

Result<std::optional<ModelList>> FindList(const MongoConnection& connection,
                                          const std::string& collection, std::string_view name) {
  std::optional<ModelList> found;
  DYNAJOB_RETURN_IF_ERROR(connection.Find(
      collection, ById(name), Bson(), ReadFrom::kPrimary, [&] { found.reset(); },
      [&](BsonView document) {
        found = ReadList(document);
        return Status::Ok();
      }));
  return found;
}

}  // namespace

Status MongoStore::PutModel(const ModelRecord& model) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  DYNAJOB_RETURN_IF_ERROR(CheckModel(model));
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ModelList> replaced,
                           FindList(*connection_, names_.models, model.name));
  BsonArray files;
  for (const ModelFile& file : model.files) {
    BsonValue id;
    DYNAJOB_RETURN_IF_ERROR(connection_->Repeat([&](const MongoClient& client) {
      return ModelFiles(*connection_, client, names_.models).Upload(file.name, file.bytes, id);
    }));
    Bson entry;
    entry.Add("name", file.name).Add("id", id.get());
    entry.Add("length", static_cast<int64_t>(file.bytes.size()));
    entry.Add("crc32", int64_t{Crc32(file.bytes)});
    files.Add(entry);
  }
  Bson fields, update;
  fields.AddDate("created", model.created_ms).AddArray("files", files.elements());
  update.Add("$set", fields);
  auto listed = connection_->UpsertOne(names_.models, {ById(model.name), update});
  if (!listed.ok()) return listed.error();
  if (!replaced) return Status::Ok();
  for (const ListedFile& file : replaced->files)
    DYNAJOB_RETURN_IF_ERROR(connection_->Repeat([&](const MongoClient& client) {
      return ModelFiles(*connection_, client, names_.models).Delete(file.id);
    }));
  return Status::Ok();
}

Result<std::optional<ModelRecord>> MongoStore::GetModel(std::string_view model_name) {
  if (model_name.empty() || !CheckText("name", model_name).ok())
    return std::optional<ModelRecord>();
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ModelList> list,
                           FindList(*connection_, names_.models, model_name));
  if (!list) return std::optional<ModelRecord>();
  ModelRecord model{list->name, list->created_ms, {}};
  for (const ListedFile& listed : list->files) {
    ModelFile& file = model.files.emplace_back();
    file.name = listed.name;
    DYNAJOB_RETURN_IF_ERROR(connection_->Repeat([&](const MongoClient& client) {
      return ModelFiles(*connection_, client, names_.models).Download(listed.id, file.bytes);
    }));
    if (static_cast<int64_t>(file.bytes.size()) != listed.length ||
        Crc32(file.bytes) != listed.checksum)
      return connection_->InStore(
          ErrorCode::kCorruptData,
          fmt::format("model '{}', file '{}': {} bytes that are not the {} that were put",
                      model_name, file.name, file.bytes.size(), listed.length));
  }
  // The list may be anybody's; its names become files of a reader.
  if (const Status good = CheckModel(model); !good.ok())
    return connection_->InStore(ErrorCode::kCorruptData, good.error().message);
  return std::optional<ModelRecord>(std::move(model));
}

Result<std::vector<ModelSummary>> MongoStore::ListModels() {
  Bson sort, opts;
  sort.Add("created", 1).Add("_id", 1);
  opts.Add("sort", sort);
  std::vector<ModelSummary> models;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.models, Bson(), opts, ReadFrom::kAsConfigured, [&] { models.clear(); },
      [&](BsonView document) {
        const ModelList list = ReadList(document);
        ModelSummary& summary = models.emplace_back();
        summary.name = list.name;
        summary.created_ms = list.created_ms;
        for (const ListedFile& file : list.files)
          summary.bytes += static_cast<uint64_t>(std::max<int64_t>(0, file.length));
        return Status::Ok();
      }));
  return models;
}

}  // namespace dynajob
