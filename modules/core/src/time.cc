#include "dynajob/core/time.h"

#include <chrono>

#include <fmt/format.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using std::chrono::day;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int64_t kMsPerMinute = 60'000;
constexpr int64_t kMsPerHour = 3'600'000;

// Takes tokens off the front of a text; after the first failure all fail.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly `digits` digits, at most `limit`.
  int64_t Number(size_t digits, int64_t limit) {
    int64_t value = 0;
    if (rest_.size() < digits) good_ = false;
    for (size_t i = 0; good_ && i < digits; ++i) {
      good_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = 10 * value + (rest_[i] - '0');
    }
    good_ = good_ && value <= limit;
    if (good_) rest_.remove_prefix(digits);
    return value;
  }

  // Milliseconds of a fraction of any length; further digits are dropped.
  int64_t Fraction() {
    int64_t ms = 0;
    size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits)
      if (digits < 3) ms = 10 * ms + (rest_[digits] - '0');
    good_ = good_ && digits > 0;
    for (size_t i = digits; i < 3; ++i) ms *= 10;
    rest_.remove_prefix(digits);
    return ms;
  }

  bool Accept(char c) {
    if (!good_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char c) { good_ = Accept(c); }
  bool at_end() const { return rest_.empty(); }
  bool good() const { return good_; }

 private:
  std::string_view rest_;
  bool good_ = true;
};

int64_t TimeOfDay(Scanner& scan) {
  int64_t ms = scan.Number(2, 23) * kMsPerHour;
  scan.Expect(':');
  ms += scan.Number(2, 59) * kMsPerMinute;
  if (!scan.Accept(':')) return ms;
  ms += scan.Number(2, 59) * 1000;
  if (scan.Accept('.') || scan.Accept(',')) ms += scan.Fraction();
  return ms;
}

// East of UTC is positive.
int64_t ZoneOffset(Scanner& scan) {
  if (scan.at_end() || scan.Accept('Z') || scan.Accept('z')) return 0;
  const int64_t sign = scan.Accept('-') ? -1 : 1;
  if (sign > 0) scan.Expect('+');
  int64_t ms = scan.Number(2, 23) * kMsPerHour;
  if (scan.Accept(':') || !scan.at_end()) ms += scan.Number(2, 59) * kMsPerMinute;
  return sign * ms;
}

}  // namespace

std::optional<ParsedTime> ParseIso8601(std::string_view text) {
  Scanner scan(Trim(text));
  const auto y = static_cast<int>(scan.Number(4, 9999));
  scan.Expect('-');
  const auto m = static_cast<unsigned>(scan.Number(2, 12));
  scan.Expect('-');
  const auto d = static_cast<unsigned>(scan.Number(2, 31));
  const year_month_day date{year(y), month(m), day(d)};
  if (!scan.good() || !date.ok()) return std::nullopt;
  ParsedTime parsed{.ms = sys_days(date).time_since_epoch().count() * kMillisecondsPerDay,
                    .date_only = scan.at_end()};
  if (parsed.date_only) return parsed;
  if (!scan.Accept('T') && !scan.Accept('t')) scan.Expect(' ');
  parsed.ms += TimeOfDay(scan);
  parsed.ms -= ZoneOffset(scan);
  if (!scan.good() || !scan.at_end()) return std::nullopt;
  return parsed;
}

std::string FormatIso8601(int64_t ms) {
  const std::chrono::milliseconds since_epoch(ms);
  const auto days = std::chrono::floor<std::chrono::days>(since_epoch);
  const year_month_day date{sys_days(days)};
  const int64_t in_day = (since_epoch - days).count();
  std::string text = fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), in_day / kMsPerHour,
      in_day / kMsPerMinute % 60, in_day / 1000 % 60);
  if (in_day % 1000 != 0) text += fmt::format(".{:03}", in_day % 1000);
  return text + "Z";
}

int64_t NowMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace dynajob
