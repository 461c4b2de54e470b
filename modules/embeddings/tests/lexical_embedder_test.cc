#include "dynajob/embeddings/lexical_embedder.h"

#include <cmath>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<LexicalEmbedder> Make(const LexicalOptions& options = {}) {
  auto embedder = LexicalEmbedder::Create(options);
  if (!embedder.ok()) throw std::runtime_error(embedder.error().message);
  return std::move(embedder).value();
}

std::vector<float> Embed(const Embedder& embedder, const std::string& text) {
  Matrix out;
  const std::vector<std::string> texts = {text};
  const Status embedded = embedder.Embed(texts, out);
  if (!embedded.ok()) throw std::runtime_error(embedded.error().message);
  return {out.Row(0).begin(), out.Row(0).end()};
}

double Dot(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i)
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double Cosine(const std::string& a, const std::string& b, const LexicalOptions& options = {}) {
  const auto embedder = Make(options);
  return Dot(Embed(*embedder, a), Embed(*embedder, b));
}

TEST(LexicalEmbedder, IdTellsAllOptions) {
  EXPECT_EQ(Make()->id(), "lexical-v1:d384:w2:c3-5:s1");
  EXPECT_EQ(Make({64, 3, 2, 4, 9})->id(), "lexical-v1:d64:w3:c2-4:s9");
}

TEST(LexicalEmbedder, GivesUnitVectorsOfTheRightLength) {
  const auto embedder = Make();
  Matrix out;
  const std::vector<std::string> texts = {"nurse", "Senior C++ developer (remote)", "x"};
  ASSERT_TRUE(embedder->Embed(texts, out).ok());
  ASSERT_EQ(out.rows(), 3u);
  ASSERT_EQ(out.cols(), 384u);
  for (const std::string& text : texts) {
    const auto vector = Embed(*embedder, text);
    EXPECT_NEAR(Dot(vector, vector), 1.0, 1e-6) << text;
  }
}

TEST(LexicalEmbedder, TextWithoutWordsIsZero) {
  const auto embedder = Make();
  for (const std::string text : {"", "   \n", "!? -- ()"})
    EXPECT_EQ(Embed(*embedder, text), std::vector<float>(384, 0.0f)) << "'" << text << "'";
}

TEST(LexicalEmbedder, SimilarTextsAreNearerThanDifferentOnes) {
  const double similar = Cosine("senior python developer", "python software developer");
  const double different = Cosine("senior python developer", "hotel housekeeper");
  EXPECT_GT(similar, 0.4);
  EXPECT_LT(std::abs(different), 0.15);
  EXPECT_GT(Cosine("machine learning engineer", "machine learning"), 0.5);
  EXPECT_GT(Cosine("programming", "programmer"), 0.2) << "inflections share parts of words";
  EXPECT_GT(Cosine("kubernetes", "kubernets"), 0.2) << "so do misspellings";
}

TEST(LexicalEmbedder, IgnoresCaseAndCountsTheOrderOfWords) {
  EXPECT_NEAR(Cosine("Data Scientist", "data SCIENTIST"), 1.0, 1e-6);
  const double swapped = Cosine("sales manager", "manager sales");
  EXPECT_LT(swapped, 0.995);
  EXPECT_GT(swapped, 0.8);
}

TEST(LexicalEmbedder, FunctionWordsCountLittle) {
  EXPECT_GT(Cosine("the design of bridges", "design bridges"), 0.8);
  EXPECT_LT(Cosine("the art of cooking", "the design of bridges"), 0.2);
}

TEST(LexicalEmbedder, TakesBrokenUtf8AndEmoji) {
  const auto embedder = Make();
  const std::string nul("a\0b", 3);
  for (const std::string& text : {std::string("\xFF\xFE\x80\xC3"), std::string("ok \xF0\x9F"), nul,
                                  std::string("\xF0\x9F\x8D\x95 pizza chef"),
                                  std::string(3, '\x80'), std::string(100000, 'a')}) {
    const auto vector = Embed(*embedder, text);
    EXPECT_NEAR(Dot(vector, vector), 1.0, 1e-6);
  }
  EXPECT_GT(Cosine("\xF0\x9F\x8D\x95 chef", "\xF0\x9F\x8D\x95 cook"),
            Cosine("\xF0\x9F\x8D\x95 chef", "cook"));
}

TEST(LexicalEmbedder, ValuesAreTheSameOnEveryMachine) {
  const auto vector = Embed(*Make({8, 2, 3, 5, 1}), "Senior Python developer, the 2nd in Zürich");
  const std::vector<float> expected = {-0x1.599ddcp-2f, 0x1.094a52p-2f, -0x1.326666p-2f,
                                       -0x1.5281dcp-2f, 0x1.7d65aap-1f, -0x1.7fc198p-3f,
                                       0x1.8348c2p-6f,  0x1.603fc8p-3f};
  EXPECT_EQ(vector, expected);
}

