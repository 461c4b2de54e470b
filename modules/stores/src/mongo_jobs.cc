// Jobs of a MongoDB database by filter and by vector index, as a feed, and the indexes for that.
#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "mongo_ids.h"
#include "mongo_job_changes.h"
#include "mongo_queries.h"
#include "mongo_store.h"

namespace dynajob {
namespace {

// What Atlas allows as `limit` and `numCandidates`.
constexpr size_t kMaxVectorCandidates = 10'000;
// Candidates that the approximate search looks at per result; MongoDB's manual advises 10 to 20.
constexpr size_t kCandidatesPerResult = 20;
// Where a filter has more conditions than expiry, so many times the results are asked for: they are
// matched afterwards, since the facts of a job are not in the document of its vectors.
constexpr size_t kFilterOversampling = 5;
constexpr const char* kVectorIndexName = "dynajob_vectors";

// Filters find all jobs that may match, from an index where there is one; which of them do is then
// decided by the job as it is read, as in a catalog.

constexpr std::string_view kJoint = "; ";  // of an array of texts that is read as one

// Matches a field that is read as one of the texts: itself, a number, or an array of texts, of
// which the first is the text, or a part of it that ends at a joint. Nothing where an unknown value
// is wanted, which values of many kinds are.
void AddTexts(const std::string& field, const std::vector<std::string>& texts, Bson& document) {
  BsonArray values;
  for (const std::string& text : texts) {
    if (text.empty()) return;
    for (const BsonValue& reading : IdReadings(text)) values.Add(reading.get());
    for (size_t at = text.find(kJoint); at != text.npos; at = text.find(kJoint, at + 1))
      values.Add(std::string_view(text).substr(0, at));
  }
  if (values.size() == 0) return;
  Bson any;
  any.AddArray("$in", values.elements());
  document.Add(field, any);
}

// The same of the names of the modes, in any spelling that is read as one.
void AddModes(const std::string& field, const std::vector<WorkMode>& modes, Bson& document) {
  std::string names;
  for (const WorkMode mode : modes) {
    if (mode == WorkMode::kUnknown) return;
    names += fmt::format("{}{}", names.empty() ? "" : "|", ToString(mode));
  }
  if (names.empty()) return;
  Bson pattern;
  pattern.Add("$regex", fmt::format("^\\s*({})\\s*$", names)).Add("$options", "i");
  document.Add(field, pattern);
}

// [{field: {op: date}}, {field: {op: number}}]: dates may be written as Unix milliseconds.
Bson DateOrNumber(const std::string& field, const char* comparison, int64_t unix_ms) {
  Bson date, number, as_date, as_number;
  date.AddDate(comparison, unix_ms);
  number.Add(comparison, unix_ms);
  as_date.Add(field, date);
  as_number.Add(field, number);
  return BsonArray().Add(as_date).Add(as_number).elements();
}

Bson FilterDocument(const MongoNames& names, const JobFilter& filter) {
  Bson document;
  AddTexts(names.job_location, filter.locations, document);
  AddTexts(names.job_sector, filter.sectors, document);
  AddModes(names.job_work_mode, filter.work_modes, document);
  if (filter.posted_after_ms)
    document.AddArray("$or", DateOrNumber(names.job_posted, "$gte", *filter.posted_after_ms));
  if (filter.not_expired_at_ms)
    document.AddArray("$nor", DateOrNumber(names.job_expires, "$lte", *filter.not_expired_at_ms));
  return document;
}

bool OnlyExpiry(const JobFilter& filter) {
  return filter.locations.empty() && filter.sectors.empty() && filter.work_modes.empty() &&
         !filter.posted_after_ms;
}

Bson Stage(const char* name, const Bson& argument) {
  Bson stage;
  stage.Add(name, argument);
  return stage;
}

// Runs a pipeline; false when the server refuses it, which is how it says that it has no such
// stage or index. An error only when the server is gone.
Result<bool> Aggregate(const MongoConnection& connection, const std::string& collection,
                       const BsonArray& stages, const std::function<void()>& restart,
                       const std::function<void(BsonView)>& visit) {
  Bson pipeline;
  pipeline.AddArray("pipeline", stages.elements());
  bool refused = false;
  DYNAJOB_RETURN_IF_ERROR(connection.Repeat([&](const MongoClient& client) -> MongoStatus {
    restart();
    const MongoCollection handle = connection.Collection(client, collection);
    const MongoCursor cursor(mongoc_collection_aggregate(handle.get(), MONGOC_QUERY_NONE,
                                                         pipeline.get(), nullptr, nullptr));
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document)) visit(BsonView(document));
    bson_error_t error{};
    const bson_t* reply = nullptr;
    if (!mongoc_cursor_error_document(cursor.get(), &error, &reply)) return std::nullopt;
    const MongoFailure failure =
        connection.Failure(fmt::format("search {}", collection), error, reply);
    refused = failure.error.code == ErrorCode::kIo && !failure.transient;
    return refused ? MongoStatus() : MongoStatus(failure);
  }));
  return !refused;
}

