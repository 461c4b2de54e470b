// Every way in which an endpoint can fail: what is tried again, what is given up, and how soon.
#include <map>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat_client_fixture.h"

namespace dynajob {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;

using HttpChatFaultsTest = HttpChatClientTest;

TEST_F(HttpChatFaultsTest, TriesTransientStatusesAgainUntilTheyAreOver) {
  const std::map<int, EndpointFailure> causes = {
      {408, EndpointFailure::kRequestTimeout}, {409, EndpointFailure::kConflict},
      {429, EndpointFailure::kRateLimited},    {500, EndpointFailure::kServerError},
      {502, EndpointFailure::kServerError},    {503, EndpointFailure::kServerError}};
  for (const auto& [status, cause] : causes) {
    server_.SetScript({{"faults", {{{"kind", "status"}, {"status", status}, {"times", 2}}}}});
    auto client = MakeClient(TestOptions(server_));
    const auto reply = Ask(*client, Question());
    ASSERT_TRUE(reply.ok()) << status << ": " << reply.error().message;
    const EndpointCounters counters = client->counters();
    EXPECT_EQ(Of(counters.retries, cause), 2U) << status;
    EXPECT_EQ(counters.attempts, 3U);
    EXPECT_EQ(server_.Report()["received"], 3);
    ExpectAddsUp(counters);
  }
}

TEST_F(HttpChatFaultsTest, NeverTriesARefusalAgain) {
  for (const int status : {400, 401, 403, 404, 418, 422}) {
    const Error error = FailingCall(
        {{"faults", {{{"kind", "status"}, {"status", status}, {"message", "no, because"}}}}},
        EndpointFailure::kRefused);
    EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
    EXPECT_THAT(error.message, HasSubstr(fmt::format("HTTP {}: no, because", status)));
    EXPECT_THAT(error.message, HasSubstr(server_.base_url() + "/chat/completions"));
    EXPECT_EQ(server_.Report()["received"], 1);
  }
}

TEST_F(HttpChatFaultsTest, GivesUpWhenTheRetriesAreUsedUp) {
  ChatOptions options = TestOptions(server_);
  options.retries = 3;
  const Error error = FailingCall({{"faults", {{{"kind", "status"}, {"status", 500}}}}},
                                  EndpointFailure::kServerError, options);
  EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(error.message, HasSubstr("(4 attempts)"));
  EXPECT_EQ(server_.Report()["received"], 4);
}

TEST_F(HttpChatFaultsTest, WaitsWhileAModelIsLoading) {
  server_.SetScript({{"faults", {{{"kind", "loading"}, {"times", 3}}}}});
  EXPECT_TRUE(Ask(*MakeClient(TestOptions(server_)), Question()).ok());
  ChatOptions options = TestOptions(server_);
  options.retries = 1;
  const Error error =
      FailingCall({{"faults", {{{"kind", "loading"}}}}}, EndpointFailure::kServerError, options);
  EXPECT_THAT(error.message, HasSubstr("HTTP 503: Loading model"));
}

TEST_F(HttpChatFaultsTest, WaitsAsLongAsTheEndpointAsks) {
  for (const json& headers :
       {json{{"retry-after-ms", "700"}}, json{{"Retry-After", "1"}},
        json{{"retry-after-ms", "700"}, {"Retry-After", "100"}}}) {  // the finer one counts
    server_.SetScript(
        {{"faults", {{{"kind", "status"}, {"status", 429}, {"times", 1}, {"headers", headers}}}}});
    auto client = MakeClient(TestOptions(server_));
    const auto start = steady_clock::now();
    EXPECT_TRUE(Ask(*client, Question()).ok());
    EXPECT_GE(SecondsSince(start), 0.69) << headers;
    EXPECT_LT(SecondsSince(start), 30) << headers;
  }
}

TEST_F(HttpChatFaultsTest, GivesUpWhenToldToWaitTooLong) {
  for (const json& headers : {json{{"retry-after-ms", "120001"}}, json{{"Retry-After", "121"}},
                              json{{"Retry-After", "Fri, 31 Dec 2099 23:59:59 GMT"}}}) {
    const Error error =
        FailingCall({{"faults", {{{"kind", "status"}, {"status", 429}, {"headers", headers}}}}},
                    EndpointFailure::kRateLimited);
    EXPECT_THAT(error.message, HasSubstr("it asks to wait")) << headers;
    EXPECT_EQ(counters_.attempts, 1U);
  }
}

TEST_F(HttpChatFaultsTest, DoesNotWaitBeyondTheDeadlineOfTheCall) {
  ChatOptions options = TestOptions(server_);
  options.total_seconds = 5;
  const auto start = steady_clock::now();
  const Error error = FailingCall(
      {{"faults", {{{"kind", "status"}, {"status", 503}, {"headers", {{"Retry-After", "60"}}}}}}},
      EndpointFailure::kServerError, options);
  EXPECT_LT(SecondsSince(start), 5);
  EXPECT_THAT(error.message, HasSubstr("llm.total_seconds = 5"));
}

TEST_F(HttpChatFaultsTest, TriesBrokenConnectionsAgain) {
  for (const char* kind : {"cut", "close"}) {
    server_.SetScript({{"faults", {{{"kind", kind}, {"times", 2}}}}});
    auto client = MakeClient(TestOptions(server_));
    ASSERT_TRUE(Ask(*client, Question()).ok()) << kind;
    EXPECT_EQ(Of(client->counters().retries, EndpointFailure::kConnection), 2U) << kind;
    const Error error = FailingCall({{"faults", {{{"kind", kind}}}}}, EndpointFailure::kConnection);
    EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
    EXPECT_EQ(counters_.attempts, 6U);
  }
}

TEST_F(HttpChatFaultsTest, CutsOffAnEndpointThatIsSilent) {
  ChatOptions options = TestOptions(server_);
  options.first_byte_seconds = 0.3;
  options.retries = 1;
  for (const char* kind : {"hang", "hang_body"}) {
    const auto start = steady_clock::now();
    const Error error =
        FailingCall({{"faults", {{{"kind", kind}}}}}, EndpointFailure::kDeadline, options);
    EXPECT_THAT(error.message, HasSubstr("silent for llm.first_byte_seconds = 0.3")) << kind;
    EXPECT_EQ(counters_.attempts, 2U);
    EXPECT_GE(SecondsSince(start), 0.6);
    EXPECT_LT(SecondsSince(start), 20);
  }
  server_.SetScript({{"faults", {{{"kind", "hang"}, {"times", 1}}}}});
  EXPECT_TRUE(Ask(*MakeClient(options), Question()).ok());
}

TEST_F(HttpChatFaultsTest, CutsOffAnAnswerThatNeverEnds) {
  ChatOptions options = TestOptions(server_);
  options.total_seconds = 0.8;
  const auto start = steady_clock::now();
  const Error error = FailingCall({{"faults", {{{"kind", "trickle"}, {"seconds", 0.02}}}}},
                                  EndpointFailure::kDeadline, options);
  EXPECT_THAT(error.message, HasSubstr("llm.total_seconds = 0.8"));
  EXPECT_LT(SecondsSince(start), 20);
}

TEST_F(HttpChatFaultsTest, ConnectingHasADeadline) {
  ChatOptions options = TestOptions(server_);
  options.base_url = "http://192.0.2.1:9/v1";  // TEST-NET-1: nobody answers, or no route
  options.connect_seconds = 0.2;
  options.retries = 1;
  auto client = MakeClient(options);
  const auto start = steady_clock::now();
  const auto reply = Ask(*client, Question());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_LT(SecondsSince(start), 20);
  ExpectAddsUp(client->counters());
}

TEST_F(HttpChatFaultsTest, SaysWhenNobodyListens) {
  ChatOptions options = TestOptions(server_);
  options.base_url = "http://127.0.0.1:1/v1";
  options.retries = 2;
  auto client = MakeClient(options);
  const auto reply = Ask(*client, Question());
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(reply.error().message,
              AllOf(HasSubstr("http://127.0.0.1:1/v1/chat/completions"), HasSubstr("3 attempts")));
}

TEST_F(HttpChatFaultsTest, TakesNothingForAnAnswerThatIsNone) {
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"kind", "malformed"}}, "no valid JSON"},
      {{{"kind", "raw"}, {"body", ""}}, "no valid JSON"},
      {{{"kind", "raw"}, {"body", "[]"}}, "no JSON object"},
      {{{"kind", "raw"}, {"body", R"({"choices":[{"index":0}]})"}}, "no message"},
      {{{"kind", "raw"}, {"body", R"({"choices":[{"message":{"content":7}}]})"}}, "not text"},
      {{{"kind", "raw"}, {"body", R"({"error":{"message":"upstream died"}})"}}, "upstream died"},
      {{{"kind", "empty_choices"}}, "list of choices is empty"},
      {{{"kind", "null_content"}}, "no content"},
      {{{"kind", "content_type"}}, "text/html"}};
  for (const auto& [fault, words] : cases) {
    const Error error = FailingCall({{"faults", {fault}}}, EndpointFailure::kNotAnAnswer);
    EXPECT_EQ(error.code, ErrorCode::kCorruptData) << fault;
    EXPECT_THAT(error.message, HasSubstr(words)) << fault;
    EXPECT_EQ(counters_.attempts, 1U) << fault;
  }
}

