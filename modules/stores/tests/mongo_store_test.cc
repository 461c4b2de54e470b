#include <chrono>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "mongo_test_support.h"
#include "store_backend.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kJobOid = "65f0c0ffee0123456789ab01";
constexpr const char* kCandidateOid = "65f0c0ffee0123456789ab02";

class MongoBackend : public StoreBackend {
 public:
  std::unique_ptr<Store> Connect() override { return database_.Open(); }

 private:
  MongoTestDatabase database_;
};

// As the specification's Python prototype writes it: ObjectIds, arrays of Python's numbers.
void InsertPrototypeData(const MongoTestDatabase& database, const std::string& jobs = "jobs_text") {
  database.Insert(jobs, R"({"_id": {"$oid": "65f0c0ffee0123456789ab01"}, "doc_id": "a.csv_1",
      "job_title": "Baker", "description": "Bakes.", "technical_skills": ["ovens", "dough"],
      "soft_skills": ["patience"], "experience_requirements": ["3 years", "a diploma"],
      "metadata": {"x": 1}})");
  database.Insert("job_embeddings",
                  R"({"_id": {"$oid": "65f0c0ffee0123456789ab11"},
      "original_job_id": {"$oid": "65f0c0ffee0123456789ab01"},
      "job_title_embeddings": [0.5, {"$numberInt": "2"}, {"$numberLong": "3"}],
      "tech_skills_vectors": {"$binary": {"base64": "JwAAAIA/AAAAQAAAQEA=", "subType": "09"}}})");
  database.Insert("candidates_text",
                  R"({"_id": {"$oid": "65f0c0ffee0123456789ab02"}, "bio": "Likes bread.",
      "hard_skills": ["dough"], "soft_skills": []})");
  database.Insert("candidates_embeddings",
                  R"({"_id": {"$oid": "65f0c0ffee0123456789ab12"},
      "original_candidate_id": {"$oid": "65f0c0ffee0123456789ab02"},
      "hard_skill_embeddings": [1.0, -1.0, 0.25],
      "soft_skills_embeddings": {"$binary": {"base64": "AwAB/n8=", "subType": "09"}}})");
}

MongoOptions Prototype() {
  MongoOptions options;
  options.preset = MongoPreset::kPrototype;
  return options;
}

// Three jobs, j1 to j3, with vectors of two values, and one candidate with vectors.
void PutSmallCatalog(Store& store) {
  ASSERT_TRUE(store.PutJobs(std::vector{MakeJob("j1"), MakeJob("j2"), MakeJob("j3")}).ok());
  ASSERT_TRUE(store.PutCandidates(std::vector{MakeCandidate("c1")}).ok());
  for (const std::string id : {"j1", "j2", "j3"})
    ASSERT_TRUE(store.PutEmbeddings(EntityKind::kJob, "e", JobRows(id, 1)).ok());
  ASSERT_TRUE(store.PutEmbeddings(EntityKind::kCandidate, "e", CandidateRows("c1", 1)).ok());
}

