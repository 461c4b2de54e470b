// What one HTTP attempt came to.
#ifndef DYNAJOB_LLM_SRC_ATTEMPT_H_
#define DYNAJOB_LLM_SRC_ATTEMPT_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <curl/curl.h>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/connection_options.h"
#include "dynajob/llm/endpoint_counters.h"

#include "http_transfer.h"

namespace dynajob {

// Reads the body of an answer with status 200 and keeps what it wants of it; returns what was used,
// or (kCorruptData) why this is no answer. Must not throw.
using AnswerReader = std::function<Result<ChatUsage>(std::string_view body)>;

// What was used for an answer, or a failure and its reason in words (without URL).
struct Attempt {
  std::optional<ChatUsage> used;
  EndpointFailure failure = EndpointFailure::kConnection;
  std::string reason;
  bool transient = false;             // another attempt may go better
  std::optional<double> retry_after;  // seconds that the endpoint asks for
  int64_t http_status = 0;
};

// Whether it is transient follows from the kind of failure.
Attempt FailedAttempt(EndpointFailure failure, std::string reason);

// `code` is libcurl's result for `transfer`. `secrets` never appear in a reason.
Attempt JudgeAttempt(const HttpTransfer& transfer, CURLcode code, const ConnectionOptions& options,
                     const std::vector<std::string>& secrets, const AnswerReader& read,
                     int64_t unix_now);

// An attempt that was cut off because nothing came for first_byte_seconds.
Attempt SilentAttempt(const HttpTransfer& transfer, const ConnectionOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_ATTEMPT_H_
