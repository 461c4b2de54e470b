#include "dynajob/llm/chat_options.h"

#include <cstdlib>
#include <limits>

#include <fmt/format.h>

#include "endpoint_url.h"

namespace dynajob {
namespace {

constexpr int64_t kMaxConcurrency = 1024;
constexpr double kMaxSeconds = 86400;
constexpr double kMinSeconds = 0.001;
constexpr int64_t kMaxRetries = 100;
constexpr int64_t kMaxPerMinute = 1'000'000'000;
constexpr int64_t kMinResponseBytes = 1024;
constexpr int64_t kMaxResponseBytes = int64_t{1} << 30;
constexpr double kMaxTemperature = 2;
constexpr int64_t kMaxTokens = 1'000'000;

Status CheckRange(const char* key, double value, double low, double high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("{} = {}: must be from {} to {}", key, value, low, high));
}

Status CheckRange(const char* key, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("{} = {}: must be from {} to {}", key, value, low, high));
}

Status CheckBaseUrl(const std::string& base_url) {
  if (base_url.empty()) return Status::Ok();
  DYNAJOB_ASSIGN_OR_RETURN(const EndpointUrl url, ParseEndpointUrl(base_url, "llm.base_url"));
  if (url.user.empty() && url.password.empty()) return Status::Ok();
  return InvalidArgument(
      fmt::format("llm.base_url = '{}': must not hold a user name or password, because "
                  "configurations are printed and stored; put them into OPENAI_BASE_URL, or a key "
                  "into OPENAI_API_KEY",
                  url.redacted));
}

}  // namespace

Status ChatOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckBaseUrl(base_url));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.concurrency", concurrency, 1, kMaxConcurrency));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.connect_seconds", connect_seconds, kMinSeconds, kMaxSeconds));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.first_byte_seconds", first_byte_seconds, kMinSeconds, kMaxSeconds));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.total_seconds", total_seconds, kMinSeconds, kMaxSeconds));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.retries", retries, 0, kMaxRetries));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.backoff_seconds", backoff_seconds, kMinSeconds, kMaxSeconds));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.backoff_cap_seconds", backoff_cap_seconds, backoff_seconds, kMaxSeconds));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.requests_per_minute", requests_per_minute, 0, kMaxPerMinute));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.tokens_per_minute", tokens_per_minute, 0, kMaxPerMinute));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.max_response_bytes", max_response_bytes,
                                     kMinResponseBytes, kMaxResponseBytes));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.temperature", sampling.temperature, 0, kMaxTemperature));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.top_p", sampling.top_p, kMinSeconds, 1));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.seed", sampling.seed, 0, std::numeric_limits<int32_t>::max()));
  return CheckRange("llm.max_tokens", sampling.max_tokens, 1, kMaxTokens);
}

void ChatOptions::Bind(ConfigRegistry& registry) {
  registry.Add(
      "llm.base_url", &base_url,
      "the API of the endpoint, such as http://localhost:8000/v1; empty: $OPENAI_BASE_URL");
  registry.Add("llm.model", &model, "the model, as the endpoint names it");
  registry.Add("llm.concurrency", &concurrency, "calls in flight at once", 1, kMaxConcurrency);
  registry.Add("llm.connect_seconds", &connect_seconds, "deadline for the connection", kMinSeconds,
               kMaxSeconds);
  registry.Add("llm.first_byte_seconds", &first_byte_seconds,
               "longest silence before an answer begins, and within it", kMinSeconds, kMaxSeconds);
  registry.Add("llm.total_seconds", &total_seconds,
               "deadline for a call with all its retries and waits", kMinSeconds, kMaxSeconds);
  registry.Add("llm.retries", &retries, "attempts after the first", 0, kMaxRetries);
  registry.Add("llm.backoff_seconds", &backoff_seconds,
               "wait before the first retry; doubles with each", kMinSeconds, kMaxSeconds);
  registry.Add("llm.backoff_cap_seconds", &backoff_cap_seconds, "longest wait between retries",
               kMinSeconds, kMaxSeconds);
  registry.Add("llm.requests_per_minute", &requests_per_minute,
               "rate limit kept on our side; 0: none", 0, kMaxPerMinute);
  registry.Add("llm.tokens_per_minute", &tokens_per_minute, "rate limit kept on our side; 0: none",
               0, kMaxPerMinute);
  registry.Add("llm.max_response_bytes", &max_response_bytes, "longer answers are cut off",
               kMinResponseBytes, kMaxResponseBytes);
  registry.Add("llm.token_limit_field", &token_limit_field,
               "how the request names the limit of the answer's tokens",
               {{"max_tokens", TokenLimitField::kMaxTokens},
                {"max_completion_tokens", TokenLimitField::kMaxCompletionTokens}});
  registry.Add("llm.temperature", &sampling.temperature, "0: the likeliest answer", 0,
               kMaxTemperature);
  registry.Add("llm.top_p", &sampling.top_p, "nucleus of the distribution that is sampled from",
               kMinSeconds, 1);
  registry.Add("llm.seed", &sampling.seed, "seed of the endpoint's sampling", 0,
               std::numeric_limits<int32_t>::max());
  registry.Add("llm.max_tokens", &sampling.max_tokens, "longest answer, in tokens", 1, kMaxTokens);
}

std::string ApiKeyFromEnvironment() {
  const char* key = std::getenv("OPENAI_API_KEY");
  return key == nullptr ? "" : key;
}

}  // namespace dynajob
