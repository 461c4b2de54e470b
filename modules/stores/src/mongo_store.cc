#include "mongo_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "mongo_ids.h"
#include "record_checks.h"

namespace dynajob {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::string_view kVersionId = "schema_version";

void NoRestart() {}

Bson Projection(const Bson& fields) {
  Bson opts;
  opts.Add("projection", fields);
  return opts;
}

Bson OnlyIds() {
  Bson id;
  id.Add("_id", 1);
  return Projection(id);
}

std::optional<BsonValue> ValueOf(BsonView document, const char* key) {
  bson_iter_t value;
  if (!bson_iter_init_find(&value, document.get(), key)) return std::nullopt;
  return BsonValue(*bson_iter_value(&value));
}

}  // namespace

MongoStore::MongoStore(std::unique_ptr<MongoConnection> connection, const MongoOptions& options,
                       OpenMode mode)
    : connection_(std::move(connection)),
      options_(options),
      names_(options.ResolveNames()),
      mode_(mode),
      job_reader_(names_),
      candidate_reader_(names_) {}

Result<std::unique_ptr<Store>> MongoStore::Open(std::string_view address, OpenMode mode,
                                                const MongoOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(auto connection, MongoConnection::Open(address, options));
  std::unique_ptr<MongoStore> store(new MongoStore(std::move(connection), options, mode));
  if (mode != OpenMode::kCreate) DYNAJOB_RETURN_IF_ERROR(store->CheckExists());
  DYNAJOB_RETURN_IF_ERROR(store->PrepareSchema());
  return std::unique_ptr<Store>(std::move(store));
}

// MongoDB makes a database when it is first written to, so a misspelt name looks like an empty one.
Status MongoStore::CheckExists() const {
  std::set<std::string> present;
  DYNAJOB_RETURN_IF_ERROR(connection_->Repeat([&](const MongoClient& client) -> MongoStatus {
    present.clear();
    const MongoDatabase database(
        mongoc_client_get_database(client.get(), connection_->database().c_str()));
    Bson opts;
    opts.Add("nameOnly", true).Add("authorizedCollections", true);
    const MongoCursor cursor(
        mongoc_database_find_collections_with_opts(database.get(), opts.get()));
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document))
      if (const auto name = ValueOf(BsonView(document), "name"))
        if (const auto text = IdText(name->get())) present.insert(*text);
    bson_error_t error{};
    if (!mongoc_cursor_error(cursor.get(), &error)) return std::nullopt;
    return connection_->Failure("list the collections", error);
  }));
  for (const std::string* name : {&names_.jobs, &names_.candidates})
    if (present.contains(*name)) return Status::Ok();
  return connection_->InStore(
      ErrorCode::kStoreUnreachable,
      fmt::format("the database '{}' has neither a collection '{}' nor '{}'; is the name of the "
                  "database right, or mongo.preset? `dynajob import` makes a new one",
                  connection_->database(), names_.jobs, names_.candidates));
}

Status MongoStore::PrepareSchema() const {
  Bson filter;
  filter.Add("_id", kVersionId);
  int64_t version = 0;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.meta, filter, Bson(), ReadFrom::kAsConfigured, NoRestart, [&](BsonView document) {
        bson_iter_t value;
        if (bson_iter_init_find(&value, document.get(), "value") && BSON_ITER_HOLDS_INT(&value))
          version = bson_iter_as_int64(&value);
        return Status::Ok();
      }));
  if (version > kSchemaVersion)
    return connection_->InStore(
        ErrorCode::kFailedPrecondition,
        fmt::format("written by a newer dynajob (schema version {}; this one reads up to {})",
                    version, kSchemaVersion));
  if (mode_ == OpenMode::kReadOnly || version == kSchemaVersion) return Status::Ok();
  for (const auto& [collection, fields] : WantedIndexes())
    DYNAJOB_RETURN_IF_ERROR(connection_->EnsureIndex(collection, fields));
  Bson value, set;
  value.Add("value", kSchemaVersion);
  set.Add("$set", value);
  auto written = connection_->UpsertOne(names_.meta, {filter, set});
  return written.ok() ? Status::Ok() : Status(written.error());
}

