// Which failures are tried again, and when.
#ifndef DYNAJOB_LLM_SRC_RETRY_POLICY_H_
#define DYNAJOB_LLM_SRC_RETRY_POLICY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "dynajob/core/rng.h"
#include "dynajob/llm/connection_options.h"
#include "dynajob/llm/endpoint_counters.h"

namespace dynajob {

// An endpoint that asks for a longer wait than this is not waited for.
inline constexpr double kLongestRetryAfterSeconds = 120;

// The failure that a status other than 200 is.
EndpointFailure FailureOfStatus(int64_t status);
// Whether another attempt may go better.
bool IsTransient(EndpointFailure failure);

// What the endpoint asks for, in seconds: `retry_after_ms` (milliseconds), else `retry_after`
// (seconds, or an HTTP date relative to `unix_now`). nullopt for values that are missing, not
// understood, or in the past.
std::optional<double> RetryAfterSeconds(const std::string& retry_after_ms,
                                        const std::string& retry_after, int64_t unix_now);

// min(cap, base * 2^retry), times a uniform draw from [0.5, 1) so that calls that failed together
// do not come back together. `retry` counts from 0.
double BackoffSeconds(const ConnectionOptions& options, int64_t retry, Rng& rng);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_RETRY_POLICY_H_
