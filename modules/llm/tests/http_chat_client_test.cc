#include "dynajob/llm/http_chat_client.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scripted_server.h"

namespace dynajob {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

ChatRequest Question(const std::string& text = "What would this person do?") {
  ChatRequest request;
  request.messages = {{"system", "Answer with one word."}, {"user", text}};
  return request;
}

ChatRequest Structured(const std::string& text) {
  ChatRequest request = Question(text);
  request.mode = AnswerMode::kJsonSchema;
  request.json_schema = R"({"type":"object","properties":{"response":{"type":"string",
    "enum":["IGNORE","CLICK","SAVE","APPLY"]}},"required":["response"],
    "additionalProperties":false})";
  return request;
}

double SecondsSince(steady_clock::time_point start) {
  return std::chrono::duration<double>(steady_clock::now() - start).count();
}

// Fast retries and deadlines that a test can wait for.
ChatOptions TestOptions(const ScriptedServer& server) {
  ChatOptions options;
  options.base_url = server.base_url();
  options.model = "scripted";
  options.backoff_seconds = 0.01;
  options.backoff_cap_seconds = 0.05;
  options.first_byte_seconds = 20;
  options.total_seconds = 60;
  return options;
}

std::unique_ptr<HttpChatClient> MakeClient(const ChatOptions& options,
                                           const std::string& key = "") {
  auto client = HttpChatClient::Create(options, key);
  EXPECT_TRUE(client.ok()) << client.error().message;
  return std::move(client).value();
}

uint64_t Of(const std::array<uint64_t, kChatFailures>& counts, ChatFailure failure) {
  return counts[static_cast<size_t>(failure)];
}

void ExpectAddsUp(const ChatCounters& counters) {
  EXPECT_EQ(counters.submitted, counters.succeeded + counters.all_failed() + counters.cancelled +
                                    counters.pending);
}

// Submits many and collects what comes back.
class Collector {
 public:
  void Submit(ChatClient& client, ChatRequest request) {
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    client.Submit(std::move(request), [this](Result<ChatReply> reply) {
      const std::lock_guard lock(mutex_);
      replies_.push_back(std::move(reply));
      --open_;
      changed_.notify_all();
    });
  }
  const std::vector<Result<ChatReply>>& Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_ == 0; });
    return replies_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int open_ = 0;
  std::vector<Result<ChatReply>> replies_;
};

class HttpChatClientTest : public testing::Test {
 protected:
  // The error of one call under a script, after checking that the counters agree.
  Error FailingCall(const json& script, ChatFailure cause, ChatOptions options) {
    server_.SetScript(script);
    auto client = MakeClient(options, key_);
    const auto reply = Ask(*client, Question());
    EXPECT_FALSE(reply.ok());
    const ChatCounters counters = client->counters();
    ExpectAddsUp(counters);
    EXPECT_EQ(Of(counters.failed, cause), 1U) << ToString(cause);
    EXPECT_EQ(counters.all_failed(), 1U);
    EXPECT_EQ(counters.attempts, 1 + counters.all_retries());
    counters_ = counters;
    return reply.ok() ? Error{ErrorCode::kIo, "no error"} : reply.error();
  }
  Error FailingCall(const json& script, ChatFailure cause) {
    return FailingCall(script, cause, TestOptions(server_));
  }

  ScriptedServer server_;
  ChatCounters counters_;
  std::string key_;
};

TEST_F(HttpChatClientTest, AnswersWithAllThatTheEndpointReports) {
  server_.SetScript({{"usd_per_token", 0.001}, {"api_key", "sk-secret"}});
  auto client = MakeClient(TestOptions(server_), "sk-secret");
  ChatRequest request = Structured("A question with\nquotes \" and ünïcode");
  request.top_logprobs = 4;
  const auto reply = Ask(*client, request);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  const json text = json::parse(reply->text);
  EXPECT_THAT((std::set<std::string>{"IGNORE", "CLICK", "SAVE", "APPLY"}),
              testing::Contains(text["response"].get<std::string>()));
  EXPECT_EQ(reply->model, "scripted");
  EXPECT_EQ(reply->fingerprint, "fp_scripted");
  EXPECT_EQ(reply->finish_reason, "stop");
  EXPECT_TRUE(reply->usage.reported);
  EXPECT_GT(reply->usage.prompt_tokens, 0U);
  EXPECT_EQ(reply->usage.completion_tokens, reply->logprobs.size());
  ASSERT_TRUE(reply->usage.cost_usd.has_value());
  bool found = false;
  for (const TokenLogprobs& token : reply->logprobs) {
    EXPECT_LE(token.logprob, 0);
    if (token.token != text["response"]) continue;
    found = true;
    double mass = 0;
    for (const TokenAlternative& other : token.top) mass += std::exp(other.logprob);
    EXPECT_NEAR(mass, 1, 1e-9);
  }
  EXPECT_TRUE(found);
}

