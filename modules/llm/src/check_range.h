// Limits of configured numbers.
#ifndef DYNAJOB_LLM_SRC_CHECK_RANGE_H_
#define DYNAJOB_LLM_SRC_CHECK_RANGE_H_

#include <type_traits>

#include <fmt/format.h>

#include "dynajob/core/result.h"

namespace dynajob {

// kInvalidArgument, naming key, value and limits, unless low <= value <= high; NaN is outside.
template <typename T>
Status CheckRange(const char* key, T value, std::type_identity_t<T> low,
                  std::type_identity_t<T> high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("{} = {}: must be from {} to {}", key, value, low, high));
}

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_CHECK_RANGE_H_
