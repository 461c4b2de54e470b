#include "chat_wire.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/testing/mutations.h"

namespace dynajob {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr char kAnswer[] = R"({"id":"x","object":"chat.completion","model":"m-1",
  "system_fingerprint":"fp","choices":[{"index":0,"finish_reason":"stop",
  "message":{"role":"assistant","content":"APPLY","refusal":null},
  "logprobs":{"content":[{"token":"APPLY","logprob":-0.25,"bytes":[65],
    "top_logprobs":[{"token":"APPLY","logprob":-0.25},{"token":"SAVE","logprob":null}]}]}}],
  "usage":{"prompt_tokens":11,"completion_tokens":1,"total_tokens":12,"cost":0.5}})";

json Answer() { return json::parse(kAnswer); }

std::string Refusal(const json& answer) {
  const auto reply = ParseChatReply(answer.dump());
  return reply.ok() ? "accepted" : reply.error().message;
}

TEST(ParseChatReplyTest, ReadsEveryPart) {
  const auto reply = ParseChatReply(kAnswer);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(reply->text, "APPLY");
  EXPECT_EQ(reply->model, "m-1");
  EXPECT_EQ(reply->fingerprint, "fp");
  EXPECT_EQ(reply->usage.prompt_tokens, 11U);
  EXPECT_EQ(reply->usage.cost_usd, 0.5);
  ASSERT_EQ(reply->logprobs.size(), 1U);
  ASSERT_EQ(reply->logprobs[0].top.size(), 2U);
  EXPECT_EQ(reply->logprobs[0].top[0].logprob, -0.25);
  EXPECT_EQ(std::exp(reply->logprobs[0].top[1].logprob), 0);  // null: the logarithm of 0
}

TEST(ParseChatReplyTest, TakesOptionalPartsAsNotReported) {
  const auto reply = ParseChatReply(R"({"choices":[{"message":{"content":"x"}}]})");
  ASSERT_TRUE(reply.ok());
  EXPECT_FALSE(reply->usage.reported);
  EXPECT_FALSE(reply->usage.cost_usd.has_value());
  EXPECT_EQ(reply->fingerprint, "");
  EXPECT_TRUE(reply->logprobs.empty());
}

TEST(ParseChatReplyTest, RefusesProbabilitiesThatAreNone) {
  for (const json& bad : {json(0.5), json("-1"), json(true)}) {
    json answer = Answer();
    answer["choices"][0]["logprobs"]["content"][0]["logprob"] = bad;
    EXPECT_THAT(Refusal(answer), HasSubstr("log-probability")) << bad;
    answer = Answer();
    answer["choices"][0]["logprobs"]["content"][0]["top_logprobs"][0]["logprob"] = bad;
    EXPECT_THAT(Refusal(answer), HasSubstr("log-probability")) << bad;
  }
}

TEST(ParseChatReplyTest, TakesNoNegativeCost) {
  json answer = Answer();
  answer["usage"]["cost"] = -1;
  EXPECT_FALSE(ParseChatReply(answer.dump())->usage.cost_usd.has_value());
}

TEST(ParseChatReplyTest, SurvivesDeepNesting) {
  EXPECT_FALSE(ParseChatReply(std::string(1 << 20, '[')).ok());
  const std::string deep = std::string(1 << 18, '[') + std::string(1 << 18, ']');
  EXPECT_FALSE(ParseChatReply(R"({"choices":)" + deep + "}").ok());
}

TEST(ParseChatReplyTest, MutationsAreReadOrRefused) {
  for (const std::string date : {"Fri, 31 Dec 2099 23:59:59 GMT", "120", "-1", "1e400", "0x10"})
    RunFuzzEntry(date);
  int read = 0;
  int refused = 0;
  ForEachMutation({kAnswer}, {.count = 3000, .most_edits = 6}, [&](const std::string& text) {
    RunFuzzEntry(text);
    ++(ParseChatReply(text).ok() ? read : refused);
  });
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 1000);
}

TEST(BuildChatRequestTest, EscapesWhateverTheTextHolds) {
  ChatRequest request;
  request.messages = {{"user", "\"}],\"model\":\"other\"\n\\u0000 end"}};
  const auto body = BuildChatRequest(request, "m", TokenLimitField::kMaxTokens, {{12, -100}});
  ASSERT_TRUE(body.ok());
  const json parsed = json::parse(*body);
  EXPECT_EQ(parsed["messages"][0]["content"], request.messages[0].content);
  EXPECT_EQ(parsed["model"], "m");
  EXPECT_EQ(parsed["logit_bias"]["12"], -100);
}

TEST(ServerMessageTest, FindsTheMessageInItsCommonPlaces) {
  EXPECT_EQ(ServerMessage(R"({"error":{"message":"a"}})", 300), "a");
  EXPECT_EQ(ServerMessage(R"({"error":"b"})", 300), "b");
  EXPECT_EQ(ServerMessage(R"({"detail":"c"})", 300), "c");
  EXPECT_EQ(ServerMessage("plain\n text", 300), "plain text");
}

TEST(ExcerptTest, CutsBetweenCharactersAndDropsControls) {
  EXPECT_EQ(Excerpt("ééé", 3), "é…");
  EXPECT_EQ(Excerpt("a\xc2\x9b"
                    "31mb\x7f",
                    100),
            "a 31mb");
}

}  // namespace
}  // namespace dynajob
