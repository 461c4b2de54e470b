// Trained models in MongoDB: the files in GridFS, and one document per model that lists them, which
// is what makes a model there or not there as a whole. A list is replaced at once, and whoever
// replaced it deletes the files that it listed; a reader whose files go in the meantime reads the
// new list. A call that fails deletes what it put. One that is cut short may leave files that
// nobody lists, which a later call deletes when they are a day old, when nobody can still be about
// to list them. (Chunks of a file whose upload never ended stay.)
#include <set>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/file.h"

#include "mongo_ids.h"
#include "mongo_queries.h"
#include "mongo_store.h"
#include "record_checks.h"

namespace dynajob {
namespace {

constexpr size_t kReadBytes = size_t{1} << 18;
// In the metadata of a file: whose it is.
constexpr const char* kModel = "model";
// Files that nobody lists are left alone for as long: they may be about to be listed.
constexpr int64_t kOrphanAgeMs = 24 * 60 * 60 * 1000;
// How often a model may be replaced while it is read.
constexpr int kMaxReplacements = 20;

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

// The id of a file as text, for comparisons.
std::string Key(const BsonValue& id) { return IdText(id.get()).value_or(""); }

std::set<std::string> Keys(const std::vector<BsonValue>& ids) {
  std::set<std::string> keys;
  for (const BsonValue& id : ids) keys.insert(Key(id));
  return keys;
}

std::vector<BsonValue> Ids(const ModelList& model) {
  std::vector<BsonValue> ids;
  for (const ListedFile& file : model.files) ids.push_back(file.id);
  return ids;
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

  // Adds the id to `ids` as soon as something may be stored under it.
  MongoStatus Upload(const std::string& model, const ModelFile& file, std::vector<BsonValue>& ids) {
    if (bucket_ == nullptr) return Failed("open GridFS");
    const std::string& bytes = file.bytes;
    Bson metadata, opts;
    metadata.Add(kModel, model);
    opts.Add("metadata", metadata);
    bson_value_t new_id{};
    const MongoStream stream(mongoc_gridfs_bucket_open_upload_stream(
        bucket_.get(), file.name.c_str(), opts.get(), &new_id, &error_));
    if (stream == nullptr) return Failed("open a file for writing in GridFS");
    ids.emplace_back(new_id);
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

// Makes `list` the one of the model, for a majority of the servers; what was replaced. Repeated
// after a lost answer it gives `list` itself.
Result<ModelList> ReplaceList(const MongoConnection& connection, const std::string& collection,
                              std::string_view name, const Bson& list) {
  Bson update, majority, command, opts;
  update.Add("$set", list);
  majority.Add("w", "majority");
  command.Add("findAndModify", collection).Add("query", ById(name));
  command.Add("update", update).Add("upsert", true);
  opts.Add("writeConcern", majority);
  ModelList replaced;
  DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) -> MongoStatus {
    Bson reply;
    bson_error_t error{};
    if (!mongoc_client_write_command_with_opts(client.get(), connection.database().c_str(),
                                               command.get(), opts.get(), reply.Receive(), &error))
      return connection.Failure(fmt::format("write {}", collection), error, reply.get());
    bson_iter_t value;
    if (bson_iter_init_find(&value, reply.get(), "value") && BSON_ITER_HOLDS_DOCUMENT(&value)) {
      const bson_value_t& document = *bson_iter_value(&value);
      bson_t view;
      if (bson_init_static(&view, document.value.v_doc.data, document.value.v_doc.data_len))
        replaced = ReadList(BsonView(&view));
    }
    return std::nullopt;
  }));
  return replaced;
}

// Chunks first: the document of a file whose deletion is cut short is found again.
Status DeleteFiles(const MongoConnection& connection, const std::string& bucket,
                   const std::vector<BsonValue>& ids) {
  if (ids.empty()) return Status::Ok();
  for (const auto& [collection, key] : {std::pair(".chunks", "files_id"), {".files", "_id"}}) {
    const std::string name = bucket + collection;
    const Bson filter = FilterByValues(key, ids);
    DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) -> MongoStatus {
      const MongoCollection handle = connection.Collection(client, name);
      bson_error_t error{};
      if (mongoc_collection_delete_many(handle.get(), filter.get(), nullptr, nullptr, &error))
        return std::nullopt;
      return connection.Failure(fmt::format("delete from {}", name), error);
    }));
  }
  return Status::Ok();
}