TEST_F(HttpChatClientTest, SendsSamplingAndFormExplicitly) {
  auto client = MakeClient(TestOptions(server_), "sk-secret");
  ChatRequest request = Structured("form");
  request.sampling = {.temperature = 0.5, .top_p = 0.9, .seed = 7, .max_tokens = 33};
  ASSERT_TRUE(Ask(*client, request).ok());
  request.mode = AnswerMode::kLlamaSchema;
  ASSERT_TRUE(Ask(*client, request).ok());
  request.mode = AnswerMode::kText;
  ASSERT_TRUE(Ask(*client, request).ok());
  const json sent = server_.Requests();
  const json& body = sent[0]["body"];
  EXPECT_EQ(body["temperature"], 0.5);
  EXPECT_EQ(body["top_p"], 0.9);
  EXPECT_EQ(body["seed"], 7);
  EXPECT_EQ(body["max_tokens"], 33);
  EXPECT_EQ(body["stream"], false);
  EXPECT_EQ(body["response_format"]["json_schema"]["strict"], true);
  EXPECT_EQ(body["messages"][1]["content"], "form");
  EXPECT_FALSE(body.contains("logprobs"));
  EXPECT_FALSE(body.contains("logit_bias"));
  EXPECT_EQ(sent[1]["body"]["response_format"]["type"], "json_object");
  EXPECT_TRUE(sent[1]["body"]["response_format"].contains("schema"));
  EXPECT_FALSE(sent[2]["body"].contains("response_format"));
}

TEST_F(HttpChatClientTest, NamesTheTokenLimitAsReasoningModelsDo) {
  ChatOptions options = TestOptions(server_);
  options.token_limit_field = TokenLimitField::kMaxCompletionTokens;
  ASSERT_TRUE(Ask(*MakeClient(options), Question()).ok());
  const json body = server_.Requests()[0]["body"];
  EXPECT_EQ(body["max_completion_tokens"], 16);
  EXPECT_FALSE(body.contains("max_tokens"));
}

TEST_F(HttpChatClientTest, ReusesItsConnections) {
  ChatOptions options = TestOptions(server_);
  options.concurrency = 4;
  auto client = MakeClient(options);
  const int before = server_.Report()["connections"];
  Collector collector;
  for (int i = 0; i < 60; ++i) collector.Submit(*client, Question(std::to_string(i)));
  for (const auto& reply : collector.Wait()) EXPECT_TRUE(reply.ok());
  const json report = server_.Report();
  EXPECT_LE(report["connections"].get<int>() - before, 4 + 1);  // and the one of Report
  EXPECT_LE(report["most_in_flight"], 4);
  EXPECT_EQ(report["answered"], 60);
}

TEST_F(HttpChatClientTest, KeepsManyInFlight) {
  server_.SetScript({{"latency", 0.3}, {"places", 64}});
  ChatOptions options = TestOptions(server_);
  options.concurrency = 64;
  auto client = MakeClient(options);
  Collector collector;
  for (int i = 0; i < 64; ++i) collector.Submit(*client, Question(std::to_string(i)));
  for (const auto& reply : collector.Wait()) EXPECT_TRUE(reply.ok());
  EXPECT_GT(server_.Report()["most_in_flight"], 32);
}

TEST_F(HttpChatClientTest, TriesTransientStatusesAgainUntilTheyAreOver) {
  const std::map<int, ChatFailure> causes = {
      {408, ChatFailure::kRequestTimeout}, {409, ChatFailure::kConflict},
      {429, ChatFailure::kRateLimited},    {500, ChatFailure::kServerError},
      {502, ChatFailure::kServerError},    {503, ChatFailure::kServerError}};
  for (const auto& [status, cause] : causes) {
    server_.SetScript({{"faults", {{{"kind", "status"}, {"status", status}, {"times", 2}}}}});
    auto client = MakeClient(TestOptions(server_));
    const auto reply = Ask(*client, Question());
    ASSERT_TRUE(reply.ok()) << status << ": " << reply.error().message;
    const ChatCounters counters = client->counters();
    EXPECT_EQ(Of(counters.retries, cause), 2U) << status;
    EXPECT_EQ(counters.attempts, 3U);
    EXPECT_EQ(server_.Report()["received"], 3);
    ExpectAddsUp(counters);
  }
}

