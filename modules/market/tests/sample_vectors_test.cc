#include "dynajob/market/sample_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "dynajob/embeddings/minilm.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/market/generator.h"

namespace dynajob {
namespace {

std::unique_ptr<PhraseEmbedder> OpenSample(size_t dimension = PhraseEmbedder::kWhole) {
  auto embedder = OpenSampleEmbedder(dimension);
  EXPECT_TRUE(embedder.ok()) << embedder.error().message;
  return std::move(embedder).value();
}

double Similarity(const Embedder& embedder, const std::string& a, const std::string& b) {
  Matrix vectors;
  const Status status = embedder.Embed(std::vector<std::string>{a, b}, vectors);
  EXPECT_TRUE(status.ok()) << status.error().message;
  double dot = 0;
  for (size_t i = 0; i < vectors.cols(); ++i)
    dot += double{vectors.Row(0)[i]} * double{vectors.Row(1)[i]};
  return dot;
}

TEST(SampleVectors, HoldExactlyThePhrasesOfTheMarket) {
  const auto embedder = OpenSample();
  const std::vector<std::string> phrases = SampleMarketPhrases();
  EXPECT_EQ(embedder->size(), phrases.size()) << "run `make sample-vectors`";
  Matrix vectors;
  const Status status = embedder->Embed(phrases, vectors);
  EXPECT_TRUE(status.ok()) << status.error().message << "; run `make sample-vectors`";
}

TEST(SampleVectors, AreSmallEnoughToShip) { EXPECT_LE(SampleVectorsFile().size(), 3'000'000u); }

TEST(SampleVectors, CoverMarketsOfAnySeed) {
  const auto embedder = OpenSample();
  for (const int64_t seed : {7, 8, 123456}) {
    MarketOptions options;
    options.seed = seed;
    Market market = GenerateMarket(options).value();
    const auto catalog =
        BuildCatalog(std::move(market.candidates), std::move(market.jobs), *embedder);
    ASSERT_TRUE(catalog.ok()) << catalog.error().message;
    EXPECT_EQ(catalog->job_count(), static_cast<size_t>(options.jobs));
    EXPECT_EQ(catalog->candidate_count(), static_cast<size_t>(options.candidates));
  }
}

TEST(SampleVectors, KnowMeaningBeyondSharedWords) {
  const auto embedder = OpenSample();
  const double close = Similarity(*embedder, "Registered Nurse", "patient care");
  const double far = Similarity(*embedder, "Registered Nurse", "Kubernetes");
  EXPECT_GT(close, far + 0.15) << close << " " << far;
}

TEST(SampleVectors, PlaceOtherTextsByTheirSpelling) {
  const auto embedder = OpenSample(64);
  ASSERT_EQ(embedder->stood_in(), 0u);
  const std::string nurse = "Nurse in a registered practice";
  EXPECT_GT(Similarity(*embedder, nurse, "patient care"),
            Similarity(*embedder, nurse, "Kubernetes") + 0.15);
  EXPECT_EQ(embedder->stood_in(), 2u);
  EXPECT_NEAR(Similarity(*embedder, nurse, nurse), 1, 1e-6);
  // A sentence that is known counts for itself beside one that is not.
  EXPECT_GT(Similarity(*embedder, "Kubernetes. I like clusters.", "Docker"),
            Similarity(*embedder, "I like clusters.", "Docker"));
  const std::string unlike_all = "\xe6\x97\xa5\xe6\x9c\xac";
  EXPECT_NEAR(Similarity(*embedder, unlike_all, unlike_all), 1, 1e-6) << "but it has a vector";
}

// The cosines of all pairs of rows, the lower triangle row by row.
std::vector<double> Cosines(const Matrix& vectors) {
  std::vector<double> cosines;
  for (size_t i = 0; i < vectors.rows(); ++i)
    for (size_t j = 0; j < i; ++j)
      cosines.push_back(std::inner_product(vectors.Row(i).begin(), vectors.Row(i).end(),
                                           vectors.Row(j).begin(), 0.0));
  return cosines;
}

std::vector<std::string> EveryTenthPhrase() {
  const std::vector<std::string> phrases = SampleMarketPhrases();
  std::vector<std::string> some;
  for (size_t i = 0; i < phrases.size(); i += 10) some.push_back(phrases[i]);
  return some;
}

TEST(SampleVectors, KeepTheirCosinesWhenCut) {
  Matrix whole, cut;
  ASSERT_TRUE(OpenSample()->Embed(EveryTenthPhrase(), whole).ok());
  ASSERT_TRUE(OpenSample(64)->Embed(EveryTenthPhrase(), cut).ok());
  const std::vector<double> x = Cosines(whole), y = Cosines(cut);
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, xy = 0, yy = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
  }
  EXPECT_GT(xy / std::sqrt(xx * yy), 0.95);
}

// The rotation changes coordinates and no cosine.
TEST(SampleVectors, HaveTheCosinesOfTheModelThatMadeThem) {
  const auto model = MiniLmEmbedder::Open({});
  if (!model.ok()) GTEST_SKIP() << "no MiniLM here: " << model.error().message;
  const auto embedder = OpenSample();
  Matrix expected, made;
  ASSERT_TRUE((*model)->Embed(EveryTenthPhrase(), expected).ok());
  ASSERT_TRUE(embedder->Embed(EveryTenthPhrase(), made).ok());
  const std::vector<double> a = Cosines(expected), b = Cosines(made);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 2e-3) << i;
}

}  // namespace
}  // namespace dynajob
