#include "browser.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

namespace fs = std::filesystem;

// A program that stands in for a browser: a script with this body.
class BrowserTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "dynajob-browser-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override {
    unsetenv("DYNAJOB_BROWSER");
    fs::remove_all(directory_);
  }
  fs::path Script(const std::string& body) {
    const fs::path path = directory_ / "browser";
    std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }
  fs::path directory_;
};

TEST_F(BrowserTest, TakesTheOneThatTheEnvironmentNames) {
  const fs::path browser = Script("exit 0");
  setenv("DYNAJOB_BROWSER", browser.c_str(), 1);
  const auto found = FindBrowser();
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(*found, browser);
}

TEST_F(BrowserTest, SaysThatTheNamedOneIsNotThere) {
  setenv("DYNAJOB_BROWSER", "/nowhere/chromium", 1);
  const auto found = FindBrowser();
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(found.error().message, HasSubstr("/nowhere/chromium"));
}

TEST_F(BrowserTest, GivesTheDocumentThatTheBrowserPrints) {
  const fs::path browser = Script("for last; do :; done; echo \"<p>$last</p>\"; echo noise >&2");
  const auto document = DumpDocument(browser, "file:///tmp/a%20b#export", std::chrono::seconds(60));
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(*document, "<p>file:///tmp/a%20b#export</p>\n");
}

TEST_F(BrowserTest, ReportsTheLastWordsOfABrowserThatFails) {
  const auto document = DumpDocument(Script("echo first >&2; echo cannot draw >&2; exit 3"), "x",
                                     std::chrono::seconds(60));
  ASSERT_FALSE(document.ok());
  EXPECT_THAT(document.error().message, HasSubstr("failed: cannot draw"));
}

TEST_F(BrowserTest, EndsABrowserThatHangs) {
  const auto document = DumpDocument(Script("sleep 600"), "x", std::chrono::seconds(1));
  ASSERT_FALSE(document.ok());
  EXPECT_THAT(document.error().message, HasSubstr("within 1 s"));
}

TEST(FileUrl, EscapesWhatIsSpecialInAddresses) {
  EXPECT_EQ(FileUrl("/tmp/a b#c?d%é/report.html"),
            "file:///tmp/a%20b%23c%3Fd%25%C3%A9/report.html");
}

TEST(DecodeBase64, ReadsTheExamplesOfTheStandard) {
  EXPECT_EQ(*DecodeBase64(""), "");
  EXPECT_EQ(*DecodeBase64("Zg=="), "f");
  EXPECT_EQ(*DecodeBase64("Zm8="), "fo");
  EXPECT_EQ(*DecodeBase64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(*DecodeBase64("/+8="), "\xff\xef");
}

TEST(DecodeBase64, RefusesWhatIsNot) {
  for (const char* text : {"Z", "Zg=", "Z===", "Zm9v!mFy", "Zg=x", "===="})
    EXPECT_EQ(DecodeBase64(text).error().code, ErrorCode::kCorruptData) << text;
}

}  // namespace
}  // namespace dynajob
