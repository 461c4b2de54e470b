// Text embeddings from any endpoint that follows OpenAI's API (POST /v1/embeddings: OpenAI, vLLM,
// llama.cpp's server, Ollama, text-embeddings-inference), over the same connections, deadlines,
// retries and rate limits as chat (http_chat_client.h). This module knows nothing of jobs.
#ifndef DYNAJOB_LLM_EMBEDDINGS_CLIENT_H_
#define DYNAJOB_LLM_EMBEDDINGS_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/connection_options.h"
#include "dynajob/llm/endpoint_counters.h"

namespace dynajob {

class EndpointWorker;

// How vectors are to be written in the answer. Endpoints may answer in either form, whatever was
// asked for.
enum class VectorEncoding {
  kBase64,  // 32-bit floats, little-endian: exact, and a quarter of the bytes
  kFloat,   // JSON numbers: what every endpoint can
};

struct EmbeddingsRequest {
  std::vector<std::string> texts;  // UTF-8; endpoints refuse empty ones
  int64_t dimensions = 0;          // numbers a vector; 0: as the model has them
  VectorEncoding encoding = VectorEncoding::kBase64;
};

struct EmbeddingsReply {
  Matrix vectors;     // a row a text, in the order of the texts; finite, of any norm
  std::string model;  // as the endpoint names it; empty when not reported
  ChatUsage usage;    // prompt tokens only
};

// Safe for concurrent use.
class EmbeddingsClient {
 public:
  struct Outcome {
    // Failures as those of ChatClient::Submit. kCorruptData also for another number of vectors than
    // texts, indexes that are not those of the texts, vectors of different lengths, and values that
    // are not finite numbers.
    Result<EmbeddingsReply> reply;
    int64_t http_status = 0;  // of the last attempt; 0 when there was no answer
  };
  // On a thread of the client; must not block or throw.
  using Done = std::function<void(Outcome)>;

  // As HttpChatClient::Create.
  static Result<std::unique_ptr<EmbeddingsClient>> Create(const ConnectionOptions& options,
                                                          std::string model,
                                                          const std::string& api_key);
  // Every request has called `done` when this returns. Must not run on the client's thread.
  ~EmbeddingsClient();

  const std::string& base_url() const;
  const std::string& model() const { return model_; }

  // Queues one request; `done` is called exactly once.
  void Submit(const EmbeddingsRequest& request, Done done);

  // A consistent snapshot.
  EndpointCounters counters() const;

 private:
  EmbeddingsClient(std::string model, std::unique_ptr<EndpointWorker> worker);

  const std::string model_;
  std::unique_ptr<EndpointWorker> worker_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_EMBEDDINGS_CLIENT_H_
