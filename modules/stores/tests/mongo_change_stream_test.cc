// Change streams, against the scripted server: the test server has none.
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/live_catalog.h"

#include "job_feed_test_support.h"
#include "scripted_store.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The reply to an aggregate that opens a change stream.
constexpr const char* kOpened =
    R"({"reply": {"ok": 1, "cursor": {"id": {"$numberLong": "7"}, "ns": "market.$cmd.aggregate",
        "firstBatch": [], "postBatchResumeToken": {"_data": "t0"}}}})";

// The reply to a getMore.
std::string Events(const std::string& events, const std::string& token) {
  return R"({"reply": {"ok": 1, "cursor": {"id": {"$numberLong": "7"},
      "ns": "market.$cmd.aggregate", "nextBatch": [)" +
         events + R"(], "postBatchResumeToken": {"_data": ")" + token + R"("}}}})";
}

std::string Event(const std::string& token, const std::string& collection,
                  const std::string& operation, const std::string& more) {
  return R"({"_id": {"_data": ")" + token + R"("}, "operationType": ")" + operation +
         R"(", "ns": {"db": "market", "coll": ")" + collection + R"("}, )" + more + "}";
}

TEST(MongoChangeStream, ReportsJobsWhoseTextOrVectorsChangedAndDeletions) {
  const std::string events =
      Event("t1", "all_jobs", "insert", R"("documentKey": {"_id": "j1"})") + "," +
      Event("t2", "job_embeddings", "update",
            R"("documentKey": {"_id": "e2"}, "fullDocument": {"original_job_id": "j2"})") +
      "," + Event("t3", "all_jobs", "delete", R"("documentKey": {"_id": "j3"})");
  ScriptedMongodb server(Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" +
                                Events(events, "t3") + "," + Events("", "t4") + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  EXPECT_EQ((*feed)->method(), "change stream");
  const auto changes = PollSome(**feed);
  ASSERT_THAT(changes, SizeIs(3));
  EXPECT_EQ(changes.at("j1").job->title, "Cook");
  EXPECT_THAT(changes.at("j1").vectors, IsEmpty());
  EXPECT_THAT(changes.at("j2").vectors, ElementsAre(StoredVector{"tech", "external", {1, 2}}));
  EXPECT_EQ(changes.at("j3").job, std::nullopt);
  auto quiet = (*feed)->Poll(milliseconds(0));
  ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
  EXPECT_THAT(*quiet, IsEmpty());

  const auto opened = server.Received("aggregate").at(0);
  EXPECT_TRUE(opened["pipeline"][0].contains("$changeStream"));
  EXPECT_EQ(opened["pipeline"][1]["$match"]["ns.coll"]["$in"],
            nlohmann::json::array({"all_jobs", "job_embeddings"}));
}

const std::string kNoEvents = Events("", "t9");

TEST(MongoChangeStream, ADeletedDocumentOfVectorsIsAChangeOfItsJob) {
  const std::string events =
      Event("t1", "job_embeddings", "delete", R"("documentKey": {"_id": "e2"})") + "," +
      Event("t2", "job_embeddings", "insert",
            R"("documentKey": {"_id": "e1"}, "fullDocument": {"original_job_id": "j1"})");
  // Updated, and deleted before it could be looked up.
  const std::string more =
      Event("t3", "job_embeddings", "update", R"("documentKey": {"_id": "e1"})");
  ScriptedMongodb server(Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" +
                                Events(events, "t2") + "," + kNoEvents + "," + Events(more, "t3") +
                                "," + kNoEvents + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  const auto first = PollSome(**feed);
  EXPECT_THAT(first, SizeIs(2));
  EXPECT_TRUE(first.contains("j1"));
  EXPECT_TRUE(first.contains("j2"));
  const auto second = PollSome(**feed);
  EXPECT_THAT(second, SizeIs(1));
  EXPECT_TRUE(second.contains("j1"));
}

TEST(MongoChangeStream, AMovedDocumentOfVectorsIsAChangeOfBothJobs) {
  const std::string events =
      Event("t1", "job_embeddings", "update",
            R"("documentKey": {"_id": "e2"}, "fullDocument": {"original_job_id": "j1"})");
  ScriptedMongodb server(Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" +
                                Events(events, "t1") + "," + kNoEvents + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  const auto changes = PollSome(**feed);
  EXPECT_THAT(changes, SizeIs(2));
}

// A whole market of one candidate and two jobs.
const std::string kMarket =
    R"("count": {"reply": {"ok": 1, "n": 2}},
       "find:candidates_text": {"documents": [{"_id": "c1", "bio": "b"}]},
       "find:candidates_embeddings": {"documents": [{"_id": "c1", "original_candidate_id": "c1",
           "hard_skill_embeddings": [1.0, 2.0], "soft_skills_embeddings": [1.0, 2.0]}]},
       "find:job_embeddings": {"documents": [
           {"_id": "e1", "original_job_id": "j1", "job_title_embeddings": [1.0, 2.0],
            "tech_skills_vectors": [1.0, 2.0]},
           {"_id": "e2", "original_job_id": "j2", "job_title_embeddings": [1.0, 2.0],
            "tech_skills_vectors": [1.0, 2.0]},
           {"_id": "e3", "original_job_id": "j3", "job_title_embeddings": [1.0, 2.0],
            "tech_skills_vectors": [1.0, 2.0]}]})";

TEST(MongoChangeStream, AfterALostHistoryEverythingIsLoadedAgain) {
  const std::string lost =
      R"({"reply": {"ok": 0, "code": 286, "codeName": "ChangeStreamHistoryLost",
          "errmsg": "Resume of change stream was not possible"}})";
  const std::string two = R"({"documents": [{"_id": "j1", "job_title": "Cook"},
                                            {"_id": "j2", "job_title": "Baker"}]})";
  const std::string others = R"({"documents": [{"_id": "j2", "job_title": "Baker"},
                                               {"_id": "j3", "job_title": "Waiter"}]})";
  // The server says so on the open stream, or when the stream is resumed.
  const std::vector<std::pair<std::string, std::string>> scripts = {
      {std::string(kOpened) + "," + kOpened, kNoEvents + "," + lost + "," + kNoEvents},
      {std::string(kOpened) + "," + lost + "," + kOpened,
       kNoEvents + R"(, {"close": true}, )" + kNoEvents}};
  for (const auto& [openings, answers] : scripts) {
    ScriptedMongodb server(Script(R"("aggregate": [)" + openings + R"(], "getMore": [)" + answers +
                                  R"(], "find:all_jobs": [)" + two + "," + others + "]," +
                                  kMarket));
    const auto store = OpenScripted(server);
    auto live = LiveCatalog::Open(*store, CatalogSpec{}, 0);
    ASSERT_TRUE(live.ok()) << MessageOf(live);
    EXPECT_EQ((*live)->snapshot()->job_count(), 2u);
    auto update = (*live)->Refresh(milliseconds(3000), 0);
    ASSERT_TRUE(update.ok()) << MessageOf(update);
    EXPECT_TRUE(update->reloaded);
    EXPECT_THAT(update->added, ElementsAre("j3"));
    EXPECT_THAT(update->removed, ElementsAre("j1"));
    EXPECT_THAT(update->changed, IsEmpty());
    const auto opened = server.Received("aggregate");
    EXPECT_FALSE(opened.back()["pipeline"][0]["$changeStream"].contains("resumeAfter"));
    auto quiet = (*live)->Refresh(milliseconds(0), 0);
    ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
    EXPECT_FALSE(quiet->reloaded);
  }
}