TEST_F(HttpChatClientTest, NeverTriesARefusalAgain) {
  for (const int status : {400, 401, 403, 404, 418, 422}) {
    const Error error = FailingCall(
        {{"faults", {{{"kind", "status"}, {"status", status}, {"message", "no, because"}}}}},
        ChatFailure::kRefused);
    EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
    EXPECT_THAT(error.message, HasSubstr(fmt::format("HTTP {}: no, because", status)));
    EXPECT_THAT(error.message, HasSubstr(server_.base_url() + "/chat/completions"));
    EXPECT_EQ(server_.Report()["received"], 1);
  }
}

TEST_F(HttpChatClientTest, GivesUpWhenTheRetriesAreUsedUp) {
  ChatOptions options = TestOptions(server_);
  options.retries = 3;
  const Error error = FailingCall({{"faults", {{{"kind", "status"}, {"status", 500}}}}},
                                  ChatFailure::kServerError, options);
  EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(error.message, HasSubstr("(4 attempts)"));
  EXPECT_EQ(server_.Report()["received"], 4);
}

TEST_F(HttpChatClientTest, WaitsWhileAModelIsLoading) {
  server_.SetScript({{"faults", {{{"kind", "loading"}, {"times", 3}}}}});
  EXPECT_TRUE(Ask(*MakeClient(TestOptions(server_)), Question()).ok());
  ChatOptions options = TestOptions(server_);
  options.retries = 1;
  const Error error =
      FailingCall({{"faults", {{{"kind", "loading"}}}}}, ChatFailure::kServerError, options);
  EXPECT_THAT(error.message, HasSubstr("HTTP 503: Loading model"));
}

TEST_F(HttpChatClientTest, WaitsAsLongAsTheEndpointAsks) {
  for (const json& headers :
       {json{{"retry-after-ms", "700"}}, json{{"Retry-After", "1"}},
        json{{"retry-after-ms", "700"}, {"Retry-After", "100"}}}) {  // the finer one counts
    server_.SetScript({{"faults",
                        {{{"kind", "status"}, {"status", 429}, {"times", 1}, {"headers", headers}}}}});
    auto client = MakeClient(TestOptions(server_));
    const auto start = steady_clock::now();
    EXPECT_TRUE(Ask(*client, Question()).ok());
    EXPECT_GE(SecondsSince(start), 0.69) << headers;
    EXPECT_LT(SecondsSince(start), 30) << headers;
  }
}

TEST_F(HttpChatClientTest, GivesUpWhenToldToWaitTooLong) {
  for (const json& headers : {json{{"retry-after-ms", "120001"}}, json{{"Retry-After", "121"}},
                              json{{"Retry-After", "Fri, 31 Dec 2099 23:59:59 GMT"}}}) {
    const Error error = FailingCall(
        {{"faults", {{{"kind", "status"}, {"status", 429}, {"headers", headers}}}}},
        ChatFailure::kRateLimited);
    EXPECT_THAT(error.message, HasSubstr("it asks to wait")) << headers;
    EXPECT_EQ(counters_.attempts, 1U);
  }
}

TEST_F(HttpChatClientTest, DoesNotWaitBeyondTheDeadlineOfTheCall) {
  ChatOptions options = TestOptions(server_);
  options.total_seconds = 5;
  const auto start = steady_clock::now();
  const Error error = FailingCall({{"faults",
                                    {{{"kind", "status"},
                                      {"status", 503},
                                      {"headers", {{"Retry-After", "60"}}}}}}},
                                  ChatFailure::kServerError, options);
  EXPECT_LT(SecondsSince(start), 5);
  EXPECT_THAT(error.message, HasSubstr("llm.total_seconds = 5"));
}

