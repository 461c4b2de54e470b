#include "dynajob/stores/catalog_assembler.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using ::testing::HasSubstr;

CatalogAssembler OneOfEach() {
  Candidate candidate;
  candidate.id = "c";
  Job job;
  job.id = "j";
  return CatalogAssembler({{{"hard", true}}, {{"tech", true}}}, {candidate}, {job});
}

TEST(CatalogOptions, DefaultsAreThoseOfTheSpec) {
  EXPECT_EQ(CatalogOptions{}.ToSpec().value(), CatalogSpec{});
}

TEST(CatalogOptions, RefusesUnknownRepeatedAndNoFields) {
  CatalogOptions options;
  options.action_fields = {"title", "hard"};
  EXPECT_THAT(options.Validate().error().message, HasSubstr("'hard'"));
  options.action_fields = {"title", "title?"};
  EXPECT_THAT(options.Validate().error().message, HasSubstr("'title' twice"));
  options.action_fields = {};
  EXPECT_THAT(options.Validate().error().message, HasSubstr("action_fields is empty"));
}

TEST(CatalogOptions, BindsItsLists) {
  CatalogOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("catalog.action_fields=tech,title?").ok());
  EXPECT_EQ(options.ToSpec()->action_fields,
            (std::vector<FieldSpec>{{"tech", true}, {"title", false}}));
}

TEST(StoredFieldName, MapsToTheSpecificationsNames) {
  EXPECT_EQ(StoredFieldName(EntityKind::kCandidate, "hard").value(), "hard_skill_embeddings");
  EXPECT_EQ(StoredFieldName(EntityKind::kCandidate, "soft").value(), "soft_skills_embeddings");
  EXPECT_EQ(StoredFieldName(EntityKind::kJob, "title").value(), "job_title_embeddings");
  EXPECT_EQ(StoredFieldName(EntityKind::kJob, "tech").value(), "tech_skills_vectors");
  EXPECT_EQ(StoredFieldName(EntityKind::kJob, "experience").value(),
            "experience_requirements_embeddings");
  EXPECT_FALSE(StoredFieldName(EntityKind::kCandidate, "tech").ok());
}

