#include "dynajob/llm/chat_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "endpoint_url.h"

namespace dynajob {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(ChatOptionsTest, DefaultsAreValidAndOffline) {
  EXPECT_TRUE(ChatOptions().Validate().ok());
  EXPECT_EQ(ChatOptions().base_url, "");
}

TEST(ChatOptionsTest, NamesKeyValueAndLimit) {
  ChatOptions options;
  options.concurrency = 0;
  EXPECT_THAT(options.Validate().error().message,
              AllOf(HasSubstr("llm.concurrency"), HasSubstr("0"), HasSubstr("1024")));
  options = {};
  options.backoff_cap_seconds = 0.1;
  EXPECT_THAT(options.Validate().error().message, HasSubstr("llm.backoff_cap_seconds = 0.1"));
  options = {};
  options.sampling.temperature = -1;
  EXPECT_THAT(options.Validate().error().message, HasSubstr("llm.temperature = -1"));
}

TEST(ChatOptionsTest, CredentialsStayOutOfTheConfiguration) {
  ChatOptions options;
  options.base_url = "https://user:pa55word@host/v1";
  EXPECT_THAT(options.Validate().error().message,
              AllOf(HasSubstr("https://host/v1"), Not(HasSubstr("pa55word"))));
  ConfigRegistry registry;
  options.Bind(registry);
  EXPECT_FALSE(registry.Knows("llm.api_key"));
}

TEST(ChatOptionsTest, BindsEveryKey) {
  ChatOptions options;
  ConfigRegistry registry;
  options.Bind(registry);
  ASSERT_TRUE(registry
                  .LoadToml("[llm]\nbase_url = \"http://h:1/v1\"\nmodel = \"m\"\nconcurrency = 3\n"
                            "token_limit_field = \"max_completion_tokens\"\ntemperature = 0.5\n",
                            "test")
                  .ok());
  EXPECT_EQ(options.base_url, "http://h:1/v1");
  EXPECT_EQ(options.model, "m");
  EXPECT_EQ(options.concurrency, 3);
  EXPECT_EQ(options.token_limit_field, TokenLimitField::kMaxCompletionTokens);
  EXPECT_EQ(options.sampling.temperature, 0.5);
}

TEST(EndpointUrlTest, TakesCredentialsOut) {
  const auto url = ParseEndpointUrl("https://me:a%40b@example.com:8443/api/v1//", "X");
  ASSERT_TRUE(url.ok()) << url.error().message;
  EXPECT_EQ(url->redacted, "https://example.com:8443/api/v1");
  EXPECT_EQ(url->user, "me");
  EXPECT_EQ(url->password, "a@b");
  EXPECT_TRUE(url->https);
}

TEST(EndpointUrlTest, RefusesWithoutQuoting) {
  for (const char* text :
       {"", "ftp://s3cret@host/v1", "http://host/v1?key=s3cret", "http://host/v1#s3cret",
        "http://s3cret:s3cret@ho st/", "file:///s3cret"}) {
    const auto url = ParseEndpointUrl(text, "llm.base_url");
    ASSERT_FALSE(url.ok()) << text;
    EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(url.error().message, AllOf(HasSubstr("llm.base_url"), Not(HasSubstr("s3cret"))));
  }
}

}  // namespace
}  // namespace dynajob