TEST_F(HttpChatClientTest, TriesBrokenConnectionsAgain) {
  for (const char* kind : {"cut", "close"}) {
    server_.SetScript({{"faults", {{{"kind", kind}, {"times", 2}}}}});
    auto client = MakeClient(TestOptions(server_));
    ASSERT_TRUE(Ask(*client, Question()).ok()) << kind;
    EXPECT_EQ(Of(client->counters().retries, ChatFailure::kConnection), 2U) << kind;
    const Error error = FailingCall({{"faults", {{{"kind", kind}}}}}, ChatFailure::kConnection);
    EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
    EXPECT_EQ(counters_.attempts, 6U);
  }
}

TEST_F(HttpChatClientTest, CutsOffAnEndpointThatIsSilent) {
  ChatOptions options = TestOptions(server_);
  options.first_byte_seconds = 0.3;
  options.retries = 1;
  for (const char* kind : {"hang", "hang_body"}) {
    const auto start = steady_clock::now();
    const Error error =
        FailingCall({{"faults", {{{"kind", kind}}}}}, ChatFailure::kDeadline, options);
    EXPECT_THAT(error.message, HasSubstr("silent for llm.first_byte_seconds = 0.3")) << kind;
    EXPECT_EQ(counters_.attempts, 2U);
    EXPECT_GE(SecondsSince(start), 0.6);
    EXPECT_LT(SecondsSince(start), 20);
  }
  server_.SetScript({{"faults", {{{"kind", "hang"}, {"times", 1}}}}});
  EXPECT_TRUE(Ask(*MakeClient(options), Question()).ok());
}

TEST_F(HttpChatClientTest, CutsOffAnAnswerThatNeverEnds) {
  ChatOptions options = TestOptions(server_);
  options.total_seconds = 0.8;
  const auto start = steady_clock::now();
  const Error error = FailingCall({{"faults", {{{"kind", "trickle"}, {"seconds", 0.02}}}}},
                                  ChatFailure::kDeadline, options);
  EXPECT_THAT(error.message, HasSubstr("llm.total_seconds = 0.8"));
  EXPECT_LT(SecondsSince(start), 20);
}

