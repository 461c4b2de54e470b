#include "dynajob/market/sample_vectors.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "dynajob/embeddings/minilm.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/market/generator.h"

namespace dynajob {
namespace {

std::unique_ptr<PhraseEmbedder> OpenSample() {
  auto embedder = OpenSampleEmbedder();
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

TEST(SampleVectors, EqualThoseOfTheModelThatMadeThem) {
  const auto model = MiniLmEmbedder::Open({});
  if (!model.ok()) GTEST_SKIP() << "no MiniLM here: " << model.error().message;
  const auto embedder = OpenSample();
  std::vector<std::string> phrases = SampleMarketPhrases();
  for (size_t i = 0; 10 * i < phrases.size(); ++i) phrases[i] = phrases[10 * i];
  phrases.resize(phrases.size() / 10);
  Matrix expected, made;
  ASSERT_TRUE((*model)->Embed(phrases, expected).ok());
  ASSERT_TRUE(embedder->Embed(phrases, made).ok());
  for (size_t i = 0; i < phrases.size(); ++i) {
    double cosine = 0;
    for (size_t j = 0; j < made.cols(); ++j)
      cosine += double{expected.Row(i)[j]} * double{made.Row(i)[j]};
    EXPECT_GT(cosine, 0.9999) << phrases[i];
  }
}

}  // namespace
}  // namespace dynajob
