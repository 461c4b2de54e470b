#include "mongo_connection.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include <fmt/format.h>

#include "mongo_errors.h"
#include "tcp_probe.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int32_t kErrorsOfServerAndDriver = 2;  // see mongoc_client_pool_set_error_api
constexpr int32_t kDefaultPoolSize = 100;        // the driver's

constexpr std::array kTimeouts = {std::pair(MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 3000),
                                  std::pair(MONGOC_URI_CONNECTTIMEOUTMS, 3000),
                                  std::pair(MONGOC_URI_SOCKETTIMEOUTMS, 10000),
                                  std::pair(MONGOC_URI_WAITQUEUETIMEOUTMS, 500)};

// "user:password" of an address; empty when there is none. An '@' in a password must be escaped,
// but it is the last '@' that counts here, so that one that is not escaped is hidden too.
std::string_view CredentialsOf(std::string_view address) {
  const size_t scheme = address.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view rest = address.substr(scheme + 3);
  const size_t at = rest.rfind('@');
  return at == std::string_view::npos ? std::string_view() : rest.substr(0, at);
}

// Of a list of hosts with ports; a port is made of digits.
bool IsHostList(std::string_view hosts) {
  while (!hosts.empty()) {
    const std::string_view host = hosts.substr(0, hosts.find(','));
    hosts.remove_prefix(std::min(hosts.size(), host.size() + 1));
    const size_t name_end = host.starts_with('[') ? host.find(']') : host.find(':');
    const std::string_view name = host.substr(0, name_end);
    std::string_view port = name_end == host.npos ? "" : host.substr(name_end);
    if (port.starts_with(']')) port.remove_prefix(1);
    if (port.starts_with(':')) port.remove_prefix(1);
    if (name.find_first_of(" #?@") != name.npos ||
        port.find_first_not_of("0123456789") != port.npos)
      return false;
  }
  return true;
}

// Whether any three characters of the secret stand in a text, whatever their case.
bool Repeats(std::string_view text, std::string_view secret) {
  constexpr size_t kTelling = 3;
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  if (secret.size() < kTelling) return true;
  for (size_t begin = 0; begin + kTelling <= secret.size(); ++begin)
    if (!std::ranges::search(text, secret.substr(begin, kTelling), same).empty()) return true;
  return false;
}

std::string NameOf(const MongoUri& uri, const std::string& database) {
  if (const char* srv = mongoc_uri_get_srv_hostname(uri.get()))
    return fmt::format("mongodb+srv://{}/{}", srv, database);
  std::string hosts;
  for (const auto* host = mongoc_uri_get_hosts(uri.get()); host != nullptr; host = host->next)
    hosts += (hosts.empty() ? "" : ",") + std::string(host->host_and_port);
  return fmt::format("mongodb://{}/{}", hosts, database);
}

void SetDefaults(const MongoUri& uri) {
  for (const auto& [option, value] : kTimeouts)
    if (!mongoc_uri_has_option(uri.get(), option))
      mongoc_uri_set_option_as_int32(uri.get(), option, value);
  if (mongoc_uri_get_appname(uri.get()) == nullptr) mongoc_uri_set_appname(uri.get(), "dynajob");
}

struct PoolAttempt {
  std::mutex mutex;
  std::condition_variable done_changed;
  bool done = false;
  bool abandoned = false;
  MongoPool pool;
  bson_error_t error{};
};

// The driver looks an SRV name up while it makes the pool, for as long as the resolver pleases. A
// thread of its own waits for that; what it brings too late is thrown away.
std::shared_ptr<PoolAttempt> MakePool(const MongoUri& uri, milliseconds limit) {
  auto attempt = std::make_shared<PoolAttempt>();
  if (mongoc_uri_get_srv_hostname(uri.get()) == nullptr) {
    attempt->pool.reset(mongoc_client_pool_new_with_error(uri.get(), &attempt->error));
    attempt->done = true;
    return attempt;
  }
  std::shared_ptr<mongoc_uri_t> copy(mongoc_uri_copy(uri.get()), mongoc_uri_destroy);
  std::thread([attempt, copy] {
    bson_error_t error{};
    MongoPool pool(mongoc_client_pool_new_with_error(copy.get(), &error));
    const std::scoped_lock lock(attempt->mutex);
    attempt->done = true;
    attempt->error = error;
    if (!attempt->abandoned) attempt->pool = std::move(pool);
    attempt->done_changed.notify_one();
  }).detach();
  std::unique_lock lock(attempt->mutex);
  attempt->done_changed.wait_for(lock, limit, [&] { return attempt->done; });
  attempt->abandoned = !attempt->done;
  return attempt;
}

