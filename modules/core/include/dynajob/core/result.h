// Expected failures as values: `Result<T>` holds either a T or an `Error`, `Status` holds success
// or an `Error`. Functions that can fail for reasons outside the program (input, files, stores,
// endpoints) return one of these; broken invariants of the program itself throw through
// DYNAJOB_CHECK (check.h). Messages name the parameter, its value and the limit.
#ifndef DYNAJOB_CORE_RESULT_H_
#define DYNAJOB_CORE_RESULT_H_

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "dynajob/core/check.h"

namespace dynajob {

// What kind of failure this is. The command line maps each kind to a documented exit code.
enum class ErrorCode {
  kInvalidArgument,    // usage or configuration
  kNotFound,           // an id, file or row that does not exist
  kCorruptData,        // bytes that are not what they claim to be
  kIo,                 // the operating system refused a file operation
  kPartialImport,      // the import finished, but some rows were quarantined
  kStoreUnreachable,   // the store cannot be opened or connected to
  kLlmUnavailable,     // the simulated user gave no answer
  kBudgetReached,      // a configured budget is spent
  kCancelled,          // the user asked to stop
  kFailedPrecondition  // the operation needs something that has not been done yet
};

// The process exit code for an error: 0 ok, 1 run-time failure, 2 usage or config, 3 partial
// import, 4 store unreachable, 5 LLM unavailable, 6 budget reached, 7 corrupt data, 130 cancelled.
int ExitCode(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return std::holds_alternative<T>(state_); }

  // Require ok().
  const T& value() const& {
    RequireOk();
    return std::get<T>(state_);
  }
  T& value() & {
    RequireOk();
    return std::get<T>(state_);
  }
  T&& value() && {
    RequireOk();
    return std::get<T>(std::move(state_));
  }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }

  // Requires !ok().
  const Error& error() const {
    DYNAJOB_CHECK(!ok(), "error() of a Result that holds a value");
    return std::get<Error>(state_);
  }

 private:
  void RequireOk() const {
    DYNAJOB_CHECK(ok(), "value() of a failed Result: " + std::get<Error>(state_).message);
  }

  std::variant<T, Error> state_;
};

class [[nodiscard]] Status {
 public:
  Status() = default;                                // success
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design
  static Status Ok() { return {}; }

  bool ok() const { return !error_.has_value(); }
  // Requires !ok().
  const Error& error() const {
    DYNAJOB_CHECK(!ok(), "error() of an ok Status");
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

inline Error InvalidArgument(std::string message) {
  return {ErrorCode::kInvalidArgument, std::move(message)};
}
inline Error NotFound(std::string message) { return {ErrorCode::kNotFound, std::move(message)}; }
inline Error CorruptData(std::string message) {
  return {ErrorCode::kCorruptData, std::move(message)};
}
inline Error IoError(std::string message) { return {ErrorCode::kIo, std::move(message)}; }
inline Error FailedPrecondition(std::string message) {
  return {ErrorCode::kFailedPrecondition, std::move(message)};
}

}  // namespace dynajob

// Returns from the enclosing function with the error of `expression`, if it failed.
#define DYNAJOB_RETURN_IF_ERROR(expression)                                                      \
  do {                                                                                           \
    if (auto dynajob_status = (expression); !dynajob_status.ok()) return dynajob_status.error(); \
  } while (false)

// `DYNAJOB_ASSIGN_OR_RETURN(auto x, F())`: x = value of F(), or return its error.
#define DYNAJOB_ASSIGN_OR_RETURN(declaration, expression)                                 \
  DYNAJOB_ASSIGN_OR_RETURN_IMPL_(DYNAJOB_CONCAT_(dynajob_result_, __LINE__), declaration, \
                                 expression)
#define DYNAJOB_CONCAT_INNER_(a, b) a##b
#define DYNAJOB_CONCAT_(a, b) DYNAJOB_CONCAT_INNER_(a, b)
#define DYNAJOB_ASSIGN_OR_RETURN_IMPL_(result, declaration, expression) \
  auto result = (expression);                                           \
  if (!result.ok()) return result.error();                              \
  declaration = std::move(result).value()

#endif  // DYNAJOB_CORE_RESULT_H_
