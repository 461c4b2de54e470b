#include "dynajob/llm/cached_answer.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/llm/digest.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(Digest, AgreesWithPublishedVectors) {
  // FIPS 180-4 example and RFC 4231, test case 2.
  EXPECT_EQ(Sha256Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HmacSha256Hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(AnswerKey, DependsOnAllThatTheAnswerDependsOn) {
  const ModelIdentity identity{"http://localhost:8000/v1", "m", "f"};
  ChatRequest request;
  request.messages = {{"system", "a"}, {"user", "b"}};
  std::vector<std::string> keys = {AnswerKey(identity, "p", request)};
  EXPECT_EQ(AnswerKey(identity, "p", request), keys[0]);
  const auto with = [&](auto change) {
    ModelIdentity other = identity;
    ChatRequest changed = request;
    std::string prompt = "p";
    change(other, prompt, changed);
    keys.push_back(AnswerKey(other, prompt, changed));
  };
  with([](auto& i, auto&, auto&) { i.base_url += "x"; });
  with([](auto& i, auto&, auto&) { i.model += "x"; });
  with([](auto& i, auto&, auto&) { i.fingerprint += "x"; });
  with([](auto&, auto& p, auto&) { p += "x"; });
  with([](auto&, auto&, auto& r) { r.messages[0].content += "x"; });
  with([](auto&, auto&, auto& r) { r.messages[0].role = "user"; });
  with([](auto&, auto&, auto& r) { r.messages = {{"system", "a,4:user,1:b"}}; });
  with([](auto&, auto&, auto& r) { r.sampling.temperature = 0.1; });
  with([](auto&, auto&, auto& r) { r.sampling.top_p = 0.1; });
  with([](auto&, auto&, auto& r) { r.sampling.seed = 2; });
  with([](auto&, auto&, auto& r) { r.sampling.max_tokens = 2; });
  with([](auto&, auto&, auto& r) { r.mode = AnswerMode::kJsonObject; });
  with([](auto&, auto&, auto& r) { r.json_schema = "{}"; });
  with([](auto&, auto&, auto& r) { r.top_logprobs = 5; });
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
}

TEST(AnswerKey, StaysTheSameAcrossVersions) {
  ChatRequest request;
  request.messages = {{"user", "hi"}};
  EXPECT_EQ(AnswerKey({"http://localhost/v1", "m", ""}, "p", request),
            Sha256Hex("16:dynajob.answer/1,19:http://localhost/v1,1:m,0:,1:p,1:1,4:user,2:hi,"
                      "8:0 1 1 16,4:text,0:,1:0,"));
}

TEST(CachedAnswer, SurvivesWritingAndReading) {
  CachedAnswer answer;
  answer.text = "{\"response\":\"APPLY\"}\n\xF0\x9F\xA5\x90";
  answer.choices = {{"APPLY", -0.25}, {"SAVE", -1.5}};
  answer.defect = "refusal";
  answer.usage = {120, 4, 0.00025, true};
  answer.cost_usd = 0.00025;
  answer.model = "m-2024";
  answer.fingerprint = "fp_1";
  const auto again = ParseCachedAnswer(SerializeAnswer(answer));
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(again->text, answer.text);
  ASSERT_EQ(again->choices.size(), 2u);
  EXPECT_EQ(again->choices[1].token, "SAVE");
  EXPECT_EQ(again->choices[1].logprob, -1.5);
  EXPECT_EQ(again->defect, "refusal");
  EXPECT_EQ(again->usage.prompt_tokens, 120u);
  EXPECT_EQ(again->usage.cost_usd, 0.00025);
  EXPECT_EQ(again->cost_usd, 0.00025);
  EXPECT_EQ(again->fingerprint, "fp_1");
}

TEST(CachedAnswer, BytesThatAreNotTextDoNotThrow) {
  CachedAnswer answer;
  answer.text = "\xFF\xFE";
  EXPECT_TRUE(ParseCachedAnswer(SerializeAnswer(answer)).ok());
}

TEST(CachedAnswer, UnknownCostStaysUnknown) {
  const auto again = ParseCachedAnswer(SerializeAnswer(CachedAnswer{}));
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->cost_usd, std::nullopt);
}

TEST(CachedAnswer, AnythingElseIsCorruptDataWithTheReason) {
  const std::string good = SerializeAnswer(CachedAnswer{});
  ASSERT_TRUE(ParseCachedAnswer(good).ok());
  const auto message = [](std::string_view json) {
    const auto answer = ParseCachedAnswer(json);
    return answer.ok() ? std::string("(ok)") : answer.error().message;
  };
  EXPECT_THAT(message(""), HasSubstr("not JSON"));
  EXPECT_THAT(message("[]"), HasSubstr("not an object"));
  EXPECT_THAT(message("{}"), HasSubstr("'form' is missing"));
  EXPECT_THAT(message(R"({"form":"dynajob.answer/2"})"), HasSubstr("'form' is not"));
  EXPECT_THAT(message(R"({"form":"dynajob.answer/1","text":1})"), HasSubstr("'text' is not text"));
  EXPECT_THAT(message(good.substr(0, good.size() - 1) + R"(,"cost_usd":-1})"),
              HasSubstr("'cost_usd' is not an amount"));
  EXPECT_THAT(message(good.substr(0, good.size() - 1) + R"(,"choices":[["A",0.5]]})"),
              HasSubstr("'choices' has an item"));
}

TEST(EndpointProfile, SurvivesWritingAndReading) {
  const EndpointProfile profile{AnswerMode::kJsonSchema, 5, "fp"};
  EXPECT_EQ(ParseProfile(SerializeProfile(profile)).value(), profile);
  EXPECT_FALSE(ParseProfile("{}").ok());
  EXPECT_TRUE(CheckLabel(ProfileKey("u", "m"), SerializeProfile(profile)).ok());
  EXPECT_FALSE(CheckLabel(ProfileKey("u", "m"), SerializeAnswer({})).ok());
  EXPECT_FALSE(CheckLabel("k", SerializeAnswer({})).ok());
}

}  // namespace
}  // namespace dynajob
