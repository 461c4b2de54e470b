// Who answers chat requests: an endpoint over HTTP (http_chat_client.h), or a fake in tests.
#ifndef DYNAJOB_LLM_CHAT_CLIENT_H_
#define DYNAJOB_LLM_CHAT_CLIENT_H_

#include <functional>
#include <string>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"

namespace dynajob {

// Safe for concurrent use.
class ChatClient {
 public:
  using Done = std::function<void(Result<ChatReply>)>;

  // Every request that was submitted has called `done` when the destructor returns; those not yet
  // answered with kCancelled.
  virtual ~ChatClient() = default;

  // Scheme, host, port and path of the API without credentials, such as "http://localhost:8000/v1".
  virtual const std::string& base_url() const = 0;
  virtual const std::string& model() const = 0;

  // Queues one request and returns at once. `done` is called exactly once, on a thread of the
  // client, with the answer, or kLlmUnavailable (retries included in vain, or an error that no
  // retry mends), kCorruptData (an answer that is not what the API says), kInvalidArgument (a
  // request that cannot be sent, such as text that is not UTF-8) or kCancelled. It must not block
  // or throw: other answers wait for it. It may Submit, but not destroy the client.
  virtual void Submit(ChatRequest request, Done done) = 0;
};

// Submits and waits.
Result<ChatReply> Ask(ChatClient& client, ChatRequest request);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CHAT_CLIENT_H_
