// Addresses and options, and connections that fail: what is said, and in which time.
#include <chrono>
#include <filesystem>

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dynajob/stores/open_store.h"

#include "mongo_errors.h"
#include "mongo_test_support.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A port of this machine that takes connections and never answers; after Close() it refuses them.
class SilentPort {
 public:
  SilentPort() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        listen(socket_, 8) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no port to listen on");
    port_ = ntohs(address.sin_port);
  }
  ~SilentPort() { Close(); }
  void Close() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  std::string address() const {
    return "mongodb://root:hunter2@127.0.0.1:" + std::to_string(port_) + "/db";
  }

 private:
  int socket_;
  int port_ = 0;
};

// What opening fails with. No failure may take longer than the limits of the address, and a little.
Error Refusal(const std::string& address, std::chrono::seconds limit) {
  const auto start = std::chrono::steady_clock::now();
  auto store = OpenStore(address, OpenMode::kReadWrite);
  EXPECT_LT(std::chrono::steady_clock::now() - start, limit);
  EXPECT_FALSE(store.ok());
  return store.ok() ? InvalidArgument("it was opened") : store.error();
}

constexpr std::chrono::seconds kLimit{12};

TEST(MongoConnection, NamesTcpWhenThePortIsClosed) {
  SilentPort port;
  port.Close();
  const Error error = Refusal(port.address(), kLimit);
  EXPECT_EQ(error.code, ErrorCode::kStoreUnreachable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("cannot connect: TCP"), HasSubstr("mongodb://127"),
                                   Not(HasSubstr("hunter2")), Not(HasSubstr("root"))));
}

TEST(MongoConnection, GivesUpOnAServerThatNeverAnswers) {
  SilentPort port;
  const Error error = Refusal(port.address(), kLimit);
  EXPECT_EQ(error.code, ErrorCode::kStoreUnreachable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("no answer"), Not(HasSubstr("hunter2"))));
}

TEST(MongoConnection, NamesNameResolution) {
  for (const std::string address : {"mongodb://u:hunter2@no-such-host.invalid/db",
                                    "mongodb+srv://u:hunter2@no-such-host.example.invalid/db"}) {
    const Error error = Refusal(address, kLimit + kLimit);
    EXPECT_EQ(error.code, ErrorCode::kStoreUnreachable) << error.message;
    EXPECT_THAT(error.message, AllOf(HasSubstr("name resolution"), HasSubstr("no-such-host"),
                                     Not(HasSubstr("hunter2"))));
  }
}

TEST(MongoConnection, RefusesBadAddressesWithoutRepeatingCredentials) {
  for (const std::string address :
       {"mongodb://user:hun/ter2@host/db", "mongodb://user:hunter2@", "mongodb://u:hunter2@h/db?x",
        "mongodb+srv://u:hunter2@h", "mongodb://u:hunter2@h/db?noSuchOption=1"}) {
    auto store = OpenStore(address, OpenMode::kReadWrite);
    ASSERT_FALSE(store.ok()) << address;
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument) << store.error().message;
    EXPECT_THAT(store.error().message, AllOf(HasSubstr("bad address"), Not(HasSubstr("ter2"))));
  }
  auto named = OpenStore("mongodb://h/db?noSuchOption=1", OpenMode::kReadWrite);
  ASSERT_FALSE(named.ok());
  EXPECT_THAT(named.error().message, HasSubstr("nosuchoption"));
  // A misspelt option is named beside credentials too, unless the words repeat these.
  named = OpenStore("mongodb://ada:hunter2@h/db?noSuchOption=1", OpenMode::kReadWrite);
  ASSERT_FALSE(named.ok());
  EXPECT_THAT(named.error().message, HasSubstr("nosuchoption"));
  named = OpenStore("mongodb://ada:nosuchoption@h/db?noSuchOption=1", OpenMode::kReadWrite);
  ASSERT_FALSE(named.ok());
  EXPECT_THAT(named.error().message, Not(HasSubstr("nosuchoption")));
}

