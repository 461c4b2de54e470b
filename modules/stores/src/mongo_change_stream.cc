// Changes of the jobs from a change stream (replica sets, sharded clusters, Atlas): one stream over
// the collections of jobs and of their vectors, resumed from the last token after a failure.
//
// An event names a document. Of jobs its _id is the job's id. Whose vectors a document holds is in
// the document, which the server looks up for inserts, replacements and, when asked to, updates;
// for what is deleted it has nothing but the _id, so the owners of the documents whose _id is not
// the job's are kept here.
//
// When the server no longer has the events since the token (its oplog is too small for how long
// nobody asked), they are lost: the stream begins anew, and TakeGap() says so.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "mongo_job_changes.h"
#include "mongo_queries.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

using MongoStreamOfChanges =
    std::unique_ptr<mongoc_change_stream_t, CDeleter<mongoc_change_stream_destroy>>;

// One connection is the stream's; what changed is read with another.
constexpr size_t kLeastClients = 2;
// A server waits kFeedInterval for events before it answers that there are none. One that answers
// earlier as often as this has closed the cursor.
constexpr int kMaxEarlyAnswers = 4;
// Codes of the server after which the token is of no use: InvalidResumeToken,
// ChangeStreamFatalError, ChangeStreamHistoryLost.
constexpr std::array<uint32_t, 3> kUselessToken = {260, 280, 286};

class ChangeStreamFeed final : public JobFeed {
 public:
  explicit ChangeStreamFeed(const MongoFeedContext& context) : context_(context) {}
  ChangeStreamFeed(const ChangeStreamFeed&) = delete;
  ChangeStreamFeed& operator=(const ChangeStreamFeed&) = delete;
  ~ChangeStreamFeed() override {
    if (client_) --context_.held_clients;
  }

  std::string_view method() const override { return "change stream"; }
  bool TakeGap() override { return std::exchange(gap_, false); }

  // Opens or resumes the stream; the failure of the attempt.
  Result<MongoStatus> Connect() {
    if (!client_) {
      DYNAJOB_ASSIGN_OR_RETURN(MongoClient client, context_.connection.Client());
      client_.emplace(std::move(client));
      ++context_.held_clients;
    }
    std::optional<StreamFailure> failure = Watch();
    if (failure && failure->token_is_useless && !resume_token_.empty()) {
      resume_token_.Assign(Bson());
      failure = Watch();
    }
    if (failure) {
      stream_.reset();
      return MongoStatus(failure->failure);
    }
    if (was_open_ && resume_token_.empty()) {
      gap_ = true;
      knows_owners_ = false;
    }
    was_open_ = true;
    early_answers_ = 0;
    RememberToken();
    if (context_.connection.max_clients() < kLeastClients) {
      stream_.reset();
      return context_.connection.InStore(
          ErrorCode::kInvalidArgument,
          fmt::format("maxPoolSize is {}; following changes needs {} connections, one of them for "
                      "the change stream alone",
                      context_.connection.max_clients(), kLeastClients));
    }
    // After the stream was opened, so that no change of an owner is missed.
    if (!knows_owners_) {
      if (const Status read = ReadOwners(); !read.ok()) {
        stream_.reset();
        return read.error();
      }
    }
    return MongoStatus();
  }