TEST_F(HttpChatClientTest, ConnectingHasADeadline) {
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

TEST_F(HttpChatClientTest, SaysWhenNobodyListens) {
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

TEST_F(HttpChatClientTest, TakesNothingForAnAnswerThatIsNone) {
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
    const Error error = FailingCall({{"faults", {fault}}}, ChatFailure::kNotAnAnswer);
    EXPECT_EQ(error.code, ErrorCode::kCorruptData) << fault;
    EXPECT_THAT(error.message, HasSubstr(words)) << fault;
    EXPECT_EQ(counters_.attempts, 1U) << fault;
  }
}

TEST_F(HttpChatClientTest, PassesAnswersOnAsTheyAre) {
  server_.SetScript({{"faults", {{{"kind", "text"}, {"text", "would not apply"}}}}});
  EXPECT_EQ(Ask(*MakeClient(TestOptions(server_)), Question())->text, "would not apply");
  server_.SetScript({{"faults", {{{"kind", "refusal"}}}}});
  const auto refusal = Ask(*MakeClient(TestOptions(server_)), Question());
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(refusal->text, "");
  EXPECT_THAT(refusal->refusal, HasSubstr("cannot assist"));
}

TEST_F(HttpChatClientTest, CutsOffAHugeAnswerAtOnce) {
  for (const bool chunked : {false, true}) {
    const Error error = FailingCall({{"faults", {{{"kind", "huge"}, {"chunked", chunked}}}}},
                                    ChatFailure::kTooLarge);
    EXPECT_EQ(error.code, ErrorCode::kCorruptData);
    EXPECT_THAT(error.message, HasSubstr("llm.max_response_bytes = 4194304"));
    EXPECT_LE(counters_.bytes_received, uint64_t{5} << 20);
    EXPECT_EQ(counters_.attempts, 1U);
    EXPECT_LT(server_.Report()["bytes_sent"], 50'000'000) << "the server was not stopped";
  }
  const Error error =
      FailingCall({{"faults", {{{"kind", "header_flood"}}}}}, ChatFailure::kTooLarge);
  EXPECT_EQ(error.code, ErrorCode::kCorruptData) << error.message;
}

TEST_F(HttpChatClientTest, FollowsNoRedirect) {
  ScriptedServer other;
  const Error error =
      FailingCall({{"faults", {{{"kind", "redirect"}, {"location", other.base_url()}}}}},
                  ChatFailure::kRefused);
  EXPECT_THAT(error.message, HasSubstr("redirects are not followed"));
  EXPECT_EQ(other.Report()["received"], 0);
}

TEST_F(HttpChatClientTest, RefusesWhatIsNotHttp) {
  const Error error =
      FailingCall({{"faults", {{{"kind", "garbage"}}}}}, ChatFailure::kConnection);
  EXPECT_EQ(error.code, ErrorCode::kLlmUnavailable);
}

TEST_F(HttpChatClientTest, FailsRequestsThatCannotBeSent) {
  auto client = MakeClient(TestOptions(server_));
  const auto text = Ask(*client, Question("broken \xff text"));
  ASSERT_FALSE(text.ok());
  EXPECT_EQ(text.error().code, ErrorCode::kInvalidArgument);
  ChatRequest request = Structured("x");
  request.json_schema = "{";
  const auto schema = Ask(*client, request);
  ASSERT_FALSE(schema.ok());
  EXPECT_EQ(schema.error().code, ErrorCode::kInvalidArgument);
  const ChatCounters counters = client->counters();
  EXPECT_EQ(Of(counters.failed, ChatFailure::kBadRequest), 2U);
  EXPECT_EQ(counters.attempts, 0U);
  EXPECT_EQ(server_.Report()["received"], 0);
  ExpectAddsUp(counters);
}

TEST_F(HttpChatClientTest, NeverShowsASecret) {
  key_ = "sk-very-secret-key";
  const Error echoed = FailingCall({{"api_key", "another"}}, ChatFailure::kRefused);
  EXPECT_THAT(echoed.message, AllOf(HasSubstr("HTTP 401"), Not(HasSubstr("secret"))));
  const Error in_type = FailingCall(
      {{"faults", {{{"kind", "content_type"}, {"type", "text/sk-very-secret-key"}}}}},
      ChatFailure::kNotAnAnswer);
  EXPECT_THAT(in_type.message, Not(HasSubstr("secret")));

  key_.clear();
  ChatOptions options = TestOptions(server_);
  options.base_url = "";
  const std::string url =
      fmt::format("http://bob:hunter%3A2@127.0.0.1:{}/v1/", server_.port());
  setenv("OPENAI_BASE_URL", url.c_str(), 1);
  auto client = MakeClient(options);
  EXPECT_EQ(client->base_url(), server_.base_url());
  const Error basic = FailingCall(
      {{"faults",
        {{{"kind", "status"}, {"status", 400}, {"message", "you are bob with hunter:2"}}}}},
      ChatFailure::kRefused, options);
  EXPECT_THAT(basic.message, AllOf(Not(HasSubstr("hunter")), HasSubstr("you are bob with ***")));
  unsetenv("OPENAI_BASE_URL");
}

TEST_F(HttpChatClientTest, QuotesServersBrieflyAndOnOneLine) {
  const std::string noise = "\x1b[31mred\r\n\t" + std::string(5000, 'y');
  const Error error = FailingCall(
      {{"faults", {{{"kind", "status"}, {"status", 400}, {"message", noise}}}}},
      ChatFailure::kRefused);
  EXPECT_LT(error.message.size(), 500U);
  EXPECT_THAT(error.message, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\n"))));
}

TEST_F(HttpChatClientTest, KeepsItsOwnRateLimits) {
  ChatOptions options = TestOptions(server_);
  options.requests_per_minute = 600;  // 10 a second, of which one second's worth is saved up
  auto client = MakeClient(options);
  Collector collector;
  const auto start = steady_clock::now();
  for (int i = 0; i < 20; ++i) collector.Submit(*client, Question(std::to_string(i)));
  for (const auto& reply : collector.Wait()) EXPECT_TRUE(reply.ok());
  EXPECT_GE(SecondsSince(start), 0.95);

  options.requests_per_minute = 0;
  options.tokens_per_minute = 3000;  // 50 a second
  client = MakeClient(options);
  Collector tokens;
  const auto tokens_start = steady_clock::now();
  uint64_t used = 0;
  for (int i = 0; i < 8; ++i) tokens.Submit(*client, Question(std::to_string(i)));
  for (const auto& reply : tokens.Wait()) {
    ASSERT_TRUE(reply.ok());
    used += reply->usage.prompt_tokens + reply->usage.completion_tokens;
  }
  // Whatever was saved up, and the last request's debt, are not waited for.
  EXPECT_GE(SecondsSince(tokens_start), (static_cast<double>(used) - 50 - 80) / 50);
}

TEST_F(HttpChatClientTest, CancelsWhatIsOpenWhenItGoes) {
  server_.SetScript({{"faults", {{{"kind", "hang"}}}}});
  ChatOptions options = TestOptions(server_);
  options.concurrency = 3;
  auto client = MakeClient(options);
  Collector collector;
  for (int i = 0; i < 10; ++i) collector.Submit(*client, Question(std::to_string(i)));
  while (server_.Report()["received"] < 3) usleep(10'000);
  EXPECT_EQ(client->counters().pending, 10U);
  ExpectAddsUp(client->counters());
  const auto start = steady_clock::now();
  client.reset();
  EXPECT_LT(SecondsSince(start), 10);
  const auto& replies = collector.Wait();
  ASSERT_EQ(replies.size(), 10U);
  for (const auto& reply : replies) {
    ASSERT_FALSE(reply.ok());
    EXPECT_EQ(reply.error().code, ErrorCode::kCancelled);
  }
}

TEST_F(HttpChatClientTest, CallbacksMaySubmit) {
  auto client = MakeClient(TestOptions(server_));
  std::promise<int> finished;
  std::function<void(int)> chain = [&](int left) {
    client->Submit(Question(std::to_string(left)), [&, left](Result<ChatReply> reply) {
      if (!reply.ok() || left == 0)
        finished.set_value(reply.ok() ? 0 : left);
      else
        chain(left - 1);
    });
  };
  chain(5);
  EXPECT_EQ(finished.get_future().get(), 0);
  EXPECT_EQ(client->counters().succeeded, 6U);
}

// Every fault at once, many threads: each call gets one answer of its own, and all adds up.
TEST_F(HttpChatClientTest, CountersAddUpUnderEveryFaultAtOnce) {
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
  const std::vector<std::string> kinds = {"malformed", "cut",     "close", "empty_choices", "huge",
                                          "garbage",   "400",     "429",   "500",           "none"};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i)
        collector.Submit(*client, Question(fmt::format("fault-{} {} {}", kinds[(t + i) % 10], t, i)));
    });
  }
  for (int i = 0; i < 20; ++i) {
    ExpectAddsUp(client->counters());
    usleep(2000);
  }
  for (std::thread& thread : threads) thread.join();
  uint64_t ok = 0;
  for (const auto& reply : collector.Wait()) ok += reply.ok() ? 1 : 0;
  const ChatCounters counters = client->counters();
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

