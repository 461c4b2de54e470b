#include "dynajob/embeddings/minilm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model_test_support.h"

namespace dynajob {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr double kLeastCosine = 0.9999;

MiniLmOptions OptionsFor(const TemporaryDirectory& folder) {
  MiniLmOptions options;
  options.model = folder.path().string();
  options.workers = 2;
  return options;
}

std::unique_ptr<MiniLmEmbedder> Open(const MiniLmOptions& options) {
  auto embedder = MiniLmEmbedder::Open(options);
  EXPECT_TRUE(embedder.ok()) << embedder.error().message;
  return std::move(embedder).value();
}

std::string ReasonOf(const TemporaryDirectory& folder) {
  const auto embedder = MiniLmEmbedder::Open(OptionsFor(folder));
  return embedder.ok() ? "none" : embedder.error().message;
}

Matrix EmbedAll(const Embedder& embedder, const std::vector<std::string>& texts) {
  Matrix vectors;
  const Status status = embedder.Embed(texts, vectors);
  EXPECT_TRUE(status.ok()) << status.error().message;
  return vectors;
}

TEST(MiniLmEmbedder, ComputesTheVectorsThatThePythonPackageComputes) {
  const auto expected = nlohmann::json::parse(ReadTestData("tiny_bert.json"));
  const auto ids = expected["ids"].get<std::vector<std::vector<int32_t>>>();
  ASSERT_EQ(expected["variants"].size(), 3u);
  for (const auto& variant : expected["variants"]) {
    const TemporaryDirectory folder;
    WriteTinyModel(folder, variant["activation"], variant["pooling"]);
    const auto embedder = Open(OptionsFor(folder));
    Matrix vectors;
    ASSERT_TRUE(embedder->EmbedTokens(ids, vectors).ok());
    ASSERT_EQ(vectors.rows(), variant["vectors"].size());
    ASSERT_EQ(vectors.cols(), kTinyHidden);
    for (size_t i = 0; i < vectors.rows(); ++i) {
      const auto row = variant["vectors"][i].get<std::vector<float>>();
      for (size_t j = 0; j < row.size(); ++j)
        EXPECT_NEAR(vectors.Row(i)[j], row[j], 1e-5) << variant["activation"] << " text " << i;
    }
  }
}

TEST(MiniLmEmbedder, DoesNotDependOnWorkersNorOnOtherTexts) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  std::vector<std::string> texts;
  for (int i = 0; i < 90; ++i) {
    std::string& text = texts.emplace_back("the");
    for (int j = 0; j < i * 7 % 50; ++j) text += " data";
    text += " python " + std::to_string(i);
  }
  MiniLmOptions options = OptionsFor(folder);
  const Matrix two = EmbedAll(*Open(options), texts);
  options.workers = 1;
  const auto embedder = Open(options);
  const Matrix one = EmbedAll(*embedder, texts);
  for (size_t i = 0; i < texts.size(); ++i) {
    EXPECT_TRUE(std::equal(one.Row(i).begin(), one.Row(i).end(), two.Row(i).begin()));
    const Matrix alone = EmbedAll(*embedder, {texts[i]});
    for (size_t j = 0; j < one.cols(); ++j) EXPECT_NEAR(alone.Row(0)[j], one.Row(i)[j], 1e-5f);
  }
}

TEST(MiniLmEmbedder, ATextWithoutTokensIsZeroAndAllOthersHaveNormOne) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  const Matrix vectors = EmbedAll(*Open(OptionsFor(folder)), {"", " \n\x01", "\xff\xfe", "python"});
  for (size_t i = 0; i < 3; ++i)
    for (const float value : vectors.Row(i)) EXPECT_EQ(value, 0.0f);
  double squares = 0;
  for (const float value : vectors.Row(3)) squares += double{value} * double{value};
  EXPECT_NEAR(squares, 1, 1e-6);
}

TEST(MiniLmEmbedder, ALongTextIsTheMeanOfItsWindowsByTokens) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);  // 38 pieces a window
  const auto embedder = Open(OptionsFor(folder));
  ASSERT_EQ(embedder->max_tokens(), 40u);
  // 75 pieces in windows of 38 at most; the second half of "learns" must not start a window.
  std::string first, second;
  for (int i = 0; i < 37; ++i) first += "data ";
  second = "learns";
  for (int i = 0; i < 36; ++i) second += " years";
  ASSERT_EQ(embedder->tokenizer().Pieces(first + second).size(), 75u);
  const Matrix vectors = EmbedAll(*embedder, {first + second, first, second});
  std::vector<float> mean(kTinyHidden);
  for (size_t j = 0; j < mean.size(); ++j)
    mean[j] = 37 * vectors.Row(1)[j] + 38 * vectors.Row(2)[j];
  EXPECT_NEAR(Cosine(vectors.Row(0), mean), 1, 1e-6);

  MiniLmOptions cut = OptionsFor(folder);
  cut.windows = false;
  const auto cutting = Open(cut);
  EXPECT_NE(cutting->id(), embedder->id());
  const Matrix short_one = EmbedAll(*cutting, {first + "learn " + second, first + "learn"});
  EXPECT_TRUE(
      std::equal(short_one.Row(0).begin(), short_one.Row(0).end(), short_one.Row(1).begin()));
}

