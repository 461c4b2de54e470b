#include "dynajob/core/result.h"

namespace dynajob {

int ExitCode(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 2;
    case ErrorCode::kPartialImport:
      return 3;
    case ErrorCode::kStoreUnreachable:
      return 4;
    case ErrorCode::kLlmUnavailable:
      return 5;
    case ErrorCode::kBudgetReached:
      return 6;
    case ErrorCode::kCorruptData:
      return 7;
    case ErrorCode::kCancelled:
      return 130;
    case ErrorCode::kNotFound:
    case ErrorCode::kIo:
    case ErrorCode::kFailedPrecondition:
      return 1;
  }
  return 1;
}

}  // namespace dynajob
