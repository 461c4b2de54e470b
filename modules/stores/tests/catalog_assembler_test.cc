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

}  // namespace
}  // namespace dynajob
