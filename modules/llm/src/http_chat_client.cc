#include "dynajob/llm/http_chat_client.h"

#include <algorithm>
#include <cstdlib>
#include <future>
#include <mutex>
#include <numeric>

#include <curl/curl.h>
#include <fmt/format.h>

#include "chat_wire.h"
#include "chat_worker.h"
#include "endpoint_url.h"

namespace dynajob {
namespace {

Status InitializeLibcurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_OK;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code == CURLE_OK) return Status::Ok();
  return Error{ErrorCode::kLlmUnavailable,
               fmt::format("libcurl cannot be initialised: {}", curl_easy_strerror(code))};
}

Result<EndpointUrl> ResolveUrl(const ChatOptions& options) {
  if (!options.base_url.empty()) return ParseEndpointUrl(options.base_url, "llm.base_url");
  const char* from_environment = std::getenv("OPENAI_BASE_URL");
  if (from_environment == nullptr || *from_environment == '\0')
    return InvalidArgument(
        "llm.base_url is not set: give the API of the endpoint, such as "
        "http://localhost:8000/v1, there or in OPENAI_BASE_URL");
  return ParseEndpointUrl(from_environment, "OPENAI_BASE_URL");
}

// The key becomes a line of the request: a line break in it would be another header.
Status CheckApiKey(const std::string& api_key, const EndpointUrl& url) {
  const bool printable =
      std::all_of(api_key.begin(), api_key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable)
    return InvalidArgument(
        "OPENAI_API_KEY holds white space, a control character or a character outside ASCII");
  if (!api_key.empty() && (!url.user.empty() || !url.password.empty()))
    return InvalidArgument(
        "both OPENAI_API_KEY and a user name in OPENAI_BASE_URL are set: an endpoint takes one");
  return Status::Ok();
}

}  // namespace

std::string_view ToString(ChatFailure failure) {
  switch (failure) {
    case ChatFailure::kConnection:
      return "connection";
    case ChatFailure::kDeadline:
      return "deadline";
    case ChatFailure::kRequestTimeout:
      return "request-timeout";
    case ChatFailure::kConflict:
      return "conflict";
    case ChatFailure::kRateLimited:
      return "rate-limited";
    case ChatFailure::kServerError:
      return "server-error";
    case ChatFailure::kRefused:
      return "refused";
    case ChatFailure::kNotAnAnswer:
      return "not-an-answer";
    case ChatFailure::kTooLarge:
      return "too-large";
    case ChatFailure::kBadRequest:
      return "bad-request";
  }
  DYNAJOB_CHECK(false, "unknown failure");
  return "";
}

uint64_t ChatCounters::all_failed() const {
  return std::accumulate(failed.begin(), failed.end(), uint64_t{0});
}

uint64_t ChatCounters::all_retries() const {
  return std::accumulate(retries.begin(), retries.end(), uint64_t{0});
}

Result<std::unique_ptr<HttpChatClient>> HttpChatClient::Create(const ChatOptions& options,
                                                               std::string api_key) {
  DYNAJOB_RETURN_IF_ERROR(InitializeLibcurl());
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(const EndpointUrl url, ResolveUrl(options));
  DYNAJOB_RETURN_IF_ERROR(CheckApiKey(api_key, url));
  if (options.model.empty())
    return InvalidArgument("llm.model is not set: name the model as the endpoint does");
  return std::unique_ptr<HttpChatClient>(
      new HttpChatClient(std::make_unique<Worker>(options, url, api_key)));
}

HttpChatClient::HttpChatClient(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}

HttpChatClient::~HttpChatClient() = default;

const std::string& HttpChatClient::base_url() const { return worker_->base_url(); }

const std::string& HttpChatClient::model() const { return worker_->options().model; }

void HttpChatClient::Submit(ChatRequest request, Done done) {
  SubmitForOutcome(std::move(request), {},
                   [done = std::move(done)](Outcome outcome) { done(std::move(outcome.reply)); });
}

void HttpChatClient::SubmitForOutcome(ChatRequest request, const LogitBias& bias,
                                      OutcomeDone done) {
  const ChatOptions& options = worker_->options();
  worker_->Enqueue(BuildChatRequest(request, options.model, options.token_limit_field, bias),
                   request.sampling.max_tokens, std::move(done));
}

HttpChatClient::Outcome HttpChatClient::AskForOutcome(ChatRequest request, const LogitBias& bias) {
  std::promise<Outcome> promise;
  std::future<Outcome> outcome = promise.get_future();
  SubmitForOutcome(std::move(request), bias,
                   [&promise](Outcome answer) { promise.set_value(std::move(answer)); });
  return outcome.get();
}

ChatCounters HttpChatClient::counters() const { return worker_->counters(); }

}  // namespace dynajob
