#include "dynajob/stores/job_table.h"

#include <bit>
#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"
#include "dynajob/core/rng.h"
#include "dynajob/core/tensor_bundle.h"
#include "dynajob/testing/mutations.h"

#include "fuzz_job_table.h"
#include "job_table_format.h"
#include "store_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

// Jobs with every combination of known facts, in fields of lengths 3 and 4.
Catalog MakeJobs(size_t count) {
  Rng rng(3);
  Catalog::Data data;
  data.embedder = "test:7";
  data.state_fields = {{"hard", 0, 2}};
  data.action_fields = {{"title", 0, 3}, {"tech", 3, 4}};
  data.actions = Matrix(count, 7);
  data.states = Matrix(0, 2);
  for (size_t i = 0; i < count; ++i) {
    Job job = MakeJob(std::string(i % 5, 'x') + std::to_string(i));
    if (i % 2 == 0) job.position.reset();
    if (i % 3 == 0) job.salary.reset();
    if (i % 4 == 0) job.posted_ms.reset();
    if (i % 7 != 0) job.expires_ms.reset();
    job.work_mode = static_cast<WorkMode>(i % 4);
    job.seniority = static_cast<Seniority>(i % 7);
    job.contract = static_cast<ContractType>(i % 6);
    data.jobs.push_back(job);
    for (float& value : data.actions.Row(i)) value = static_cast<float>(rng.Uniform(-1, 1));
  }
  auto catalog = Catalog::Create(std::move(data));
  EXPECT_TRUE(catalog.ok()) << MessageOf(catalog);
  return std::move(catalog).value();
}

class JobTableTest : public ::testing::Test {
 protected:
  std::string path() const { return directory_.File("jobs"); }
  void Write(const Catalog& catalog, TablePrecision precision, unsigned mode = 0644) {
    const Status written = JobTable::Write(path(), catalog, precision, "key", mode);
    ASSERT_TRUE(written.ok()) << written.error().message;
  }

  TemporaryDirectory directory_;
};

TEST_F(JobTableTest, HoldsTheJobsOfACatalog) {
  for (const size_t count : {0, 1, 63, 64, 65, 300}) {
    const Catalog catalog = MakeJobs(count);
    for (const TablePrecision precision : {TablePrecision::kFloat32, TablePrecision::kFloat16}) {
      Write(catalog, precision);
      const auto table = JobTable::Map(path(), "key");
      ASSERT_TRUE(table.ok()) << MessageOf(table);
      const JobTable& jobs = **table;
      ASSERT_EQ(jobs.job_count(), count);
      EXPECT_EQ(jobs.embedder(), "test:7");
      ASSERT_EQ(jobs.action_fields().size(), 2u);
      EXPECT_EQ(jobs.action_fields()[1].name, "tech");
      EXPECT_EQ(jobs.action_fields()[1].offset, 3u);
      EXPECT_EQ(jobs.state_fields()[0].dimension, 2u);
      std::vector<float> scratch(jobs.action_dim());
      for (JobRow row = 0; row < count; ++row) {
        const Job& wanted = catalog.job(row);
        EXPECT_EQ(jobs.IdAt(row), wanted.id);
        Job job = MakeJob("other");
        jobs.CopyFacts(row, job);
        EXPECT_EQ(job.position, wanted.position);
        EXPECT_EQ(job.salary, wanted.salary);
        EXPECT_EQ(job.posted_ms, wanted.posted_ms);
        EXPECT_EQ(job.expires_ms, wanted.expires_ms);
        EXPECT_EQ(job.work_mode, wanted.work_mode);
        EXPECT_EQ(job.seniority, wanted.seniority);
        EXPECT_EQ(job.contract, wanted.contract);
        const std::vector<float> values = Values(catalog.actions().Row(row));
        const auto vector = jobs.Vector(row, scratch);
        ASSERT_TRUE(vector.ok()) << MessageOf(vector);
        EXPECT_EQ(Values(*vector), precision == TablePrecision::kFloat32
                                       ? values
                                       : WidenFloats(NarrowFloats(values), "F16"));
      }
    }
  }
}

TEST_F(JobTableTest, AJobIsOpenUntilItExpires) {
  Write(MakeJobs(8), TablePrecision::kFloat32);
  const auto table = JobTable::Map(path(), "key");
  ASSERT_TRUE(table.ok());
  const int64_t expires = *MakeJob("j").expires_ms;
  EXPECT_TRUE((*table)->IsOpen(7, expires - 1));
  EXPECT_FALSE((*table)->IsOpen(7, expires));
  EXPECT_TRUE((*table)->IsOpen(1, expires));
}

