#include "recommendation.h"

#include <optional>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/embeddings/lexical_embedder.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/market/generator.h"

#include "candidate_set_access.h"
#include "text_table.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

class RecommendationTest : public ::testing::Test {
 protected:
  RecommendationTest() {
    LexicalOptions lexical;
    lexical.dimension = 16;
    const std::unique_ptr<LexicalEmbedder> embedder = LexicalEmbedder::Create(lexical).value();
    Market market = GenerateMarket({.jobs = 40, .candidates = 6}).value();
    catalog_.emplace(
        BuildCatalog(std::move(market.candidates), std::move(market.jobs), *embedder).value());
    cosine_ = CosineReward::Create(*catalog_, {}).value();
    directory_ = std::filesystem::path(::testing::TempDir()) / "recommendation_test";
    std::filesystem::remove_all(directory_);
    NetworkOptions network;
    network.q_layers = {8};
    network.world_model_layers = {8};
    const auto encoder = PairEncoder::Create(*catalog_, network);
    ModelInfo info;
    info.network = network;
    const Status saved = SaveModel(directory_, DynaQAgent(*encoder, network, {}, 1), info);
    EXPECT_TRUE(saved.ok());
  }
  ~RecommendationTest() override { std::filesystem::remove_all(directory_); }

  std::optional<Catalog> catalog_;
  std::unique_ptr<CosineReward> cosine_;
  std::filesystem::path directory_;
};

TEST_F(RecommendationTest, RanksByQAndSplitsTheSkills) {
  const auto model = Model::Load(directory_, *catalog_);
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto jobs =
      RecommendJobs(*model, *catalog_, *cosine_, 2, AllRows(catalog_->job_count()), 40);
  ASSERT_TRUE(jobs.ok()) << jobs.error().message;
  ASSERT_EQ(jobs->size(), 40u);
  size_t technical = 0;
  for (size_t i = 0; i < jobs->size(); ++i) {
    const Recommendation& entry = (*jobs)[i];
    if (i > 0) {
      EXPECT_GE((*jobs)[i - 1].q, entry.q);
    }
    const Job& job = catalog_->job(entry.job);
    EXPECT_GE(entry.matched_skills.size() + entry.missing_skills.size(),
              job.technical_skills.size());
    technical += entry.matched_skills.size();
  }
  EXPECT_GT(technical, 0u);
}

TEST_F(RecommendationTest, FitsTheTerminal) {
  const auto model = Model::Load(directory_, *catalog_);
  ASSERT_TRUE(model.ok()) << model.error().message;
  const auto jobs =
      RecommendJobs(*model, *catalog_, *cosine_, 0, AllRows(catalog_->job_count()), 40);
  std::istringstream lines(RecommendationsText(*catalog_, 0, *jobs));
  std::string line;
  while (std::getline(lines, line)) EXPECT_LE(DisplayWidth(line), kTableWidth) << line;
}

TEST_F(RecommendationTest, RefusesKOutsideTheCatalogNamingBoth) {
  for (const char* k : {"0", "-3", "many", "", "1e3", "99999999999999999999"})
    EXPECT_EQ(ParseK(k, catalog_->job_count()).error().code, ErrorCode::kInvalidArgument) << k;
  const auto large = ParseK("41", catalog_->job_count());
  ASSERT_FALSE(large.ok());
  EXPECT_THAT(large.error().message, HasSubstr("-k 41: must be at most 40"));
  EXPECT_EQ(*ParseK("40", catalog_->job_count()), 40u);
}

TEST_F(RecommendationTest, NamesTheNearestCandidates) {
  const auto row = FindCandidateRow(*catalog_, "candidate-00003");
  ASSERT_FALSE(row.ok());
  EXPECT_EQ(row.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(row.error().message, HasSubstr("candidate-000003"));
  EXPECT_EQ(*FindCandidateRow(*catalog_, "candidate-000003"), 3u);
}

}  // namespace
}  // namespace dynajob
