#include "endpoint_diagnosis.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dynajob {
namespace {

using testing::HasSubstr;

Finding Named(const std::vector<Finding>& findings, const std::string& what) {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& finding) { return finding.what == what; });
  EXPECT_NE(found, findings.end()) << what;
  return found == findings.end() ? Finding() : *found;
}

TEST(EndpointDiagnosisTest, AnAbleEndpointNeedsNoAdvice) {
  Capabilities found;
  found.model = "m-1";
  found.json_schema = found.llama_schema = found.logprobs = found.logit_bias = Support::kYes;
  found.top_logprobs = 20;
  found.reports_usage = true;
  const auto findings = DescribeCapabilities(found, "http://localhost:8000/v1");
  for (const Finding& finding : findings) {
    EXPECT_EQ(finding.health, Health::kOk) << finding.what;
    EXPECT_EQ(finding.advice, "") << finding.what;
  }
  EXPECT_THAT(Named(findings, "endpoint").value,
              testing::AllOf(HasSubstr("http://localhost:8000/v1"), HasSubstr("m-1")));
  EXPECT_EQ(Named(findings, "answers").value,
            "json_schema (llama_schema yes, json_object refused)");
  EXPECT_THAT(Named(findings, "logprobs").value, HasSubstr("20"));
}

TEST(EndpointDiagnosisTest, WarnsOfWhatIsMissing) {
  Capabilities found;
  found.json_schema = Support::kIgnored;
  found.notes = {"logit_bias: HTTP 400: no"};
  const auto findings = DescribeCapabilities(found, "http://localhost:8000/v1");
  for (const char* what : {"answers", "logprobs", "usage"}) {
    EXPECT_EQ(Named(findings, what).health, Health::kWarn) << what;
    EXPECT_NE(Named(findings, what).advice, "") << what;
  }
  EXPECT_THAT(Named(findings, "answers").value, HasSubstr("json_schema ignored"));
  EXPECT_EQ(Named(findings, "note").value, "logit_bias: HTTP 400: no");
}

TEST(EndpointDiagnosisTest, AnEndpointThatDoesNotAnswerIsAFinding) {
  ChatOptions options;
  options.base_url = "http://127.0.0.1:1/v1";
  options.model = "m";
  options.backoff_seconds = 0.01;
  const auto diagnosis = ExamineEndpoint(options, "");
  ASSERT_TRUE(diagnosis.ok());
  EXPECT_FALSE(diagnosis->available);
  ASSERT_EQ(diagnosis->findings.size(), 1U);
  EXPECT_EQ(diagnosis->findings[0].health, Health::kFail);
  EXPECT_THAT(diagnosis->findings[0].value, HasSubstr("127.0.0.1:1"));
}

TEST(EndpointDiagnosisTest, NoEndpointIsAUsageError) {
  ChatOptions options;
  options.base_url = "http://127.0.0.1:1/v1";
  const auto diagnosis = ExamineEndpoint(options, "");
  ASSERT_FALSE(diagnosis.ok());
  EXPECT_EQ(diagnosis.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace dynajob
