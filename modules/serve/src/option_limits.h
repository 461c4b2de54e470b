// Numbers of an option struct with their keys and limits, written once for `Validate` and `Bind`.
#ifndef DYNAJOB_SERVE_SRC_OPTION_LIMITS_H_
#define DYNAJOB_SERVE_SRC_OPTION_LIMITS_H_

#include <cstddef>

#include <fmt/format.h>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

// Inclusive bounds. `Number` is int64_t or double.
template <typename Options, typename Number>
struct OptionLimit {
  const char* key;
  Number Options::*field;
  const char* help;
  Number low;
  Number high;
};

// The first number that is out of its limits, or no number at all.
template <typename Options, typename Number, size_t n>
Status CheckLimits(const Options& options, const OptionLimit<Options, Number> (&limits)[n]) {
  for (const auto& limit : limits) {
    const Number value = options.*limit.field;
    if (!(value >= limit.low && value <= limit.high))
      return InvalidArgument(
          fmt::format("{} = {}: must be from {} to {}", limit.key, value, limit.low, limit.high));
  }
  return Status::Ok();
}

template <typename Options, typename Number, size_t n>
void BindLimits(ConfigRegistry& registry, Options& options,
                const OptionLimit<Options, Number> (&limits)[n]) {
  for (const auto& limit : limits)
    registry.Add(limit.key, &(options.*limit.field), limit.help, limit.low, limit.high);
}

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_OPTION_LIMITS_H_
