#include "endpoint_diagnosis.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/llm/http_chat_client.h"

namespace dynajob {
namespace {

// Someone waits for the diagnosis: a server that is loading a model is waited for, but not for
// long.
constexpr int64_t kMostRetries = 3;

Finding DescribeAnswers(const Capabilities& found) {
  const AnswerMode best = found.answer_mode();
  std::vector<std::string> others;
  const std::pair<AnswerMode, Support> forms[] = {{AnswerMode::kJsonSchema, found.json_schema},
                                                  {AnswerMode::kLlamaSchema, found.llama_schema},
                                                  {AnswerMode::kJsonObject, found.json_object}};
  for (const auto& [mode, support] : forms)
    if (mode != best) others.push_back(fmt::format("{} {}", ToString(mode), ToString(support)));
  Finding finding{.what = "answers",
                  .value = fmt::format("{} ({})", ToString(best), fmt::join(others, ", ")),
                  .advice = ""};
  if (best == AnswerMode::kText || best == AnswerMode::kJsonObject) {
    finding.health = Health::kWarn;
    finding.advice = best == AnswerMode::kText
                         ? "no form is kept: answers are read as text, and more of them are refused"
                         : "no schema is kept: more answers are refused";
  }
  return finding;
}

Finding DescribeLogprobs(const Capabilities& found) {
  Finding finding{.what = "logprobs", .value = "", .advice = ""};
  if (found.logprobs == Support::kYes && found.top_logprobs > 1) {
    finding.value = fmt::format("yes, up to {} alternatives a token", found.top_logprobs);
    return finding;
  }
  finding.health = Health::kWarn;
  finding.value = found.logprobs == Support::kYes ? "yes, without alternatives"
                                                  : std::string(ToString(found.logprobs));
  finding.advice = "rewards come from answers instead of probabilities: more labels are needed";
  return finding;
}

Finding DescribeLogitBias(const Capabilities& found) {
  return {.what = "logit_bias", .value = std::string(ToString(found.logit_bias)), .advice = ""};
}

Finding DescribeCost(const Capabilities& found) {
  Finding finding{.what = "usage", .value = "tokens reported", .advice = ""};
  finding.value += found.reports_cost ? ", cost reported" : "; the cost follows from llm.prices";
  if (found.reports_usage) return finding;
  finding.health = Health::kWarn;
  finding.value = "not reported";
  finding.advice = "tokens and cost will be unknown";
  return finding;
}

// The key would cross the network for everyone to read.
bool SendsKeyInTheClear(const std::string& address, const std::string& api_key) {
  if (api_key.empty() || !address.starts_with("http://")) return false;
  for (const std::string_view local : {"http://localhost", "http://127.0.0.1", "http://[::1]"}) {
    if (!address.starts_with(local)) continue;
    const char next = address.size() == local.size() ? '/' : address[local.size()];
    if (next == ':' || next == '/') return false;
  }
  return true;
}

}  // namespace

std::vector<Finding> DescribeCapabilities(const Capabilities& found, const std::string& address) {
  std::vector<Finding> findings;
  findings.push_back(
      {.what = "endpoint",
       .value = fmt::format("{}, model {}, fingerprint {}, first answer in {:.2f} s", address,
                            found.model.empty() ? "not named" : found.model,
                            found.fingerprint.empty() ? "not reported" : found.fingerprint,
                            found.seconds),
       .advice = ""});
  findings.push_back(DescribeAnswers(found));
  findings.push_back(DescribeLogprobs(found));
  findings.push_back(DescribeLogitBias(found));
  findings.push_back(DescribeCost(found));
  for (const std::string& note : found.notes)
    findings.push_back({.what = "note", .value = note, .advice = ""});
  return findings;
}

Result<EndpointDiagnosis> ExamineEndpoint(const ChatOptions& options, const std::string& api_key) {
  ChatOptions patient = options;
  patient.retries = std::min(options.retries, kMostRetries);
  DYNAJOB_ASSIGN_OR_RETURN(const std::unique_ptr<HttpChatClient> client,
                           HttpChatClient::Create(patient, api_key));
  const auto found = ProbeCapabilities(*client);
  if (!found.ok())
    return EndpointDiagnosis{
        .available = false,
        .findings = {{.health = Health::kFail,
                      .what = "endpoint",
                      .value = found.error().message,
                      .advice = "check llm.base_url, llm.model and OPENAI_API_KEY"}}};
  EndpointDiagnosis diagnosis{.available = true,
                              .findings = DescribeCapabilities(*found, client->base_url())};
  if (SendsKeyInTheClear(client->base_url(), api_key)) {
    diagnosis.findings.front().health = Health::kWarn;
    diagnosis.findings.front().advice = "the API key crosses the network unencrypted: use https";
  }
  return diagnosis;
}

}  // namespace dynajob
