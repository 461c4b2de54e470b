#include "problem.h"

#include <array>

#include <nlohmann/json.hpp>

namespace dynajob {
namespace {

constexpr std::array kAll = {kMalformed, kKeyRequired, kForbidden,    kNoSuchThing, kWrongMethod,
                             kTooSlow,   kConflicting, kTooLarge,     kUriTooLong,  kMediaType,
                             kInvalid,   kRateLimited, kHeadTooLarge, kInternal,    kTooBusy,
                             kTooLate,   kStoreAway};
constexpr int kStoreRetrySeconds = 5;

}  // namespace

std::span<const ProblemKind> ProblemKinds() { return kAll; }

HttpResponse ToResponse(const Problem& problem) {
  nlohmann::ordered_json json = {{"type", "/problems/" + std::string(problem.kind.name)},
                                 {"title", problem.kind.title},
                                 {"status", problem.kind.status},
                                 {"detail", problem.detail}};
  if (problem.pointer) json["pointer"] = *problem.pointer;
  if (problem.parameter) json["parameter"] = *problem.parameter;
  HttpResponse response;
  response.status = problem.kind.status;
  response.content_type = "application/problem+json";
  // Details quote what clients sent, which need not be UTF-8.
  response.body =
      json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  if (problem.retry_after_seconds)
    response.headers.emplace_back("Retry-After", std::to_string(*problem.retry_after_seconds));
  response.back_off = problem.kind.name == kTooBusy.name || problem.kind.name == kTooLate.name ||
                      problem.kind.name == kRateLimited.name;
  if (problem.kind.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

Problem FromError(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
      return {.kind = kInvalid, .detail = error.message};
    case ErrorCode::kNotFound:
      return {.kind = kNoSuchThing, .detail = error.message};
    case ErrorCode::kFailedPrecondition:
      return {.kind = kConflicting, .detail = error.message};
    case ErrorCode::kCancelled:
      return {.kind = kTooLate,
              .detail = "it was not done in time; nothing was acknowledged, so send it again",
              .retry_after_seconds = kStoreRetrySeconds};
    case ErrorCode::kStoreUnreachable:
    case ErrorCode::kIo:
      return {.kind = kStoreAway,
              .detail = "the store is away or behind; nothing was acknowledged, so send it again",
              .retry_after_seconds = kStoreRetrySeconds};
    default:
      return {.kind = kInternal, .detail = "the server's log says why"};
  }
}

std::string Descend(std::string_view pointer, std::string_view name) {
  std::string result(pointer);
  result += '/';
  for (const char c : name) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace dynajob