std::vector<std::pair<std::string, std::vector<std::string>>> MongoStore::WantedIndexes() const {
  return {{names_.job_embeddings, {names_.job_reference}},
          {names_.candidate_embeddings, {names_.candidate_reference}},
          {names_.responses, {"timestamp", "_id"}},
          // For filters of jobs and, where there are no change streams, for feeds.
          {names_.jobs, {names_.job_location, names_.job_sector}},
          {names_.jobs, {names_.job_sector}},
          {names_.jobs, {names_.job_posted}},
          {names_.jobs, {names_.job_updated}},
          {names_.job_embeddings, {names_.job_vectors_updated}}};
}

Status MongoStore::RequireWritable() const {
  if (mode_ != OpenMode::kReadOnly) return Status::Ok();
  return connection_->InStore(ErrorCode::kIo, "the store was opened for reading only");
}

Result<MongoStore::IdValues> MongoStore::FindIds(EntityKind kind,
                                                 const std::vector<std::string>& texts) const {
  IdValues values;
  if (texts.empty()) return values;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Entities(kind), FilterByTexts("_id", texts), OnlyIds(), ReadFrom::kPrimary,
      [&] { values.clear(); },
      [&](BsonView document) -> Status {
        auto value = ValueOf(document, "_id");
        const auto text = value ? IdText(value->get()) : std::nullopt;
        if (!text || values.try_emplace(*text, std::move(*value)).second) return Status::Ok();
        return connection_->InStore(
            ErrorCode::kInvalidArgument,
            fmt::format("the id '{}' is ambiguous: more than one {} has it, with different types",
                        *text, ToString(kind)));
      }));
  return values;
}

Result<BsonValue> MongoStore::RequireEntity(EntityKind kind, const std::string& id,
                                            std::string_view what) const {
  DYNAJOB_ASSIGN_OR_RETURN(IdValues values, FindIds(kind, {id}));
  const auto found = values.find(id);
  if (found != values.end()) return found->second;
  return NotFound(fmt::format("{}: there is no {} '{}' in {}", what, ToString(kind), id, name()));
}

template <typename Record>
Status MongoStore::PutRecords(EntityKind kind, std::span<const Record> records,
                              Status (*check)(const Record&)) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  for (const Record& record : records) DYNAJOB_RETURN_IF_ERROR(check(record));
  const auto page = static_cast<size_t>(options_.page);
  for (size_t begin = 0; begin < records.size(); begin += page)
    DYNAJOB_RETURN_IF_ERROR(
        PutPage(kind, records.subspan(begin, std::min(page, records.size() - begin))));
  return Status::Ok();
}

template <typename Record>
Status MongoStore::PutPage(EntityKind kind, std::span<const Record> records) {
  std::map<std::string_view, const Record*> newest;  // the last of each id counts
  for (const Record& record : records) newest[record.id] = &record;
  std::vector<std::string> ids;
  for (const auto& [id, unused] : newest) ids.emplace_back(id);
  DYNAJOB_ASSIGN_OR_RETURN(const IdValues values, FindIds(kind, ids));
  std::map<std::string, Record, std::less<>> stored;
  if (!values.empty())
    DYNAJOB_RETURN_IF_ERROR(connection_->Find(
        names_.Entities(kind), FilterByTexts("_id", ids), Projection(Reader<Record>().projection()),
        ReadFrom::kPrimary, [&] { stored.clear(); },
        [&](BsonView document) {
          if (auto record = Reader<Record>().Read(document)) {
            std::string id = record->id;
            stored.insert_or_assign(std::move(id), std::move(*record));
          }
          return Status::Ok();
        }));

  std::vector<std::string> stale;
  std::vector<MongoUpdate> updates;
  for (const auto& [id, record] : newest) {
    const auto old = stored.find(id);
    if (old != stored.end() && old->second == *record) continue;
    if (old != stored.end() && !SameEmbeddedText(old->second, *record)) stale.emplace_back(id);
    MongoUpdate update{Bson(), RecordUpdate(names_, *record)};
    const auto value = values.find(id);
    if (value == values.end()) {
      update.filter.Add("_id", id);
    } else {
      update.filter.Add("_id", value->second.get());
    }
    updates.push_back(std::move(update));
  }
  // First, so that a call that is cut short never leaves new text with old vectors.
  DYNAJOB_RETURN_IF_ERROR(DropEmbeddings(kind, stale));
  return connection_->Update(names_.Entities(kind), updates);
}