TEST(HttpChatClientCreateTest, RefusesWhatItCannotUse) {
  unsetenv("OPENAI_BASE_URL");
  ChatOptions options;
  options.model = "m";
  EXPECT_THAT(HttpChatClient::Create(options, "").error().message, HasSubstr("llm.base_url"));
  options.base_url = "http://localhost:1/v1";
  options.model = "";
  EXPECT_THAT(HttpChatClient::Create(options, "").error().message, HasSubstr("llm.model"));
  options.model = "m";
  EXPECT_FALSE(HttpChatClient::Create(options, "two\r\nX-Header: lines").ok());
  options.base_url = "http://bob:hunter2@localhost:1/v1";
  const auto credentials = HttpChatClient::Create(options, "");
  ASSERT_FALSE(credentials.ok());
  EXPECT_EQ(credentials.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(credentials.error().message, Not(HasSubstr("hunter2")));
}

TEST(HttpChatClientTlsTest, RefusesACertificateThatNobodyVouchesFor) {
  const std::string directory = testing::TempDir() + "dynajob_tls_" + std::to_string(getpid());
  const std::string cert = directory + ".cert", key = directory + ".key";
  const std::string make = fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -keyout {} -out {} 2>/dev/null",
      key, cert);
  if (std::system(make.c_str()) != 0) GTEST_SKIP() << "no openssl program to make one with";
  {
    ScriptedServer server(json::object(), {"--tls", cert, key});
    ChatOptions options = TestOptions(server);
    options.base_url = fmt::format("https://localhost:{}/v1", server.port());
    auto client = MakeClient(options);
    const auto reply = Ask(*client, Question());
    ASSERT_FALSE(reply.ok());
    EXPECT_THAT(reply.error().message, AllOf(HasSubstr("certificate"), HasSubstr("(1 attempt)")));
  }
  std::remove(cert.c_str());
  std::remove(key.c_str());
}

}  // namespace
}  // namespace dynajob