TEST(MiniLmEmbedder, AWordLongerThanAWindowStillEnds) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  const auto embedder = Open(OptionsFor(folder));
  const std::string word(90, 'a');
  ASSERT_EQ(embedder->tokenizer().Pieces(word).size(), 90u);
  const Matrix vectors = EmbedAll(*embedder, {word + " " + word, "a"});
  EXPECT_TRUE(std::isfinite(vectors.Row(0)[0]));
}

TEST(MiniLmEmbedder, TheIdNamesAllThatVectorsDependOn) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  const std::string id = Open(OptionsFor(folder))->id();
  EXPECT_THAT(id, MatchesRegex("bert:tiny:d24:t40:mean:l2:windows:[0-9a-f]+"));
  MiniLmOptions shorter = OptionsFor(folder);
  shorter.max_tokens = 20;
  EXPECT_NE(Open(shorter)->id(), id);
  folder.Write("1_Pooling/config.json", PoolingConfig("max"));
  EXPECT_THAT(Open(OptionsFor(folder))->id(), HasSubstr(":max:"));
  folder.Write("1_Pooling/config.json", PoolingConfig("mean"));
  EXPECT_EQ(Open(OptionsFor(folder))->id(), id);
  TensorBundle weights = TinyWeights();
  std::vector<float> bias = *weights.Floats("embeddings.LayerNorm.bias");
  bias[0] += 0.5f;
  weights.Put("embeddings.LayerNorm.bias", bias, {kTinyHidden});
  folder.Write("model.safetensors", weights.Serialize());
  EXPECT_NE(Open(OptionsFor(folder))->id(), id);
}

TEST(MiniLmEmbedder, APlainFolderHasMeanPoolingAndAllPositions) {
  const TemporaryDirectory folder;
  folder.Write("config.json", TinyConfig());
  folder.Write("vocab.txt", ReadTestData("tiny_vocab.txt"));
  folder.Write("model.safetensors", TinyWeights("bert.").Serialize());
  const auto plain = Open(OptionsFor(folder));
  EXPECT_THAT(plain->id(), HasSubstr("d24:t64:mean"));
  const TemporaryDirectory other;
  WriteTinyModel(other);
  const std::vector<std::string> texts = {"machine learning"};
  EXPECT_NEAR(
      Cosine(EmbedAll(*plain, texts).Row(0), EmbedAll(*Open(OptionsFor(other)), texts).Row(0)), 1,
      1e-6);
}

TEST(MiniLmEmbedder, RefusesWhatItDoesNotSupportByName) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  EXPECT_EQ(ReasonOf(folder), "none");
  const auto with = [&](const std::string& file, const std::string& from, const std::string& to) {
    const std::string good = ReadFile(folder.path() / file).value();
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    folder.Write(file, bad);
    const std::string reason = ReasonOf(folder);
    folder.Write(file, good);
    return reason;
  };
  EXPECT_THAT(with("config.json", "\"bert\"", "\"mpnet\""),
              AllOf(HasSubstr("config.json"), HasSubstr("'mpnet'")));
  EXPECT_THAT(with("config.json", "\"gelu\"", "\"silu\""), HasSubstr("hidden_act 'silu'"));
  EXPECT_THAT(with("config.json", "\"model_type\"",
                   "\"position_embedding_type\": \"relative_key\", \"model_type\""),
              HasSubstr("'relative_key'"));
  EXPECT_THAT(with("config.json", "\"hidden_size\": 24", "\"hidden_size\": 25"),
              HasSubstr("not a multiple"));
  EXPECT_THAT(with("config.json", "\"vocab_size\": 188", "\"vocab_size\": 100"),
              HasSubstr("ids up to 187"));
  EXPECT_THAT(with("modules.json", "2_Normalize", "../2"), HasSubstr("none"))
      << "of a module that is not read";
  EXPECT_THAT(with("modules.json", "1_Pooling", "../1_Pooling"), HasSubstr("leaves the folder"));
  EXPECT_THAT(with("modules.json", "models.Normalize", "models.Dense"), HasSubstr("Dense"));
  EXPECT_THAT(with("1_Pooling/config.json", "mean_tokens", "mean_sqrt_len_tokens"),
              HasSubstr("'pooling_mode_mean_sqrt_len_tokens'"));
  EXPECT_THAT(with("1_Pooling/config.json", "true", "false"), HasSubstr("0 kinds of pooling"));
  EXPECT_THAT(with("sentence_bert_config.json", "40", "1"), HasSubstr("'max_seq_length' is 1"));
}