TEST(LexicalEmbedder, SeedsGiveUnrelatedVectors) {
  const auto a = Embed(*Make({384, 2, 3, 5, 1}), "python developer");
  const auto b = Embed(*Make({384, 2, 3, 5, 2}), "python developer");
  EXPECT_LT(std::abs(Dot(a, b)), 0.2);
}

TEST(LexicalEmbedder, ConcurrentCallsAgree) {
  const auto embedder = Make();
  std::vector<std::string> texts;
  for (int i = 0; i < 200; ++i) texts.push_back("skill number " + std::to_string(i));
  std::vector<Matrix> outs(4);
  std::vector<std::thread> threads;
  for (Matrix& out : outs)
    threads.emplace_back([&] { static_cast<void>(embedder->Embed(texts, out)); });
  for (std::thread& thread : threads) thread.join();
  for (const Matrix& out : outs) {
    ASSERT_EQ(out.rows(), texts.size());
    for (size_t r = 0; r < texts.size(); ++r)
      EXPECT_TRUE(std::equal(out.Row(r).begin(), out.Row(r).end(), outs[0].Row(r).begin()));
  }
}

// The projection's cosine against the cosine of the bags themselves, which 4096 dimensions give to
// within 0.02: over random texts, the error at 384 dimensions is that of a random projection.
TEST(LexicalEmbedder, KeepsTheGeometryOfTheFeatures) {
  const std::vector<std::string> words = {"python", "nurse",  "excel",   "design", "sales",
                                          "bridge", "cloud",  "welding", "audit",  "cooking",
                                          "law",    "german", "java",    "tax",    "robot"};
  Rng rng = Rng::Derive(1, "texts");
  std::vector<std::string> texts;
  for (int i = 0; i < 60; ++i) {
    std::string text;
    for (int w = 0; w < 6; ++w) text += words[rng.Below(words.size())] + " ";
    texts.push_back(text);
  }
  const auto small = Make();
  const auto large = Make({4096, 2, 3, 5, 1});
  double squared_error = 0, sum_a = 0, sum_b = 0, sum_aa = 0, sum_bb = 0, sum_ab = 0, pairs = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const double a = Dot(Embed(*small, texts[i]), Embed(*small, texts[j]));
      const double b = Dot(Embed(*large, texts[i]), Embed(*large, texts[j]));
      squared_error += (a - b) * (a - b);
      sum_a += a;
      sum_b += b;
      sum_aa += a * a;
      sum_bb += b * b;
      sum_ab += a * b;
      ++pairs;
    }
  }
  const double correlation =
      (sum_ab - sum_a * sum_b / pairs) /
      std::sqrt((sum_aa - sum_a * sum_a / pairs) * (sum_bb - sum_b * sum_b / pairs));
  EXPECT_LT(std::sqrt(squared_error / pairs), 0.06);
  EXPECT_GT(correlation, 0.95);
}

TEST(LexicalOptions, AreCheckedNamingValueAndLimit) {
  struct Case {
    LexicalOptions options;
    std::string named;
  };
  const std::vector<Case> cases = {
      {{.dimension = 7}, "embeddings.dimension is 7; the limits are 8 to 4096"},
      {{.dimension = -384}, "embeddings.dimension is -384"},
      {{.word_ngrams = 0}, "embeddings.word_ngrams is 0"},
      {{.char_ngram_min = 9, .char_ngram_max = 9}, "embeddings.char_ngram_min is 9"},
      {{.char_ngram_min = 4, .char_ngram_max = 3}, "embeddings.char_ngram_max is 3"},
      {{.seed = -1}, "embeddings.seed is -1"}};
  for (const Case& bad : cases) {
    auto embedder = LexicalEmbedder::Create(bad.options);
    ASSERT_FALSE(embedder.ok()) << bad.named;
    EXPECT_EQ(embedder.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(embedder.error().message, HasSubstr(bad.named));
  }
}

TEST(LexicalOptions, BindTheirKeys) {
  LexicalOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry.Set("embeddings.dimension=128").ok());
  EXPECT_EQ(options.dimension, 128);
  EXPECT_FALSE(registry.Set("embeddings.dimension=5000").ok());
  for (const std::string key : {"word_ngrams", "char_ngram_min", "char_ngram_max", "seed"})
    EXPECT_TRUE(registry.Knows("embeddings." + key)) << key;
}

}  // namespace
}  // namespace dynajob