TEST(MongoStore, LoadsWhatThePrototypeWrote) {
  MongoTestDatabase database;
  InsertPrototypeData(database);
  auto store = database.Open(OpenMode::kReadOnly, Prototype());
  auto catalog = store->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->job_count(), 1u);
  EXPECT_EQ(catalog->job(0).id, kJobOid);
  EXPECT_EQ(catalog->job(0).title, "Baker");
  EXPECT_EQ(catalog->job(0).experience_requirements, "3 years; a diploma");
  EXPECT_THAT(catalog->job(0).technical_skills, ElementsAre("ovens", "dough"));
  EXPECT_EQ(catalog->candidate(0).id, kCandidateOid);
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{1, -1, 0.25f, 1, -2, 127}));
  EXPECT_EQ(Values(catalog->actions().Row(0)),
            (std::vector<float>{0.5f, 2, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(catalog->embedder(), "external");
  EXPECT_EQ(store->GetJob(kJobOid)->value().title, "Baker");
  const auto summary = store->Summarize();
  ASSERT_TRUE(summary.ok()) << MessageOf(summary);
  EXPECT_EQ(summary->jobs.fields.front(), (FieldSummary{"title", 1, 3, "external", true}));
}

TEST(MongoStore, EmbedsDocumentsOfOthersInPlace) {
  MongoTestDatabase database;
  InsertPrototypeData(database);
  MongoOptions options = Prototype();
  options.vector_format = MongoVectorFormat::kArray;
  auto store = database.Open(OpenMode::kReadWrite, options);
  ASSERT_TRUE(
      store->RemoveEmbeddings(EntityKind::kJob, "tech", std::vector<std::string>{kJobOid}).ok());
  EXPECT_THAT(database.Dump("job_embeddings"), Not(HasSubstr("tech_skills_vectors")));
  const Status put = store->PutEmbeddings(EntityKind::kJob, "mine", JobRows(kJobOid, 7));
  ASSERT_TRUE(put.ok()) << MessageOf(put);
  const std::string written = database.Dump("job_embeddings");
  EXPECT_THAT(written, AllOf(HasSubstr(R"({ "_id" : { "$oid" : "65f0c0ffee0123456789ab11" })"),
                             HasSubstr(R"("job_title_embeddings" : [ 7.0, 0.5 ])"),
                             HasSubstr(R"("embedder" : "mine")")));
  EXPECT_EQ(std::count(written.begin(), written.end(), '\n'), 1) << written;
}

TEST(MongoStore, LeavesIndexesAsTheirOwnerMadeThem) {
  MongoTestDatabase database;
  database.Run(
      R"({"createIndexes": "job_embeddings", "indexes": [{"key": {"original_job_id": 1},
      "name": "original_job_id_1", "unique": true}]})");
  auto store = database.Open();
  ASSERT_NE(store, nullptr);
  PutSmallCatalog(*store);
  EXPECT_EQ(store->LoadCatalog(CatalogSpec{})->job_count(), 3u);
}

TEST(MongoStore, NotesThatItWouldNotWriteAreNone) {
  for (const std::string note :
       {R"("embedder": "e", "dimension": -8)", R"("embedder": "e\u001b[2J", "dimension": 3)",
        R"("embedder": "e\nready", "dimension": 3)"}) {
    MongoTestDatabase database;
    InsertPrototypeData(database);
    database.Update("job_embeddings", "{}",
                    R"({"$set": {"dynajob": {"job_title_embeddings": {)" + note + "}}}}");
    auto store = database.Open(OpenMode::kReadOnly, Prototype());
    const auto summary = store->Summarize();
    ASSERT_TRUE(summary.ok()) << MessageOf(summary);
    EXPECT_EQ(summary->jobs.fields.front(), (FieldSummary{"title", 1, 0, "external", true}))
        << note;
    EXPECT_EQ(store->LoadCatalog(CatalogSpec{})->embedder(), "external") << note;
  }
}

TEST(MongoStore, KeepsFieldsThatItDoesNotKnowAndTheTypesOfIds) {
  MongoTestDatabase database;
  InsertPrototypeData(database, "all_jobs");
  auto store = database.Open();
  Job job = store->GetJob(kJobOid)->value();
  job.title = "Head Baker";
  ASSERT_TRUE(store->PutJobs(std::vector{job}).ok());
  EXPECT_EQ(store->GetJob(kJobOid)->value(), job);
  EXPECT_THAT(database.Dump("all_jobs"),
              AllOf(HasSubstr(R"("_id" : { "$oid" : "65f0c0ffee0123456789ab01" })"),
                    HasSubstr(R"("metadata" : { "x" : 1 })"), HasSubstr("Head Baker")));
  ASSERT_TRUE(
      store->PutResponse({"e1", kCandidateOid, kJobOid, Response::kApply, 1700000000000, "m"})
          .ok());
  EXPECT_THAT(database.Dump("responses"),
              AllOf(HasSubstr(R"("job_id" : { "$oid" : "65f0c0ffee0123456789ab01" })"),
                    HasSubstr(R"("timestamp" : { "$date" )")));
}

TEST(MongoStore, ShowsIdsOfEveryTypeAsTextInByteOrder) {
  MongoTestDatabase database;
  for (const std::string id :
       {R"(9)", R"({"$numberLong": "10"})", R"({"$numberDouble": "11.0"})", R"("plain")",
        R"({"$oid": "65f0c0ffee0123456789ab01"})",
        R"({"$binary": {"base64": "ABEiM0RVZneImaq7zN3u/w==", "subType": "04"}})"})
    database.Insert("all_jobs", R"({"job_title": "t", "_id": )" + id + "}");
  auto store = database.Open();
  std::vector<std::string> ids;
  ASSERT_TRUE(store
                  ->ForEachJob([&](const Job& job) {
                    ids.push_back(job.id);
                    return Status::Ok();
                  })
                  .ok());
  EXPECT_THAT(
      ids, ElementsAre("00112233-4455-6677-8899-aabbccddeeff", "10", "11", kJobOid, "9", "plain"));
  for (const std::string& id : ids) {
    ASSERT_TRUE(store->GetJob(id)->has_value()) << id;
    const Status put = store->PutEmbeddings(EntityKind::kJob, "e", JobRows(id, 1));
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }
  EXPECT_THAT(database.Dump("job_embeddings"),
              AllOf(HasSubstr(R"("original_job_id" : 9)"), HasSubstr(R"("original_job_id" : 11.0)"),
                    HasSubstr(R"("original_job_id" : { "$binary")")));
}

TEST(MongoStore, RefusesToWriteToAnAmbiguousId) {
  MongoTestDatabase database;
  database.Insert("all_jobs", R"({"_id": 42, "job_title": "number"})");
  database.Insert("all_jobs", R"({"_id": "42", "job_title": "text"})");
  auto store = database.Open();
  for (const Status& refused : {store->PutJobs(std::vector{MakeJob("42")}),
                                store->PutEmbeddings(EntityKind::kJob, "e", JobRows("42", 1))}) {
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(refused.error().message, AllOf(HasSubstr("'42'"), HasSubstr("ambiguous")));
  }
}

TEST(MongoStore, FindsTheOwnerOfAVectorWhateverTypeTheReferenceHas) {
  MongoTestDatabase database;
  PutSmallCatalog(*database.Open());
  database.Insert("all_jobs", R"({"_id": {"$oid": "65f0c0ffee0123456789ab01"}})");
  database.Insert("job_embeddings", R"({"_id": "x", "original_job_id": "65f0c0ffee0123456789ab01",
      "job_title_embeddings": [1, 2], "tech_skills_vectors": [3, 4],
      "dynajob": {"job_title_embeddings": {"embedder": "e", "dimension": 2},
                  "tech_skills_vectors": {"embedder": "e", "dimension": 2}}})");
  auto catalog = database.Open()->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_TRUE(catalog->FindJob(kJobOid).has_value());
}

