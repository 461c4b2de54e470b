// A damaged store is refused, never misread: truncation at many lengths, and flipped bytes.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/stores/open_store.h"

#include "store_test_support.h"

namespace dynajob {
namespace {

constexpr size_t kEntities = 60;

std::vector<float> VectorOf(size_t entity, size_t field) {
  Rng rng = Rng::Derive(1, "vector", entity, field);
  std::vector<float> values(48);
  for (float& value : values) value = static_cast<float>(rng.Uniform(-1, 1));
  return values;
}

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

class SqliteDamage : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string path = directory_.File("whole.db");
    auto store = OpenStore(path, OpenMode::kCreate);
    ASSERT_TRUE(store.ok()) << MessageOf(store);
    std::vector<EmbeddingRow> candidate_rows;
    std::vector<EmbeddingRow> job_rows;
    for (size_t i = 0; i < kEntities; ++i) {
      const std::string id = "id-" + std::to_string(100 + i);
      candidates_.push_back(MakeCandidate(id));
      jobs_.push_back(MakeJob(id));
      candidate_rows.push_back({id, "hard", VectorOf(i, 0)});
      job_rows.push_back({id, "tech", VectorOf(i, 1)});
    }
    ASSERT_TRUE((*store)->PutCandidates(candidates_).ok());
    ASSERT_TRUE((*store)->PutJobs(jobs_).ok());
    ASSERT_TRUE((*store)->PutEmbeddings(EntityKind::kCandidate, "e", candidate_rows).ok());
    ASSERT_TRUE((*store)->PutEmbeddings(EntityKind::kJob, "e", job_rows).ok());
    store->reset();  // the last connection moves everything into the one file
    std::ifstream file(path, std::ios::binary);
    whole_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    ASSERT_GT(whole_.size(), 50000u);
  }

  // Opens a copy with these bytes and loads its catalog.
  Result<Catalog> Load(const std::string& bytes) {
    const std::string path = directory_.File("damaged.db");
    for (const std::string suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path + suffix);
    WriteFile(path, bytes);
    DYNAJOB_ASSIGN_OR_RETURN(auto store, OpenStore(path, OpenMode::kReadWrite));
    return store->LoadCatalog({{{"hard", true}}, {{"tech", true}}});
  }

  // Every vector is that of the entity whose row it is in.
  void ExpectTrueVectors(const Catalog& catalog) {
    for (size_t i = 0; i < kEntities; ++i) {
      const std::string id = "id-" + std::to_string(100 + i);
      if (const auto row = catalog.FindCandidate(id)) {
        ASSERT_EQ(Values(catalog.states().Row(*row)), VectorOf(i, 0)) << id;
      }
      if (const auto row = catalog.FindJob(id)) {
        ASSERT_EQ(Values(catalog.actions().Row(*row)), VectorOf(i, 1)) << id;
      }
    }
  }

  TemporaryDirectory directory_;
  std::vector<Candidate> candidates_;
  std::vector<Job> jobs_;
  std::string whole_;
};

TEST_F(SqliteDamage, TheWholeFileLoads) {
  auto catalog = Load(whole_);
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_EQ(catalog->job_count(), kEntities);
  ExpectTrueVectors(*catalog);
}

TEST_F(SqliteDamage, ATruncatedFileIsCorruptAtEveryLength) {
  std::vector<size_t> lengths = {0, 1, 15, 16, 17, 99, 100, 101, 511, 512, whole_.size() - 1};
  for (size_t length = 4096; length < whole_.size(); length += 4096) {
    lengths.push_back(length - 1);
    lengths.push_back(length);
    lengths.push_back(length + 1000);
  }
  for (const size_t length : lengths) {
    if (length >= whole_.size()) continue;
    auto catalog = Load(whole_.substr(0, length));
    ASSERT_FALSE(catalog.ok()) << "cut to " << length << " of " << whole_.size() << " bytes";
    EXPECT_EQ(catalog.error().code, ErrorCode::kCorruptData)
        << length << ": " << catalog.error().message;
    EXPECT_THAT(catalog.error().message, ::testing::HasSubstr("damaged.db"));
  }
}

TEST_F(SqliteDamage, FlippedBytesNeverGiveWrongVectors) {
  Rng rng = Rng::Derive(2, "flip");
  size_t refused = 0;
  for (int trial = 0; trial < 400; ++trial) {
    std::string bytes = whole_;
    // A third of the trials hit the first pages, where the file's structure is.
    const size_t range = trial % 3 == 0 ? 4096 : bytes.size();
    const size_t position = rng.Below(range);
    bytes[position] = static_cast<char>(bytes[position] ^ (1 << rng.Below(8)));
    auto catalog = Load(bytes);
    if (catalog.ok()) {
      ExpectTrueVectors(*catalog);
    } else {
      ++refused;
      EXPECT_FALSE(catalog.error().message.empty());
    }
  }
  // The rest fell on free space of half-empty pages, or on texts, which no check covers.
  EXPECT_GT(refused, 50u);
}

TEST_F(SqliteDamage, EveryFlippedByteOfAVectorIsNoticed) {
  const std::vector<float> vector = VectorOf(7, 1);
  const std::string stored(reinterpret_cast<const char*>(vector.data()),
                           vector.size() * sizeof(float));
  const size_t start = whole_.find(stored);
  ASSERT_NE(start, std::string::npos);
  for (size_t offset = 0; offset < stored.size(); offset += 5) {
    std::string bytes = whole_;
    bytes[start + offset] = static_cast<char>(bytes[start + offset] ^ 0x10);
    auto catalog = Load(bytes);
    ASSERT_FALSE(catalog.ok()) << offset;
    EXPECT_EQ(catalog.error().code, ErrorCode::kCorruptData);
    EXPECT_THAT(catalog.error().message, ::testing::HasSubstr("id-107"));
  }
}

}  // namespace
}  // namespace dynajob
