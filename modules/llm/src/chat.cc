#include "dynajob/llm/chat.h"

#include <future>
#include <utility>

#include "dynajob/core/check.h"
#include "dynajob/llm/chat_client.h"

namespace dynajob {

std::string_view ToString(AnswerMode mode) {
  switch (mode) {
    case AnswerMode::kJsonSchema:
      return "json_schema";
    case AnswerMode::kLlamaSchema:
      return "llama_schema";
    case AnswerMode::kJsonObject:
      return "json_object";
    case AnswerMode::kText:
      return "text";
  }
  DYNAJOB_CHECK(false, "unknown answer mode");
  return "";
}

Result<ChatReply> Ask(ChatClient& client, ChatRequest request) {
  std::promise<Result<ChatReply>> promise;
  std::future<Result<ChatReply>> reply = promise.get_future();
  client.Submit(std::move(request),
                [&promise](Result<ChatReply> answer) { promise.set_value(std::move(answer)); });
  return reply.get();
}

}  // namespace dynajob