// Between half and one and a half times 100 ms, 200 ms, 400 ms, …: when many processes lose a
// server at once, they do not all come back at once.
milliseconds Backoff(int64_t retry) {
  static thread_local std::mt19937 generator{std::random_device{}()};
  const int64_t middle = int64_t{100} << std::min<int64_t>(retry, 6);
  return milliseconds(middle / 2 + static_cast<int64_t>(generator()) % (middle + 1));
}

// The stage at which connecting ended when no server has said yet what it is; empty when one has,
// as in a replica set without a primary.
std::string_view StageOfUnknownServers(const MongoClient& client) {
  constexpr milliseconds kProbeLimit{500};
  size_t known = 0;
  mongoc_server_descriptions_destroy_all(
      mongoc_client_get_server_descriptions(client.get(), &known), known);
  const mongoc_host_list_t* host = mongoc_uri_get_hosts(mongoc_client_get_uri(client.get()));
  if (known > 0 || host == nullptr) return {};
  return AcceptsConnections(host->host, host->port, kProbeLimit) ? "no answer from the server"
                                                                 : "TCP";
}

// The database has an index of this name, or of these keys, that differs from ours: in another
// name, in being unique. It stays as its owner made it; `doctor` tells what is missing.
bool IsIndexConflict(const bson_error_t& error) {
  constexpr uint32_t kIndexOptionsConflict = 85, kIndexKeySpecsConflict = 86;
  return error.domain == MONGOC_ERROR_SERVER &&
         (error.code == kIndexOptionsConflict || error.code == kIndexKeySpecsConflict);
}

Bson Majority() {
  Bson majority;
  majority.Add("w", "majority");
  return majority;
}

}  // namespace

bool IsMongoAddress(std::string_view address) {
  return address.starts_with("mongodb:") || address.starts_with("mongodb+srv:");
}

std::string RedactAddress(std::string_view address) {
  const size_t colon = address.find(':');
  const bool is_address = address.find("://") != std::string_view::npos || IsMongoAddress(address);
  if (!is_address) return std::string(address);
  const std::string_view scheme = address.substr(0, colon);
  if (!address.substr(colon).starts_with("://")) return fmt::format("{}:…", scheme);
  std::string_view rest = address.substr(colon + 3);
  const std::string_view credentials = CredentialsOf(address);
  if (!credentials.empty()) rest.remove_prefix(credentials.size() + 1);
  rest = rest.substr(0, rest.find('?'));
  // Where a '@' was forgotten, a password stands among the hosts.
  const bool is_plain = IsHostList(rest.substr(0, rest.find('/')));
  return fmt::format("{}://{}", scheme, is_plain ? rest : "…");
}

MongoConnection::MongoConnection(const MongoUri& uri, const MongoOptions& options,
                                 std::string raw_credentials)
    : raw_credentials_(std::move(raw_credentials)),
      retries_(options.retries),
      retry_deadline_ms_(options.retry_deadline_ms) {
  const char* database = mongoc_uri_get_database(uri.get());
  database_ = database != nullptr && *database != '\0' ? database : options.database;
  name_ = NameOf(uri, database_);
  if (const char* password = mongoc_uri_get_password(uri.get())) password_ = password;
  max_clients_ = static_cast<size_t>(std::max(
      1, mongoc_uri_get_option_as_int32(uri.get(), MONGOC_URI_MAXPOOLSIZE, kDefaultPoolSize)));
}

Result<std::unique_ptr<MongoConnection>> MongoConnection::Open(std::string_view address,
                                                               const MongoOptions& options) {
  InitMongoDriver();
  const std::string credentials(CredentialsOf(address));
  bson_error_t error{};
  MongoUri uri(mongoc_uri_new_with_error(std::string(address).c_str(), &error));
  std::string complaint = uri == nullptr ? error.message : TakeUriComplaint();
  if (!complaint.empty()) {
    // The driver's words may repeat any part of the address.
    if (!credentials.empty() && Repeats(complaint, credentials))
      complaint = "it cannot be understood (is the password URL-encoded?)";
    if (complaint.find("service name") != std::string::npos)
      complaint += "; it has three parts or more, such as cluster0.example.net";
    return InvalidArgument(fmt::format("{}: bad address: {}", RedactAddress(address), complaint));
  }
  SetDefaults(uri);
  std::unique_ptr<MongoConnection> connection(new MongoConnection(uri, options, credentials));
  DYNAJOB_RETURN_IF_ERROR(connection->Connect(uri));
  DYNAJOB_RETURN_IF_ERROR(connection->Probe());
  return connection;
}

