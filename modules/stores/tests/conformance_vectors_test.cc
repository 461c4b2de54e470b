// Embeddings, and the catalog that is loaded from them.
#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "store_conformance.h"

namespace dynajob {
namespace {

TEST_P(StoreConformance, LoadsTheCatalogInIdOrderWithOptionalFieldsAsZeros) {
  PutSmallCatalog();
  PutVectors(EntityKind::kJob, {{"j2", "soft", {7.0f, 8.0f, 9.0f}}});
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->candidate_count(), 2u);
  ASSERT_EQ(catalog->job_count(), 2u);
  EXPECT_EQ(catalog->candidate(0), MakeCandidate("c1"));
  EXPECT_EQ(catalog->job(1), MakeJob("j2"));
  EXPECT_EQ(catalog->embedder(), "test-v1");
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{1, -0.5f, 2, -0.25f}));
  EXPECT_EQ(Values(catalog->states().Row(1)), (std::vector<float>{2, -0.5f, 3, -0.25f}));
  // title 2 | tech 2 | soft 3 | experience: nobody has it, so as long as the title
  EXPECT_EQ(Values(catalog->actions().Row(0)),
            (std::vector<float>{10, 0.5f, 11, 0.25f, 0, 0, 0, 0, 0}));
  EXPECT_EQ(Values(catalog->actions().Row(1)),
            (std::vector<float>{20, 0.5f, 21, 0.25f, 7, 8, 9, 0, 0}));
  ASSERT_EQ(catalog->action_fields().size(), 4u);
  EXPECT_EQ(catalog->action_fields()[2].name, "soft");
  EXPECT_EQ(catalog->action_fields()[2].offset, 4u);
  EXPECT_EQ(catalog->action_fields()[2].dimension, 3u);
  EXPECT_EQ(catalog->exclusions().zero_filled_by_field,
            (std::map<std::string, size_t>{{"job.experience", 2}, {"job.soft", 1}}));
  EXPECT_TRUE(catalog->exclusions().jobs_by_reason.empty());
}

TEST_P(StoreConformance, LeavesOutAndCountsWhoLacksARequiredField) {
  PutSmallCatalog();
  PutEntities({"c0", "c9"}, {"j0", "j9"});
  PutVectors(EntityKind::kCandidate, {{"c0", "soft", {5, 5}}});
  PutVectors(EntityKind::kJob, {{"j0", "title", {5, 5}}});
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->candidate_count(), 2u);
  EXPECT_EQ(catalog->candidate(0).id, "c1");
  EXPECT_EQ(catalog->FindJob("j0"), std::nullopt);
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{1, -0.5f, 2, -0.25f}));
  EXPECT_EQ(catalog->exclusions().candidates_by_reason,
            (std::map<std::string, size_t>{{"no hard embedding", 2}}));
  EXPECT_EQ(catalog->exclusions().jobs_by_reason,
            (std::map<std::string, size_t>{{"no tech embedding", 1}, {"no title embedding", 1}}));
}

TEST_P(StoreConformance, FollowsTheSpecsFieldsAndOrder) {
  PutSmallCatalog();
  const CatalogSpec spec{{{"soft", true}}, {{"tech", true}, {"title", false}}};
  auto catalog = store_->LoadCatalog(spec);
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  EXPECT_EQ(Values(catalog->states().Row(0)), (std::vector<float>{2, -0.25f}));
  EXPECT_EQ(Values(catalog->actions().Row(0)), (std::vector<float>{11, 0.25f, 10, 0.5f}));
  auto unknown = store_->LoadCatalog(CatalogSpec{{{"harder", true}}, {{"tech", true}}});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(unknown.error().message, ::testing::HasSubstr("harder"));
}