  Result<std::vector<JobChange>> Poll(milliseconds timeout) override {
    const auto deadline = steady_clock::now() + timeout;
    while (changed_.empty() && !gap_) {
      DYNAJOB_RETURN_IF_ERROR(Take());
      if (steady_clock::now() >= deadline) break;
    }
    const std::vector<std::string> ids(changed_.begin(), changed_.end());
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, ReadJobChanges(context_, ids));
    changed_.clear();
    return changes;
  }

 private:
  struct StreamFailure {
    MongoFailure failure;
    bool token_is_useless = false;
  };

  // Events of the two collections, without their documents but for whose vectors they are.
  Bson Pipeline() const {
    const MongoNames& names = context_.names;
    Bson any, wanted, match, fields, project, pipeline;
    any.AddArray("$in", BsonArray().Add(names.jobs).Add(names.job_embeddings).elements());
    wanted.Add("ns.coll", any);
    match.Add("$match", wanted);
    fields.Add("ns", 1).Add("operationType", 1).Add("documentKey", 1);
    fields.Add(OwnerPath(), 1);
    project.Add("$project", fields);
    pipeline.AddArray("pipeline", BsonArray().Add(match).Add(project).elements());
    return pipeline;
  }
  std::string OwnerPath() const {
    return fmt::format("fullDocument.{}", context_.names.job_reference);
  }

  std::optional<StreamFailure> Watch() {
    stream_.reset();
    const MongoDatabase database(
        mongoc_client_get_database(client_->get(), context_.connection.database().c_str()));
    Bson opts;
    opts.Add("maxAwaitTimeMS", static_cast<int64_t>(kFeedInterval.count()));
    opts.Add("fullDocument", "updateLookup");
    if (!resume_token_.empty()) opts.Add("resumeAfter", resume_token_);
    stream_.reset(mongoc_database_watch(database.get(), Pipeline().get(), opts.get()));
    return Failure();
  }

  // What the stream says is wrong; nullopt: nothing.
  std::optional<StreamFailure> Failure() const {
    bson_error_t error{};
    const bson_t* reply = nullptr;
    if (!mongoc_change_stream_error_document(stream_.get(), &error, &reply)) return std::nullopt;
    return StreamFailure{context_.connection.Failure("follow the jobs", error, reply),
                         error.domain == MONGOC_ERROR_SERVER &&
                             std::ranges::find(kUselessToken, error.code) != kUselessToken.end()};
  }

  void RememberToken() {
    const bson_t* token = mongoc_change_stream_get_resume_token(stream_.get());
    if (token == nullptr) return;
    Bson copy;
    bson_copy_to(token, copy.Receive());
    resume_token_.Assign(copy);
  }

  Status ReadOwners() {
    const std::string& reference = context_.names.job_reference;
    Bson fields, opts;
    fields.Add(reference, 1);
    opts.Add("projection", fields);
    DYNAJOB_RETURN_IF_ERROR(context_.connection.Find(
        context_.names.job_embeddings, Bson(), opts, ReadFrom::kPrimary, [&] { owners_.clear(); },
        [&](BsonView document) {
          if (const auto id = IdAt(document, "_id"))
            if (const auto owner = IdAt(document, reference)) SetOwner(*id, *owner);
          return Status::Ok();
        }));
    knows_owners_ = true;
    return Status::Ok();
  }
  void SetOwner(const std::string& id, const std::string& owner) {
    if (id == owner) {
      owners_.erase(id);
    } else {
      owners_[id] = owner;
    }
  }

  // The events that are there, or none after a short wait.
  Status Take() {
    if (stream_ == nullptr) {
      DYNAJOB_ASSIGN_OR_RETURN(const MongoStatus failure, Connect());
      if (failure) return failure->error;
      if (gap_) return Status::Ok();
    }
    const auto asked = steady_clock::now();
    const bson_t* event = nullptr;
    bool any = false;
    while (changed_.size() < kMaxFeedChanges && mongoc_change_stream_next(stream_.get(), &event)) {
      any = true;
      DYNAJOB_RETURN_IF_ERROR(Note(BsonView(event)));
    }
    RememberToken();
    const std::optional<StreamFailure> failure = Failure();
    if (!failure) {
      KeepPace(any, asked);
      return Status::Ok();
    }
    stream_.reset();  // the next call resumes
    if (!failure->token_is_useless) return failure->failure.error;
    resume_token_.Assign(Bson());
    return Status::Ok();
  }

  // The driver does not say that the server closed the cursor: it is seen by answers that come at
  // once. The pause is what keeps a server that does so over and over from costing a processor.
  void KeepPace(bool any, steady_clock::time_point asked) {
    const auto answered_after = steady_clock::now() - asked;
    if (any || answered_after >= kFeedInterval / 2) {
      early_answers_ = 0;
      return;
    }
    if (++early_answers_ >= kMaxEarlyAnswers) stream_.reset();  // the next call resumes
    std::this_thread::sleep_for(kFeedInterval - answered_after);
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
    const auto id = IdAt(event, "documentKey._id");
    if (*collection == context_.names.job_embeddings) {
      NoteVectors(id, IdAt(event, OwnerPath()), *operation == "delete");
    } else if (id) {
      changed_.insert(*id);
    }
    return Status::Ok();
  }

  // Without an owner the document is deleted, now or since the event.
  void NoteVectors(const std::optional<std::string>& id, const std::optional<std::string>& owner,
                   bool is_deleted) {
    if (owner) changed_.insert(*owner);
    if (!id) return;
    const auto before = owners_.find(*id);
    if (before != owners_.end()) {
      changed_.insert(before->second);
    } else if (!owner) {
      changed_.insert(*id);
    }
    if (is_deleted) {
      owners_.erase(*id);
    } else if (owner) {
      SetOwner(*id, *owner);
    }
  }

  MongoFeedContext context_;
  std::optional<MongoClient> client_;
  MongoStreamOfChanges stream_;  // of client_
  Bson resume_token_;
  std::set<std::string> changed_;
  std::map<std::string, std::string> owners_;  // of documents of vectors, where it is not the _id
  bool knows_owners_ = false;
  bool was_open_ = false;
  bool gap_ = false;
  int early_answers_ = 0;
};

}  // namespace

Result<std::unique_ptr<JobFeed>> OpenChangeStreamFeed(const MongoFeedContext& context) {
  auto feed = std::make_unique<ChangeStreamFeed>(context);
  DYNAJOB_ASSIGN_OR_RETURN(const MongoStatus failure, feed->Connect());
  if (!failure) return std::unique_ptr<JobFeed>(std::move(feed));
  // What the server refuses it will refuse again; a lost server is an error here, too.
  if (failure->error.code == ErrorCode::kStoreUnreachable) return failure->error;
  return std::unique_ptr<JobFeed>();
}

}  // namespace dynajob