// Files of the model that were put long ago.
Result<std::vector<BsonValue>> FindOldFiles(const MongoConnection& connection,
                                            const std::string& bucket, const std::string& model) {
  DYNAJOB_ASSIGN_OR_RETURN(const int64_t now, ServerTime(connection));
  Bson before, filter, fields, opts;
  before.AddDate("$lt", now - kOrphanAgeMs);
  filter.Add(fmt::format("metadata.{}", kModel), model).Add("uploadDate", before);
  fields.Add("_id", 1);
  opts.Add("projection", fields);
  std::vector<BsonValue> ids;
  DYNAJOB_RETURN_IF_ERROR(connection.Find(
      bucket + ".files", filter, opts, ReadFrom::kPrimary, [&] { ids.clear(); },
      [&](BsonView document) {
        bson_iter_t id;
        if (bson_iter_init_find(&id, document.get(), "_id"))
          ids.emplace_back(*bson_iter_value(&id));
        return Status::Ok();
      }));
  return ids;
}

// Uploads the files and makes their list. `uploaded` are the ids of all attempts, `listed` those of
// the list.
Result<Bson> UploadModel(const MongoConnection& connection, const std::string& bucket,
                         const ModelRecord& model, std::vector<BsonValue>& uploaded,
                         std::vector<BsonValue>& listed) {
  BsonArray files;
  for (const ModelFile& file : model.files) {
    DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) {
      return ModelFiles(connection, client, bucket).Upload(model.name, file, uploaded);
    }));
    listed.push_back(uploaded.back());
    Bson entry;
    entry.Add("name", file.name).Add("id", listed.back().get());
    entry.Add("length", static_cast<int64_t>(file.bytes.size()));
    entry.Add("crc32", int64_t{Crc32(file.bytes)});
    files.Add(entry);
  }
  Bson list;
  list.AddDate("created", model.created_ms).AddArray("files", files.elements());
  return list;
}

Result<ModelRecord> DownloadModel(const MongoConnection& connection, const std::string& bucket,
                                  const ModelList& list) {
  ModelRecord model{list.name, list.created_ms, {}};
  for (const ListedFile& listed : list.files) {
    ModelFile& file = model.files.emplace_back();
    file.name = listed.name;
    DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) {
      return ModelFiles(connection, client, bucket).Download(listed.id, file.bytes);
    }));
    if (static_cast<int64_t>(file.bytes.size()) != listed.length ||
        Crc32(file.bytes) != listed.checksum)
      return connection.InStore(
          ErrorCode::kCorruptData,
          fmt::format("model '{}', file '{}': {} bytes that are not the {} that were put",
                      list.name, file.name, file.bytes.size(), listed.length));
  }
  // The list may be anybody's; its names become files of a reader.
  if (const Status good = CheckModel(model); !good.ok())
    return connection.InStore(ErrorCode::kCorruptData, good.error().message);
  return model;
}

}  // namespace

Status MongoStore::PutModel(const ModelRecord& model) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  DYNAJOB_RETURN_IF_ERROR(CheckModel(model));
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ModelList> before,
                           FindList(*connection_, names_.models, model.name));
  std::vector<BsonValue> uploaded, listed;
  auto list = UploadModel(*connection_, names_.models, model, uploaded, listed);
  if (!list.ok()) {
    // What this leaves behind, for want of a server, a later call deletes.
    static_cast<void>(DeleteFiles(*connection_, names_.models, uploaded));
    return list.error();
  }
  // After a failure here the list may have been replaced or not, so nothing may be deleted.
  DYNAJOB_ASSIGN_OR_RETURN(const ModelList replaced,
                           ReplaceList(*connection_, names_.models, model.name, *list));
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<BsonValue> unlisted,
                           FindOldFiles(*connection_, names_.models, model.name));
  for (const std::vector<BsonValue>& ids :
       {uploaded, Ids(replaced), before ? Ids(*before) : std::vector<BsonValue>()})
    unlisted.insert(unlisted.end(), ids.begin(), ids.end());
  // Another call may have replaced this one's list already; what it listed is new.
  std::set<std::string> kept = Keys(listed);
  std::erase_if(unlisted, [&](const BsonValue& id) { return !kept.insert(Key(id)).second; });
  return DeleteFiles(*connection_, names_.models, unlisted);
}

Result<std::optional<ModelRecord>> MongoStore::GetModel(std::string_view model_name) {
  if (model_name.empty() || !CheckText("name", model_name).ok())
    return std::optional<ModelRecord>();
  DYNAJOB_ASSIGN_OR_RETURN(std::optional<ModelList> list,
                           FindList(*connection_, names_.models, model_name));
  for (int replaced = 0; list; ++replaced) {
    auto model = DownloadModel(*connection_, names_.models, *list);
    if (model.ok()) return std::optional<ModelRecord>(std::move(model).value());
    if (model.error().code == ErrorCode::kStoreUnreachable || replaced >= kMaxReplacements)
      return model.error();
    // Its files may be gone because the model was replaced since its list was read.
    DYNAJOB_ASSIGN_OR_RETURN(std::optional<ModelList> now,
                             FindList(*connection_, names_.models, model_name));
    if (now && Keys(Ids(*now)) == Keys(Ids(*list))) return model.error();
    list = std::move(now);
  }
  return std::optional<ModelRecord>();
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
