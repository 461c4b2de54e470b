#include "mongo_job_feed.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "bson_vector.h"
#include "mongo_ids.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

using MongoStreamOfChanges =
    std::unique_ptr<mongoc_change_stream_t, CDeleter<mongoc_change_stream_destroy>>;

// How late a time of update may become visible.
constexpr milliseconds kOverlap(2000);
// Between two polls of a feed that waits.
constexpr milliseconds kPollInterval(250);
// Between two comparisons of all ids, which find deletions.
constexpr milliseconds kSweepInterval(60'000);
// Changed ids of one Poll, which bounds the memory of a feed that is behind.
constexpr size_t kMaxChanges = 1000;

std::optional<std::string> IdAt(BsonView document, const char* path) {
  bson_iter_t root, value;
  if (!bson_iter_init(&root, document.get()) || !bson_iter_find_descendant(&root, path, &value))
    return std::nullopt;
  return IdText(value);
}

class ChangeStreamFeed final : public JobFeed {
 public:
  explicit ChangeStreamFeed(const MongoFeedContext& context) : context_(context) {}

  std::string_view method() const override { return "change stream"; }

  // Opens or resumes the stream; the failure of the attempt.
  Result<MongoStatus> Connect() {
    stream_.reset();
    if (!client_) {
      DYNAJOB_ASSIGN_OR_RETURN(MongoClient client, context_.connection.Client());
      client_.emplace(std::move(client));
    }
    const MongoDatabase database(
        mongoc_client_get_database(client_->get(), context_.connection.database().c_str()));
    Bson opts;
    opts.Add("maxAwaitTimeMS", static_cast<int64_t>(kPollInterval.count()));
    if (!resume_token_.empty()) opts.Add("resumeAfter", resume_token_);
    stream_.reset(mongoc_database_watch(database.get(), Pipeline().get(), opts.get()));
    return Failure();
  }

  Result<std::vector<JobChange>> Poll(milliseconds timeout) override {
    const auto deadline = steady_clock::now() + timeout;
    while (changed_.empty()) {
      DYNAJOB_RETURN_IF_ERROR(Take());
      if (steady_clock::now() >= deadline) break;
    }
    const std::vector<std::string> ids(changed_.begin(), changed_.end());
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, ReadJobChanges(context_, ids));
    changed_.clear();
    return changes;
  }

 private:
  // Events of the two collections, without their documents but for whose vectors they are.
  Bson Pipeline() const {
    const MongoNames& names = context_.names;
    Bson any, wanted, match, fields, project, pipeline;
    any.AddArray("$in", BsonArray().Add(names.jobs).Add(names.job_embeddings).elements());
    wanted.Add("ns.coll", any);
    match.Add("$match", wanted);
    fields.Add("ns", 1).Add("operationType", 1).Add("documentKey", 1);
    fields.Add(fmt::format("fullDocument.{}", names.job_reference), 1);
    project.Add("$project", fields);
    pipeline.AddArray("pipeline", BsonArray().Add(match).Add(project).elements());
    return pipeline;
  }

  // What the stream says is wrong; nullopt: nothing.
  MongoStatus Failure() const {
    bson_error_t error{};
    const bson_t* reply = nullptr;
    if (!mongoc_change_stream_error_document(stream_.get(), &error, &reply)) return std::nullopt;
    return context_.connection.Failure("follow the jobs", error, reply);
  }

  // The events that are there, or none after a short wait.
  Status Take() {
    if (stream_ == nullptr) {
      DYNAJOB_ASSIGN_OR_RETURN(const MongoStatus failure, Connect());
      if (failure) {
        stream_.reset();
        return failure->error;
      }
    }
    const bson_t* event = nullptr;
    while (changed_.size() < kMaxChanges && mongoc_change_stream_next(stream_.get(), &event))
      DYNAJOB_RETURN_IF_ERROR(Note(BsonView(event)));
    if (const bson_t* token = mongoc_change_stream_get_resume_token(stream_.get())) {
      Bson copy;
      bson_copy_to(token, copy.Receive());
      resume_token_.Assign(copy);
    }
    const MongoStatus failure = Failure();
    if (!failure) return Status::Ok();
    stream_.reset();  // the next call resumes
    return failure->error;
  }

  Status Note(BsonView event) {
    const auto collection = IdAt(event, "ns.coll");
    const auto operation = IdAt(event, "operationType");
    if (!collection || !operation)
      return context_.connection.InStore(ErrorCode::kCorruptData,
                                         "an event of the change stream names no collection");
    if (*operation == "drop" || *operation == "rename")
      return context_.connection.InStore(
          ErrorCode::kIo, fmt::format("the collection '{}' was dropped or renamed", *collection));
    std::optional<std::string> id;
    if (*collection == context_.names.job_embeddings)
      id = IdAt(event, fmt::format("fullDocument.{}", context_.names.job_reference).c_str());
    // Of a deletion only the _id is known, which for documents that dynajob made is the job's.
    if (!id) id = IdAt(event, "documentKey._id");
    if (id) changed_.insert(std::move(*id));
    return Status::Ok();
  }

  MongoFeedContext context_;
  std::optional<MongoClient> client_;
  MongoStreamOfChanges stream_;  // of client_
  Bson resume_token_;
  std::set<std::string> changed_;
};