TEST(MongoErrors, TellAuthenticationTlsAndLostConnectionsApart) {
  const auto classify = [](uint32_t domain, uint32_t code, const char* message) {
    bson_error_t error{};
    bson_set_error(&error, domain, code, "%s", message);
    return ClassifyMongoError(error, nullptr);
  };
  const auto wrong_password = classify(MONGOC_ERROR_SERVER, 18, "Authentication failed.");
  EXPECT_EQ(wrong_password.stage, "authentication");
  EXPECT_EQ(wrong_password.code, ErrorCode::kStoreUnreachable);
  EXPECT_FALSE(wrong_password.transient);
  EXPECT_EQ(classify(MONGOC_ERROR_CLIENT, MONGOC_ERROR_CLIENT_AUTHENTICATE, "no").stage,
            "authentication");
  EXPECT_EQ(classify(MONGOC_ERROR_SERVER_SELECTION, MONGOC_ERROR_SERVER_SELECTION_FAILURE,
                     "No suitable servers found: [TLS handshake failed: x]")
                .stage,
            "TLS");
  const auto lost = classify(MONGOC_ERROR_STREAM, MONGOC_ERROR_STREAM_SOCKET, "socket error");
  EXPECT_FALSE(lost.connecting);
  EXPECT_TRUE(lost.transient);
  EXPECT_EQ(classify(MONGOC_ERROR_SERVER, 13, "not authorized").code, ErrorCode::kIo);
  EXPECT_EQ(classify(MONGOC_ERROR_BSON, 1, "too large").code, ErrorCode::kInvalidArgument);
}

TEST(RedactAddress, KeepsOnlySchemeHostsAndDatabase) {
  EXPECT_EQ(RedactAddress("mongodb://u:p@ss@h1:1,h2/db?authSource=admin"), "mongodb://h1:1,h2/db");
  EXPECT_EQ(RedactAddress("mongodb+srv://h/?tlsCertificateKeyFilePassword=x"), "mongodb+srv://h/");
  EXPECT_EQ(RedactAddress("mongodb://[::1]:27017,h2:1/db"), "mongodb://[::1]:27017,h2:1/db");
  EXPECT_EQ(RedactAddress("a@b/market.db"), "a@b/market.db");
}

TEST(RedactAddress, HidesWhatMayBeAPasswordInAnAddressThatIsMistyped) {
  EXPECT_EQ(RedactAddress("mongodb://ada:hunter2#host/db"), "mongodb://…");
  EXPECT_EQ(RedactAddress("mongodb://ada:hunter2"), "mongodb://…");
  EXPECT_EQ(RedactAddress("mongodb:/ada:hunter2@host"), "mongodb:…");
  EXPECT_EQ(RedactAddress("mongodb+srv:ada:hunter2@host"), "mongodb+srv:…");
}

TEST(OpenStore, AMistypedAddressIsNoFile) {
  for (const std::string address : {"mongodb:/ada:hunter2@host/db", "mongodb:ada:hunter2@host"}) {
    auto store = OpenStore(address, OpenMode::kCreate);
    ASSERT_FALSE(store.ok()) << address;
    EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(store.error().message, AllOf(HasSubstr("two slashes"), Not(HasSubstr("hunter2"))));
    EXPECT_FALSE(std::filesystem::exists(address));
  }
}

TEST(MongoOptions, ResolvesNamesFromPresetsAndOverrides) {
  MongoOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  EXPECT_EQ(options.ResolveNames().jobs, "all_jobs");
  ASSERT_TRUE(registry.Set("mongo.preset=prototype").ok());
  EXPECT_EQ(options.ResolveNames().jobs, "jobs_text");
  EXPECT_EQ(options.ResolveNames().job_tech_vector, "tech_skills_vectors");
  ASSERT_TRUE(registry.Set("mongo.collection.jobs=postings").ok());
  EXPECT_EQ(options.ResolveNames().jobs, "postings");
  EXPECT_TRUE(options.Validate().ok());
}

TEST(MongoOptions, RefusesNamesThatMongodbDoesNotTakeOrThatCollide) {
  for (const auto& [assignment, named] :
       {std::pair("mongo.job.title=a.b", "mongo.job.title"),
        std::pair("mongo.job.title=$x", "mongo.job.title"),
        std::pair("mongo.job.title=_id", "mongo.job.title"),
        std::pair("mongo.job.title=company", "mongo.job.company"),
        std::pair("mongo.job_vectors.tech=dynajob", "mongo.job_vectors.tech"),
        std::pair("mongo.collection.jobs=system.x", "mongo.collection.jobs"),
        std::pair("mongo.database=a/b", "mongo.database")}) {
    MongoOptions options;
    ConfigRegistry registry;
    options.Bind(registry);
    ASSERT_TRUE(registry.Set(assignment).ok());
    const Status refused = options.Validate();
    ASSERT_FALSE(refused.ok()) << assignment;
    EXPECT_THAT(refused.error().message, HasSubstr(named));
  }
}

}  // namespace
}  // namespace dynajob