std::string Json(const Bson& document) {
  const std::unique_ptr<char, CDeleter<bson_free>> json(
      bson_as_relaxed_extended_json(document.get(), nullptr));
  return json == nullptr ? std::string() : std::string(json.get());
}

// The fields of a queryable vector index, as $listSearchIndexes describes it.
void NoteVectorIndex(BsonView index, std::map<std::string, std::string>& by_field) {
  bson_iter_t value, definition, fields, field;
  if (!bson_iter_init_find(&value, index.get(), "queryable") || !bson_iter_as_bool(&value)) return;
  const auto name = IdAt(index, "name");
  if (!name || !bson_iter_init_find(&value, index.get(), "latestDefinition") ||
      !bson_iter_recurse(&value, &definition) || !bson_iter_find(&definition, "fields") ||
      !bson_iter_recurse(&definition, &fields))
    return;
  for (field = fields; bson_iter_next(&field);)
    if (const auto path = IdAt(field, "path"); path && IdAt(field, "type") == "vector")
      by_field.try_emplace(*path, *name);
}

}  // namespace

Result<std::vector<std::string>> MongoStore::FindJobIds(const JobFilter& filter) {
  return MatchingIds(filter, Bson());
}

Result<std::vector<std::string>> MongoStore::MatchingIds(const JobFilter& filter,
                                                         const Bson& among) const {
  if (filter == JobFilter() && among.empty()) return ReadIds(*connection_, names_.jobs, Bson());
  Bson document = FilterDocument(names_, filter);
  document.AddAll(among);
  Bson fields, opts;
  for (const std::string* field : {&names_.job_location, &names_.job_sector, &names_.job_work_mode,
                                   &names_.job_posted, &names_.job_expires})
    fields.Add(*field, 1);
  opts.Add("projection", fields);
  std::vector<std::string> ids;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.jobs, document, opts, ReadFrom::kAsConfigured, [&] { ids.clear(); },
      [&](BsonView found) {
        if (auto job = job_reader_.Read(found); job && filter.Matches(*job))
          ids.push_back(std::move(job->id));
        return Status::Ok();
      }));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// Asked for once: an index that is made later is used by the next command.
Result<const std::map<std::string, std::string>*> MongoStore::VectorIndexes() {
  if (vector_indexes_) return &*vector_indexes_;
  std::map<std::string, std::string> by_field;
  DYNAJOB_ASSIGN_OR_RETURN(
      const bool known,
      Aggregate(
          *connection_, names_.job_embeddings, BsonArray().Add(Stage("$listSearchIndexes", Bson())),
          [&] { by_field.clear(); }, [&](BsonView index) { NoteVectorIndex(index, by_field); }));
  if (!known) by_field.clear();
  return &vector_indexes_.emplace(std::move(by_field));
}

Result<std::optional<std::vector<std::string>>> MongoStore::NearestJobIds(
    std::string_view field, std::span<const float> vector, size_t k, const JobFilter& filter) {
  using Found = std::optional<std::vector<std::string>>;
  DYNAJOB_RETURN_IF_ERROR(StoredFieldName(EntityKind::kJob, field));
  DYNAJOB_ASSIGN_OR_RETURN(const auto* indexes, VectorIndexes());
  const std::string& stored = names_.Vector(EntityKind::kJob, field);
  const auto index = indexes->find(stored);
  if (index == indexes->end()) return Found();

  const size_t wanted = OnlyExpiry(filter) ? k : kFilterOversampling * k;
  const size_t limit = std::clamp<size_t>(wanted, 1, kMaxVectorCandidates);
  BsonArray query;
  for (const float value : vector) query.Add(static_cast<double>(value));
  Bson search, project;
  search.Add("index", index->second).Add("path", stored);
  search.AddArray("queryVector", query.elements());
  search.Add("numCandidates",
             static_cast<int64_t>(std::min(kMaxVectorCandidates, kCandidatesPerResult * limit)));
  search.Add("limit", static_cast<int64_t>(limit));
  project.Add(names_.job_reference, 1);
  std::vector<std::string> near;  // nearest first
  DYNAJOB_ASSIGN_OR_RETURN(
      const bool found,
      Aggregate(
          *connection_, names_.job_embeddings,
          BsonArray().Add(Stage("$vectorSearch", search)).Add(Stage("$project", project)),
          [&] { near.clear(); },
          [&](BsonView document) {
            if (auto id = IdAt(document, names_.job_reference)) near.push_back(std::move(*id));
          }));
  if (!found) return Found();
  if (near.empty()) return Found(std::move(near));

  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                           MatchingIds(filter, FilterByTexts("_id", near)));
  std::set<std::string_view> unseen(ids.begin(), ids.end());
  std::erase_if(near, [&](const std::string& id) { return unseen.erase(id) == 0; });
  near.resize(std::min(near.size(), k));
  return Found(std::move(near));
}