TEST(CatalogAssembler, RefusesAVectorOfNobody) {
  CatalogAssembler assembler = OneOfEach();
  const Status orphan = assembler.Declare(EntityKind::kJob, "k", "tech", 2, "e");
  ASSERT_FALSE(orphan.ok());
  EXPECT_EQ(orphan.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(orphan.error().message, HasSubstr("'k'"));
}

TEST(CatalogAssembler, RefusesOtherLengthsThanDeclaredAndValuesThatAreNotFinite) {
  CatalogAssembler assembler = OneOfEach();
  ASSERT_TRUE(assembler.Declare(EntityKind::kJob, "j", "tech", 2, "e").ok());
  ASSERT_TRUE(assembler.Declare(EntityKind::kCandidate, "c", "hard", 2, "e").ok());
  ASSERT_TRUE(assembler.Allocate().ok());
  const std::vector<float> long_vector = {1, 2, 3};
  const Status too_long = assembler.SetVector(EntityKind::kJob, "j", "tech", long_vector);
  ASSERT_FALSE(too_long.ok());
  EXPECT_EQ(too_long.error().code, ErrorCode::kCorruptData);
  const std::vector<float> infinite = {1, std::numeric_limits<float>::infinity()};
  const Status not_finite = assembler.SetVector(EntityKind::kCandidate, "c", "hard", infinite);
  ASSERT_FALSE(not_finite.ok());
  EXPECT_THAT(not_finite.error().message, HasSubstr("'c', field 'hard': the value at position 1"));
  const std::vector<std::byte> bytes(7);
  EXPECT_FALSE(assembler.SetVector(EntityKind::kJob, "j", "tech", bytes).ok());
}

TEST(CatalogAssembler, SaysWhichFieldTakesMoreMemoryThanThereIs) {
  CatalogAssembler assembler = OneOfEach();
  ASSERT_TRUE(assembler.Declare(EntityKind::kCandidate, "c", "hard", 2, "e").ok());
  ASSERT_TRUE(assembler.Declare(EntityKind::kJob, "j", "tech", size_t{1} << 50, "e").ok());
  assembler.Reserve(EntityKind::kJob, std::vector<size_t>{size_t{1} << 50});
  const Status refused = assembler.Allocate();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(refused.error().message, HasSubstr("are the field 'tech', whose length that of 'j'"));
}

TEST(CatalogAssembler, ReadsLittleEndianBytes) {
  CatalogAssembler assembler = OneOfEach();
  ASSERT_TRUE(assembler.Declare(EntityKind::kJob, "j", "tech", 1, "e").ok());
  ASSERT_TRUE(assembler.Declare(EntityKind::kCandidate, "c", "hard", 1, "e").ok());
  ASSERT_TRUE(assembler.Allocate().ok());
  const std::vector<std::byte> minus_two = {std::byte{0}, std::byte{0}, std::byte{0},
                                            std::byte{0xC0}};
  ASSERT_TRUE(assembler.SetVector(EntityKind::kJob, "j", "tech", minus_two).ok());
  auto catalog = std::move(assembler).Finish();
  ASSERT_TRUE(catalog.ok());
  EXPECT_EQ(catalog->actions().Row(0)[0], -2.0f);
}

// Jobs j0 to j3 with 'tech' (required, 2 values) and 'soft' (optional, 1 value).
class ReservedRoom : public ::testing::Test {
 protected:
  ReservedRoom()
      : assembler_({{{"hard", true}}, {{"tech", true}, {"soft", false}}}, Candidates(), Jobs()) {}

  static std::vector<Candidate> Candidates() {
    std::vector<Candidate> candidates(1);
    candidates[0].id = "c";
    return candidates;
  }
  static std::vector<Job> Jobs() {
    std::vector<Job> jobs(4);
    for (size_t i = 0; i < jobs.size(); ++i) jobs[i].id = "j" + std::to_string(i);
    return jobs;
  }
  void Write(size_t job, size_t field, const std::vector<float>& values) {
    const std::span<float> room = assembler_.Reserved(EntityKind::kJob, job, field, values.size());
    ASSERT_EQ(room.size(), values.size());
    std::copy(values.begin(), values.end(), room.begin());
  }
  void Declare(size_t job, const std::string& field, size_t length) {
    ASSERT_TRUE(assembler_.Declare(EntityKind::kJob, job, field, length, "e").ok());
  }
  Result<Catalog> Finish() {
    EXPECT_TRUE(assembler_.SetVector(EntityKind::kCandidate, 0, "hard", candidate_).ok());
    return std::move(assembler_).Finish();
  }
  void DeclareCandidate() {
    ASSERT_TRUE(assembler_.Declare(EntityKind::kCandidate, 0, "hard", 1, "e").ok());
  }

  const std::vector<float> candidate_ = {1};
  CatalogAssembler assembler_;
};

TEST_F(ReservedRoom, IsKeptForThoseWhoAreInAndClearedOfWhatWasNotDeclared) {
  DeclareCandidate();
  assembler_.Reserve(EntityKind::kJob, std::vector<size_t>{2, 1});
  EXPECT_TRUE(assembler_.Reserved(EntityKind::kJob, 0, 0, 3).empty()) << "of another length";
  for (size_t job = 0; job < 4; ++job) {
    const auto value = static_cast<float>(job);
    Write(job, 0, {value, -value});
    Write(job, 1, {9});
    if (job != 1) Declare(job, "tech", 2);  // so j1 is left out
  }
  Declare(2, "soft", 1);
  ASSERT_TRUE(assembler_.Allocate().ok());
  ASSERT_TRUE(assembler_.kept_reserved(EntityKind::kJob));
  const auto catalog = Finish();
  ASSERT_TRUE(catalog.ok());
  ASSERT_EQ(catalog->job_count(), 3u);
  const std::vector<std::vector<float>> expected = {{0, 0, 0}, {2, -2, 9}, {3, -3, 0}};
  for (JobRow row = 0; row < 3; ++row) {
    const auto values = catalog->actions().Row(row);
    EXPECT_EQ(std::vector<float>(values.begin(), values.end()), expected[row]) << row;
  }
}

TEST_F(ReservedRoom, IsGivenUpWhenTheLengthsAreOthers) {
  DeclareCandidate();
  assembler_.Reserve(EntityKind::kJob, std::vector<size_t>{2, 2});
  Write(0, 0, {1, 2});
  const std::vector<float> held(assembler_.Reserved(EntityKind::kJob, 0, 0, 2).begin(),
                                assembler_.Reserved(EntityKind::kJob, 0, 0, 2).end());
  Declare(0, "tech", 2);
  Declare(0, "soft", 1);
  ASSERT_TRUE(assembler_.Allocate().ok());
  EXPECT_FALSE(assembler_.kept_reserved(EntityKind::kJob));
  const std::vector<float> soft = {5};
  ASSERT_TRUE(assembler_.SetVector(EntityKind::kJob, 0, "tech", held).ok());
  ASSERT_TRUE(assembler_.SetVector(EntityKind::kJob, 0, "soft", soft).ok());
  const auto catalog = Finish();
  ASSERT_TRUE(catalog.ok());
  const auto values = catalog->actions().Row(0);
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{1, 2, 5}));
}

}  // namespace
}  // namespace dynajob
