// Feeds, vector search and advice on indexes: against the test server where it can, and against a
// scripted one where it cannot (change streams, $vectorSearch).
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "mongo_test_support.h"
#include "scripted_mongodb.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A script with what opening a store for reading asks, and `commands` beside it.
std::string Script(const std::string& commands) {
  return R"({"replica_set": true, "commands": {
      "listCollections": {"documents": [{"name": "all_jobs", "type": "collection"}]},
      "find:meta": {"documents": []},)" +
         commands + "}}";
}

std::unique_ptr<Store> OpenScripted(const ScriptedMongodb& server) {
  auto store = OpenStore(server.uri() + "/market", OpenMode::kReadOnly);
  if (!store.ok()) throw std::runtime_error(store.error().message);
  return std::move(store).value();
}

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

std::map<std::string, JobChange> ById(std::vector<JobChange> changes) {
  std::map<std::string, JobChange> by_id;
  for (JobChange& change : changes) by_id.insert_or_assign(change.id, std::move(change));
  return by_id;
}

// Polls until something is reported.
std::map<std::string, JobChange> PollSome(JobFeed& feed) {
  for (int attempt = 0; attempt < 40; ++attempt) {
    auto changes = feed.Poll(milliseconds(500));
    EXPECT_TRUE(changes.ok()) << MessageOf(changes);
    if (!changes.ok()) return {};
    if (!changes->empty()) return ById(std::move(changes).value());
  }
  ADD_FAILURE() << "nothing was reported";
  return {};
}

const std::string kTwoJobs =
    R"("find:all_jobs": {"documents": [{"_id": "j1", "job_title": "Cook"},
                                       {"_id": "j2", "job_title": "Baker"}]},
       "find:job_embeddings": {"documents": [
           {"_id": "e2", "original_job_id": "j2", "tech_skills_vectors": [1.0, 2.0]}]})";

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

const std::string kIndexes =
    R"({"documents": [{"name": "mine", "queryable": true, "latestDefinition": {"fields": [
           {"type": "filter", "path": "x"},
           {"type": "vector", "path": "tech_skills_vectors", "numDimensions": 2}]}},
         {"name": "building", "queryable": false, "latestDefinition": {"fields": [
           {"type": "vector", "path": "soft_skills_embeddings"}]}}]})";

TEST(MongoVectorSearch, AsksTheIndexOfTheFieldAndMatchesTheFilter) {
  ScriptedMongodb server(Script(R"("aggregate:job_embeddings": [)" + kIndexes + R"(, {"documents": [
            {"_id": "e1", "original_job_id": {"$oid": "5f0000000000000000000001"}},
            {"_id": "e2", "original_job_id": "far"}, {"_id": "e3", "original_job_id": 3}]}],
         "find:all_jobs": {"documents": [{"_id": 3},
            {"_id": {"$oid": "5f0000000000000000000001"}}]})"));
  const auto store = OpenScripted(server);
  auto nearest = store->NearestJobIds("tech", std::vector<float>{0.5f, -1}, 10,
                                      {.locations = {"Lyon"}, .not_expired_at_ms = 5});
  ASSERT_TRUE(nearest.ok()) << MessageOf(nearest);
  ASSERT_TRUE(nearest->has_value());
  EXPECT_THAT(**nearest, ElementsAre("5f0000000000000000000001", "3"));
  const auto search = server.Received("aggregate").at(1)["pipeline"][0]["$vectorSearch"];
  EXPECT_EQ(search["index"], "mine");
  EXPECT_EQ(search["path"], "tech_skills_vectors");
  EXPECT_EQ(search["queryVector"], nlohmann::json::array({0.5, -1.0}));
  EXPECT_EQ(search["limit"], 50) << "five times, since the filter comes after";
  const auto matched = server.Received("find").back()["filter"];
  EXPECT_EQ(matched["location"]["$in"], nlohmann::json::array({"Lyon"}));
  EXPECT_TRUE(matched.contains("$nor"));
  EXPECT_TRUE(matched.contains("_id"));

  auto not_ready = store->NearestJobIds("soft", std::vector<float>{1, 0}, 10, {});
  ASSERT_TRUE(not_ready.ok()) << MessageOf(not_ready);
  EXPECT_EQ(*not_ready, std::nullopt);
  EXPECT_THAT(server.Received("aggregate"), SizeIs(2)) << "indexes are listed once";
}