class PollingFeed final : public JobFeed {
 public:
  explicit PollingFeed(const MongoFeedContext& context) : context_(context) {}

  std::string_view method() const override { return "polling by the time of the last update"; }

  // What is there now is not reported.
  Status Start() {
    DYNAJOB_ASSIGN_OR_RETURN(newest_, NewestTime());
    if (const auto swept = Sweep(); !swept.ok()) return swept.error();
    floor_ = newest_ - kOverlap.count();
    newest_history_.push_back({steady_clock::now(), newest_});
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ChangedIds());
    DYNAJOB_ASSIGN_OR_RETURN(const auto now, ReadJobChanges(context_, ids));
    for (const JobChange& change : now) reported_[change.id] = change;
    return Status::Ok();
  }

  Result<std::vector<JobChange>> Poll(milliseconds timeout) override {
    const auto deadline = steady_clock::now() + timeout;
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, Look());
      const auto left = deadline - steady_clock::now();
      if (!changes.empty() || left <= steady_clock::duration::zero()) return changes;
      std::this_thread::sleep_for(std::min<steady_clock::duration>(kPollInterval, left));
    }
  }

 private:
  struct Newest {
    steady_clock::time_point seen;
    int64_t time_ms;
  };

  Result<std::vector<JobChange>> Look() {
    const auto now = steady_clock::now();
    while (newest_history_.size() > 1 && now - newest_history_[1].seen >= kOverlap)
      newest_history_.pop_front();
    if (now - newest_history_.front().seen >= kOverlap)
      floor_ = std::max(floor_, newest_history_.front().time_ms);

    const int64_t newest_before = newest_;
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> ids, ChangedIds());
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> found, ReadJobChanges(context_, ids));
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<std::string> deleted, Deleted(found, now));
    std::map<std::string, JobChange> reported;
    std::vector<JobChange> changes;
    for (JobChange& change : found) {
      const auto before = reported_.find(change.id);
      if (before == reported_.end() || before->second != change) changes.push_back(change);
      if (change.job) known_.insert(change.id);
      reported[change.id] = std::move(change);
    }
    reported_ = std::move(reported);
    for (const std::string& id : deleted) {
      known_.erase(id);
      changes.push_back({.id = id, .job = std::nullopt, .vectors = {}});
    }
    if (newest_ != newest_before) newest_history_.push_back({now, newest_});
    return changes;
  }

  // The ids of jobs, or of the jobs of vectors, that were updated after floor_; moves newest_.
  Result<std::vector<std::string>> ChangedIds() {
    const MongoNames& names = context_.names;
    std::set<std::string> ids;
    int64_t newest = newest_;
    for (const auto& [collection, time, id] :
         {std::tuple(&names.jobs, &names.job_updated, std::string("_id")),
          std::tuple(&names.job_embeddings, &names.job_vectors_updated, names.job_reference)}) {
      Bson above, filter, fields, opts;
      above.AddDate("$gt", floor_);
      filter.Add(*time, above);
      fields.Add(id, 1).Add(*time, 1);
      opts.Add("projection", fields);
      DYNAJOB_RETURN_IF_ERROR(context_.connection.Find(
          *collection, filter, opts, ReadFrom::kPrimary, [] {},
          [&, &time = time, &id = id](BsonView document) {
            bson_iter_t value;
            if (bson_iter_init_find(&value, document.get(), time->c_str()) &&
                BSON_ITER_HOLDS_DATE_TIME(&value))
              newest = std::max(newest, bson_iter_date_time(&value));
            if (auto text = IdAt(document, id.c_str())) ids.insert(std::move(*text));
            return Status::Ok();
          }));
    }
    newest_ = newest;
    return std::vector<std::string>(ids.begin(), ids.end());
  }

  Result<int64_t> NewestTime() const {
    const MongoNames& names = context_.names;
    int64_t newest = 0;
    for (const auto& [collection, time] :
         {std::pair(&names.jobs, &names.job_updated),
          std::pair(&names.job_embeddings, &names.job_vectors_updated)}) {
      Bson order, fields, opts;
      order.Add(*time, -1);
      fields.Add(*time, 1);
      opts.Add("sort", order).Add("projection", fields).Add("limit", int64_t{1});
      DYNAJOB_RETURN_IF_ERROR(context_.connection.Find(
          *collection, Bson(), opts, ReadFrom::kPrimary, [] {},
          [&, &time = time](BsonView document) {
            bson_iter_t value;
            if (bson_iter_init_find(&value, document.get(), time->c_str()) &&
                BSON_ITER_HOLDS_DATE_TIME(&value))
              newest = std::max(newest, bson_iter_date_time(&value));
            return Status::Ok();
          }));
    }
    return newest;
  }

  // Ids that are there no more; looks only when it is time to, or when jobs are missing.
  Result<std::vector<std::string>> Deleted(const std::vector<JobChange>& found,
                                           steady_clock::time_point now) {
    DYNAJOB_ASSIGN_OR_RETURN(const size_t count,
                             context_.connection.EstimateCount(context_.names.jobs));
    size_t expected = known_.size();
    for (const JobChange& change : found)
      expected += change.job && !known_.contains(change.id) ? 1 : 0;
    if (count >= expected && now - swept_ < kSweepInterval) return std::vector<std::string>();
    return Sweep();
  }

  // Reads all ids; those of before that are gone.
  Result<std::vector<std::string>> Sweep() {
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<std::string> ids,
                             ReadIds(context_.connection, context_.names.jobs, Bson()));
    std::set<std::string> present(std::make_move_iterator(ids.begin()),
                                  std::make_move_iterator(ids.end()));
    std::vector<std::string> gone;
    std::ranges::set_difference(known_, present, std::back_inserter(gone));
    known_ = std::move(present);
    swept_ = steady_clock::now();
    return gone;
  }

  MongoFeedContext context_;
  int64_t floor_ = 0;   // what is newer is asked for
  int64_t newest_ = 0;  // time of update that was seen
  std::deque<Newest> newest_history_;
  std::map<std::string, JobChange> reported_;  // of what is newer than floor_, the last state
  std::set<std::string> known_;
  steady_clock::time_point swept_;
};

}  // namespace

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

