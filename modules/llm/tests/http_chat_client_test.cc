#include "dynajob/llm/http_chat_client.h"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <future>
#include <set>

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
using testing::Not;

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
    if (token.token != text["response"].get<std::string>()) continue;
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

TEST_F(HttpChatClientTest, PassesAnswersOnAsTheyAre) {
  server_.SetScript({{"faults", {{{"kind", "text"}, {"text", "would not apply"}}}}});
  EXPECT_EQ(Ask(*MakeClient(TestOptions(server_)), Question())->text, "would not apply");
  server_.SetScript({{"faults", {{{"kind", "refusal"}}}}});
  const auto refusal = Ask(*MakeClient(TestOptions(server_)), Question());
  ASSERT_TRUE(refusal.ok());
  EXPECT_EQ(refusal->text, "");
  EXPECT_THAT(refusal->refusal, HasSubstr("cannot assist"));
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
  const EndpointCounters counters = client->counters();
  EXPECT_EQ(Of(counters.failed, EndpointFailure::kBadRequest), 2U);
  EXPECT_EQ(counters.attempts, 0U);
  EXPECT_EQ(server_.Report()["received"], 0);
  ExpectAddsUp(counters);
}

TEST_F(HttpChatClientTest, NeverShowsASecret) {
  key_ = "sk-very-secret-key";
  const Error echoed = FailingCall({{"api_key", "another"}}, EndpointFailure::kRefused);
  EXPECT_THAT(echoed.message, AllOf(HasSubstr("HTTP 401"), Not(HasSubstr("secret"))));
  const Error in_type =
      FailingCall({{"faults", {{{"kind", "content_type"}, {"type", "text/sk-very-secret-key"}}}}},
                  EndpointFailure::kNotAnAnswer);
  EXPECT_THAT(in_type.message, Not(HasSubstr("secret")));

  key_.clear();
  ChatOptions options = TestOptions(server_);
  options.base_url = "";
  const std::string url = fmt::format("http://bob:hunter%3A2@127.0.0.1:{}/v1/", server_.port());
  setenv("OPENAI_BASE_URL", url.c_str(), 1);
  auto client = MakeClient(options);
  EXPECT_EQ(client->base_url(), server_.base_url());
  const Error basic = FailingCall(
      {{"faults",
        {{{"kind", "status"}, {"status", 400}, {"message", "you are bob with hunter:2"}}}}},
      EndpointFailure::kRefused, options);
  EXPECT_THAT(basic.message, AllOf(Not(HasSubstr("hunter")), HasSubstr("you are bob with ***")));
  unsetenv("OPENAI_BASE_URL");
}

TEST_F(HttpChatClientTest, QuotesServersBrieflyAndOnOneLine) {
  const std::string noise = "\x1b[31mred\r\n\t" + std::string(5000, 'y');
  const Error error =
      FailingCall({{"faults", {{{"kind", "status"}, {"status", 400}, {"message", noise}}}}},
                  EndpointFailure::kRefused);
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
}

TEST_F(HttpChatClientTest, KeepsItsOwnLimitOfTokens) {
  ChatOptions options = TestOptions(server_);
  options.tokens_per_minute = 48'000;  // 800 a second, of which one second's worth is saved up
  options.concurrency = 1;
  auto client = MakeClient(options);
  std::string text;
  for (int i = 0; i < 200; ++i) text += " word";
  uint64_t used = 0;
  const auto start = steady_clock::now();
  for (int i = 0; i < 6; ++i) {
    const auto reply = Ask(*client, Question(text + std::to_string(i)));
    ASSERT_TRUE(reply.ok());
    if (i < 5) used += reply->usage.prompt_tokens + reply->usage.completion_tokens;
  }
  ASSERT_GT(used, 2000U);
  EXPECT_GE(SecondsSince(start), (static_cast<double>(used) - 800) / 800);
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
