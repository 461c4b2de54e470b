// Responses, cached labels and runs in MongoDB: what dynajob itself adds to a database. Their ids
// are dynajob's own, so they are strings, and pages follow the order of the ids.
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "mongo_queries.h"
#include "mongo_store.h"
#include "record_checks.h"

namespace dynajob {
namespace {

constexpr const char* kCandidateId = "candidate_id";
constexpr const char* kJobId = "job_id";
constexpr const char* kResponse = "response";
constexpr const char* kTimestamp = "timestamp";
constexpr const char* kModelVersion = "model_version";
constexpr const char* kValue = "value";
constexpr const char* kKind = "kind";
constexpr const char* kCreated = "created";
constexpr const char* kConfig = "config_toml";
constexpr const char* kResults = "results_json";

std::string TextAt(BsonView document, const char* key) { return IdAt(document, key).value_or(""); }

MongoUpdate Upsert(std::string_view id, const char* operation, const Bson& fields) {
  MongoUpdate update{ById(id), Bson()};
  update.update.Add(operation, fields);
  return update;
}

Bson Above(std::string_view key, std::string_view text) {
  Bson greater, filter;
  greater.Add("$gt", text);
  filter.Add(key, greater);
  return filter;
}

Bson SortedPage(std::initializer_list<const char*> keys, int64_t limit) {
  Bson sort, opts;
  for (const char* key : keys) sort.Add(key, 1);
  opts.Add("sort", sort).Add("limit", limit);
  return opts;
}

Result<ResponseEvent> ReadResponse(BsonView document, const MongoConnection& connection) {
  ResponseEvent event;
  event.event_id = TextAt(document, "_id");
  event.candidate_id = TextAt(document, kCandidateId);
  event.job_id = TextAt(document, kJobId);
  const std::string response_text = TextAt(document, kResponse);
  const auto response = ParseResponse(response_text);
  const auto timestamp = DateAt(document, kTimestamp);
  if (!response || !timestamp || event.event_id.empty())
    return connection.InStore(
        ErrorCode::kCorruptData,
        fmt::format("response '{}': it has the response '{}' and {} timestamp", event.event_id,
                    response_text, timestamp ? "a" : "no"));
  event.response = *response;
  event.timestamp_ms = *timestamp;
  event.model_version = TextAt(document, kModelVersion);
  return event;
}

}  // namespace

Status MongoStore::PutResponse(const ResponseEvent& event) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  DYNAJOB_RETURN_IF_ERROR(CheckResponse(event));
  const std::string what = fmt::format("response '{}'", event.event_id);
  DYNAJOB_ASSIGN_OR_RETURN(const BsonValue candidate,
                           RequireEntity(EntityKind::kCandidate, event.candidate_id, what));
  DYNAJOB_ASSIGN_OR_RETURN(const BsonValue job,
                           RequireEntity(EntityKind::kJob, event.job_id, what));
  Bson fields;
  fields.Add(kCandidateId, candidate.get()).Add(kJobId, job.get());
  fields.Add(kResponse, ToString(event.response)).AddDate(kTimestamp, event.timestamp_ms);
  fields.Add(kModelVersion, event.model_version);
  DYNAJOB_ASSIGN_OR_RETURN(
      const bool inserted,
      connection_->UpsertOne(names_.responses, Upsert(event.event_id, "$setOnInsert", fields)));
  if (inserted) return Status::Ok();
  // There before, or put by an attempt whose answer was lost.
  return connection_->Find(
      names_.responses, ById(event.event_id), Bson(), ReadFrom::kPrimary, [] {},
      [&](BsonView document) -> Status {
        DYNAJOB_ASSIGN_OR_RETURN(const ResponseEvent stored, ReadResponse(document, *connection_));
        if (stored == event) return Status::Ok();
        return InvalidArgument(
            fmt::format("{}: another event is stored under this event_id", what));
      });
}

