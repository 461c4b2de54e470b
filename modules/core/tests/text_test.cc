#include "dynajob/core/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(SanitizeUtf8, KeepsValidTextAndReplacesTheRest) {
  EXPECT_EQ(SanitizeUtf8("caf\xC3\xA9 \xF0\x9F\x98\x80"), "caf\xC3\xA9 \xF0\x9F\x98\x80");
  EXPECT_EQ(SanitizeUtf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(SanitizeUtf8("\xC3"), "\xEF\xBF\xBD");
  EXPECT_EQ(SanitizeUtf8("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // surrogate
  EXPECT_EQ(SanitizeUtf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(SanitizeUtf8(std::string_view("a\0b", 3)), "ab");
}

TEST(Words, KeepsNamesOfTechnologiesWhole) {
  EXPECT_THAT(Words("C++, C# and Node.js. End."),
              ElementsAre("c++", "c#", "and", "node.js", "end"));
  EXPECT_THAT(Words("  --- ... "), IsEmpty());
  EXPECT_THAT(Words("caf\xC3\xA9-bar"), ElementsAre("caf\xC3\xA9", "bar"));
}

TEST(Trim, RemovesWhiteSpaceAtBothEnds) {
  EXPECT_EQ(Trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(Trim("   "), "");
}

}  // namespace
}  // namespace dynajob
