#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/stores/open_store.h"

#include "sqlite_schema.h"
#include "store_backend.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class SqliteBackend : public StoreBackend {
 public:
  std::unique_ptr<Store> Connect() override {
    auto store = OpenStore(directory_.File("store.db"), OpenMode::kCreate);
    if (!store.ok()) throw std::runtime_error(store.error().message);
    return std::move(store).value();
  }

 private:
  TemporaryDirectory directory_;
};

std::unique_ptr<SqliteDatabase> OpenRaw(const std::string& path) {
  auto database = SqliteDatabase::Open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!database.ok()) throw std::runtime_error(database.error().message);
  return std::move(database).value();
}

std::unique_ptr<Store> OpenOrDie(const std::string& path, OpenMode mode = OpenMode::kCreate) {
  auto store = OpenStore(path, mode);
  if (!store.ok()) throw std::runtime_error(store.error().message);
  return std::move(store).value();
}

TEST(OpenStore, NeedsAnExistingFileUnlessToldToCreateOne) {
  TemporaryDirectory directory;
  const std::string path = directory.File("none.db");
  for (const OpenMode mode : {OpenMode::kReadOnly, OpenMode::kReadWrite}) {
    auto store = OpenStore(path, mode);
    ASSERT_FALSE(store.ok());
    EXPECT_EQ(store.error().code, ErrorCode::kStoreUnreachable);
    EXPECT_THAT(store.error().message, HasSubstr(path));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  auto in_no_directory = OpenStore(directory.File("no/such/store.db"), OpenMode::kCreate);
  ASSERT_FALSE(in_no_directory.ok());
  EXPECT_EQ(in_no_directory.error().code, ErrorCode::kStoreUnreachable);
  auto a_directory = OpenStore(directory.File(""), OpenMode::kCreate);
  ASSERT_FALSE(a_directory.ok());
  EXPECT_EQ(a_directory.error().code, ErrorCode::kStoreUnreachable);
}

TEST(OpenStore, TakesPathsWithAndWithoutScheme) {
  TemporaryDirectory directory;
  const std::string path = directory.File("with space, 100%?#.db");
  OpenOrDie("sqlite:" + path)->PutLabels(std::vector<LabelRecord>{{"k", "v"}}).ok();
  EXPECT_EQ(OpenOrDie(path, OpenMode::kReadOnly)->GetLabel("k").value(), "v");
  EXPECT_EQ(OpenStore("", OpenMode::kCreate).error().code, ErrorCode::kInvalidArgument);
}

TEST(OpenStore, RefusesUnknownSchemesWithoutRepeatingCredentials) {
  auto unknown = OpenStore("postgres://u:hunter2@host", OpenMode::kReadWrite);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().message, AllOf(HasSubstr("postgres"), Not(HasSubstr("hunter2"))));
}

TEST(OpenStore, RefusesFilesThatAreNotStores) {
  TemporaryDirectory directory;
  const std::string text = directory.File("notes.txt");
  std::ofstream(text) << std::string(5000, 'x');
  const std::string foreign = directory.File("foreign.db");
  ASSERT_TRUE(OpenRaw(foreign)->Execute("CREATE TABLE t (x)").ok());
  const std::string empty = directory.File("empty.db");
  std::ofstream(empty).flush();
  for (const auto& [path, mode] :
       {std::pair(text, OpenMode::kCreate), std::pair(text, OpenMode::kReadOnly),
        std::pair(foreign, OpenMode::kCreate), std::pair(foreign, OpenMode::kReadOnly),
        std::pair(empty, OpenMode::kReadOnly), std::pair(empty, OpenMode::kReadWrite)}) {
    auto store = OpenStore(path, mode);
    ASSERT_FALSE(store.ok()) << path;
    EXPECT_EQ(store.error().code, ErrorCode::kCorruptData) << store.error().message;
    EXPECT_THAT(store.error().message, HasSubstr(path));
  }
  EXPECT_TRUE(OpenStore(empty, OpenMode::kCreate).ok());
}

