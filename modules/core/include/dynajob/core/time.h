// Moments as Unix time in milliseconds, and ISO 8601 texts of them (RFC 3339 and the forms that job
// feeds use).
#ifndef DYNAJOB_CORE_TIME_H_
#define DYNAJOB_CORE_TIME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynajob {

inline constexpr int64_t kMillisecondsPerDay = 86'400'000;

struct ParsedTime {
  int64_t ms = 0;          // of a date alone: its first millisecond in UTC
  bool date_only = false;  // no time of day was given
  bool operator==(const ParsedTime&) const = default;
};

// "2024-05-01", "2024-05-01T12:30", "2024-05-01 12:30:45.678", each time of day with "Z",
// "+02:00", "+0200", "+02" or nothing (UTC). nullopt for anything else, such as 30 February or a
// leap second.
std::optional<ParsedTime> ParseIso8601(std::string_view text);

// "2024-05-01T12:30:45Z", with milliseconds unless they are 0. Requires a year from 0 to 9999.
std::string FormatIso8601(int64_t ms);

// What the system clock says.
int64_t NowMs();

}  // namespace dynajob

#endif  // DYNAJOB_CORE_TIME_H_