Status MongoConnection::Connect(const MongoUri& uri) {
  const milliseconds limit(
      mongoc_uri_get_option_as_int32(uri.get(), MONGOC_URI_CONNECTTIMEOUTMS, kTimeouts[1].second));
  const auto attempt = MakePool(uri, limit);
  const std::scoped_lock lock(attempt->mutex);
  if (!attempt->done)
    return InStore(ErrorCode::kStoreUnreachable,
                   fmt::format("cannot connect: name resolution (DNS, SRV): no answer within {} ms",
                               limit.count()));
  if (attempt->pool == nullptr) return Failure("connect", attempt->error).error;
  pool_ = std::move(attempt->pool);
  mongoc_client_pool_set_error_api(pool_.get(), kErrorsOfServerAndDriver);
  return Status::Ok();
}

Status MongoConnection::Probe() const {
  DYNAJOB_ASSIGN_OR_RETURN(const MongoClient client, Client());
  Bson ping;
  ping.Add("ping", 1);
  bson_error_t error{};
  if (mongoc_client_command_simple(client.get(), database_.c_str(), ping.get(), nullptr, nullptr,
                                   &error))
    return Status::Ok();
  const std::string_view message = error.message;
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION && message.find('[') == message.npos) {
    // Time was up before an attempt to connect failed: the driver names no cause.
    const std::string_view stage = StageOfUnknownServers(client);
    if (!stage.empty())
      return InStore(ErrorCode::kStoreUnreachable,
                     fmt::format("cannot connect: {}: {}", stage, message));
  }
  return Failure("connect", error).error;
}

Result<MongoClient> MongoConnection::Client() const {
  mongoc_client_t* client = mongoc_client_pool_pop(pool_.get());
  if (client == nullptr)
    return InStore(ErrorCode::kStoreUnreachable,
                   fmt::format("all {} connections of the pool are busy", max_clients_));
  return MongoClient(pool_.get(), client);
}

MongoCollection MongoConnection::Collection(const MongoClient& client,
                                            const std::string& name) const {
  return MongoCollection(
      mongoc_client_get_collection(client.get(), database_.c_str(), name.c_str()));
}

Status MongoConnection::Repeat(
    const std::function<MongoStatus(const MongoClient&)>& attempt) const {
  const auto deadline = steady_clock::now() + milliseconds(retry_deadline_ms_);
  for (int64_t retry = 0;; ++retry) {
    DYNAJOB_ASSIGN_OR_RETURN(const MongoClient client, Client());
    const MongoStatus failure = attempt(client);
    if (!failure) return Status::Ok();
    const milliseconds pause = Backoff(retry);
    if (!failure->transient || retry >= retries_ || steady_clock::now() + pause >= deadline)
      return failure->error;
    std::this_thread::sleep_for(pause);
  }
}

Status MongoConnection::Find(const std::string& collection, const Bson& filter, const Bson& opts,
                             ReadFrom from, const std::function<void()>& restart,
                             const std::function<Status(BsonView)>& visit) const {
  const MongoReadPreference primary(mongoc_read_prefs_new(MONGOC_READ_PRIMARY));
  return Repeat([&](const MongoClient& client) -> MongoStatus {
    restart();
    const MongoCollection handle = Collection(client, collection);
    const MongoCursor cursor(
        mongoc_collection_find_with_opts(handle.get(), filter.get(), opts.get(),
                                         from == ReadFrom::kPrimary ? primary.get() : nullptr));
    const bson_t* document = nullptr;
    while (mongoc_cursor_next(cursor.get(), &document)) {
      const Status visited = visit(BsonView(document));
      if (!visited.ok()) return MongoFailure{visited.error()};
    }
    bson_error_t error{};
    if (!mongoc_cursor_error(cursor.get(), &error)) return std::nullopt;
    return Failure(fmt::format("read {}", collection), error);
  });
}

Status MongoConnection::Update(const std::string& collection,
                               const std::vector<MongoUpdate>& updates, WriteTo to) const {
  if (updates.empty()) return Status::Ok();
  return Repeat([&](const MongoClient& client) -> MongoStatus {
    const MongoCollection handle = Collection(client, collection);
    Bson opts;
    opts.Add("ordered", false);
    if (to == WriteTo::kMajority) opts.Add("writeConcern", Majority());
    const MongoBulk bulk(
        mongoc_collection_create_bulk_operation_with_opts(handle.get(), opts.get()));
    const std::string what = fmt::format("write {}", collection);
    bson_error_t error{};
    for (const MongoUpdate& update : updates) {
      Bson upsert;
      if (update.upsert) upsert.Add("upsert", true);
      const bool added =
          update.many
              ? mongoc_bulk_operation_update_many_with_opts(bulk.get(), update.filter.get(),
                                                            update.update.get(), nullptr, &error)
              : mongoc_bulk_operation_update_one_with_opts(
                    bulk.get(), update.filter.get(), update.update.get(), upsert.get(), &error);
      if (!added) return Failure(what, error);
    }
    Bson reply;
    if (mongoc_bulk_operation_execute(bulk.get(), reply.Receive(), &error) != 0)
      return std::nullopt;
    return Failure(what, error, reply.get());
  });
}

