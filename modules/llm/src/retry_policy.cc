#include "retry_policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <curl/curl.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

std::optional<double> ParseSeconds(const std::string& header) {
  const std::string_view text = Trim(header);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

}  // namespace

EndpointFailure FailureOfStatus(int64_t status) {
  if (status == 408) return EndpointFailure::kRequestTimeout;
  if (status == 409) return EndpointFailure::kConflict;
  if (status == 429) return EndpointFailure::kRateLimited;
  if (status >= 500 && status <= 599) return EndpointFailure::kServerError;
  return EndpointFailure::kRefused;
}

bool IsTransient(EndpointFailure failure) {
  switch (failure) {
    case EndpointFailure::kConnection:
    case EndpointFailure::kDeadline:
    case EndpointFailure::kRequestTimeout:
    case EndpointFailure::kConflict:
    case EndpointFailure::kRateLimited:
    case EndpointFailure::kServerError:
      return true;
    case EndpointFailure::kRefused:
    case EndpointFailure::kNotAnAnswer:
    case EndpointFailure::kTooLarge:
    case EndpointFailure::kBadRequest:
      return false;
  }
  return false;
}

std::optional<double> RetryAfterSeconds(const std::string& retry_after_ms,
                                        const std::string& retry_after, int64_t unix_now) {
  if (const auto milliseconds = ParseSeconds(retry_after_ms); milliseconds && *milliseconds >= 0)
    return *milliseconds / 1000;
  if (const auto seconds = ParseSeconds(retry_after); seconds)
    return *seconds >= 0 ? seconds : std::nullopt;
  if (retry_after.empty()) return std::nullopt;
  const int64_t date = curl_getdate(retry_after.c_str(), nullptr);
  if (date < 0 || date < unix_now) return std::nullopt;
  return static_cast<double>(date - unix_now);
}

double BackoffSeconds(const ConnectionOptions& options, int64_t retry, Rng& rng) {
  const double doublings = static_cast<double>(std::min<int64_t>(retry, 60));
  const double longest =
      std::min(options.backoff_cap_seconds, options.backoff_seconds * std::exp2(doublings));
  return longest * rng.Uniform(0.5, 1);
}

}  // namespace dynajob
