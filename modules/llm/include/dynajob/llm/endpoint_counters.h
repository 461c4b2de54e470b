// What calls to an endpoint came to, whatever they asked for.
#ifndef DYNAJOB_LLM_ENDPOINT_COUNTERS_H_
#define DYNAJOB_LLM_ENDPOINT_COUNTERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dynajob {

// Why an attempt came to nothing.
enum class EndpointFailure {
  kConnection,      // not made, broken, or cut short
  kDeadline,        // a deadline of ours passed
  kRequestTimeout,  // 408
  kConflict,        // 409
  kRateLimited,     // 429
  kServerError,     // 5xx
  kRefused,         // any other status
  kNotAnAnswer,     // arrived whole, but is not what the API says
  kTooLarge,        // longer than max_response_bytes; cut off
  kBadRequest,      // could not be sent: text that is not UTF-8, a schema that is not JSON
};
inline constexpr size_t kEndpointFailures = 10;
std::string_view ToString(EndpointFailure failure);  // "connection", "deadline", "rate-limited", …

// submitted = succeeded + sum(failed) + cancelled + pending, and
// attempts = succeeded + sum(failed, except kBadRequest) + sum(retries) - calls whose deadline
// passed between attempts + attempts under way or cut off by cancellation.
struct EndpointCounters {
  uint64_t submitted = 0;
  uint64_t pending = 0;  // queued, in flight, or waiting for a retry
  uint64_t succeeded = 0;
  uint64_t cancelled = 0;
  std::array<uint64_t, kEndpointFailures> failed{};   // calls, by the cause of the last attempt
  std::array<uint64_t, kEndpointFailures> retries{};  // attempts that were followed by another
  uint64_t attempts = 0;                              // that were begun
  uint64_t resent = 0;         // within attempts: a kept connection was closed before any byte came
  uint64_t prompt_tokens = 0;  // as reported, of calls that succeeded
  uint64_t completion_tokens = 0;
  uint64_t bytes_sent = 0;  // headers and bodies
  uint64_t bytes_received = 0;
  double in_flight_seconds = 0;   // summed over attempts
  double worker_cpu_seconds = 0;  // of the worker thread

  uint64_t all_failed() const;
  uint64_t all_retries() const;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_ENDPOINT_COUNTERS_H_
