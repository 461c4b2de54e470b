#include "mongo_queries.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "dynajob/core/text.h"

#include "mongo_ids.h"

namespace dynajob {
namespace {

constexpr size_t kMaxExampleBytes = 60;

}  // namespace

Bson ById(std::string_view id) {
  Bson filter;
  filter.Add("_id", id);
  return filter;
}

std::optional<std::string> IdAt(BsonView document, const std::string& path) {
  bson_iter_t root, value;
  if (!bson_iter_init(&root, document.get()) ||
      !bson_iter_find_descendant(&root, path.c_str(), &value))
    return std::nullopt;
  return IdText(value);
}

std::optional<std::string> IdAt(const bson_iter_t& parent, const std::string& path) {
  bson_iter_t child, value;
  if (!bson_iter_recurse(&parent, &child) ||
      !bson_iter_find_descendant(&child, path.c_str(), &value))
    return std::nullopt;
  return IdText(value);
}

std::optional<int64_t> DateAt(BsonView document, const std::string& path) {
  bson_iter_t root, value;
  if (!bson_iter_init(&root, document.get()) ||
      !bson_iter_find_descendant(&root, path.c_str(), &value) || !BSON_ITER_HOLDS_DATE_TIME(&value))
    return std::nullopt;
  return bson_iter_date_time(&value);
}

Result<std::vector<std::string>> ReadIds(const MongoConnection& connection,
                                         const std::string& collection, const Bson& filter) {
  std::vector<std::string> ids;
  Bson fields, opts;
  fields.Add("_id", 1);
  opts.Add("projection", fields);
  DYNAJOB_RETURN_IF_ERROR(connection.Find(
      collection, filter, opts, ReadFrom::kAsConfigured, [&] { ids.clear(); },
      [&](BsonView document) {
        if (auto id = IdAt(document, "_id")) ids.push_back(std::move(*id));
        return Status::Ok();
      }));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

Result<int64_t> ServerTime(const MongoConnection& connection) {
  std::optional<int64_t> time;
  DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) -> MongoStatus {
    bson_error_t error{};
    // The second is what the first was called before MongoDB 4.4.2.
    for (const char* name : {"hello", "isMaster"}) {
      Bson command, reply;
      command.Add(name, 1);
      if (!mongoc_client_command_simple(client.get(), "admin", command.get(), nullptr,
                                        reply.Receive(), &error))
        continue;
      time = DateAt(BsonView(reply.get()), "localTime");
      return std::nullopt;
    }
    return connection.Failure("ask for the time", error);
  }));
  if (time) return *time;
  return connection.InStore(ErrorCode::kIo, "the server does not tell its time");
}

std::string ShowValue(BsonView document, const char* key) {
  bson_iter_t value;
  if (!bson_iter_init_find(&value, document.get(), key)) return "(none)";
  if (auto text = IdText(value)) return *text;
  Bson shown;
  shown.Add(key, *bson_iter_value(&value));
  const std::unique_ptr<char, CDeleter<bson_free>> json(
      bson_as_relaxed_extended_json(shown.get(), nullptr));
  std::string text = json == nullptr ? "(unreadable)" : SanitizeUtf8(json.get());
  if (text.size() > kMaxExampleBytes) text = SanitizeUtf8(text.substr(0, kMaxExampleBytes)) + "…";
  return text;
}

}  // namespace dynajob
