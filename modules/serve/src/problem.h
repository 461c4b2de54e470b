// Errors as RFC 9457 problem details: application/problem+json with the kind of problem, a sentence
// for people and, where one field is to blame, a JSON pointer (RFC 6901) to it.
#ifndef DYNAJOB_SERVE_SRC_PROBLEM_H_
#define DYNAJOB_SERVE_SRC_PROBLEM_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

#include "http_message.h"

namespace dynajob {

// A kind of problem; its address is /problems/NAME in the documentation.
struct ProblemKind {
  int status;
  std::string_view name;
  std::string_view title;
};

inline constexpr ProblemKind kMalformed{400, "malformed", "The request is not valid"};
inline constexpr ProblemKind kKeyRequired{401, "key-required", "An API key is required"};
inline constexpr ProblemKind kForbidden{403, "forbidden", "The API key does not allow this"};
inline constexpr ProblemKind kNoSuchThing{404, "not-found", "There is no such thing"};
inline constexpr ProblemKind kWrongMethod{405, "method-not-allowed", "The method is not allowed"};
inline constexpr ProblemKind kTooSlow{408, "request-timeout",
                                      "The request took too long to arrive"};
inline constexpr ProblemKind kConflicting{409, "conflict",
                                          "The request conflicts with what is stored"};
inline constexpr ProblemKind kTooLarge{413, "too-large", "The request body is too large"};
inline constexpr ProblemKind kUriTooLong{414, "uri-too-long", "The address is too long"};
inline constexpr ProblemKind kMediaType{415, "media-type", "The content type is not supported"};
inline constexpr ProblemKind kInvalid{422, "invalid", "A field is not valid"};
inline constexpr ProblemKind kRateLimited{429, "rate-limited", "Too many requests with this key"};
inline constexpr ProblemKind kHeadTooLarge{431, "header-too-large", "The headers are too large"};
inline constexpr ProblemKind kInternal{500, "internal", "The server failed"};
inline constexpr ProblemKind kTooBusy{503, "overloaded", "The server has too much to do"};
inline constexpr ProblemKind kTooLate{503, "deadline", "The deadline of the request has passed"};
inline constexpr ProblemKind kStoreAway{503, "store-unavailable", "The store cannot be reached"};

// All of the above.
std::span<const ProblemKind> ProblemKinds();

struct Problem {
  ProblemKind kind = kInternal;
  std::string detail = {};
  std::optional<std::string> pointer = std::nullopt;    // "" is the whole body
  std::optional<std::string> parameter = std::nullopt;  // name of a query parameter or header
  std::optional<int> retry_after_seconds = std::nullopt;
};

HttpResponse ToResponse(const Problem& problem);

// What a failure of the store or of a model means to a client. Messages of the store name files
// and hosts of the server, which are not the client's business: they are not repeated.
Problem FromError(const Error& error);

// "/a/b~1c" and "d" give "/a/b~1c/d", with '~' and '/' escaped.
std::string Descend(std::string_view pointer, std::string_view name);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_PROBLEM_H_
