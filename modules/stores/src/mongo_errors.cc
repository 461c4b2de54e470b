#include "mongo_errors.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace dynajob {
namespace {

// Codes of the server (its source file error_codes.yml).
constexpr uint32_t kAuthenticationFailed = 18;
constexpr uint32_t kBsonObjectTooLarge = 10334;
constexpr uint32_t kDuplicateKey = 11000;
// HostUnreachable, HostNotFound, NetworkTimeout, ShutdownInProgress, PrimarySteppedDown,
// ExceededTimeLimit, SocketException, NotWritablePrimary, InterruptedAtShutdown,
// InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary.
constexpr std::array<uint32_t, 12> kTransientCodes = {6,    7,     89,    91,    189,   262,
                                                      9001, 10107, 11600, 11602, 13435, 13436};

constexpr std::string_view kNameResolution = "name resolution (DNS, SRV)";
constexpr std::string_view kTcp = "TCP";
constexpr std::string_view kTls = "TLS";
constexpr std::string_view kAuthentication = "authentication";
constexpr std::string_view kNoAnswer = "no answer from the server";
constexpr std::string_view kServerSelection = "server selection";
constexpr std::string_view kLost = "connection lost, or no answer in time";

struct Phrase {
  std::string_view text;
  std::string_view stage;
};
// Words of the driver's messages; the first that occurs decides.
constexpr std::array kPhrases = {Phrase{"resolve", kNameResolution},
                                 Phrase{"SRV", kNameResolution},
                                 Phrase{"DNS", kNameResolution},
                                 Phrase{"TLS", kTls},
                                 Phrase{"certificate", kTls},
                                 Phrase{"connection refused", kTcp},
                                 Phrase{"connection timeout", kTcp},
                                 Phrase{"connection error", kTcp},
                                 Phrase{"Failed to connect", kTcp},
                                 Phrase{"Failed to create socket", kTcp},
                                 Phrase{"socket timeout", kNoAnswer},
                                 Phrase{"timed out", kNoAnswer},
                                 Phrase{"socket error or timeout", kNoAnswer}};

std::string_view StageOf(std::string_view message, std::string_view otherwise) {
  for (const Phrase& phrase : kPhrases)
    if (message.find(phrase.text) != std::string_view::npos) return phrase.stage;
  return otherwise;
}

bool IsAuthentication(const bson_error_t& error) {
  return (error.domain == MONGOC_ERROR_CLIENT && error.code == MONGOC_ERROR_CLIENT_AUTHENTICATE) ||
         error.domain == MONGOC_ERROR_SASL || error.domain == MONGOC_ERROR_SCRAM ||
         (error.domain == MONGOC_ERROR_SERVER && error.code == kAuthenticationFailed);
}

thread_local std::string uri_complaint;

void CaptureLog(mongoc_log_level_t level, const char* /*domain*/, const char* message,
                void* /*data*/) {
  const std::string_view text = message;
  if (level <= MONGOC_LOG_LEVEL_WARNING && text.find("URI") != std::string_view::npos)
    uri_complaint = text;
}

}  // namespace

MongoErrorKind ClassifyMongoError(const bson_error_t& error, const bson_t* reply) {
  constexpr ErrorCode kUnreachable = ErrorCode::kStoreUnreachable;
  const std::string_view message = error.message;
  if (IsAuthentication(error)) return {kUnreachable, kAuthentication, true, false};
  if (error.domain == MONGOC_ERROR_SERVER_SELECTION)
    return {kUnreachable, StageOf(message, kServerSelection), true, false};
  if (error.domain == MONGOC_ERROR_STREAM) {
    if (error.code == MONGOC_ERROR_STREAM_SOCKET) return {kUnreachable, kLost, false, true};
    return {kUnreachable, StageOf(message, kTcp), true, true};
  }
  if (error.domain == MONGOC_ERROR_SERVER || error.domain == MONGOC_ERROR_WRITE_CONCERN ||
      error.domain == MONGOC_ERROR_COLLECTION) {
    const bool is_transient = std::find(kTransientCodes.begin(), kTransientCodes.end(),
                                        error.code) != kTransientCodes.end();
    const bool may_retry =
        is_transient || error.code == kDuplicateKey ||
        (reply != nullptr && mongoc_error_has_label(reply, "RetryableWriteError"));
    if (error.code == kBsonObjectTooLarge) return {ErrorCode::kInvalidArgument, {}, false, false};
    return {is_transient ? kUnreachable : ErrorCode::kIo, {}, false, may_retry};
  }
  if (error.domain == MONGOC_ERROR_BSON) return {ErrorCode::kInvalidArgument, {}, false, false};
  const bool is_srv = StageOf(message, {}) == kNameResolution;
  if (error.domain == MONGOC_ERROR_CLIENT || error.domain == MONGOC_ERROR_PROTOCOL || is_srv)
    return {kUnreachable, StageOf(message, kServerSelection), true, false};
  return {ErrorCode::kIo, {}, false, false};
}

void InitMongoDriver() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_log_set_handler(CaptureLog, nullptr);
    mongoc_init();
  });
}

std::string TakeUriComplaint() { return std::exchange(uri_complaint, {}); }

}  // namespace dynajob
