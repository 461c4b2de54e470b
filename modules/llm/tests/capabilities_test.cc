#include "dynajob/llm/capabilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "chat_client_fixture.h"

namespace dynajob {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::HasSubstr;

class CapabilitiesTest : public HttpChatClientTest {
 protected:
  Result<Capabilities> Probe(const json& script) {
    server_.SetScript(script);
    ChatOptions options = TestOptions(server_);
    options.retries = 1;
    return ProbeCapabilities(*MakeClient(options));
  }
  Capabilities ProbeWithout(const std::string& capability, const json& value) {
    const auto found = Probe({{"capabilities", {{capability, value}}}});
    EXPECT_TRUE(found.ok()) << found.error().message;
    return found.ok() ? *found : Capabilities();
  }
};

TEST_F(CapabilitiesTest, FindsAllThatIsThere) {
  const auto found = Probe({{"usd_per_token", 0.1}});
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->answer_mode(), AnswerMode::kJsonSchema);
  for (const Support support : {found->json_schema, found->llama_schema, found->json_object,
                                found->logprobs, found->logit_bias})
    EXPECT_EQ(support, Support::kYes);
  EXPECT_EQ(found->top_logprobs, 4);  // the scripted user knows four answers
  EXPECT_EQ(found->fingerprint, "fp_scripted");
  EXPECT_TRUE(found->reports_usage);
  EXPECT_TRUE(found->reports_cost);
  EXPECT_THAT(found->notes, testing::IsEmpty());
}

TEST_F(CapabilitiesTest, FallsBackFormByForm) {
  json none = {{"json_schema", false}};
  EXPECT_EQ(Probe({{"capabilities", none}})->answer_mode(), AnswerMode::kLlamaSchema);
  none["llama_schema"] = false;
  EXPECT_EQ(Probe({{"capabilities", none}})->answer_mode(), AnswerMode::kJsonObject);
  none["json_object"] = false;
  const auto text = Probe({{"capabilities", none}});
  EXPECT_EQ(text->answer_mode(), AnswerMode::kText);
  EXPECT_EQ(text->json_schema, Support::kRefused);
  EXPECT_THAT(text->notes, Contains(HasSubstr("'json_schema' is not supported")));
}

TEST_F(CapabilitiesTest, IsNotDeceivedByWhatIsAcceptedAndIgnored) {
  EXPECT_EQ(ProbeWithout("json_schema", "ignored").json_schema, Support::kIgnored);
  EXPECT_EQ(ProbeWithout("json_schema", "ignored").answer_mode(), AnswerMode::kLlamaSchema);
  EXPECT_EQ(ProbeWithout("llama_schema", "ignored").llama_schema, Support::kIgnored);
  EXPECT_EQ(ProbeWithout("json_object", "ignored").json_object, Support::kIgnored);
  EXPECT_EQ(ProbeWithout("logprobs", "ignored").logprobs, Support::kIgnored);
  EXPECT_EQ(ProbeWithout("logprobs", "ignored").top_logprobs, 0);
  EXPECT_EQ(ProbeWithout("logit_bias", "ignored").logit_bias, Support::kIgnored);
}

// Some servers answer any response_format with JSON of their own choosing.
TEST_F(CapabilitiesTest, JsonOfAnotherFormIsNotTheSchema) {
  const auto found = Probe({{"faults", {{{"kind", "text"}, {"text", R"({"answer":"Paris"})"}}}}});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->json_schema, Support::kIgnored);
  EXPECT_EQ(found->llama_schema, Support::kIgnored);
  EXPECT_EQ(found->answer_mode(), AnswerMode::kJsonObject);
}

TEST_F(CapabilitiesTest, ReportsWhatIsRefused) {
  EXPECT_EQ(ProbeWithout("logprobs", false).logprobs, Support::kRefused);
  EXPECT_EQ(ProbeWithout("logit_bias", false).logit_bias, Support::kRefused);
}

TEST_F(CapabilitiesTest, FindsALowerLimitOfAlternatives) {
  const Capabilities found = ProbeWithout("max_top_logprobs", 5);
  EXPECT_EQ(found.logprobs, Support::kYes);
  EXPECT_EQ(found.top_logprobs, 4);
  EXPECT_THAT(found.notes, Contains(HasSubstr("top_logprobs = 20")));
}

TEST_F(CapabilitiesTest, TakesAServerErrorOnOneFeatureForARefusal) {
  const auto found =
      Probe({{"faults", {{{"kind", "status"}, {"status", 500}, {"match", "json_schema"}}}}});
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->json_schema, Support::kRefused);
  EXPECT_EQ(found->answer_mode(), AnswerMode::kLlamaSchema);
}

TEST_F(CapabilitiesTest, AnEndpointThatIsNotThereIsAnError) {
  const std::vector<json> faults = {{{"kind", "close"}},
                                    {{"kind", "loading"}},
                                    {{"kind", "status"}, {"status", 401}},
                                    {{"kind", "status"}, {"status", 503}, {"skip", 1}},
                                    {{"kind", "status"}, {"status", 429}, {"skip", 2}},
                                    {{"kind", "close"}, {"skip", 3}}};
  for (const json& fault : faults) {
    const auto found = Probe({{"faults", {fault}}});
    ASSERT_FALSE(found.ok()) << fault;
    EXPECT_EQ(found.error().code, ErrorCode::kLlmUnavailable) << fault;
  }
  EXPECT_EQ(Probe({{"faults", {{{"kind", "content_type"}}}}}).error().code,
            ErrorCode::kCorruptData);
}

}  // namespace
}  // namespace dynajob
