#include "progress_line.h"

#include <algorithm>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShortCount, KeepsSmallNumbersAndShortensLargeOnes) {
  EXPECT_EQ(ShortCount(0), "0");
  EXPECT_EQ(ShortCount(1.25), "1.2");
  EXPECT_EQ(ShortCount(9999), "9999");
  EXPECT_EQ(ShortCount(12345), "12.3k");
  EXPECT_EQ(ShortCount(123456), "123k");
  EXPECT_EQ(ShortCount(45.6e6), "45.6M");
}

TEST(ShortDuration, HasHoursOnlyWhenThereAreAny) {
  EXPECT_EQ(ShortDuration(7.4), "0:07");
  EXPECT_EQ(ShortDuration(754), "12:34");
  EXPECT_EQ(ShortDuration(10805), "3:00:05");
}

TEST(FormatProgress, ShowsRateAndTimeLeft) {
  EXPECT_EQ(FormatProgress({"train", 30, 120, "llm"}, 10, 3),
            "train  30/120  25 %  3/s  0:30 left  llm");
}

TEST(FormatProgress, ShowsNoRateBeforeThereIsOne) {
  EXPECT_EQ(FormatProgress({"train", 30, 120, ""}, 0.1, 0), "train  30/120  25 %");
  EXPECT_EQ(FormatProgress({"read", 30, 0, ""}, 10, 3), "read  30  3/s");
}

TEST(FormatProgress, ShowsTheTimeTakenAtTheEnd) {
  EXPECT_EQ(FormatProgress({"train", 120, 120, ""}, 61, 9), "train  120/120  100 %  in 1:01");
}

class ProgressLineTest : public ::testing::Test {
 protected:
  std::string Run(bool live, bool quiet) {
    std::ostringstream err;
    const Terminal terminal{.out = nullptr, .err = &err, .live = live, .color = false};
    {
      ProgressLine line(terminal, quiet, [this] { return now_; });
      for (uint64_t i = 1; i <= 100; ++i) {
        now_ = 0.2 * static_cast<double>(i);
        line.Report({"train", i, 100, ""});
      }
      line.Report({"train", 50, 100, ""});  // late
    }
    return err.str();
  }

  double now_ = 0;
};

TEST_F(ProgressLineTest, PrintsPlainLinesAtMostEveryFewSeconds) {
  const std::string text = Run(/*live=*/false, /*quiet=*/false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);  // after 5, 10 and 15 s and at the end
  EXPECT_THAT(text, HasSubstr("100/100"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\r")));
}

TEST_F(ProgressLineTest, RedrawsOneLineOnATerminalAndErasesIt) {
  const std::string text = Run(/*live=*/true, /*quiet=*/false);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 0);
  EXPECT_TRUE(text.ends_with("\r\x1b[2K"));
  EXPECT_EQ(text.rfind("50/100"), text.find("50/100"));  // the late report is not shown again
}

TEST_F(ProgressLineTest, CountsTheRateOfResumedWorkFromWhereItBegan) {
  std::ostringstream err;
  const Terminal terminal{.out = nullptr, .err = &err, .live = true, .color = false};
  ProgressLine line(terminal, /*quiet=*/false, [this] { return now_; });
  line.Report({"train", 5000, 6000, ""});
  now_ = 2;
  line.Report({"train", 5100, 6000, ""});
  EXPECT_THAT(err.str(), HasSubstr("50/s  0:18 left"));
}

TEST_F(ProgressLineTest, IsSilentWhenQuiet) { EXPECT_EQ(Run(true, true), ""); }

}  // namespace
}  // namespace dynajob
