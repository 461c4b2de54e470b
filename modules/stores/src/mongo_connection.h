// A pool of connections to one MongoDB database, with errors as dynajob reports them.
//
// Time limits are those of the address, else: server selection and connecting 3 s, an answer 10 s,
// a free connection of the pool 0.5 s. A failed connection is kStoreUnreachable and names the stage
// that failed: name resolution (DNS, SRV), TCP, TLS, authentication, no answer, server selection.
// What the server refuses is kIo, a document that is too large kInvalidArgument.
//
// Credentials never leave this file: messages carry the address without them, and what the driver
// says is scrubbed. The driver's own log is captured, not printed.
//
// Safe for concurrent use; each MongoClient is for one thread.
#ifndef DYNAJOB_STORES_SRC_MONGO_CONNECTION_H_
#define DYNAJOB_STORES_SRC_MONGO_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/stores/mongo_options.h"
#include "dynajob/stores/open_store.h"

#include "mongo_handles.h"

namespace dynajob {

// A failed attempt, and whether another one may succeed.
struct MongoFailure {
  Error error;
  bool transient = false;
};
using MongoStatus = std::optional<MongoFailure>;  // nullopt: success

enum class ReadFrom {
  kAsConfigured,  // the read preference of the address
  kPrimary,       // what was just written must be seen
};

enum class WriteTo {
  kAsConfigured,  // the write concern of the address
  kMajority,      // a majority of the servers has it when the call returns
};

// One upsert, or an update of what is there.
struct MongoUpdate {
  Bson filter;
  Bson update;
  bool upsert = true;
  bool many = false;  // all that match; excludes upsert
};

// A client of the pool; goes back with the object.
class MongoClient {
 public:
  MongoClient(mongoc_client_pool_t* pool, mongoc_client_t* client)
      : client_(client, Return{pool}) {}
  mongoc_client_t* get() const { return client_.get(); }

 private:
  struct Return {
    mongoc_client_pool_t* pool;
    void operator()(mongoc_client_t* client) const { mongoc_client_pool_push(pool, client); }
  };
  std::unique_ptr<mongoc_client_t, Return> client_;
};

class MongoConnection {
 public:
  // Parses the address and reaches the server once. Requires options.Validate().ok().
  static Result<std::unique_ptr<MongoConnection>> Open(std::string_view address,
                                                       const MongoOptions& options);

  // The address without credentials and options: "mongodb://host:27017/rl_jobsdb".
  const std::string& name() const { return name_; }
  const std::string& database() const { return database_; }
  // As many clients as the pool gives at once.
  size_t max_clients() const { return max_clients_; }

  Result<MongoClient> Client() const;
  MongoCollection Collection(const MongoClient& client, const std::string& name) const;

  // Calls `attempt` with a client until it succeeds, fails for good, or retries are used up. Only
  // for what is safe to repeat: reads, and writes that do the same when done twice.
  Status Repeat(const std::function<MongoStatus(const MongoClient&)>& attempt) const;

  // Calls `visit` with each document that matches, after `restart`, again from the first document
  // after a lost connection. `opts` as of mongoc_collection_find_with_opts. An error of `visit`
  // ends it.
  Status Find(const std::string& collection, const Bson& filter, const Bson& opts, ReadFrom from,
              const std::function<void()>& restart,
              const std::function<Status(BsonView)>& visit) const;
  // Unordered, each repeated after a lost connection; they must do the same when done twice.
  Status Update(const std::string& collection, const std::vector<MongoUpdate>& updates,
                WriteTo to = WriteTo::kAsConfigured) const;
  // One upsert that a majority of the servers has when the call returns; true when it was new.
  Result<bool> UpsertOne(const std::string& collection, const MongoUpdate& update) const;
  // An ascending index over these fields, unless there is one or another that is in its way.
  Status EnsureIndex(const std::string& collection, const std::vector<std::string>& fields) const;
  // Exactly, by reading what matches.
  Result<size_t> Count(const std::string& collection, const Bson& filter) const;
  // By the collection's own figures, which costs nothing.
  Result<size_t> EstimateCount(const std::string& collection) const;

  // The failure of a call of the driver; `what` says what was tried.
  MongoFailure Failure(std::string_view what, const bson_error_t& error,
                       const bson_t* reply = nullptr) const;
  // "NAME: message".
  Error InStore(ErrorCode code, std::string_view message) const;

 private:
  MongoConnection(const MongoUri& uri, const MongoOptions& options, std::string raw_credentials);

  Status Connect(const MongoUri& uri);
  Status Probe() const;
  std::string Scrub(std::string_view text) const;

  std::string name_;
  std::string database_;
  std::string password_;
  std::string raw_credentials_;  // "user:password" as written
  size_t max_clients_ = 1;
  int64_t retries_;
  int64_t retry_deadline_ms_;
  MongoPool pool_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_CONNECTION_H_