TEST(OpenStore, RefusesANewerSchemaNamingBothVersions) {
  TemporaryDirectory directory;
  const std::string path = directory.File("new.db");
  OpenOrDie(path);
  ASSERT_TRUE(OpenRaw(path)->Execute("UPDATE meta SET value = '77'").ok());
  auto store = OpenStore(path, OpenMode::kReadWrite);
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(store.error().message, AllOf(HasSubstr("77"), HasSubstr("version 6")));
}

TEST(OpenStore, MigratesVersionOneKeepingItsData) {
  TemporaryDirectory directory;
  const std::string path = directory.File("old.db");
  {
    auto database = OpenRaw(path);
    ASSERT_TRUE(MigrateSchema(*database, 1).ok());
    ASSERT_TRUE(
        database
            ->Execute("INSERT INTO all_jobs VALUES ('j','Cook','','','','[\"pans\"]','[]','','',"
                      "NULL,NULL,'unknown','unknown','unknown',NULL,NULL);"
                      "INSERT INTO candidates_text VALUES ('c','','','','[]','[]','',NULL,NULL,"
                      "'unknown','unknown',NULL);"
                      "INSERT INTO job_embeddings VALUES ('j','tech_skills_vectors',1,'e',"
                      "x'0000803f');"
                      "INSERT INTO candidates_embeddings VALUES ('c','hard_skill_embeddings',1,"
                      "'e',x'000080bf');"
                      "INSERT INTO responses VALUES ('e','c','j','APPLY',7);")
            .ok());
  }
  auto read_only = OpenStore(path, OpenMode::kReadOnly);
  ASSERT_FALSE(read_only.ok());
  EXPECT_EQ(read_only.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(read_only.error().message, AllOf(HasSubstr("version 1"), HasSubstr("version 6")));

  auto store = OpenOrDie(path, OpenMode::kReadWrite);
  std::vector<ResponseEvent> events;
  ASSERT_TRUE(store
                  ->ForEachResponse([&](ResponseEvent event) {
                    events.push_back(std::move(event));
                    return Status::Ok();
                  })
                  .ok());
  EXPECT_EQ(events, (std::vector<ResponseEvent>{{"e", "c", "j", Response::kApply, 7, ""}}));
  auto catalog = store->LoadCatalog({{{"hard", true}}, {{"tech", true}}});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_EQ(catalog->job(0).technical_skills, std::vector<std::string>{"pans"});
  EXPECT_EQ(catalog->actions().Row(0)[0], 1.0f);
  EXPECT_EQ(catalog->states().Row(0)[0], -1.0f);
  EXPECT_EQ(ReadSchemaVersion(*OpenRaw(path)).value(), 6);
  EXPECT_TRUE(OpenStore(path, OpenMode::kReadOnly).ok());
}

TEST(SqliteStore, ReadOnlyReadsAndDoesNotWrite) {
  TemporaryDirectory directory;
  const std::string path = directory.File("store.db");
  ASSERT_TRUE(OpenOrDie(path)->PutJobs(std::vector{MakeJob("j")}).ok());
  auto store = OpenOrDie(path, OpenMode::kReadOnly);
  EXPECT_EQ(store->GetJob("j").value(), MakeJob("j"));
  const Status refused = store->PutJobs(std::vector{MakeJob("k")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kIo);
  EXPECT_THAT(refused.error().message, HasSubstr(path));
}

TEST(SqliteStore, ReadsWhereNoSideFilesCanBeMade) {
  TemporaryDirectory directory;
  const std::string path = directory.File("store.db");
  ASSERT_TRUE(OpenOrDie(path)->PutJobs(std::vector{MakeJob("j")}).ok());
  // As on a read-only medium: SQLite cannot make its lock file here.
  std::filesystem::create_directory(path + "-shm");
  auto store = OpenStore(path, OpenMode::kReadOnly);
  ASSERT_TRUE(store.ok()) << MessageOf(store);
  EXPECT_EQ((*store)->GetJob("j").value(), MakeJob("j"));
}

TEST(SqliteStore, TwoConnectionsSeeEachOthersWrites) {
  TemporaryDirectory directory;
  auto first = OpenOrDie(directory.File("store.db"));
  auto second = OpenOrDie(directory.File("store.db"), OpenMode::kReadOnly);
  ASSERT_TRUE(first->PutLabels(std::vector<LabelRecord>{{"k", "v"}}).ok());
  EXPECT_EQ(second->GetLabel("k").value(), "v");
}

TEST(SqliteStore, RefusesDamagedVectorsAtLoadNamingEntityAndField) {
  struct Case {
    std::string damage;
    std::string named;
  };
  const std::vector<Case> cases = {{"vector = x'0000c07f0000003f', checksum = NULL", "position 0"},
                                   {"vector = x'0000003f000080ff', checksum = NULL", "position 1"},
                                   {"vector = x'0000003f0000', checksum = NULL", "6 bytes"},
                                   {"vector = x'', checksum = NULL", "0 bytes"},
                                   {"vector = x'0000003f0000003f'", "checksum"},
                                   {"dimension = -1", "empty"}};
  for (const Case& damaged : cases) {
    TemporaryDirectory directory;
    const std::string path = directory.File("store.db");
    auto store = OpenOrDie(path);
    ASSERT_TRUE(store->PutJobs(std::vector{MakeJob("j1")}).ok());
    ASSERT_TRUE(store->PutCandidates(std::vector{MakeCandidate("c1")}).ok());
    ASSERT_TRUE(store->PutEmbeddings(EntityKind::kJob, "e", JobRows("j1", 1)).ok());
    ASSERT_TRUE(store->PutEmbeddings(EntityKind::kCandidate, "e", CandidateRows("c1", 1)).ok());
    ASSERT_TRUE(store->LoadCatalog(CatalogSpec{}).ok());
    ASSERT_TRUE(OpenRaw(path)
                    ->Execute("UPDATE job_embeddings SET " + damaged.damage +
                              " WHERE field = 'tech_skills_vectors'")
                    .ok());
    auto catalog = store->LoadCatalog(CatalogSpec{});
    ASSERT_FALSE(catalog.ok()) << damaged.damage;
    EXPECT_EQ(catalog.error().code, ErrorCode::kCorruptData) << catalog.error().message;
    EXPECT_THAT(catalog.error().message, AllOf(HasSubstr(path), HasSubstr("'j1'"),
                                               HasSubstr("'tech'"), HasSubstr(damaged.named)));
  }
}

TEST(SqliteStore, RefusesColumnsThatAreNotWhatTheyHold) {
  for (const std::string damage : {"technical_skills = 'x'", "soft_skills = '[1]'",
                                   "work_mode = 'sometimes'", "salary_low = NULL"}) {
    TemporaryDirectory directory;
    const std::string path = directory.File("store.db");
    auto store = OpenOrDie(path);
    ASSERT_TRUE(store->PutJobs(std::vector{MakeJob("j1")}).ok());
    ASSERT_TRUE(OpenRaw(path)->Execute("UPDATE all_jobs SET " + damage).ok());
    auto job = store->GetJob("j1");
    ASSERT_FALSE(job.ok()) << damage;
    EXPECT_EQ(job.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(job.error().message, AllOf(HasSubstr(path), HasSubstr("'j1'")));
  }
}

TEST(SqliteDatabase, SaysThatTheDiskIsFullAndKeepsWhatWasThere) {
  TemporaryDirectory directory;
  auto database = OpenRaw(directory.File("full.db"));
  ASSERT_TRUE(database->Execute("CREATE TABLE t (x BLOB); INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(database->Execute("PRAGMA max_page_count = 4").ok());
  {
    auto transaction = SqliteTransaction::Begin(*database, SqliteTransaction::Kind::kWrite);
    ASSERT_TRUE(transaction.ok());
    const Status full = database->Execute("INSERT INTO t VALUES (zeroblob(100000))");
    ASSERT_FALSE(full.ok());
    EXPECT_EQ(full.error().code, ErrorCode::kIo);
    EXPECT_THAT(full.error().message, AllOf(HasSubstr("disk full"), HasSubstr("full.db")));
  }
  auto count = database->Prepare("SELECT count(*) FROM t");
  ASSERT_TRUE(count.ok());
  ASSERT_TRUE(count->Step().value());
  EXPECT_EQ(count->Int64(0), 1);
}

}  // namespace

std::unique_ptr<StoreBackend> MakeSqliteBackend() { return std::make_unique<SqliteBackend>(); }

}  // namespace dynajob