Result<std::unique_ptr<JobFeed>> MongoStore::WatchJobs() {
  const MongoFeedContext context{*connection_, options_, names_, job_reader_, held_clients_};
  DYNAJOB_ASSIGN_OR_RETURN(auto feed, OpenChangeStreamFeed(context));
  if (feed != nullptr) return feed;
  return OpenPollingFeed(context);
}

Result<std::vector<IndexAdvice>> MongoStore::MissingIndexes(const CatalogSpec& spec) {
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  std::vector<IndexAdvice> missing;
  std::map<std::string, std::set<std::string>> present;  // by collection: keys, as JSON
  for (const auto& [collection, fields] : WantedIndexes()) {
    const auto [keys, is_new] = present.try_emplace(collection);
    if (is_new) {
      DYNAJOB_ASSIGN_OR_RETURN(keys->second, IndexKeys(collection));
    }
    Bson key;
    for (const std::string& field : fields) key.Add(field, 1);
    if (!keys->second.contains(Json(key)))
      missing.push_back({collection, "index", "", Json(key), "filters, feeds and look-ups"});
  }
  DYNAJOB_ASSIGN_OR_RETURN(const auto* indexes, VectorIndexes());
  EntitySummary summary;
  DYNAJOB_RETURN_IF_ERROR(SummarizeFields(EntityKind::kJob, summary));
  BsonArray fields;
  for (const FieldSpec& field : spec.action_fields) {
    const std::string& stored = names_.Vector(EntityKind::kJob, field.name);
    const auto known = std::ranges::find_if(summary.fields, [&](const FieldSummary& entry) {
      return entry.name == field.name && entry.count > 0;
    });
    if (indexes->contains(stored) || known == summary.fields.end()) continue;
    Bson definition;
    definition.Add("type", "vector").Add("path", stored);
    definition.Add("numDimensions", static_cast<int>(known->dimension));
    definition.Add("similarity", "cosine");
    fields.Add(definition);
  }
  if (fields.size() == 0) return missing;
  Bson definition;
  definition.AddArray("fields", fields.elements());
  missing.push_back({names_.job_embeddings, "vector search index", kVectorIndexName,
                     Json(definition), "candidate_sets.source = nearest or mixed, on Atlas"});
  return missing;
}

Result<std::set<std::string>> MongoStore::IndexKeys(const std::string& collection) const {
  std::set<std::string> keys;
  DYNAJOB_RETURN_IF_ERROR(connection_->Repeat([&](const MongoClient& client) -> MongoStatus {
    keys.clear();
    const MongoCollection handle = connection_->Collection(client, collection);
    const MongoCursor cursor(mongoc_collection_find_indexes_with_opts(handle.get(), nullptr));
    const bson_t* index = nullptr;
    while (mongoc_cursor_next(cursor.get(), &index)) {
      bson_iter_t key, part;
      if (!bson_iter_init_find(&key, index, "key") || !bson_iter_recurse(&key, &part)) continue;
      Bson fields;  // directions may be stored as any kind of number
      while (bson_iter_next(&part))
        fields.Add(bson_iter_key(&part), static_cast<int>(bson_iter_as_int64(&part)));
      keys.insert(Json(fields));
    }
    bson_error_t error{};
    if (!mongoc_cursor_error(cursor.get(), &error)) return std::nullopt;
    const MongoFailure failure = connection_->Failure("list the indexes", error);
    // A collection that does not exist yet has none.
    return failure.error.code == ErrorCode::kIo ? MongoStatus() : MongoStatus(failure);
  }));
  return keys;
}

}  // namespace dynajob
