// Filters, vector search and advice on indexes: against the test server where it can, and against a
// scripted one where it cannot ($vectorSearch).
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mongo_test_support.h"
#include "scripted_store.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// What a filter finds is what the jobs of a catalog match, however other programs write them.
TEST(MongoFilter, MatchesAJobAsItIsRead) {
  MongoTestDatabase database;
  const std::vector<std::string> locations = {R"("Paris")",
                                              R"(["Paris", "Lyon"])",
                                              R"(["Lyon", "Paris"])",
                                              R"("Paris; Lyon")",
                                              R"(75)",
                                              R"(["Paris"])",
                                              R"({"city": "Paris"})",
                                              R"(["", "Paris"])",
                                              R"(["Paris; Lyon", 3, "Nice"])",
                                              R"(true)",
                                              R"(null)"};
  const std::vector<std::string> modes = {R"("Remote")", R"(" reMote ")", R"(["remote"])",
                                          R"("WFH")",    R"(7)",          R"("onsite")"};
  int id = 10;
  for (const std::string& location : locations)
    database.Insert("all_jobs", R"({"_id": )" + std::to_string(id++) + R"(, "job_title": "t",
                                "location": )" +
                                    location + "}");
  for (const std::string& mode : modes)
    database.Insert("all_jobs", R"({"_id": )" + std::to_string(id++) + R"(, "job_title": "t",
                                "work_mode": )" +
                                    mode + "}");
  const auto store = database.Open(OpenMode::kReadOnly);
  std::vector<Job> jobs;
  const auto keep = [&](Job job) {
    jobs.push_back(std::move(job));
    return Status::Ok();
  };
  ASSERT_TRUE(store->ForEachJob(keep).ok());
  ASSERT_EQ(jobs.size(), locations.size() + modes.size());
  const std::vector<std::pair<JobFilter, size_t>> filters = {
      {{.locations = {"Paris"}}, 3},
      {{.locations = {"Paris; Lyon"}}, 2},
      {{.locations = {"Paris; Lyon; Nice", "75"}}, 2},
      {{.locations = {"Lyon"}}, 0},
      {{.locations = {"", "Paris"}}, 12},
      {{.work_modes = {WorkMode::kRemote}}, 2},
      {{.work_modes = {WorkMode::kUnknown, WorkMode::kOnsite}}, 15}};
  for (const auto& [filter, count] : filters) {
    std::vector<std::string> expected;
    for (const Job& job : jobs)
      if (filter.Matches(job)) expected.push_back(job.id);
    EXPECT_EQ(expected.size(), count);
    auto found = store->FindJobIds(filter);
    ASSERT_TRUE(found.ok()) << MessageOf(found);
    EXPECT_EQ(*found, expected);
  }
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
         "find:all_jobs": {"documents": [{"_id": 3, "location": "Lyon"},
            {"_id": {"$oid": "5f0000000000000000000001"}, "location": "Lyon"}]})"));
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
