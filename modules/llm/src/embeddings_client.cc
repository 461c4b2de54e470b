#include "dynajob/llm/embeddings_client.h"

#include <utility>

#include "embeddings_wire.h"
#include "endpoint_worker.h"

namespace dynajob {

Result<std::unique_ptr<EmbeddingsClient>> EmbeddingsClient::Create(const ConnectionOptions& options,
                                                                   std::string model,
                                                                   const std::string& api_key) {
  DYNAJOB_ASSIGN_OR_RETURN(auto worker, EndpointWorker::Create(options, "/embeddings", api_key));
  return std::unique_ptr<EmbeddingsClient>(
      new EmbeddingsClient(std::move(model), std::move(worker)));
}

EmbeddingsClient::EmbeddingsClient(std::string model, std::unique_ptr<EndpointWorker> worker)
    : model_(std::move(model)), worker_(std::move(worker)) {}

EmbeddingsClient::~EmbeddingsClient() = default;

const std::string& EmbeddingsClient::base_url() const { return worker_->base_url(); }

void EmbeddingsClient::Submit(const EmbeddingsRequest& request, Done done) {
  auto reply = std::make_shared<EmbeddingsReply>();
  worker_->Enqueue(
      {.body = BuildEmbeddingsRequest(request, model_),
       .answer_tokens = 0,
       .read = [reply, count = request.texts.size()](std::string_view body) -> Result<ChatUsage> {
         DYNAJOB_ASSIGN_OR_RETURN(*reply, ParseEmbeddingsReply(body, count));
         return reply->usage;
       },
       .done =
           [reply, done = std::move(done)](const Result<ChatUsage>& used, int64_t http_status) {
             if (used.ok())
               done({.reply = std::move(*reply), .http_status = http_status});
             else
               done({.reply = used.error(), .http_status = http_status});
           }});
}

EndpointCounters EmbeddingsClient::counters() const { return worker_->counters(); }

}  // namespace dynajob
