#include "dynajob/core/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(IsCleanUtf8, SaysWhetherSanitizingChangesAnything) {
  const std::string nul("a\0b", 3);
  for (const std::string& text :
       {std::string(), std::string("caf\xC3\xA9 \xF0\x9F\x98\x80 and a long run of ASCII"),
        std::string("a long run of ASCII and \xFF"), std::string("\xC3"),
        std::string("\xED\xA0\x80"), nul, std::string("a long run of ASCII and ") + nul,
        std::string("\x01\x7F 12345678")})
    EXPECT_EQ(IsCleanUtf8(text), SanitizeUtf8(text) == text) << text;
}

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