TEST(MongoStore, NeverWritesIntoTheDocumentOfAnother) {
  MongoTestDatabase database;
  database.Insert("all_jobs", R"({"_id": 1})");
  database.Insert("all_jobs", R"({"_id": 2})");
  database.Insert("job_embeddings", R"({"_id": 1, "original_job_id": 2})");
  auto store = database.Open();
  for (int time = 0; time < 2; ++time) {
    const Status put = store->PutEmbeddings(EntityKind::kJob, "e", JobRows("1", 1));
    ASSERT_TRUE(put.ok()) << MessageOf(put);
  }
  const std::string others = database.Dump("job_embeddings", R"({"original_job_id": 2})");
  EXPECT_THAT(others, Not(HasSubstr("tech_skills_vectors")));
  const std::string own = database.Dump("job_embeddings", R"({"original_job_id": 1})");
  EXPECT_THAT(own, AllOf(HasSubstr("tech_skills_vectors"), HasSubstr("$oid")));
  EXPECT_EQ(std::count(own.begin(), own.end(), '\n'), 1) << own;
}

// A vector for j2 in place of its good one, what is said about it, and whether it is required.
struct BadVector {
  std::string field;
  std::string json;
  std::string reason;
  bool is_required = true;
};

class MongoDefects : public ::testing::TestWithParam<BadVector> {};