TEST_F(HttpChatFaultsTest, CutsOffAHugeAnswerAtOnce) {
  for (const bool chunked : {false, true}) {
    const Error error = FailingCall({{"faults", {{{"kind", "huge"}, {"chunked", chunked}}}}},
                                    EndpointFailure::kTooLarge);
    EXPECT_EQ(error.code, ErrorCode::kCorruptData);
    EXPECT_THAT(error.message, HasSubstr("llm.max_response_bytes = 4194304"));
    EXPECT_LE(counters_.bytes_received, uint64_t{5} << 20);
    EXPECT_EQ(counters_.attempts, 1U);
    EXPECT_LT(server_.Report()["bytes_sent"], 50'000'000) << "the server was not stopped";
  }
  const Error error =
      FailingCall({{"faults", {{{"kind", "header_flood"}}}}}, EndpointFailure::kTooLarge);
  EXPECT_EQ(error.code, ErrorCode::kCorruptData);
  EXPECT_THAT(error.message, HasSubstr("headers longer than 65536 bytes"));
}

TEST_F(HttpChatFaultsTest, FollowsNoRedirect) {
  ScriptedServer other;
  const Error error =
      FailingCall({{"faults", {{{"kind", "redirect"}, {"location", other.base_url()}}}}},
                  EndpointFailure::kRefused);
  EXPECT_THAT(error.message, HasSubstr("redirects are not followed"));
  EXPECT_EQ(other.Report()["received"], 0);
}

