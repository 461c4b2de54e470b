// Polling for changes: against the test server where it can be, else against the scripted one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>


#include "job_feed_test_support.h"
#include "mongo_test_support.h"
#include "scripted_store.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class MongoPolling : public ::testing::Test {
 protected:
  MongoTestDatabase database_;
};

TEST_F(MongoPolling, ReportsDeletionsAndEachChangeOnce) {
  const auto writer = database_.Open();
  ASSERT_TRUE(writer->PutJobs(std::vector{MakeJob("j1"), MakeJob("j2")}).ok());
  const auto reader = database_.Open(OpenMode::kReadOnly);
  auto feed = reader->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  if ((*feed)->method() == "change stream")
    GTEST_SKIP() << "the server has change streams, so nothing is polled";
  auto quiet = (*feed)->Poll(milliseconds(0));
  ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
  EXPECT_THAT(*quiet, IsEmpty()) << "what was there before is not reported";

  // Twice within the overlap, in another state each.
  Job job = MakeJob("j1");
  for (const std::string company : {"First", "Second"}) {
    job.company = company;
    ASSERT_TRUE(writer->PutJobs(std::vector{job}).ok());
    const auto changes = PollSome(**feed);
    ASSERT_THAT(changes, SizeIs(1));
    EXPECT_EQ(changes.at("j1").job->company, company);
    auto again = (*feed)->Poll(milliseconds(0));
    ASSERT_TRUE(again.ok());
    EXPECT_THAT(*again, IsEmpty());
  }

  const Bson filter = MongoTestDatabase::FromJson(R"({"_id": "j2"})");
  bson_error_t error{};
  ASSERT_TRUE(mongoc_collection_delete_one(database_.Collection("all_jobs").get(), filter.get(),
                                           nullptr, nullptr, &error))
      << error.message;
  const auto deleted = PollSome(**feed);
  ASSERT_THAT(deleted, SizeIs(1));
  EXPECT_EQ(deleted.at("j2").job, std::nullopt);
}

// The market of a server without change streams.
std::string PolledScript(const std::string& commands) {
  return Script(R"("aggregate": {"reply": {"ok": 0, "code": 40573, "errmsg": "no replica set"}},)" +
                commands);
}

TEST(MongoPollingScript, AnEstimateThatIsWrongDoesNotMeanReadingAllIdsForEver) {
  ScriptedMongodb server(
      PolledScript(R"("count": {"reply": {"ok": 1, "n": 1}},)" + kTwoJobs));
  const auto store = OpenScripted(server);
  auto feed = store->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  const size_t before = server.Received("find").size();
  for (int poll = 0; poll < 30; ++poll) ASSERT_TRUE((*feed)->Poll(milliseconds(0)).ok());
  size_t of_ids = 0;
  const auto finds = server.Received("find");
  for (size_t i = before; i < finds.size(); ++i)
    of_ids += finds[i]["find"] == "all_jobs" && finds[i]["filter"].empty() ? 1 : 0;
  EXPECT_LE(of_ids, 1u);
}

TEST_F(MongoPolling, ATimeThatLiesAheadHidesNothing) {
  for (const std::string id : {"j1", "j2"})
    database_.Insert("all_jobs", R"({"_id": ")" + id + R"(", "job_title": "Cook"})");
  const std::string ahead = R"({"$set": {"updated_at": {"$date": "2099-01-01T00:00:00Z"}}})";
  database_.Update("all_jobs", R"({"_id": "j1"})", ahead);
  const auto writer = database_.Open();
  const auto reader = database_.Open(OpenMode::kReadOnly);
  auto feed = reader->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  if ((*feed)->method() == "change stream")
    GTEST_SKIP() << "the server has change streams, so nothing is polled";
  const auto notices = (*feed)->TakeNotices();
  ASSERT_THAT(notices, SizeIs(1));
  EXPECT_THAT(notices[0], HasSubstr("'j1' of all_jobs"));
  EXPECT_THAT(notices[0], HasSubstr("2099-01-01T00:00:00Z"));
  EXPECT_THAT((*feed)->TakeNotices(), IsEmpty());
  auto quiet = (*feed)->Poll(milliseconds(0));
  ASSERT_TRUE(quiet.ok()) << MessageOf(quiet);
  EXPECT_THAT(*quiet, IsEmpty());

  ASSERT_TRUE(writer->PutJobs(std::vector{MakeJob("j3")}).ok());
  EXPECT_TRUE(PollSome(**feed).contains("j3"));
  const std::string further = R"({"$set": {"job_title": "Baker",
      "updated_at": {"$date": "2099-01-02T00:00:00Z"}}})";
  database_.Update("all_jobs", R"({"_id": "j1"})", further);
  const auto moved = PollSome(**feed);
  ASSERT_TRUE(moved.contains("j1"));
  EXPECT_EQ(moved.at("j1").job->title, "Baker");
  auto again = (*feed)->Poll(milliseconds(0));
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(*again, IsEmpty());
}

TEST_F(MongoPolling, ReportsNewJobsOfWritersThatSetNoTime) {
  database_.Insert("all_jobs", R"({"_id": "j1", "job_title": "Cook"})");
  const auto reader = database_.Open(OpenMode::kReadOnly);
  auto feed = reader->WatchJobs();
  ASSERT_TRUE(feed.ok()) << MessageOf(feed);
  if ((*feed)->method() == "change stream")
    GTEST_SKIP() << "the server has change streams, so nothing is polled";
  database_.Insert("all_jobs", R"({"_id": "j2", "job_title": "Baker"})");
  const auto changes = PollSome(**feed);
  ASSERT_THAT(changes, SizeIs(1));
  EXPECT_EQ(changes.at("j2").job->title, "Baker");
}

}  // namespace
}  // namespace dynajob