Result<bool> MongoConnection::UpsertOne(const std::string& collection,
                                        const MongoUpdate& update) const {
  Bson opts;
  opts.Add("upsert", true).Add("writeConcern", Majority());
  bool inserted = false;
  DYNAJOB_RETURN_IF_ERROR(Repeat([&](const MongoClient& client) -> MongoStatus {
    const MongoCollection handle = Collection(client, collection);
    Bson reply;
    bson_error_t error{};
    if (!mongoc_collection_update_one(handle.get(), update.filter.get(), update.update.get(),
                                      opts.get(), reply.Receive(), &error))
      return Failure(fmt::format("write {}", collection), error, reply.get());
    bson_iter_t upserted;
    inserted = bson_iter_init_find(&upserted, reply.get(), "upsertedId");
    return std::nullopt;
  }));
  return inserted;
}

Status MongoConnection::EnsureIndex(const std::string& collection,
                                    const std::vector<std::string>& fields) const {
  std::string index_name;
  Bson keys;
  for (const std::string& field : fields) {
    keys.Add(field, 1);
    index_name += fmt::format("{}{}_1", index_name.empty() ? "" : "_", field);
  }
  Bson index, command;
  index.Add("key", keys).Add("name", index_name);
  command.Add("createIndexes", collection);
  command.AddArray("indexes", BsonArray().Add(index).elements());
  return Repeat([&](const MongoClient& client) -> MongoStatus {
    Bson reply;
    bson_error_t error{};
    if (mongoc_client_write_command_with_opts(client.get(), database_.c_str(), command.get(),
                                              nullptr, reply.Receive(), &error) ||
        IsIndexConflict(error))
      return std::nullopt;
    return Failure(fmt::format("index {}", collection), error, reply.get());
  });
}

Result<size_t> MongoConnection::Count(const std::string& collection, const Bson& filter) const {
  int64_t count = 0;
  DYNAJOB_RETURN_IF_ERROR(Repeat([&](const MongoClient& client) -> MongoStatus {
    const MongoCollection handle = Collection(client, collection);
    bson_error_t error{};
    count = mongoc_collection_count_documents(handle.get(), filter.get(), nullptr, nullptr, nullptr,
                                              &error);
    if (count >= 0) return std::nullopt;
    return Failure(fmt::format("count {}", collection), error);
  }));
  return static_cast<size_t>(count);
}

Result<size_t> MongoConnection::EstimateCount(const std::string& collection) const {
  int64_t count = 0;
  DYNAJOB_RETURN_IF_ERROR(Repeat([&](const MongoClient& client) -> MongoStatus {
    const MongoCollection handle = Collection(client, collection);
    bson_error_t error{};
    count =
        mongoc_collection_estimated_document_count(handle.get(), nullptr, nullptr, nullptr, &error);
    if (count >= 0) return std::nullopt;
    return Failure(fmt::format("count {}", collection), error);
  }));
  return static_cast<size_t>(count);
}

std::string MongoConnection::Scrub(std::string_view text) const {
  constexpr size_t kShortestSecret = 4;  // shorter ones are in every other word
  std::string scrubbed(text);
  for (const std::string* secret : {&raw_credentials_, &password_}) {
    if (secret->size() < kShortestSecret) continue;
    for (size_t at = scrubbed.find(*secret); at != std::string::npos;
         at = scrubbed.find(*secret, at + 3))
      scrubbed.replace(at, secret->size(), "***");
  }
  return scrubbed;
}

Error MongoConnection::InStore(ErrorCode code, std::string_view message) const {
  return {code, fmt::format("{}: {}", name_, message)};
}

MongoFailure MongoConnection::Failure(std::string_view what, const bson_error_t& error,
                                      const bson_t* reply) const {
  const MongoErrorKind kind = ClassifyMongoError(error, reply);
  const std::string detail = Scrub(error.message);
  std::string message(kind.connecting ? "cannot connect" : what);
  if (!kind.stage.empty()) message += fmt::format(": {}", kind.stage);
  return {InStore(kind.code, fmt::format("{}: {}", message, detail)), kind.transient};
}

}  // namespace dynajob
