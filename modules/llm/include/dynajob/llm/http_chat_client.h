// A chat client over HTTP for any endpoint that follows OpenAI's chat completions API (OpenAI,
// vLLM, llama.cpp's server, Ollama, TGI).
//
// One worker thread drives up to `concurrency` connections (HTTP/1.1, kept alive) with libcurl's
// multi interface. Answers are not streamed. Redirects are not followed, certificates are verified,
// proxies are those that libcurl finds in the environment.
//
// Tried again: 408, 409, 429, 5xx, broken connections and attempts past their deadline, after
// exponential backoff with jitter, or after what retry-after-ms or Retry-After asks for; never any
// other status, nor an answer that arrived whole but is not what the API says. Errors name the URL
// without credentials, the status and the beginning of what the server said.
#ifndef DYNAJOB_LLM_HTTP_CHAT_CLIENT_H_
#define DYNAJOB_LLM_HTTP_CHAT_CLIENT_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat_client.h"
#include "dynajob/llm/chat_options.h"
#include "dynajob/llm/endpoint_counters.h"

namespace dynajob {

class EndpointWorker;

class HttpChatClient final : public ChatClient {
 public:
  // What one call came to, for those who need more than the reply.
  struct Outcome {
    Result<ChatReply> reply;
    int64_t http_status = 0;  // of the last attempt; 0 when there was no answer
  };
  using OutcomeDone = std::function<void(Outcome)>;
  using LogitBias = std::map<int64_t, double>;  // token id of the model's tokenizer -> bias

  // `api_key` may be empty; it is sent as a bearer token. kInvalidArgument when the options are not
  // valid, no address or model is given, or the credentials cannot be sent.
  static Result<std::unique_ptr<HttpChatClient>> Create(const ChatOptions& options,
                                                        std::string api_key);
  // Cancels what is not answered and waits for the worker. Must not run on the worker thread.
  ~HttpChatClient() override;

  const std::string& base_url() const override;
  const std::string& model() const override;
  void Submit(ChatRequest request, Done done) override;

  // As Submit. Biases are not part of ChatRequest: they need token ids, which only somebody who
  // knows the endpoint's tokenizer has; the capability probe sends them to see whether they count.
  void SubmitForOutcome(ChatRequest request, const LogitBias& bias, OutcomeDone done);
  // Submits and waits.
  Outcome AskForOutcome(ChatRequest request, const LogitBias& bias = {});

  // A consistent snapshot.
  EndpointCounters counters() const;

 private:
  HttpChatClient(const ChatOptions& options, std::unique_ptr<EndpointWorker> worker);

  const ChatOptions options_;
  std::unique_ptr<EndpointWorker> worker_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_HTTP_CHAT_CLIENT_H_