TEST(MiniLmEmbedder, SaysWhichFileOrTensorIsMissingOrDamaged) {
  const TemporaryDirectory folder;
  EXPECT_THAT(ReasonOf(folder), HasSubstr("config.json"));
  WriteTinyModel(folder);
  TensorBundle weights = TinyWeights();
  weights.Put("encoder.layer.1.output.dense.bias", std::vector<float>(3), {3});
  folder.Write("model.safetensors", weights.Serialize());
  EXPECT_THAT(ReasonOf(folder), AllOf(HasSubstr("'encoder.layer.1.output.dense.bias'"),
                                      HasSubstr("[3]"), HasSubstr("[24]")));
  std::vector<float> values(kTinyHidden, std::numeric_limits<float>::quiet_NaN());
  weights.Put("encoder.layer.1.output.dense.bias", values, {kTinyHidden});
  folder.Write("model.safetensors", weights.Serialize());
  EXPECT_THAT(ReasonOf(folder), HasSubstr("not finite"));
  folder.Write("model.safetensors", "something else");
  EXPECT_THAT(ReasonOf(folder), HasSubstr("model.safetensors: not a valid safetensors file"));
  std::filesystem::remove(folder.path() / "model.safetensors");
  EXPECT_THAT(ReasonOf(folder), HasSubstr("neither model.safetensors nor pytorch_model.bin"));
  MiniLmOptions nowhere;
  nowhere.model = "no-such-model";
  const auto missing = MiniLmEmbedder::Open(nowhere);
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().message,
              AllOf(HasSubstr("'no-such-model'"), HasSubstr("make minilm")));
}

TEST(MiniLmEmbedder, RefusesTokensThatTheModelDoesNotHave) {
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  const auto embedder = Open(OptionsFor(folder));
  Matrix out;
  for (const std::vector<int32_t>& ids :
       {std::vector<int32_t>{}, {-1}, {188}, std::vector<int32_t>(65, 3)}) {
    const Status status = embedder->EmbedTokens({&ids, 1}, out);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  }
  EncoderTimes times;
  ASSERT_TRUE(
      embedder->EmbedTokens(std::vector<std::vector<int32_t>>{{3, 50, 4}}, out, &times).ok());
  EXPECT_GT(times.matrix_seconds, 0);
  EXPECT_LE(times.matrix_seconds, times.seconds);
}

TEST(MiniLmOptions, AreCheckedNamingValueAndLimit) {
  MiniLmOptions options;
  options.max_tokens = 2;
  EXPECT_THAT(options.Validate().error().message, HasSubstr("embeddings.max_tokens is 2"));
  options.max_tokens = 0;
  options.workers = -1;
  EXPECT_THAT(options.Validate().error().message, HasSubstr("embeddings.workers is -1"));
  const TemporaryDirectory folder;
  WriteTinyModel(folder);
  options = OptionsFor(folder);
  options.max_tokens = 65;
  EXPECT_THAT(MiniLmEmbedder::Open(options).error().message, HasSubstr("64 positions"));
}

// The real model is not in the repository; `make minilm` gets it.
TEST(MiniLm, EqualsThePythonPackageOnFiftyTexts) {
  MiniLmOptions options;
  options.windows = false;
  auto opened = MiniLmEmbedder::Open(options);
  if (!opened.ok() && opened.error().code == ErrorCode::kNotFound)
    GTEST_SKIP() << opened.error().message;
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const MiniLmEmbedder& embedder = **opened;
  std::istringstream lines(ReadTestData("minilm.jsonl"));
  std::vector<std::vector<int32_t>> sequences;
  std::vector<std::vector<float>> vectors;
  for (std::string line; std::getline(lines, line);) {
    const auto expected = nlohmann::json::parse(line);
    std::string text;
    for (int i = 0; i < expected["repeat"]; ++i) text += FromHex(expected["text"]);
    sequences.push_back(expected["ids"].get<std::vector<int32_t>>());
    vectors.push_back(WidenFloats(FromHex(expected["vector"]), "F16"));
    EXPECT_EQ(embedder.tokenizer().Encode(text, embedder.max_tokens()), sequences.back()) << text;
  }
  ASSERT_EQ(sequences.size(), 50u);
  Matrix made;
  ASSERT_TRUE(embedder.EmbedTokens(sequences, made).ok());
  ASSERT_EQ(made.cols(), vectors[0].size());
  for (size_t i = 0; i < sequences.size(); ++i)
    EXPECT_GE(Cosine(made.Row(i), vectors[i]), kLeastCosine) << "text " << i;
}

TEST(MiniLm, KnowsWhatTextsAreAbout) {
  auto opened = MiniLmEmbedder::Open({});
  if (!opened.ok() && opened.error().code == ErrorCode::kNotFound)
    GTEST_SKIP() << opened.error().message;
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const Matrix v =
      EmbedAll(**opened, {"registered nurse", "hospital patient care", "C++ compilers"});
  EXPECT_GT(Cosine(v.Row(0), v.Row(1)), Cosine(v.Row(0), v.Row(2)) + 0.2);
}

}  // namespace
}  // namespace dynajob