TEST_P(MongoDefects, AreLeftOutCountedAndRefusedWhenStrict) {
  const BadVector& bad = GetParam();
  MongoTestDatabase database;
  PutSmallCatalog(*database.Open());
  database.Update("job_embeddings", R"({"_id": "j2"})",
                  R"({"$set": {")" + bad.field + R"(": )" + bad.json + "}}");
  auto catalog = database.Open()->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  const CatalogExclusions& exclusions = catalog->exclusions();
  if (bad.is_required) {
    EXPECT_EQ(catalog->FindJob("j2"), std::nullopt);
    EXPECT_EQ(exclusions.jobs_by_reason, (std::map<std::string, size_t>{{bad.reason, 1}}));
    EXPECT_THAT(exclusions.examples.at("job: " + bad.reason), ElementsAre("j2"));
  } else {
    ASSERT_TRUE(catalog->FindJob("j2").has_value());
    EXPECT_EQ(exclusions.zero_filled_by_field.at("job.soft"), 3u);
    EXPECT_EQ(exclusions.passed_over, (std::map<std::string, size_t>{{bad.reason, 1}}));
  }
  MongoOptions strict;
  strict.strict = true;
  auto refused = database.Open(OpenMode::kReadOnly, strict)->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr(bad.reason), HasSubstr("'j2'")));
}

INSTANTIATE_TEST_SUITE_P(
    MongoStore, MongoDefects,
    ::testing::Values(
        BadVector{"tech_skills_vectors", R"([1, "x"])", "tech embedding: not a number"},
        BadVector{"tech_skills_vectors", R"([1, {"$numberDouble": "NaN"}])",
                  "tech embedding: not finite"},
        BadVector{"tech_skills_vectors", R"([{"$numberDouble": "-Infinity"}, 0])",
                  "tech embedding: not finite"},
        BadVector{"tech_skills_vectors", R"([1e300, 0])", "tech embedding: not finite"},
        BadVector{"tech_skills_vectors", R"([{"$numberDecimal": "1"}, 0])",
                  "tech embedding: decimal128"},
        BadVector{"tech_skills_vectors", R"([1, 2, 3])",
                  "tech embedding: not of the field's length, 2"},
        BadVector{"tech_skills_vectors", R"([])", "tech embedding: empty"},
        BadVector{"tech_skills_vectors", R"("1,2")", "tech embedding: not a vector"},
        BadVector{"tech_skills_vectors", "null", "no tech embedding"},
        BadVector{"tech_skills_vectors",
                  R"({"$binary": {"base64": "JwAAAIA/AAA=", "subType": "09"}})",
                  "tech embedding: cut short"},
        BadVector{"tech_skills_vectors",
                  R"({"$binary": {"base64": "JwAAAIA/AAAAQA==", "subType": "00"}})",
                  "tech embedding: unknown BinData"},
        BadVector{"soft_skills_embeddings", R"([true])", "soft embedding of a job: not a number",
                  false}));

TEST(MongoStore, CountsVectorsOfNobodyAndIdsThatCannotBeRead) {
  MongoTestDatabase database;
  PutSmallCatalog(*database.Open());
  database.Insert("job_embeddings", R"({"_id": "o", "original_job_id": "gone"})");
  database.Insert("job_embeddings", R"({"_id": "p"})");
  database.Insert("all_jobs", R"({"_id": {"nested": 1}})");
  auto catalog = database.Open()->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_EQ(catalog->job_count(), 3u);
  EXPECT_EQ(catalog->exclusions().passed_over,
            (std::map<std::string, size_t>{{"embedding of a job that is not there", 1},
                                           {"job embedding without a usable original_job_id", 1}}));
  EXPECT_EQ(catalog->exclusions().jobs_by_reason,
            (std::map<std::string, size_t>{{"the _id is of a type that cannot be an id", 1}}));
}

TEST(MongoStore, LoadsTheSameWithSeveralCursors) {
  MongoTestDatabase database;
  auto store = database.Open();
  std::vector<Job> jobs;
  std::vector<EmbeddingRow> rows;
  for (int i = 0; i < 300; ++i) {
    jobs.push_back(MakeJob("job-" + std::to_string(i)));
    for (EmbeddingRow& row : JobRows(jobs.back().id, static_cast<float>(i)))
      rows.push_back(std::move(row));
  }
  ASSERT_TRUE(store->PutJobs(jobs).ok());
  ASSERT_TRUE(store->PutEmbeddings(EntityKind::kJob, "e", rows).ok());
  ASSERT_TRUE(store->PutCandidates(std::vector{MakeCandidate("c1")}).ok());
  ASSERT_TRUE(store->PutEmbeddings(EntityKind::kCandidate, "e", CandidateRows("c1", 1)).ok());
  database.Insert("all_jobs", R"({"_id": 7, "job_title": "an id of another type"})");
  auto one = store->LoadCatalog(CatalogSpec{});
  MongoOptions options;
  options.parallel_load_minimum = 1;
  options.load_cursors = 5;
  options.load_batch = 7;
  auto five = database.Open(OpenMode::kReadOnly, options)->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(one.ok() && five.ok()) << MessageOf(one) << MessageOf(five);
  ASSERT_EQ(five->job_count(), 300u);
  EXPECT_EQ(five->exclusions().jobs_by_reason, one->exclusions().jobs_by_reason);
  EXPECT_EQ(five->exclusions().jobs_by_reason.at("no title embedding"), 1u);
  for (JobRow row = 0; row < one->job_count(); ++row) {
    ASSERT_EQ(five->job(row), one->job(row));
    ASSERT_EQ(Values(five->actions().Row(row)), Values(one->actions().Row(row)));
  }
}