TEST(MongoVectorSearch, AServerThatRefusesHasNoIndex) {
  ScriptedMongodb server(
      Script(R"("aggregate:job_embeddings": [)" + kIndexes + R"(, {"reply": {"ok": 0, "code": 31082,
            "errmsg": "$vectorSearch is not allowed here"}}])"));
  const auto store = OpenScripted(server);
  auto refused = store->NearestJobIds("tech", std::vector<float>{1, 0}, 10, {});
  ASSERT_TRUE(refused.ok()) << MessageOf(refused);
  EXPECT_EQ(*refused, std::nullopt);

  ScriptedMongodb plain(Script(R"("aggregate:job_embeddings": {"reply": {"ok": 0, "code": 40324,
      "errmsg": "Unrecognized pipeline stage name: '$listSearchIndexes'"}})"));
  const auto other = OpenScripted(plain);
  for (int i = 0; i < 2; ++i) {
    auto none = other->NearestJobIds("tech", std::vector<float>{1, 0}, 10, {});
    ASSERT_TRUE(none.ok()) << MessageOf(none);
    EXPECT_EQ(*none, std::nullopt);
  }
  EXPECT_THAT(plain.Received("aggregate"), SizeIs(1));
}

TEST(MongoVectorSearch, ALostServerIsAnError) {
  ScriptedMongodb server(Script(R"("aggregate:job_embeddings": {"close": true})"));
  const auto store = OpenScripted(server);
  auto lost = store->NearestJobIds("tech", std::vector<float>{1, 0}, 10, {});
  ASSERT_FALSE(lost.ok());
  EXPECT_EQ(lost.error().code, ErrorCode::kStoreUnreachable);
}

TEST(MongoIndexes, AdviceNamesWhatIsMissingWithTheDimensionsOfTheVectors) {
  MongoTestDatabase database;
  database.Insert("all_jobs", R"({"_id": "j1", "job_title": "Cook"})");
  database.Insert("job_embeddings",
                  R"({"_id": 1, "original_job_id": "j1", "tech_skills_vectors": [1.0, 2.0, 3.0],
                      "job_title_embeddings": [1.0, 2.0]})");
  const CatalogSpec spec;
  auto foreign = database.Open(OpenMode::kReadOnly)->MissingIndexes(spec);
  ASSERT_TRUE(foreign.ok()) << MessageOf(foreign);
  std::set<std::string> definitions;
  for (const IndexAdvice& advice : *foreign) definitions.insert(advice.definition);
  EXPECT_TRUE(definitions.contains(R"({ "updated_at" : 1 })"));
  EXPECT_TRUE(definitions.contains(R"({ "location" : 1, "sector" : 1 })"));
  ASSERT_FALSE(foreign->empty());
  const IndexAdvice& vectors = foreign->back();
  EXPECT_EQ(vectors.kind, "vector search index");
  EXPECT_EQ(vectors.collection, "job_embeddings");
  EXPECT_EQ(nlohmann::json::parse(vectors.definition), nlohmann::json::parse(R"({"fields": [
      {"type": "vector", "path": "job_title_embeddings", "numDimensions": 2, "similarity": "cosine"},
      {"type": "vector", "path": "tech_skills_vectors", "numDimensions": 3, "similarity": "cosine"}]})"));

  auto ours = database.Open(OpenMode::kReadWrite)->MissingIndexes(spec);
  ASSERT_TRUE(ours.ok()) << MessageOf(ours);
  EXPECT_THAT(*ours, SizeIs(1)) << "opening for writing makes the others";
}

}  // namespace
}  // namespace dynajob
