#include "attempt.h"

#include <fmt/format.h>

#include "chat_wire.h"
#include "retry_policy.h"

namespace dynajob {
namespace {

constexpr size_t kMaxExcerpt = 300;
constexpr std::string_view kMask = "***";

std::string Redact(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kMask.size()))
      text.replace(at, secret.size(), kMask);
  }
  return text;
}

// A quotation of at most kMaxExcerpt bytes; secrets go before the text is cut, so that no half of
// one is left at its end.
std::string Said(const HttpAnswer& answer, const std::vector<std::string>& secrets) {
  const std::string text =
      Excerpt(Redact(ServerMessage(answer.body, 8 * kMaxExcerpt), secrets), kMaxExcerpt);
  return text.empty() ? ", no message" : fmt::format(": {}", text);
}

Attempt JudgeTransport(const HttpTransfer& transfer, CURLcode code,
                       const ConnectionOptions& options) {
  if (transfer.headers_too_large())
    return FailedAttempt(EndpointFailure::kTooLarge,
                         fmt::format("cut off: headers longer than {} bytes", kMaxHeaderBytes));
  if (transfer.too_large())
    return FailedAttempt(EndpointFailure::kTooLarge,
                         fmt::format("cut off: longer than llm.max_response_bytes = {}",
                                     options.max_response_bytes));
  if (code == CURLE_OPERATION_TIMEDOUT && !transfer.connected())
    return FailedAttempt(
        EndpointFailure::kDeadline,
        fmt::format("no connection within llm.connect_seconds = {}", options.connect_seconds));
  if (code == CURLE_OPERATION_TIMEDOUT) {
    Attempt attempt =
        FailedAttempt(EndpointFailure::kDeadline, fmt::format("not answered within "
                                                              "llm.total_seconds = {}",
                                                              options.total_seconds));
    attempt.transient = false;
    return attempt;
  }
  const std::string detail = transfer.error_text();
  Attempt attempt =
      FailedAttempt(EndpointFailure::kConnection,
                    detail.empty() ? curl_easy_strerror(code) : Excerpt(detail, kMaxExcerpt));
  // No retry mends a certificate or a server that speaks another protocol.
  attempt.transient = code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_SSL_CACERT_BADFILE &&
                      code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT;
  return attempt;
}

bool IsJson(const std::string& content_type) {
  const std::string_view type = std::string_view(content_type).substr(0, content_type.find(';'));
  return type.starts_with("application/json") || type.ends_with("+json");
}

Attempt JudgeAnswer(const HttpAnswer& answer, const std::vector<std::string>& secrets,
                    const AnswerReader& read) {
  if (!IsJson(answer.content_type))
    return FailedAttempt(
        EndpointFailure::kNotAnAnswer,
        fmt::format("HTTP 200 with content type '{}' instead of application/json{}",
                    Excerpt(Redact(answer.content_type, secrets), 80), Said(answer, secrets)));
  const Result<ChatUsage> used = read(answer.body);
  if (!used.ok())
    return FailedAttempt(
        EndpointFailure::kNotAnAnswer,
        fmt::format("HTTP 200, {}{}", used.error().message, Said(answer, secrets)));
  Attempt attempt;
  attempt.used = *used;
  return attempt;
}

Attempt JudgeStatus(const HttpAnswer& answer, const std::vector<std::string>& secrets,
                    int64_t unix_now) {
  const bool redirect = answer.status >= 300 && answer.status <= 399;
  Attempt attempt = FailedAttempt(
      FailureOfStatus(answer.status),
      fmt::format("HTTP {}{}{}", answer.status, redirect ? " (redirects are not followed)" : "",
                  Said(answer, secrets)));
  attempt.retry_after = RetryAfterSeconds(answer.retry_after_ms, answer.retry_after, unix_now);
  return attempt;
}

}  // namespace

Attempt FailedAttempt(EndpointFailure failure, std::string reason) {
  return {.used = std::nullopt,
          .failure = failure,
          .reason = std::move(reason),
          .transient = IsTransient(failure),
          .retry_after = std::nullopt};
}

Attempt JudgeAttempt(const HttpTransfer& transfer, CURLcode code, const ConnectionOptions& options,
                     const std::vector<std::string>& secrets, const AnswerReader& read,
                     int64_t unix_now) {
  const HttpAnswer& answer = transfer.answer();
  Attempt attempt = code != CURLE_OK       ? JudgeTransport(transfer, code, options)
                    : answer.status == 200 ? JudgeAnswer(answer, secrets, read)
                                           : JudgeStatus(answer, secrets, unix_now);
  attempt.http_status = answer.status;
  return attempt;
}

Attempt SilentAttempt(const HttpTransfer& transfer, const ConnectionOptions& options) {
  Attempt attempt = FailedAttempt(
      EndpointFailure::kDeadline,
      fmt::format("silent for llm.first_byte_seconds = {}", options.first_byte_seconds));
  attempt.http_status = transfer.answer().status;
  return attempt;
}

}  // namespace dynajob
