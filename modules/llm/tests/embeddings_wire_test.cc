#include "embeddings_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/testing/mutations.h"

namespace dynajob {

bool FuzzEmbeddingsReply(std::string_view bytes);  // fuzz_embeddings_reply.cc

namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

json Entry(size_t index, const json& embedding) {
  return {{"object", "embedding"}, {"index", index}, {"embedding", embedding}};
}

std::string Answer(const json& entries) {
  return json{{"object", "list"},
              {"data", entries},
              {"model", "m-1"},
              {"usage", {{"prompt_tokens", 7}, {"total_tokens", 7}}}}
      .dump();
}

// Why an answer with these entries for two texts is none.
std::string Refusal(const json& entries) {
  const auto reply = ParseEmbeddingsReply(Answer(entries), 2);
  EXPECT_FALSE(reply.ok()) << entries;
  if (reply.ok()) return "";
  EXPECT_EQ(reply.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(reply.error().message, HasSubstr("not a list of embeddings: "));
  return reply.error().message;
}

TEST(ParseEmbeddingsReplyTest, PutsVectorsInTheOrderOfTheirIndexes) {
  const auto reply =
      ParseEmbeddingsReply(Answer({Entry(2, {5, 6}), Entry(0, {1, 2.5}), Entry(1, {-3e-3, 4})}), 3);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_THAT(reply->vectors.Row(0), ElementsAre(1.0f, 2.5f));
  EXPECT_THAT(reply->vectors.Row(1), ElementsAre(-0.003f, 4.0f));
  EXPECT_THAT(reply->vectors.Row(2), ElementsAre(5.0f, 6.0f));
  EXPECT_EQ(reply->model, "m-1");
  EXPECT_TRUE(reply->usage.reported);
  EXPECT_EQ(reply->usage.prompt_tokens, 7u);
  EXPECT_EQ(reply->usage.completion_tokens, 0u);
}

TEST(ParseEmbeddingsReplyTest, ReadsLittleEndianFloatsInBase64WithAndWithoutPadding) {
  // 1, -2, 0.5 (12 bytes: no padding) and 1 alone (4 bytes: two padding signs).
  const auto three = ParseEmbeddingsReply(Answer(json::array({Entry(0, "AACAPwAAAMAAAAA/")})), 1);
  ASSERT_TRUE(three.ok()) << three.error().message;
  EXPECT_THAT(three->vectors.Row(0), ElementsAre(1.0f, -2.0f, 0.5f));
  for (const char* text : {"AACAPw==", "AACAPw"}) {
    const auto one = ParseEmbeddingsReply(Answer(json::array({Entry(0, text)})), 1);
    ASSERT_TRUE(one.ok()) << one.error().message;
    EXPECT_THAT(one->vectors.Row(0), ElementsAre(1.0f));
  }
}

TEST(ParseEmbeddingsReplyTest, RefusesBase64OfSomethingElse) {
  for (const char* text : {"AACA", "AACAP", "AAC*Pw==", "AACA\nPw==", "AACAPw==AACAPw==", "=", "é"})
    EXPECT_THAT(Refusal({Entry(0, "AACAPw=="), Entry(1, text)}),
                testing::AnyOf(HasSubstr("embedding 1 is not base64 of 32-bit floats"),
                               HasSubstr("embedding 1 is empty")))
        << text;
}

TEST(ParseEmbeddingsReplyTest, RefusesValuesThatAreNoFiniteNumbers) {
  EXPECT_THAT(Refusal({Entry(0, {1, 2}), Entry(1, {1, nullptr})}),
              HasSubstr("value 1 of embedding 1 is not a number"));
  EXPECT_THAT(Refusal({Entry(0, {1, "2"}), Entry(1, {1, 2})}),
              HasSubstr("value 1 of embedding 0 is not a number"));
  EXPECT_THAT(Refusal({Entry(0, {1, 1e39}), Entry(1, {1, 2})}),
              HasSubstr("value 1 of embedding 0 is not finite"));
  EXPECT_THAT(Refusal({Entry(0, "AADAfw=="), Entry(1, "AACAPw==")}),  // NaN
              HasSubstr("value 0 of embedding 0 is not finite"));
  const std::string nan = R"({"data":[{"index":0,"embedding":[NaN]}]})";
  EXPECT_THAT(ParseEmbeddingsReply(nan, 1).error().message, HasSubstr("not finite"));
}

TEST(ParseEmbeddingsReplyTest, RefusesListsThatDoNotFitTheTexts) {
  EXPECT_THAT(Refusal(json::array({Entry(0, {1})})), HasSubstr("1 embeddings for 2 texts"));
  EXPECT_THAT(Refusal({Entry(0, {1}), Entry(1, {1}), Entry(2, {1})}),
              HasSubstr("3 embeddings for 2 texts"));
  EXPECT_THAT(Refusal({Entry(0, {1}), Entry(0, {1})}), HasSubstr("index 0 is there twice"));
  EXPECT_THAT(Refusal({Entry(0, {1}), Entry(2, {1})}), HasSubstr("index 2"));
  EXPECT_THAT(Refusal({Entry(0, {1}), {{"embedding", {1}}}}), HasSubstr("no index"));
  EXPECT_THAT(Refusal({Entry(0, {1}), {{"index", -1}, {"embedding", {1}}}}), HasSubstr("no index"));
  EXPECT_THAT(Refusal({Entry(0, {1}), {{"index", 1}}}), HasSubstr("entry 1 has no embedding"));
  EXPECT_THAT(Refusal({Entry(0, {1}), Entry(1, {1, 2})}), HasSubstr("of 1 and of 2 numbers"));
  EXPECT_THAT(Refusal({Entry(0, json::array()), Entry(1, {1})}), HasSubstr("embedding 0 is empty"));
  EXPECT_THAT(Refusal({Entry(0, {{"a", 1}}), Entry(1, {1})}),
              HasSubstr("neither a list nor base64"));
}

TEST(ParseEmbeddingsReplyTest, RefusesWhatIsNoAnswer) {
  for (const char* body : {"", "[]", "{", "null", R"({"data":{}})", R"({"data":null})", "{}",
                           R"({"error":{"message":"no"},"data":[]})"})
    EXPECT_FALSE(ParseEmbeddingsReply(body, 1).ok()) << body;
  EXPECT_FALSE(ParseEmbeddingsReply(std::string(1 << 20, '['), 1).ok());
}

TEST(ParseEmbeddingsReplyTest, SurvivesMutations) {
  const std::vector<std::string> corpus = {
      std::string(1, '\1') + Answer({Entry(1, {1, 2.5}), Entry(0, {-1e-3, 4})}),
      std::string(1, '\0') + Answer(json::array({Entry(0, "AACAPwAAAMAAAAA/")}))};
  int read = 0, refused = 0;
  ForEachMutation(corpus, {.count = 3000, .most_edits = 4}, [&](const std::string& bytes) {
    ++(FuzzEmbeddingsReply(bytes) ? read : refused);
  });
  // Neither all alike nor all broken: both ways were gone.
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

TEST(BuildEmbeddingsRequestTest, SaysAllThatTheAnswerDependsOn) {
  const auto body = BuildEmbeddingsRequest(
      {.texts = {"a \"quoted\"\nline", "ü"}, .dimensions = 64, .encoding = VectorEncoding::kFloat},
      "m");
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(json::parse(*body), (json{{"model", "m"},
                                      {"input", {"a \"quoted\"\nline", "ü"}},
                                      {"encoding_format", "float"},
                                      {"dimensions", 64}}));
  const auto plain = BuildEmbeddingsRequest({.texts = {"a"}}, "m");
  EXPECT_EQ(json::parse(*plain)["encoding_format"], "base64");
  EXPECT_FALSE(json::parse(*plain).contains("dimensions"));
}

TEST(BuildEmbeddingsRequestTest, RefusesWhatCannotBeSent) {
  EXPECT_EQ(BuildEmbeddingsRequest({.texts = {"\xff"}}, "m").error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(BuildEmbeddingsRequest({}, "m").error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dynajob
