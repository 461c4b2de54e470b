#include "dynajob/core/file.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/testing/temporary_directory.h"

namespace dynajob {
namespace {

class FileTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_;
};

TEST_F(FileTest, WritesAndReplaces) {
  const auto path = directory_.path() / "f";
  ASSERT_TRUE(WriteFileAtomically(path, "one").ok());
  ASSERT_TRUE(WriteFileAtomically(path, "").ok());
  EXPECT_EQ(*ReadFile(path), "");
  ASSERT_TRUE(WriteFileAtomically(path, std::string("t\0o", 3)).ok());
  EXPECT_EQ(*ReadFile(path), std::string("t\0o", 3));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 1);
}

TEST_F(FileTest, AFullDiskLeavesTheOldVersionAlone) {
  // /dev/full refuses every write with ENOSPC; a link to it stands in for the temporary file's
  // disk.
  const auto path = directory_.path() / "f";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  std::filesystem::create_symlink("/dev/full",
                                  path.string() + ".tmp-" + std::to_string(::getpid()));
  const Status status = WriteFileAtomically(path, "new");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kIo);
  EXPECT_THAT(status.error().message, ::testing::HasSubstr("No space left on device"));
  EXPECT_EQ(*ReadFile(path), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 1);
}

TEST_F(FileTest, ErrorsNameThePath) {
  EXPECT_EQ(ReadFile(directory_.path() / "none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ReadFile(directory_.path()).error().code, ErrorCode::kIo);
  const Status status = WriteFileAtomically(directory_.path() / "no" / "f", "x");
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, ::testing::HasSubstr("no/f"));
}

TEST(Crc32, KnownValue) { EXPECT_EQ(Crc32("123456789"), 0xCBF43926u); }

}  // namespace
}  // namespace dynajob
