// What tests of the HTTP chat client share: a scripted server, fast options, and bookkeeping.
#ifndef DYNAJOB_LLM_TESTS_CHAT_CLIENT_FIXTURE_H_
#define DYNAJOB_LLM_TESTS_CHAT_CLIENT_FIXTURE_H_

#include <array>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/llm/http_chat_client.h"

#include "scripted_server.h"

namespace dynajob {

inline ChatRequest Question(const std::string& text = "What would this person do?") {
  ChatRequest request;
  request.messages = {{"system", "Answer with one word."}, {"user", text}};
  return request;
}

inline ChatRequest Structured(const std::string& text) {
  ChatRequest request = Question(text);
  request.mode = AnswerMode::kJsonSchema;
  request.json_schema = R"({"type":"object","properties":{"response":{"type":"string",
    "enum":["IGNORE","CLICK","SAVE","APPLY"]}},"required":["response"],
    "additionalProperties":false})";
  return request;
}

inline double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Fast retries and deadlines that a test can wait for.
inline ChatOptions TestOptions(const ScriptedServer& server) {
  ChatOptions options;
  options.base_url = server.base_url();
  options.model = "scripted";
  options.backoff_seconds = 0.01;
  options.backoff_cap_seconds = 0.05;
  options.first_byte_seconds = 20;
  options.total_seconds = 60;
  return options;
}

inline std::unique_ptr<HttpChatClient> MakeClient(const ChatOptions& options,
                                                  const std::string& key = "") {
  auto client = HttpChatClient::Create(options, key);
  EXPECT_TRUE(client.ok()) << client.error().message;
  return std::move(client).value();
}

inline uint64_t Of(const std::array<uint64_t, kEndpointFailures>& counts, EndpointFailure failure) {
  return counts[static_cast<size_t>(failure)];
}

inline void ExpectAddsUp(const EndpointCounters& counters) {
  EXPECT_EQ(counters.submitted,
            counters.succeeded + counters.all_failed() + counters.cancelled + counters.pending);
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
  Error FailingCall(const nlohmann::json& script, EndpointFailure cause, ChatOptions options) {
    server_.SetScript(script);
    auto client = MakeClient(options, key_);
    const auto reply = Ask(*client, Question());
    EXPECT_FALSE(reply.ok());
    const EndpointCounters counters = client->counters();
    ExpectAddsUp(counters);
    EXPECT_EQ(Of(counters.failed, cause), 1U) << ToString(cause);
    EXPECT_EQ(counters.all_failed(), 1U);
    EXPECT_EQ(counters.attempts, 1 + counters.all_retries());
    counters_ = counters;
    return reply.ok() ? Error{ErrorCode::kIo, "no error"} : reply.error();
  }
  Error FailingCall(const nlohmann::json& script, EndpointFailure cause) {
    return FailingCall(script, cause, TestOptions(server_));
  }

  ScriptedServer server_;
  EndpointCounters counters_;
  std::string key_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_TESTS_CHAT_CLIENT_FIXTURE_H_