Status MongoStore::ForEachResponse(const std::function<Status(ResponseEvent)>& visit) {
  Bson filter;
  std::vector<ResponseEvent> page;
  do {
    DYNAJOB_RETURN_IF_ERROR(connection_->Find(
        names_.responses, filter, SortedPage({kTimestamp, "_id"}, options_.page),
        ReadFrom::kAsConfigured, [&] { page.clear(); },
        [&](BsonView document) -> Status {
          DYNAJOB_ASSIGN_OR_RETURN(ResponseEvent event, ReadResponse(document, *connection_));
          page.push_back(std::move(event));
          return Status::Ok();
        }));
    if (page.empty()) break;
    Bson later, later_date, same = Above("_id", page.back().event_id), next;
    later_date.AddDate("$gt", page.back().timestamp_ms);
    later.Add(kTimestamp, later_date);
    same.AddDate(kTimestamp, page.back().timestamp_ms);
    next.AddArray("$or", BsonArray().Add(later).Add(same).elements());
    filter.Assign(std::move(next));
    for (ResponseEvent& event : page) DYNAJOB_RETURN_IF_ERROR(visit(std::move(event)));
  } while (static_cast<int64_t>(page.size()) == options_.page);
  return Status::Ok();
}

Result<std::optional<std::string>> MongoStore::GetLabel(std::string_view key) {
  std::optional<std::string> label;
  if (key.empty() || !CheckText("key", key).ok()) return label;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.labels, ById(key), Bson(), ReadFrom::kPrimary, [&] { label.reset(); },
      [&](BsonView document) {
        label = TextAt(document, kValue);
        return Status::Ok();
      }));
  return label;
}

Status MongoStore::PutLabels(std::span<const LabelRecord> labels) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  for (const LabelRecord& label : labels) DYNAJOB_RETURN_IF_ERROR(CheckLabel(label));
  std::map<std::string_view, std::string_view> newest;
  for (const LabelRecord& label : labels) newest[label.key] = label.value;
  std::vector<MongoUpdate> updates;
  for (const auto& [key, value] : newest) {
    Bson fields;
    fields.Add(kValue, value);
    updates.push_back(Upsert(key, "$set", fields));
  }
  return connection_->Update(names_.labels, updates, WriteTo::kMajority);
}

Status MongoStore::ForEachLabel(const std::function<Status(LabelRecord)>& visit) {
  Bson filter;
  std::vector<LabelRecord> page;
  do {
    DYNAJOB_RETURN_IF_ERROR(connection_->Find(
        names_.labels, filter, SortedPage({"_id"}, options_.page), ReadFrom::kAsConfigured,
        [&] { page.clear(); },
        [&](BsonView document) {
          page.push_back({TextAt(document, "_id"), TextAt(document, kValue)});
          return Status::Ok();
        }));
    if (page.empty()) break;
    filter.Assign(Above("_id", page.back().key));
    for (LabelRecord& label : page) DYNAJOB_RETURN_IF_ERROR(visit(std::move(label)));
  } while (static_cast<int64_t>(page.size()) == options_.page);
  return Status::Ok();
}

Status MongoStore::PutRun(const RunRecord& run) {
  DYNAJOB_RETURN_IF_ERROR(RequireWritable());
  DYNAJOB_RETURN_IF_ERROR(CheckRun(run));
  Bson fields;
  fields.Add(kKind, run.kind).AddDate(kCreated, run.created_ms);
  fields.Add(kConfig, run.config_toml).Add(kResults, run.results_json);
  auto written = connection_->UpsertOne(names_.runs, Upsert(run.id, "$set", fields));
  return written.ok() ? Status::Ok() : Status(written.error());
}

Result<std::vector<RunRecord>> MongoStore::ListRuns() {
  Bson sort, opts;
  sort.Add(kCreated, 1).Add("_id", 1);
  opts.Add("sort", sort);
  std::vector<RunRecord> runs;
  DYNAJOB_RETURN_IF_ERROR(connection_->Find(
      names_.runs, Bson(), opts, ReadFrom::kAsConfigured, [&] { runs.clear(); },
      [&](BsonView document) {
        runs.push_back({TextAt(document, "_id"), TextAt(document, kKind),
                        DateAt(document, kCreated).value_or(0), TextAt(document, kConfig),
                        TextAt(document, kResults)});
        return Status::Ok();
      }));
  return runs;
}

}  // namespace dynajob
