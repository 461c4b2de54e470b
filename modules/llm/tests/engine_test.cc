// The client against a real engine: `make test-llm` starts llama.cpp's server with a tiny model of
// random weights and names it in OPENAI_BASE_URL. Random weights prove the protocol, not the
// labels.
#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/llm/capabilities.h"
#include "dynajob/llm/http_chat_client.h"

namespace dynajob {
namespace {

using nlohmann::json;

constexpr int kCalls = 256;
constexpr int kConcurrency = 64;
const std::set<std::string> kResponses = {"IGNORE", "CLICK", "SAVE", "APPLY"};

std::unique_ptr<HttpChatClient> MakeClient() {
  ChatOptions options;  // the address comes from the environment
  options.model = "tiny-random";
  options.concurrency = kConcurrency;
  options.retries = 20;  // the server may still be loading: 503 until it is ready
  options.backoff_cap_seconds = 2;
  auto client = HttpChatClient::Create(options, ApiKeyFromEnvironment());
  EXPECT_TRUE(client.ok()) << client.error().message;
  return std::move(client).value();
}

ChatRequest Question(const std::string& text) {
  ChatRequest request;
  request.messages = {{"system", "You are a person looking for a job."}, {"user", text}};
  return request;
}

ChatRequest Structured(const std::string& text, AnswerMode mode) {
  ChatRequest request = Question(text);
  request.mode = mode;
  request.sampling.max_tokens = 256;  // the grammar lets a model of random weights add white space
  request.json_schema = R"({"type":"object","properties":{"response":{"type":"string",
    "enum":["IGNORE","CLICK","SAVE","APPLY"]}},"required":["response"],
    "additionalProperties":false})";
  return request;
}

bool KeepsTheSchema(const std::string& text) {
  const json answer = json::parse(text, nullptr, /*allow_exceptions=*/false);
  return answer.is_object() && answer.size() == 1 && answer.contains("response") &&
         answer["response"].is_string() &&
         kResponses.count(answer["response"].get<std::string>()) == 1;
}

TEST(EngineTest, ProbedCapabilitiesAreThoseOfLlamaCpp) {
  const auto found = ProbeCapabilities(*MakeClient());
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->json_schema, Support::kYes);
  EXPECT_EQ(found->llama_schema, Support::kYes);
  EXPECT_EQ(found->answer_mode(), AnswerMode::kJsonSchema);
  EXPECT_EQ(found->logprobs, Support::kYes);
  EXPECT_EQ(found->top_logprobs, 20);
  EXPECT_EQ(found->logit_bias, Support::kYes);
  EXPECT_TRUE(found->reports_usage);
  EXPECT_NE(found->fingerprint, "");
}

TEST(EngineTest, BothShapesOfStructuredOutputsKeepTheSchema) {
  auto client = MakeClient();
  for (const AnswerMode mode : {AnswerMode::kJsonSchema, AnswerMode::kLlamaSchema}) {
    for (int i = 0; i < 4; ++i) {
      ChatRequest request = Structured(fmt::format("Job {}", i), mode);
      request.sampling.temperature = 1;  // any answer, and the form is kept all the same
      request.sampling.seed = i;
      const auto reply = Ask(*client, request);
      ASSERT_TRUE(reply.ok()) << reply.error().message;
      EXPECT_TRUE(KeepsTheSchema(reply->text)) << ToString(mode) << ": " << reply->text;
      EXPECT_EQ(reply->finish_reason, "stop");
    }
  }
}

TEST(EngineTest, LogprobsAreADistributionOverTokens) {
  auto client = MakeClient();
  ChatRequest request = Question("Would you apply?");
  request.sampling.max_tokens = 3;
  request.top_logprobs = 20;
  const auto reply = Ask(*client, request);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->finish_reason, "length");
  ASSERT_EQ(reply->logprobs.size(), 3U);
  for (const TokenLogprobs& token : reply->logprobs) {
    ASSERT_EQ(token.top.size(), 20U);
    double mass = 0;
    for (const TokenAlternative& other : token.top) mass += std::exp(other.logprob);
    EXPECT_GT(mass, 0.05);
    EXPECT_LE(mass, 1 + 1e-4);
    EXPECT_EQ(token.token, token.top.front().token);  // at temperature 0
    EXPECT_NEAR(token.logprob, token.top.front().logprob, 1e-6);
  }
}

TEST(EngineTest, RefusesWhatDoesNotFitWithoutTryingAgain) {
  auto client = MakeClient();
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "word ";
  const auto reply = Ask(*client, Question(text));
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(reply.error().message, testing::HasSubstr("HTTP 400"));
  EXPECT_EQ(client->counters().attempts, 1U);
}

TEST(EngineTest, SixtyFourCallsAreInFlightAtOnce) {
  auto client = MakeClient();
  std::mutex mutex;
  std::condition_variable changed;
  int open = kCalls;
  std::vector<std::string> failures;
  for (int i = 0; i < kCalls; ++i) {
    client->Submit(Structured(fmt::format("Job number {}", i), AnswerMode::kJsonSchema),
                   [&](Result<ChatReply> reply) {
                     const std::lock_guard lock(mutex);
                     if (!reply.ok())
                       failures.push_back(reply.error().message);
                     else if (!KeepsTheSchema(reply->text))
                       failures.push_back(reply->text);
                     --open;
                     changed.notify_one();
                   });
  }
  uint64_t most_in_flight = 0;
  for (std::unique_lock lock(mutex); open > 0;) {
    changed.wait_for(lock, std::chrono::milliseconds(5));
    const EndpointCounters counters = client->counters();
    most_in_flight = std::max(most_in_flight, counters.attempts - counters.succeeded -
                                                  counters.all_failed() - counters.all_retries());
  }
  EXPECT_THAT(failures, testing::IsEmpty());
  EXPECT_EQ(most_in_flight, static_cast<uint64_t>(kConcurrency));
  const EndpointCounters counters = client->counters();
  EXPECT_EQ(counters.succeeded, static_cast<uint64_t>(kCalls));
  EXPECT_EQ(counters.submitted, counters.succeeded);
  EXPECT_GT(counters.completion_tokens, 0U);
}

}  // namespace
}  // namespace dynajob
