#include "dynajob/embeddings/phrase_embedder.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/tensor_bundle.h"
#include "dynajob/embeddings/lexical_embedder.h"

namespace dynajob {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::vector<std::string> kPhrases = {"SQL", "Rust", "Two years of work.", "A license. Or two",
                                           "License required."};

std::unique_ptr<LexicalEmbedder> Source() {
  LexicalOptions options;
  options.dimension = 48;
  return LexicalEmbedder::Create(options).value();
}

Result<std::string> File(const std::vector<std::string>& phrases) {
  Matrix vectors;
  const Status status = Source()->Embed(phrases, vectors);
  EXPECT_TRUE(status.ok()) << status.error().message;
  return MakePhraseVectors(phrases, vectors, Source()->id());
}

std::unique_ptr<PhraseEmbedder> Make(size_t dimension = PhraseEmbedder::kWhole) {
  const auto file = File(kPhrases);
  EXPECT_TRUE(file.ok()) << file.error().message;
  auto embedder = PhraseEmbedder::Parse("test", file.value(), dimension);
  EXPECT_TRUE(embedder.ok()) << embedder.error().message;
  return std::move(embedder).value();
}

double Dot(std::span<const float> a, std::span<const float> b) {
  double dot = 0;
  for (size_t i = 0; i < a.size(); ++i) dot += double{a[i]} * double{b[i]};
  return dot;
}

TEST(PhraseEmbedder, GivesTheVectorsOfTheEmbedderThatMadeIt) {
  const auto embedder = Make();
  Matrix expected, made;
  ASSERT_TRUE(Source()->Embed(kPhrases, expected).ok());
  ASSERT_TRUE(embedder->Embed(kPhrases, made).ok());
  EXPECT_EQ(embedder->size(), kPhrases.size());
  EXPECT_EQ(embedder->dimension(), 48u);
  for (size_t i = 0; i < kPhrases.size(); ++i) {
    EXPECT_GT(Dot(expected.Row(i), made.Row(i)), 0.99999) << kPhrases[i];
    EXPECT_NEAR(Dot(made.Row(i), made.Row(i)), 1, 1e-6);
  }
}

TEST(PhraseEmbedder, KeepsTheFirstCoordinates) {
  const auto whole = Make();
  const auto cut = Make(16);
  EXPECT_EQ(cut->dimension(), 16u);
  EXPECT_NE(cut->id(), whole->id());
  Matrix all, some;
  ASSERT_TRUE(whole->Embed(kPhrases, all).ok());
  ASSERT_TRUE(cut->Embed(kPhrases, some).ok());
  for (size_t i = 0; i < kPhrases.size(); ++i) {
    EXPECT_NEAR(Dot(some.Row(i), some.Row(i)), 1, 1e-6);
    EXPECT_GT(Dot(all.Row(i).first(16), some.Row(i)), 0);
    EXPECT_NEAR(some.Row(i)[0] * all.Row(i)[1], some.Row(i)[1] * all.Row(i)[0], 1e-6);
  }
}

TEST(PhraseEmbedder, RefusesMoreCoordinatesThanThereAre) {
  const auto embedder = PhraseEmbedder::Parse("test", File(kPhrases).value(), 49);
  ASSERT_FALSE(embedder.ok());
  EXPECT_EQ(embedder.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(embedder.error().message, HasSubstr("is 49; the vectors of test have 48"));
}

TEST(PhraseEmbedder, ReadsAPassageOfKnownSentencesAsTheirMean) {
  const auto embedder = Make();
  Matrix parts, whole;
  ASSERT_TRUE(
      embedder->Embed(std::vector<std::string>{"Two years of work.", "License required."}, parts)
          .ok());
  ASSERT_TRUE(
      embedder->Embed(std::vector<std::string>{"Two years of work. License required.", " "}, whole)
          .ok());
  const double cosine = Dot(parts.Row(0), parts.Row(1));
  EXPECT_NEAR(Dot(whole.Row(0), parts.Row(0)), std::sqrt((1 + cosine) / 2), 1e-6);
  EXPECT_NEAR(Dot(whole.Row(0), parts.Row(1)), std::sqrt((1 + cosine) / 2), 1e-6);
  EXPECT_EQ(Dot(whole.Row(1), whole.Row(1)), 0) << "a blank text";
}

TEST(PhraseEmbedder, RefusesWhatItHasNoVectorFor) {
  const auto embedder = Make();
  Matrix out;
  const Status status =
      embedder->Embed(std::vector<std::string>{"Two years of work. Something else."}, out);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message, HasSubstr("'Something else.'"));
}

TEST(PhraseEmbedder, TakesOtherPhrasesForATextWhenToldWhich) {
  const auto stand_in = [](std::string_view text) {
    return text == "Rust and SQL" ? std::vector<WeightedPhrase>{{0, 1.0}, {1, 0.5}}
                                  : std::vector<WeightedPhrase>{};
  };
  const auto embedder =
      PhraseEmbedder::Parse("test", File(kPhrases).value(), PhraseEmbedder::kWhole, stand_in);
  ASSERT_TRUE(embedder.ok());
  Matrix out;
  ASSERT_TRUE(
      (*embedder)
          ->Embed(std::vector<std::string>{"SQL", "Rust", "Rust and SQL", "nothing like it"}, out)
          .ok());
  const double cosine = Dot(out.Row(0), out.Row(1));
  EXPECT_NEAR(Dot(out.Row(2), out.Row(0)), (1 + cosine / 2) / std::sqrt(1.25 + cosine), 1e-6);
  EXPECT_EQ(Dot(out.Row(3), out.Row(3)), 0);
  EXPECT_EQ((*embedder)->stood_in(), 2u);
}

TEST(PhraseEmbedder, IsNotTakenForTheEmbedderThatMadeIt) {
  const auto embedder = Make();
  EXPECT_THAT(embedder->id(), StartsWith("test:" + Source()->id() + ":f16:"));
}

TEST(PhraseEmbedder, RefusesPhrasesThatCannotBeKept) {
  for (const std::vector<std::string>& phrases :
       {std::vector<std::string>{"a skill", "a skill"}, {"two\nlines"}, {"a skill", ""}, {" . "}})
    EXPECT_FALSE(File(phrases).ok()) << phrases.front();
}

TEST(PhraseEmbedder, RefusesDamagedFiles) {
  const std::string file = File(kPhrases).value();
  EXPECT_EQ(PhraseEmbedder::Parse("test", file.substr(0, file.size() - 1)).error().code,
            ErrorCode::kCorruptData);
  EXPECT_EQ(PhraseEmbedder::Parse("test", "").error().code, ErrorCode::kCorruptData);
  TensorBundle bundle = TensorBundle::Parse(file).value();
  bundle.metadata()["phrases"] += "\none more";
  EXPECT_EQ(PhraseEmbedder::Parse("test", bundle.Serialize()).error().code,
            ErrorCode::kCorruptData);
  bundle.metadata().erase("phrases");
  EXPECT_EQ(PhraseEmbedder::Parse("test", bundle.Serialize()).error().code,
            ErrorCode::kCorruptData);
}

TEST(SplitSentences, EndsThemAtStopsThatBlanksFollow) {
  EXPECT_THAT(SplitSentences("One.  Two 3.5 here. Three"),
              ElementsAre("One.", "Two 3.5 here.", "Three"));
  EXPECT_TRUE(SplitSentences("  ").empty());
}

}  // namespace
}  // namespace dynajob
