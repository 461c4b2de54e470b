#include "run_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// One arm, which no comparison can be made of.
constexpr const char* kResults =
    R"({"schema":"dynajob.results/1","seeds":[1],"llm":{"kind":"surrogate"},"protocols":[]})";

RunRecord Stored(const std::string& id, int64_t created_ms) {
  return {id, "compare", created_ms, "[compare]\nseeds = 1\n", kResults};
}

std::vector<std::string> IdsOf(const std::vector<ArchivedRun>& runs) {
  std::vector<std::string> ids;
  for (const ArchivedRun& run : runs) ids.push_back(run.id);
  return ids;
}

class RunArchiveTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories(run_);
    ASSERT_TRUE(WriteFileAtomically(run_ / name, text).ok());
  }

  TemporaryDirectory directory_;
  std::filesystem::path run_ = directory_.path() / "demo";
};

TEST_F(RunArchiveTest, HasTheStoresRunsAndThatOfTheDirectory) {
  Write("results.json", kResults);
  Write("label_audit.json", R"({"schema":"dynajob.label_audit/1"})");
  const std::vector<RunRecord> stored = {Stored("later", 9'000'000'000'000), Stored("first", 5)};
  const auto runs = ArchivedRuns(stored, run_ / "");
  ASSERT_TRUE(runs.ok()) << runs.error().message;
  EXPECT_THAT(IdsOf(*runs), ElementsAre("first", "demo", "later"));
  EXPECT_TRUE((*runs)[1].on_disk);
  EXPECT_EQ((*runs)[1].kind, "compare");
  EXPECT_GT((*runs)[1].created_ms, 1'700'000'000'000);
  EXPECT_THAT((*runs)[1].files.label_audit_json, HasSubstr("label_audit"));
  EXPECT_FALSE((*runs)[0].on_disk);
  EXPECT_EQ((*runs)[0].files.config_toml, "[compare]\nseeds = 1\n");
}

TEST_F(RunArchiveTest, APublishedRunIsListedOnce) {
  Write("results.json", kResults);
  const std::vector<RunRecord> stored = {Stored("demo", 5)};
  const auto runs = ArchivedRuns(stored, run_);
  EXPECT_THAT(IdsOf(*runs), ElementsAre("demo"));
  EXPECT_FALSE(runs->front().on_disk);
}

TEST_F(RunArchiveTest, ADirectoryWithoutARunAddsNothing) {
  for (const std::filesystem::path& path : {std::filesystem::path(), run_, directory_.path()})
    EXPECT_TRUE(ArchivedRuns({}, path)->empty()) << path;
  Write("sweep.json", R"({"schema":"dynajob.sweep/1"})");
  EXPECT_EQ(ArchivedRuns({}, run_)->front().kind, "sweep");
}

TEST_F(RunArchiveTest, WhatCannotBeReadHasNoVerdict) {
  RunRecord broken = Stored("broken", 5);
  broken.results_json = "{";
  const std::vector<RunRecord> stored = {broken, Stored("whole", 6)};
  const auto runs = ArchivedRuns(stored, {});
  EXPECT_TRUE(VerdictsOf(runs->front()).protocols.empty());
  EXPECT_EQ(VerdictsOf(runs->front()).llm_kind, "");
  EXPECT_EQ(VerdictsOf(runs->back()).llm_kind, "surrogate");
}

}  // namespace
}  // namespace dynajob
