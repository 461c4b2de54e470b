#include "dynajob/llm/connection_options.h"

#include <cstdlib>

#include <fmt/format.h>

#include "check_range.h"
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

}  // namespace

Status CheckBaseUrl(std::string_view key, const std::string& base_url) {
  if (base_url.empty()) return Status::Ok();
  DYNAJOB_ASSIGN_OR_RETURN(const EndpointUrl url, ParseEndpointUrl(base_url, key));
  if (url.user.empty() && url.password.empty()) return Status::Ok();
  return InvalidArgument(
      fmt::format("{} = '{}': must not hold a user name or password, because "
                  "configurations are printed and stored; put them into OPENAI_BASE_URL, or a key "
                  "into OPENAI_API_KEY",
                  key, url.redacted));
}

Status ConnectionOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckBaseUrl("llm.base_url", base_url));
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
  return CheckRange("llm.max_response_bytes", max_response_bytes, kMinResponseBytes,
                    kMaxResponseBytes);
}

void ConnectionOptions::Bind(ConfigRegistry& registry) {
  registry.Add(
      "llm.base_url", &base_url,
      "the API of the endpoint, such as http://localhost:8000/v1; empty: $OPENAI_BASE_URL");
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
}

std::string ApiKeyFromEnvironment() {
  const char* key = std::getenv("OPENAI_API_KEY");
  return key == nullptr ? "" : key;
}

}  // namespace dynajob