TEST_F(JobTableTest, OfAnotherKeyOrNoFileIsNoTable) {
  EXPECT_EQ(JobTable::Map(path(), "key").error().code, ErrorCode::kNotFound);
  Write(MakeJobs(3), TablePrecision::kFloat32);
  EXPECT_EQ(JobTable::Map(path(), "kez").error().code, ErrorCode::kFailedPrecondition);
  ASSERT_TRUE(WriteFileAtomically(path(), "").ok());
  EXPECT_EQ(JobTable::Map(path(), "key").error().code, ErrorCode::kCorruptData);
  ASSERT_TRUE(WriteFileAtomically(path(), std::string(10000, 'x')).ok());
  EXPECT_EQ(JobTable::Map(path(), "key").error().code, ErrorCode::kCorruptData);
}

TEST_F(JobTableTest, WhoHasItMappedKeepsWhatWasThere) {
  const Catalog before = MakeJobs(70);
  Write(before, TablePrecision::kFloat32);
  const auto table = JobTable::Map(path(), "key");
  ASSERT_TRUE(table.ok());
  Write(MakeJobs(5), TablePrecision::kFloat16);
  const auto vector = (*table)->Vector(69, {});
  ASSERT_TRUE(vector.ok()) << MessageOf(vector);
  EXPECT_EQ(Values(*vector), Values(before.actions().Row(69)));
}

TEST_F(JobTableTest, AFileThatCannotBeMadeIsAnErrorAndLeavesNothing) {
  const std::string missing = directory_.File("none") + "/jobs";
  const Status written = JobTable::Write(missing, MakeJobs(2), TablePrecision::kFloat32, "key");
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_THAT(written.error().message, HasSubstr(missing));
}

TEST_F(JobTableTest, ValuesBeyondTheRangeOfFloat16AreRefused) {
  Catalog::Data data;
  data.state_fields = {{"hard", 0, 1}};
  data.action_fields = {{"title", 0, 1}};
  data.states = Matrix(0, 1);
  data.actions = Matrix(1, 1);
  data.actions.Row(0)[0] = 1e6f;
  data.jobs = {MakeJob("large")};
  const auto catalog = Catalog::Create(std::move(data));
  const Status written = JobTable::Write(path(), *catalog, TablePrecision::kFloat16, "key");
  ASSERT_FALSE(written.ok());
  EXPECT_THAT(written.error().message, HasSubstr("'large'"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

// Each byte of a small table, changed: the table does not open, or the vectors say that they are
// damaged.
TEST_F(JobTableTest, NoChangedByteIsReadAsAJob) {
  const Catalog catalog = MakeJobs(3);
  Write(catalog, TablePrecision::kFloat32);
  const std::string file = *ReadFile(path());
  size_t refused = 0, unused = 0;
  for (size_t at = 0; at < file.size(); ++at) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x10);
    const auto table = JobTable::Parse(std::as_bytes(std::span(changed)), "key");
    bool is_read = table.ok();
    for (JobRow row = 0; is_read && row < 3; ++row) {
      const auto vector = (*table)->Vector(row, {});
      is_read = vector.ok();
      if (is_read) {
        EXPECT_EQ(Values(*vector), Values(catalog.actions().Row(row)));
      }
    }
    ++(is_read ? unused : refused);
  }
  // Between the ids and the vectors everything has a checksum, padding included.
  EXPECT_EQ(refused, file.size());
  EXPECT_EQ(unused, 0u);
}

TEST_F(JobTableTest, AChangedWordAnywhereChangesTheChecksum) {
  Rng rng(9);
  std::vector<uint32_t> words(1000);
  for (uint32_t& word : words) word = static_cast<uint32_t>(rng());
  const auto sum = [&] { return JobTableChecksum(std::as_bytes(std::span(words))); };
  const uint64_t before = sum();
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    std::swap(words[i], words[i + 1]);
    EXPECT_NE(sum(), before);
    std::swap(words[i], words[i + 1]);
    words[i] ^= 1u << (i % 32);
    EXPECT_NE(sum(), before);
    words[i] ^= 1u << (i % 32);
  }
  EXPECT_EQ(sum(), before);
}

TEST_F(JobTableTest, SurvivesForeignBytes) {
  std::vector<std::string> corpus;
  for (const TablePrecision precision : {TablePrecision::kFloat32, TablePrecision::kFloat16}) {
    Write(MakeJobs(3), precision);
    corpus.push_back(*ReadFile(path()));
  }
  MutationOptions options;
  options.count = 3000;
  options.edits = {Edit::kOverwriteByte, Edit::kFlipBit, Edit::kErase, Edit::kSplice,
                   Edit::kInsertByte};
  ForEachMutation(corpus, options, [](const std::string& bytes) {
    EXPECT_NO_THROW(
        EXPECT_EQ(FuzzJobTable(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()), 0));
  });
}

}  // namespace
}  // namespace dynajob
