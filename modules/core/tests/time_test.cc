#include "dynajob/core/time.h"

#include <gtest/gtest.h>

namespace dynajob {
namespace {

constexpr int64_t kFirstOfMay = 1714521600000;  // 2024-05-01T00:00:00Z

TEST(Iso8601, ReadsDatesAndTimesInTheFormsOfJobFeeds) {
  const std::vector<std::pair<const char*, int64_t>> cases = {
      {"1970-01-01", 0},
      {"2024-05-01", kFirstOfMay},
      {" 2024-05-01\n", kFirstOfMay},
      {"2024-02-29", kFirstOfMay - 62 * kMillisecondsPerDay},
      {"1969-12-31T23:59:59.999Z", -1},
      {"2024-05-01T12:30", kFirstOfMay + 45'000'000},
      {"2024-05-01T12:30Z", kFirstOfMay + 45'000'000},
      {"2024-05-01 12:30:45", kFirstOfMay + 45'045'000},
      {"2024-05-01t12:30:45z", kFirstOfMay + 45'045'000},
      {"2024-05-01T12:30:45.6", kFirstOfMay + 45'045'600},
      {"2024-05-01T12:30:45,6789", kFirstOfMay + 45'045'678},
      {"2024-05-01T12:30:45+02:00", kFirstOfMay + 37'845'000},
      {"2024-05-01T12:30+0200", kFirstOfMay + 37'800'000},
      {"2024-05-01T12:30:45-05", kFirstOfMay + 63'045'000},
      {"2024-05-01T12:30:45.000-05:30", kFirstOfMay + 64'845'000}};
  for (const auto& [text, ms] : cases) {
    const auto parsed = ParseIso8601(text);
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_EQ(parsed->ms, ms) << text;
  }
  EXPECT_TRUE(ParseIso8601("2024-05-01")->date_only);
  EXPECT_FALSE(ParseIso8601("2024-05-01T00:00")->date_only);
}

TEST(Iso8601, RefusesWhatIsNoDate) {
  for (const char* text :
       {"", "soon", "2024", "2024-05", "2024-5-1", "24-05-01", "2024-13-01", "2024-00-10",
        "2024-05-00", "2023-02-29", "2024-02-30", "2024-05-01T", "2024-05-01T12", "2024-05-01T24:00",
        "2024-05-01T12:60", "2024-05-01T23:59:60", "2024-05-01T12:30:45.", "2024-05-01T12:30 Z",
        "2024-05-01T12:30+", "2024-05-01T12:30+2", "2024-05-01T12:30+02:", "2024-05-01T12:30+02:60",
        "2024-05-01T12:30Zulu", "2024-05-01x12:30", "01/05/2024", "20240501", "1714521600000",
        "-2024-05-01", "2024-05-01T12:30:45+02:00:00"})
    EXPECT_EQ(ParseIso8601(text), std::nullopt) << text;
}

TEST(Iso8601, ReadsBackWhatItWrites) {
  EXPECT_EQ(FormatIso8601(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatIso8601(kFirstOfMay + 45'045'006), "2024-05-01T12:30:45.006Z");
  for (const int64_t ms : {int64_t{-1}, int64_t{951782400000}, int64_t{4102444799999}})
    EXPECT_EQ(ParseIso8601(FormatIso8601(ms))->ms, ms);
  const int64_t now = NowMs();
  EXPECT_GT(now, kFirstOfMay);
  EXPECT_EQ(ParseIso8601(FormatIso8601(now))->ms, now);
}

}  // namespace
}  // namespace dynajob
