#include "dynajob/llm/endpoint_counters.h"

#include <numeric>

#include "dynajob/core/check.h"

namespace dynajob {

std::string_view ToString(EndpointFailure failure) {
  switch (failure) {
    case EndpointFailure::kConnection:
      return "connection";
    case EndpointFailure::kDeadline:
      return "deadline";
    case EndpointFailure::kRequestTimeout:
      return "request-timeout";
    case EndpointFailure::kConflict:
      return "conflict";
    case EndpointFailure::kRateLimited:
      return "rate-limited";
    case EndpointFailure::kServerError:
      return "server-error";
    case EndpointFailure::kRefused:
      return "refused";
    case EndpointFailure::kNotAnAnswer:
      return "not-an-answer";
    case EndpointFailure::kTooLarge:
      return "too-large";
    case EndpointFailure::kBadRequest:
      return "bad-request";
  }
  DYNAJOB_CHECK(false, "unknown failure");
  return "";
}

uint64_t EndpointCounters::all_failed() const {
  return std::accumulate(failed.begin(), failed.end(), uint64_t{0});
}

uint64_t EndpointCounters::all_retries() const {
  return std::accumulate(retries.begin(), retries.end(), uint64_t{0});
}

}  // namespace dynajob