TEST_P(StoreConformance, SaysWhichCommandFillsAnEmptyStore) {
  auto empty = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(empty.error().message, ::testing::HasSubstr("`dynajob import`"));
  PutEntities({"c1"}, {"j1"});
  auto bare = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(bare.ok());
  EXPECT_EQ(bare.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(bare.error().message, ::testing::HasSubstr("`dynajob embed`"));
  PutVectors(EntityKind::kCandidate, CandidateRows("c1", 1));
  PutVectors(EntityKind::kJob, {{"j1", "tech", {1, 2}}});
  auto nobody = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(nobody.ok());
  EXPECT_EQ(nobody.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(nobody.error().message, ::testing::HasSubstr("no title embedding: 1"));
}

TEST_P(StoreConformance, RefusesAFieldOfDifferentLengthsOrEmbedders) {
  PutSmallCatalog();
  PutVectors(EntityKind::kJob, {{"j2", "tech", {1, 2, 3}}});
  auto lengths = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(lengths.ok());
  EXPECT_EQ(lengths.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(lengths.error().message,
              ::testing::AllOf(::testing::HasSubstr("'tech'"), ::testing::HasSubstr("2 values"),
                               ::testing::HasSubstr("3 values")));
  PutVectors(EntityKind::kJob, {{"j2", "tech", {1, 2}}}, "other-v9");
  auto embedders = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(embedders.ok());
  EXPECT_EQ(embedders.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_THAT(embedders.error().message, ::testing::AllOf(::testing::HasSubstr("'test-v1'"),
                                                          ::testing::HasSubstr("'other-v9'")));
  PutVectors(EntityKind::kJob, {{"j1", "tech", {1, 2}}}, "other-v9");
  auto spaces = store_->LoadCatalog(CatalogSpec{});
  ASSERT_FALSE(spaces.ok()) << "fields of different embedders must not be compared";
  EXPECT_THAT(spaces.error().message, ::testing::HasSubstr("'other-v9'"));
}

TEST_P(StoreConformance, RefusesBadVectorsAndChangesNothing) {
  PutEntities({}, {"j1"});
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  struct Case {
    EmbeddingRow row;
    ErrorCode code;
    std::vector<std::string> named;
  };
  const std::vector<Case> cases = {
      {{"j1", "tech", {0, kNan}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "position 1"}},
      {{"j1", "tech", {-kInfinity}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "position 0"}},
      {{"j1", "tech", {}}, ErrorCode::kInvalidArgument, {"'j1'", "'tech'", "empty"}},
      {{"j1", "hard", {1}}, ErrorCode::kInvalidArgument, {"'j1'", "'hard'", "title, tech"}},
      {{"j7", "tech", {1}}, ErrorCode::kNotFound, {"'j7'", "'tech'"}}};
  for (const Case& bad : cases) {
    const std::vector<EmbeddingRow> rows = {{"j1", "title", {1, 2}}, bad.row};
    const Status refused = store_->PutEmbeddings(EntityKind::kJob, "test-v1", rows);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, bad.code) << refused.error().message;
    for (const auto& name : bad.named)
      EXPECT_THAT(refused.error().message, ::testing::HasSubstr(name));
    EXPECT_EQ(EmbeddedJobs("title"), 0u);
  }
  EXPECT_FALSE(store_->PutEmbeddings(EntityKind::kJob, "", JobRows("j1", 1)).ok());
}

TEST_P(StoreConformance, DropsEmbeddingsOfChangedTextOnly) {
  PutSmallCatalog();
  Job same_text = MakeJob("j1");
  same_text.salary = SalaryRange{1, 2};
  Job new_text = MakeJob("j2");
  new_text.technical_skills.push_back("welding");
  ASSERT_TRUE(store_->PutJobs(std::vector{same_text, new_text}).ok());
  EXPECT_EQ(EmbeddedJobs("tech"), 1u);
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->job_count(), 1u);
  EXPECT_EQ(catalog->job(0), same_text);
  Candidate new_bio = MakeCandidate("c1");
  new_bio.bio = "Likes cake.";
  ASSERT_TRUE(store_->PutCandidates(std::vector{new_bio}).ok());
  EXPECT_EQ(store_->LoadCatalog(CatalogSpec{})->candidate_count(), 1u);
}

TEST_P(StoreConformance, RemovesEmbeddingsOfOneFieldFromTheEntitiesThatAreNamed) {
  PutSmallCatalog();
  const size_t before = EmbeddedJobs("title");
  ASSERT_TRUE(
      store_->RemoveEmbeddings(EntityKind::kJob, "title", std::vector<std::string>{"j1", "nobody"})
          .ok());
  EXPECT_EQ(EmbeddedJobs("title"), before - 1);
  EXPECT_EQ(EmbeddedJobs("tech"), before);
  EXPECT_EQ(store_->Summarize()->candidates.fields.at(0).count, 2u);
  EXPECT_EQ(store_->RemoveEmbeddings(EntityKind::kJob, "shoe", {}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_P(StoreConformance, KnowsWhoHasVectorsOfOneEmbedderAndOfNoOther) {
  PutSmallCatalog();
  const StoreSummary summary = store_->Summarize().value();
  const std::string embedder = summary.jobs.fields.at(0).embedder;
  auto jobs = store_->EmbeddedBy(EntityKind::kJob, embedder);
  ASSERT_TRUE(jobs.ok()) << MessageOf(jobs);
  EXPECT_EQ(jobs->size(), EmbeddedJobs("title"));
  EXPECT_TRUE(std::ranges::is_sorted(*jobs));
  EXPECT_EQ(store_->EmbeddedBy(EntityKind::kCandidate, embedder)->size(), 2u);
  EXPECT_TRUE(store_->EmbeddedBy(EntityKind::kJob, "another")->empty());
  // One field by another embedder: neither's alone.
  const std::string first = jobs->front();
  const EmbeddingRow row = {first, "title", {0.5f, 0.5f, 0.5f}};
  ASSERT_TRUE(store_->PutEmbeddings(EntityKind::kJob, "another", std::vector{row}).ok());
  EXPECT_TRUE(store_->EmbeddedBy(EntityKind::kJob, "another")->empty());
  jobs->erase(jobs->begin());
  EXPECT_EQ(store_->EmbeddedBy(EntityKind::kJob, embedder).value(), *jobs);
}

TEST_P(StoreConformance, GivesTheVectorsOfOneEntity) {
  PutSmallCatalog();
  PutVectors(EntityKind::kCandidate, {{"c1", "soft", {0.25f, -1.0f}}}, "another");
  auto vectors = store_->GetEmbeddings(EntityKind::kCandidate, "c1");
  ASSERT_TRUE(vectors.ok()) << MessageOf(vectors);
  std::ranges::sort(*vectors, {}, &StoredVector::field);
  const std::vector<StoredVector> expected = {
      {"hard", "test-v1", CandidateRows("c1", 1.0f)[0].vector},
      {"soft", "another", {0.25f, -1.0f}}};
  EXPECT_EQ(*vectors, expected);
  EXPECT_EQ(store_->GetEmbeddings(EntityKind::kJob, "j2")->size(), JobRows("j2", 20.0f).size());
  EXPECT_TRUE(store_->GetEmbeddings(EntityKind::kCandidate, "nobody")->empty());
  EXPECT_TRUE(store_->GetEmbeddings(EntityKind::kJob, "c1")->empty());
}

TEST_P(StoreConformance, LoadsTwentyThousandEmbeddings) {
  constexpr size_t kJobs = 5000;
  std::vector<Job> jobs(kJobs);
  std::vector<EmbeddingRow> rows;
  for (size_t i = 0; i < kJobs; ++i) {
    jobs[i].id = "j" + std::to_string(100000 + i);
    for (const std::string field : {"experience", "soft", "tech", "title"}) {
      const auto value = static_cast<float>(i) + static_cast<float>(field.size()) / 16;
      rows.push_back({jobs[i].id, field, {value, -value, 0.125f}});
    }
  }
  ASSERT_TRUE(store_->PutJobs(jobs).ok());
  PutEntities({"c1"}, {});
  PutVectors(EntityKind::kJob, rows);
  PutVectors(EntityKind::kCandidate, CandidateRows("c1", 1));
  auto catalog = store_->LoadCatalog(CatalogSpec{});
  ASSERT_TRUE(catalog.ok()) << MessageOf(catalog);
  ASSERT_EQ(catalog->job_count(), kJobs);
  ASSERT_EQ(catalog->action_dim(), 12u);
  for (size_t i = 0; i < kJobs; i += 37) {
    const JobRow row = catalog->FindJob("j" + std::to_string(100000 + i)).value();
    EXPECT_EQ(row, i);
    const auto base = static_cast<float>(i);
    const std::vector<float> expected = {
        base + 5.0f / 16, -base - 5.0f / 16, 0.125f, base + 4.0f / 16,  -base - 4.0f / 16,  0.125f,
        base + 4.0f / 16, -base - 4.0f / 16, 0.125f, base + 10.0f / 16, -base - 10.0f / 16, 0.125f};
    EXPECT_EQ(Values(catalog->actions().Row(row)), expected) << i;
  }
}

}  // namespace
}  // namespace dynajob