// The reply to a getMore of a cursor that is no more.
const std::string kClosed =
    R"({"reply": {"ok": 1, "cursor": {"id": {"$numberLong": "0"}, "ns": "market.$cmd.aggregate",
        "nextBatch": [], "postBatchResumeToken": {"_data": "t0"}}}})";

TEST(MongoChangeStream, AClosedCursorIsOpenedAgain) {
  ScriptedMongodb server(
      Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" + kClosed + "," +
             Events(Event("t1", "all_jobs", "insert", R"("documentKey": {"_id": "j1"})"), "t1") +
             "," + kNoEvents + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  EXPECT_TRUE(PollSome(**feed).contains("j1"));
  const auto opened = server.Received("aggregate");
  ASSERT_GE(opened.size(), 2u);
  EXPECT_EQ(opened.back()["pipeline"][0]["$changeStream"]["resumeAfter"]["_data"], "t0");
}

TEST(MongoChangeStream, AServerThatClosesEveryCursorIsNotAskedWithoutPause) {
  ScriptedMongodb server(Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": )" +
                                kClosed + "," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  auto quiet = (*feed)->Poll(milliseconds(1000));
  ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
  EXPECT_GE(server.Received("aggregate").size(), 2u);
  EXPECT_LE(server.Received("aggregate").size() + server.Received("getMore").size(), 20u);
}

TEST(MongoChangeStream, LeavesConnectionsForLoading) {
  const std::string jobs = R"("find:all_jobs": {"documents": [{"_id": "j1", "job_title": "Cook"},
                                                  {"_id": "j2", "job_title": "Baker"}]},)";
  const std::string script = Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": )" +
                                    kNoEvents + "," + jobs + kMarket);
  MongoOptions options;
  options.parallel_load_minimum = 1;
  for (const std::string size : {"2", "3", "4"}) {
    ScriptedMongodb server(script);
    auto store = OpenStore(server.uri() + "/market?maxPoolSize=" + size, OpenMode::kReadOnly,
                           StoreOptions{options});
    ASSERT_TRUE(store.ok()) << MessageOf(store);
    auto live = LiveCatalog::Open(**store, CatalogSpec{}, 0);
    EXPECT_TRUE(live.ok()) << MessageOf(live);
  }
  ScriptedMongodb server(script);
  auto store = OpenStore(server.uri() + "/market?maxPoolSize=1", OpenMode::kReadOnly);
  ASSERT_TRUE(store.ok()) << MessageOf(store);
  auto feed = (*store)->WatchJobs();
  ASSERT_FALSE(feed.ok());
  EXPECT_EQ(feed.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(feed.error().message, HasSubstr("maxPoolSize is 1; following changes needs 2"));
  EXPECT_TRUE((*store)->LoadCatalog(CatalogSpec{}).ok());
}

