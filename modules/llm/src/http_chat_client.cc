#include "dynajob/llm/http_chat_client.h"

#include <future>
#include <memory>

#include "chat_wire.h"
#include "endpoint_worker.h"

namespace dynajob {

Result<std::unique_ptr<HttpChatClient>> HttpChatClient::Create(const ChatOptions& options,
                                                               std::string api_key) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(auto worker,
                           EndpointWorker::Create(options, "/chat/completions", api_key));
  if (options.model.empty())
    return InvalidArgument("llm.model is not set: name the model as the endpoint does");
  return std::unique_ptr<HttpChatClient>(new HttpChatClient(options, std::move(worker)));
}

HttpChatClient::HttpChatClient(const ChatOptions& options, std::unique_ptr<EndpointWorker> worker)
    : options_(options), worker_(std::move(worker)) {}

HttpChatClient::~HttpChatClient() = default;

const std::string& HttpChatClient::base_url() const { return worker_->base_url(); }

const std::string& HttpChatClient::model() const { return options_.model; }

void HttpChatClient::Submit(ChatRequest request, Done done) {
  SubmitForOutcome(std::move(request), {},
                   [done = std::move(done)](Outcome outcome) { done(std::move(outcome.reply)); });
}

void HttpChatClient::SubmitForOutcome(ChatRequest request, const LogitBias& bias,
                                      OutcomeDone done) {
  auto reply = std::make_shared<ChatReply>();
  worker_->Enqueue(
      {.body = BuildChatRequest(request, options_.model, options_.token_limit_field, bias),
       .answer_tokens = request.sampling.max_tokens,
       .read = [reply](std::string_view body) -> Result<ChatUsage> {
         DYNAJOB_ASSIGN_OR_RETURN(*reply, ParseChatReply(body));
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

HttpChatClient::Outcome HttpChatClient::AskForOutcome(ChatRequest request, const LogitBias& bias) {
  std::promise<Outcome> promise;
  std::future<Outcome> outcome = promise.get_future();
  SubmitForOutcome(std::move(request), bias,
                   [&promise](Outcome answer) { promise.set_value(std::move(answer)); });
  return outcome.get();
}

EndpointCounters HttpChatClient::counters() const { return worker_->counters(); }

}  // namespace dynajob