TEST(MongoStore, TakesTheFirstOfSeveralEmbeddingDocumentsOfAJob) {
  MongoTestDatabase database;
  PutSmallCatalog(*database.Open());
  const std::string notes =
      R"("dynajob": {"job_title_embeddings": {"embedder": "e", "dimension": 2},
      "tech_skills_vectors": {"embedder": "e", "dimension": 2}}})";
  for (const std::string id : {"a", "z"})  // before and after "j2"
    database.Insert("job_embeddings", R"({"original_job_id": "j2", "_id": ")" + id +
                                          R"(", "job_title_embeddings": [70, 80],
                                              "tech_skills_vectors": [90, 95], )" +
                                          notes);
  for (const int64_t cursors : {1, 3}) {
    MongoOptions options;
    options.parallel_load_minimum = 1;
    options.load_cursors = cursors;
    auto catalog = database.Open(OpenMode::kReadOnly, options)->LoadCatalog(CatalogSpec{});
    ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
    EXPECT_EQ(Values(catalog->actions().Row(catalog->FindJob("j2").value())),
              (std::vector<float>{70, 80, 90, 95, 0, 0, 0, 0}));
    EXPECT_EQ(catalog->exclusions().passed_over,
              (std::map<std::string, size_t>{{"further embedding document of a job", 2}}));
  }
}

TEST(MongoStore, StoresDatesAsDates) {
  MongoTestDatabase database;
  Job job = MakeJob("j");
  job.posted_ms = 1700000000123;
  job.expires_ms = 1800000000000;
  auto store = database.Open();
  ASSERT_TRUE(store->PutJobs(std::vector{job}).ok());
  EXPECT_EQ(store->GetJob("j").value(), job);
  EXPECT_THAT(database.Dump("all_jobs"),
              HasSubstr(R"("posted_at" : { "$date" : "2023-11-14T22:13:20.123Z" })"));
  job.expires_ms.reset();
  ASSERT_TRUE(store->PutJobs(std::vector{job}).ok());
  EXPECT_EQ(store->GetJob("j").value(), job);
}

TEST(MongoStore, ReadOnlyDoesNotWrite) {
  MongoTestDatabase database;
  PutSmallCatalog(*database.Open());
  auto store = database.Open(OpenMode::kReadOnly);
  const Status refused = store->PutJobs(std::vector{MakeJob("k")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  EXPECT_FALSE(store->PutLabels(std::vector<LabelRecord>{{"k", "v"}}).ok());
  EXPECT_EQ(store->GetJob("k").value(), std::nullopt);
}

TEST(MongoStore, RefusesANewerSchemaNamingBothVersions) {
  MongoTestDatabase database;
  database.Open();
  database.Update("meta", R"({"_id": "schema_version"})", R"({"$set": {"value": 77}})");
  auto store = OpenStore(database.address(), OpenMode::kCreate);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(store.error().message, AllOf(HasSubstr("77"), HasSubstr("up to 1")));
}

TEST(MongoStore, SaysWhenADatabaseHasNoneOfItsCollections) {
  MongoTestDatabase database;
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    auto store = OpenStore(database.address(), mode);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, ErrorCode::kStoreUnreachable);
    EXPECT_THAT(store.error().message,
                AllOf(HasSubstr(database.database()), HasSubstr("all_jobs")));
  }
}

}  // namespace

std::unique_ptr<StoreBackend> MakeMongoBackend() { return std::make_unique<MongoBackend>(); }

}  // namespace dynajob