TEST(MongoChangeStream, GoesOnFromItsTokenAfterALostConnection) {
  ScriptedMongodb server(
      Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" +
             Events(Event("t1", "all_jobs", "insert", R"("documentKey": {"_id": "j1"})"), "t1") +
             R"(, {"close": true}, )" +
             Events(Event("t2", "all_jobs", "replace", R"("documentKey": {"_id": "j2"})"), "t2") +
             "," + Events("", "t3") + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  std::set<std::string> seen;
  for (int attempt = 0; attempt < 40 && seen.size() < 2; ++attempt) {
    auto changes = (*feed)->Poll(milliseconds(500));
    if (!changes.ok()) continue;  // the caller is told, and may ask again
    for (const JobChange& change : *changes) seen.insert(change.id);
  }
  EXPECT_EQ(seen, (std::set<std::string>{"j1", "j2"}));
  const auto opened = server.Received("aggregate");
  ASSERT_GE(opened.size(), 2u);
  EXPECT_EQ(opened.back()["pipeline"][0]["$changeStream"]["resumeAfter"]["_data"], "t1");
}

TEST(MongoChangeStream, ADroppedCollectionIsAnError) {
  ScriptedMongodb server(Script(R"("aggregate": )" + std::string(kOpened) + R"(, "getMore": [)" +
                                Events(Event("t1", "all_jobs", "drop", R"("x": 1)"), "t1") + "," +
                                Events("", "t1") + "]," + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  auto changes = (*feed)->Poll(milliseconds(5000));
  ASSERT_FALSE(changes.ok());
  EXPECT_EQ(changes.error().code, ErrorCode::kIo);
  EXPECT_THAT(changes.error().message, HasSubstr("'all_jobs' was dropped"));
}

TEST(MongoChangeStream, AServerWithoutThemIsPolled) {
  ScriptedMongodb server(Script(
      R"("aggregate": {"reply": {"ok": 0, "code": 40573, "errmsg":
            "The $changeStream stage is only supported on replica sets"}},
         "count": {"reply": {"ok": 1, "n": 0}},
         "find:all_jobs": {"documents": []}, "find:job_embeddings": {"documents": []})"));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  EXPECT_THAT(std::string((*feed)->method()), HasSubstr("polling"));
}

}  // namespace
}  // namespace dynajob