namespace {

using ChangesById = std::map<std::string, JobChange>;

Status ReadJobs(const MongoFeedContext& context, const std::vector<std::string>& ids,
                ChangesById& changes) {
  Bson opts;
  opts.Add("projection", context.reader.projection());
  return context.connection.Find(
      context.names.jobs, FilterByTexts("_id", ids), opts, ReadFrom::kPrimary, [] {},
      [&](BsonView document) {
        if (auto job = context.reader.Read(document))
          if (const auto change = changes.find(job->id); change != changes.end())
            change->second.job = std::move(*job);
        return Status::Ok();
      });
}

// Those that are none are as if they were not there, as for a catalog.
std::vector<StoredVector> VectorsOf(const MongoFeedContext& context, BsonView document) {
  std::vector<StoredVector> vectors;
  const VectorNotes notes(document);
  for (const FieldName& field : KnownFields(EntityKind::kJob)) {
    const std::string& stored = context.names.Vector(EntityKind::kJob, field.name);
    bson_iter_t value;
    std::vector<float> values;
    if (!bson_iter_init_find(&value, document.get(), stored.c_str()) ||
        DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), values).defect !=
            VectorDefect::kNone)
      continue;
    const auto note = notes.Of(stored);
    vectors.push_back({std::string(field.name),
                       std::string(note ? note->embedder : context.options.embedder),
                       std::move(values)});
  }
  return vectors;
}

