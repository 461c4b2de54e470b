// What other programs change in the store, and what a restart keeps.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "job_follower.h"
#include "page_log.h"
#include "serve_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;

CatalogSpec Spec() {
  CatalogSpec spec;
  spec.action_fields = {{"title", true}, {"tech", true}, {"soft", false}};
  return spec;
}

JobChange ChangeOf(const Job& job, float value, const std::string& embedder = "test") {
  return {job.id,
          job,
          {{"title", embedder, std::vector<float>(3, value)},
           {"tech", embedder, std::vector<float>(4, value)}}};
}

TEST(UpdateOf, TakesWhatChangedAndLeavesWhatCannotBeRankedYet) {
  const auto catalog = SmallCatalog(2, 5);
  Market market(catalog);
  Job added;
  added.id = "new";
  Job waiting;
  waiting.id = "waiting";
  Job renamed = catalog->job(1);
  renamed.title = "other";
  const std::vector<JobChange> changes = {ChangeOf(added, 0.5f),
                                          {"waiting", waiting, {}},
                                          ChangeOf(catalog->job(3), 0.1f, "another embedder"),
                                          ChangeOf(renamed, 0.25f),
                                          {"j2", std::nullopt, {}},
                                          {"never-there", std::nullopt, {}}};
  const JobUpdate update = UpdateOf(changes, market, Spec());
  ASSERT_EQ(update.changed.size(), 2u);
  EXPECT_EQ(update.changed[0]->record().id, "new");
  EXPECT_THAT(update.changed[0]->vector(), ElementsAre(.5, .5, .5, .5, .5, .5, .5, 0, 0));
  EXPECT_EQ(update.changed[1]->record().title, "other");
  EXPECT_THAT(update.removed, ElementsAre("j2"));
  market.Put(update.changed);
  market.RemoveJob("j2");
  EXPECT_TRUE(UpdateOf(changes, market, Spec()).empty());  // twice is once
}

TEST(UpdateOf, AReloadTakesAllButWhatThisServerJustWrote) {
  const auto catalog = SmallCatalog(2, 5);
  const auto smaller = SmallCatalog(2, 3);
  Market market(catalog);
  Job own;
  own.id = "own";
  market.Put(std::vector<ServedJobPtr>{
      std::make_shared<const ServedJob>(own, std::vector<float>(9, 1.0f))});
  const JobUpdate update = UpdateOf(*smaller, market, {"own", "j4"});
  EXPECT_THAT(update.removed, ElementsAre("j3"));
}

ShownPage PageOf(const std::string& person) {
  return {person, "m-1", 10, {{"a", 0.25}, {"b\n", 1}}};
}

TEST(PageLog, KeepsTheNewestPagesOverARestart) {
  const TemporaryDirectory directory;
  const auto open = [&](std::vector<std::string>& seen) {
    return PageLog::Open(directory.path(), 3, [&](const std::string& id, const ShownPage& page) {
      seen.push_back(id);
      EXPECT_EQ(page.candidate_id, "c-" + id);
      EXPECT_EQ(page.jobs.size(), 2u);
      EXPECT_EQ(page.jobs[0].propensity, 0.25);
    });
  };
  std::vector<std::string> seen;
  auto log = open(seen);
  ASSERT_TRUE(log.ok());
  for (const std::string id : {"1", "2", "3", "4"})
    ASSERT_TRUE((*log)->Append(id, PageOf("c-" + id)).ok());
  log = open(seen);
  EXPECT_THAT(seen, ElementsAre("1", "2", "3", "4"));
  for (const std::string id : {"5", "6", "7"})
    ASSERT_TRUE((*log)->Append(id, PageOf("c-" + id)).ok());
  seen.clear();
  log = open(seen);
  EXPECT_THAT(seen, ElementsAre("4", "5", "6", "7"));
}

TEST(PageLog, WhatWasCutShortEndsItsFileAndCostsNothingElse) {
  const TemporaryDirectory directory;
  const auto path = directory.File("shown.pages");
  std::string bytes = PageRecord("1", PageOf("x"));
  const size_t first = bytes.size();
  bytes += PageRecord("2", PageOf("y"));
  for (size_t size = 0; size <= bytes.size(); ++size) {
    ASSERT_TRUE(WriteFileAtomically(path, bytes.substr(0, size)).ok());
    size_t count = 0;
    const auto log =
        PageLog::Open(directory.path(), 10, [&](const std::string&, ShownPage) { ++count; });
    ASSERT_TRUE(log.ok());
    EXPECT_EQ(count, (size >= first) + (size == bytes.size()));
    ASSERT_TRUE((*log)->Append("3", PageOf("z")).ok());
  }
  // Any byte damaged: never a crash, never a page that was not written.
  for (size_t i = 0; i < first; ++i) {
    std::string damaged = bytes.substr(0, first);
    damaged[i] = static_cast<char>(damaged[i] ^ 0x55);
    std::string_view view = damaged;
    EXPECT_FALSE(TakePageRecord(view).has_value()) << i;
  }
}

}  // namespace
}  // namespace dynajob