TEST_F(HttpChatFaultsTest, RefusesWhatIsNotHttp) {
  const Error error = FailingCall({{"faults", {{{"kind", "garbage"}}}}}, EndpointFailure::kConnection);
  EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
}

// Every fault at once, many threads: each call gets one answer of its own, and all adds up.
TEST_F(HttpChatFaultsTest, CountersAddUpUnderEveryFaultAtOnce) {
  json faults = json::array();
  for (const char* kind : {"malformed", "cut", "close", "empty_choices", "huge", "garbage"})
    faults.push_back({{"kind", kind}, {"match", fmt::format("fault-{} ", kind)}, {"times", 12}});
  for (const int status : {400, 429, 500})
    faults.push_back({{"kind", "status"},
                      {"status", status},
                      {"match", fmt::format("fault-{} ", status)},
                      {"times", 12}});
  server_.SetScript({{"faults", faults}, {"latency", 0.005}});
  ChatOptions options = TestOptions(server_);
  options.concurrency = 16;
  options.retries = 4;
  auto client = MakeClient(options);
  Collector collector;
  const std::vector<std::string> kinds = {"malformed", "cut", "close", "empty_choices", "huge",
                                          "garbage",   "400", "429",   "500",           "none"};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        collector.Submit(*client,
                         Question(fmt::format("fault-{} {} {}", kinds[(t + i) % 10], t, i)));
    });
  }
  for (int i = 0; i < 20; ++i) {
    ExpectAddsUp(client->counters());
    usleep(2000);
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t ok = 0;
  for (const auto& reply : collector.Wait()) ok += reply.ok() ? 1 : 0;
  const EndpointCounters counters = client->counters();
  EXPECT_EQ(counters.submitted, 200U);
  EXPECT_EQ(counters.pending, 0U);
  EXPECT_EQ(counters.succeeded, ok);
  EXPECT_GE(ok, 20U);
  EXPECT_GT(counters.all_failed(), 0U);
  EXPECT_EQ(counters.attempts, counters.submitted + counters.all_retries());
  ExpectAddsUp(counters);
  const json report = server_.Report();
  EXPECT_EQ(report["received"], counters.attempts + counters.resent);
  EXPECT_EQ(report["in_flight"], 0);
}

}  // namespace
}  // namespace dynajob
