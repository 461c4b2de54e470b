// A database of its own per test on the server that the test runner started, and raw access to it.
#ifndef DYNAJOB_STORES_TESTS_MONGO_TEST_SUPPORT_H_
#define DYNAJOB_STORES_TESTS_MONGO_TEST_SUPPORT_H_

#include <atomic>
#include <cstdlib>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>

#include "dynajob/stores/open_store.h"

#include "mongo_errors.h"
#include "mongo_handles.h"

namespace dynajob {

// The server's address, without a database. A missing server is a failure, not a skip.
inline std::string MongoTestServer() {
  const char* uri = std::getenv("DYNAJOB_TEST_MONGODB_URI");
  if (uri == nullptr || *uri == '\0')
    throw std::runtime_error(
        "DYNAJOB_TEST_MONGODB_URI is not set: run the tests with `make test`, which starts a "
        "server");
  return uri;
}

// `server` with `database` as its path.
inline std::string WithDatabase(std::string server, const std::string& database) {
  const size_t query = server.find('?');
  const std::string options = query == std::string::npos ? "" : server.substr(query);
  server.resize(std::min(query, server.size()));
  const size_t path = server.find('/', server.find("://") + 3);
  if (path != std::string::npos) server.resize(path);
  return server + "/" + database + options;
}

// Dropped with the object.
class MongoTestDatabase {
 public:
  MongoTestDatabase() {
    static std::atomic<int> number{0};
    static const unsigned run = std::random_device{}();
    database_ = "dynajob_test_" + std::to_string(run) + "_" + std::to_string(++number);
    InitMongoDriver();
    client_.reset(mongoc_client_new(MongoTestServer().c_str()));
    if (client_ == nullptr) throw std::runtime_error("DYNAJOB_TEST_MONGODB_URI is not an address");
  }
  MongoTestDatabase(const MongoTestDatabase&) = delete;
  MongoTestDatabase& operator=(const MongoTestDatabase&) = delete;
  ~MongoTestDatabase() {
    Bson drop;
    drop.Add("dropDatabase", 1);
    mongoc_client_command_simple(client_.get(), database_.c_str(), drop.get(), nullptr, nullptr,
                                 nullptr);
  }

  std::string address() const { return WithDatabase(MongoTestServer(), database_); }
  const std::string& database() const { return database_; }

  std::unique_ptr<Store> Open(OpenMode mode = OpenMode::kCreate,
                              const MongoOptions& options = {}) const {
    auto store = OpenStore(address(), mode, StoreOptions{options});
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(store).value();
  }

  // Inserts a document given as extended JSON, as another program would.
  void Insert(const std::string& collection, const std::string& json) const {
    const Bson document = FromJson(json);
    const MongoCollection handle = Collection(collection);
    bson_error_t error{};
    if (!mongoc_collection_insert_one(handle.get(), document.get(), nullptr, nullptr, &error))
      throw std::runtime_error(error.message);
  }

  // A command of the database, given as extended JSON.
  void Run(const std::string& json) const {
    const Bson command = FromJson(json);
    bson_error_t error{};
    if (!mongoc_client_command_simple(client_.get(), database_.c_str(), command.get(), nullptr,
                                      nullptr, &error))
      throw std::runtime_error(error.message);
  }

  void Update(const std::string& collection, const std::string& filter_json,
              const std::string& update_json) const {
    const Bson filter = FromJson(filter_json), update = FromJson(update_json);
    const MongoCollection handle = Collection(collection);
    bson_error_t error{};
    if (!mongoc_collection_update_one(handle.get(), filter.get(), update.get(), nullptr, nullptr,
                                      &error))
      throw std::runtime_error(error.message);
  }

  // All documents that match, as extended JSON, one per line, in the order of _id.
  std::string Dump(const std::string& collection, const std::string& filter_json = "{}") const {
    const Bson filter = FromJson(filter_json);
    const Bson opts = FromJson(R"({"sort": {"_id": 1}})");
    const MongoCollection handle = Collection(collection);
    const MongoCursor cursor(
        mongoc_collection_find_with_opts(handle.get(), filter.get(), opts.get(), nullptr));
    std::string lines;
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document)) {
      const std::unique_ptr<char, CDeleter<bson_free>> json(
          bson_as_relaxed_extended_json(document, nullptr));
      lines += std::string(json.get()) + "\n";
    }
    bson_error_t error{};
    if (mongoc_cursor_error(cursor.get(), &error)) throw std::runtime_error(error.message);
    return lines;
  }

  MongoCollection Collection(const std::string& collection) const {
    return MongoCollection(
        mongoc_client_get_collection(client_.get(), database_.c_str(), collection.c_str()));
  }

  static Bson FromJson(const std::string& json) {
    Bson document;
    bson_error_t error{};
    if (!bson_init_from_json(document.Receive(), json.data(), static_cast<ssize_t>(json.size()),
                             &error))
      throw std::runtime_error(error.message);
    return document;
  }

 private:
  std::string database_;
  std::unique_ptr<mongoc_client_t, CDeleter<mongoc_client_destroy>> client_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_TESTS_MONGO_TEST_SUPPORT_H_
