#include "scripted_mongodb.h"

#include <gtest/gtest.h>
#include <mongoc/mongoc.h>

namespace dynajob {
namespace {

// The error of one ping through libmongoc, or "" when it was answered.
std::string Ping(const std::string& uri) {
  mongoc_init();
  mongoc_client_t* client = mongoc_client_new(uri.c_str());
  if (client == nullptr) return "not an address";
  bson_t command = BSON_INITIALIZER;
  BSON_APPEND_INT32(&command, "ping", 1);
  bson_error_t error{};
  const bool ok = mongoc_client_command_simple(client, "admin", &command, nullptr, nullptr, &error);
  bson_destroy(&command);
  mongoc_client_destroy(client);
  return ok ? "" : error.message;
}

TEST(ScriptedMongodb, AnswersTheDriverAndRecordsWhatItAsked) {
  ScriptedMongodb server(R"({"replica_set": true})");
  EXPECT_EQ(Ping(server.uri()), "");
  ASSERT_EQ(server.Received("ping").size(), 1u);
  EXPECT_EQ(server.Received("ping")[0]["$db"], "admin");
}

TEST(ScriptedMongodb, PlaysFailuresInOrder) {
  ScriptedMongodb server(R"({"commands": {"ping": [
      {"close": true},
      {"reply": {"ok": 0, "code": 8000, "errmsg": "not today"}},
      {"reply": {"ok": 1}}]}})");
  EXPECT_NE(Ping(server.uri()), "");
  EXPECT_EQ(Ping(server.uri()), "not today");
  EXPECT_EQ(Ping(server.uri()), "");
  EXPECT_EQ(Ping(server.uri()), "") << "the last step repeats";
}

TEST(ScriptedMongodb, ChecksPasswords) {
  ScriptedMongodb server(R"({"users": {"ada": "right"}})");
  const std::string host = server.uri().substr(std::string("mongodb://").size());
  EXPECT_EQ(Ping("mongodb://ada:right@" + host + "/?authSource=admin"), "");
  EXPECT_NE(Ping("mongodb://ada:wrong@" + host + "/?authSource=admin"), "");
  EXPECT_NE(Ping("mongodb://" + host), "");
}

}  // namespace
}  // namespace dynajob