Status ReadVectors(const MongoFeedContext& context, const std::vector<std::string>& ids,
                   ChangesById& changes) {
  const std::string& reference = context.names.job_reference;
  std::map<std::string, std::string> chosen;  // of several documents that of the first _id counts
  const auto restart = [&] {
    chosen.clear();
    for (const std::string& id : ids) changes[id].vectors.clear();
  };
  return context.connection.Find(
      context.names.job_embeddings, FilterByTexts(reference, ids), Bson(), ReadFrom::kPrimary,
      restart, [&](BsonView document) {
        const auto owner = IdAt(document, reference.c_str());
        const std::string id = IdAt(document, "_id").value_or("");
        if (!owner || !changes.contains(*owner)) return Status::Ok();
        const auto [first, is_first] = chosen.try_emplace(*owner, id);
        if (!is_first && first->second <= id) return Status::Ok();
        first->second = id;
        changes[*owner].vectors = VectorsOf(context, document);
        return Status::Ok();
      });
}

}  // namespace

Result<std::vector<JobChange>> ReadJobChanges(const MongoFeedContext& context,
                                              const std::vector<std::string>& ids) {
  ChangesById changes;
  for (const std::string& id : ids) changes[id] = {.id = id, .job = std::nullopt, .vectors = {}};
  const auto page = static_cast<size_t>(context.options.page);
  for (size_t begin = 0; begin < ids.size(); begin += page) {
    const std::vector<std::string> part(
        ids.begin() + static_cast<std::ptrdiff_t>(begin),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + page, ids.size())));
    DYNAJOB_RETURN_IF_ERROR(ReadJobs(context, part, changes));
    DYNAJOB_RETURN_IF_ERROR(ReadVectors(context, part, changes));
  }
  std::vector<JobChange> in_order;
  for (auto& [id, change] : changes) {
    if (!change.job) change.vectors.clear();
    in_order.push_back(std::move(change));
  }
  return in_order;
}

Result<std::unique_ptr<JobFeed>> OpenChangeStreamFeed(const MongoFeedContext& context) {
  auto feed = std::make_unique<ChangeStreamFeed>(context);
  DYNAJOB_ASSIGN_OR_RETURN(const MongoStatus failure, feed->Connect());
  if (!failure) return std::unique_ptr<JobFeed>(std::move(feed));
  // What the server refuses it will refuse again; a lost server is an error here, too.
  if (failure->error.code == ErrorCode::kStoreUnreachable) return failure->error;
  return std::unique_ptr<JobFeed>();
}

Result<std::unique_ptr<JobFeed>> OpenPollingFeed(const MongoFeedContext& context) {
  auto feed = std::make_unique<PollingFeed>(context);
  DYNAJOB_RETURN_IF_ERROR(feed->Start());
  return std::unique_ptr<JobFeed>(std::move(feed));
}

}  // namespace dynajob