// The ids are read first, and the records then by pages: MongoDB's own order of ids is not that of
// their texts (9 comes before 10), and the visitor may write.
template <typename Record>
Status MongoStore::ForEachRecord(EntityKind kind, const std::function<Status(Record)>& visit) {
  std::vector<std::pair<std::string, BsonValue>> ids;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Entities(kind), Bson(), OnlyIds(), ReadFrom::kAsConfigured, [&] { ids.clear(); },
      [&](BsonView document) {
        auto value = ValueOf(document, "_id");
        if (auto text = value ? IdText(value->get()) : std::nullopt)
          ids.emplace_back(std::move(*text), std::move(*value));
        return Status::Ok();
      }));
  std::sort(ids.begin(), ids.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const auto page = static_cast<size_t>(options_.page);
  for (size_t begin = 0; begin < ids.size(); begin += page) {
    std::vector<BsonValue> values;
    for (size_t i = begin; i < std::min(begin + page, ids.size()); ++i)
      values.push_back(ids[i].second);
    std::vector<Record> records;
    DYNAJOB_RETURN_IF_ERROR(connection_->Find(
        names_.Entities(kind), FilterByValues("_id", values),
        Projection(Reader<Record>().projection()), ReadFrom::kAsConfigured,
        [&] { records.clear(); },
        [&](BsonView document) {
          if (auto record = Reader<Record>().Read(document)) records.push_back(std::move(*record));
          return Status::Ok();
        }));
    std::sort(records.begin(), records.end(),
              [](const Record& a, const Record& b) { return a.id < b.id; });
    for (Record& record : records) DYNAJOB_RETURN_IF_ERROR(visit(std::move(record)));
  }
  return Status::Ok();
}

template <typename Record>
Result<std::optional<Record>> MongoStore::GetRecord(EntityKind kind, std::string_view id) {
  std::optional<Record> found;
  // What no store accepts as an id is in none.
  if (id.empty() || !CheckText("id", id).ok()) return found;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.Entities(kind), FilterByTexts("_id", {std::string(id)}),
      Projection(Reader<Record>().projection()), ReadFrom::kPrimary, [&] { found.reset(); },
      [&](BsonView document) -> Status {
        if (found)
          return connection_->InStore(
              ErrorCode::kInvalidArgument,
              fmt::format("the id '{}' is ambiguous: more than one {} has it, with different types",
                          id, ToString(kind)));
        found = Reader<Record>().Read(document);
        return Status::Ok();
      }));
  return found;
}

Status MongoStore::PutJobs(std::span<const Job> jobs) {
  return PutRecords<Job>(EntityKind::kJob, jobs, CheckJob);
}

Status MongoStore::PutCandidates(std::span<const Candidate> candidates) {
  return PutRecords<Candidate>(EntityKind::kCandidate, candidates, CheckCandidate);
}

Status MongoStore::ForEachJob(const std::function<Status(Job)>& visit) {
  return ForEachRecord<Job>(EntityKind::kJob, visit);
}

Status MongoStore::ForEachCandidate(const std::function<Status(Candidate)>& visit) {
  return ForEachRecord<Candidate>(EntityKind::kCandidate, visit);
}

Result<std::optional<Job>> MongoStore::GetJob(std::string_view id) {
  return GetRecord<Job>(EntityKind::kJob, id);
}

Result<std::optional<Candidate>> MongoStore::GetCandidate(std::string_view id) {
  return GetRecord<Candidate>(EntityKind::kCandidate, id);
}

}  // namespace dynajob
