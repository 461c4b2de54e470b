#include "dynajob/llm/capabilities.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dynajob {
namespace {

using Json = nlohmann::json;
using Outcome = HttpChatClient::Outcome;

// The question does not hint at the form, so no model keeps to it by chance.
constexpr char kSchema[] =
    R"({"type":"object","properties":{"probe_code":{"type":"string","enum":["QUARTZ","BASALT"]}},)"
    R"("required":["probe_code"],"additionalProperties":false})";
constexpr char kPlainQuestion[] = "What is the capital of France? Answer in one short sentence.";
// OpenAI wants the word JSON in a request for JSON; this one has it and asks for something else.
constexpr char kNoJsonQuestion[] =
    "Name one colour. Answer in plain words, not as JSON and without braces.";
constexpr int64_t kFormTokens = 256;  // also for a tokenizer with a token a byte
constexpr int64_t kPlainTokens = 8;
// OpenAI's most, and what endpoints with a lower limit may take.
constexpr std::array<int64_t, 4> kTopLogprobs = {20, 10, 5, 1};
// Ordinary tokens of every usual vocabulary: behind special tokens and single bytes.
constexpr int64_t kBiasedTokens[] = {300, 400};
constexpr double kExclusive = 100;  // selects the token, as the API defines it

ChatRequest Question(const char* text, int64_t max_tokens) {
  ChatRequest request;
  request.messages = {{"user", text}};
  request.sampling.max_tokens = max_tokens;
  return request;
}

// Whether the endpoint is there but did not do what was asked: an error that concerns the request,
// a failure of its own (servers fail so on what they do not know), or an answer that is none.
bool IsRefusal(const Outcome& outcome) {
  if (outcome.reply.error().code == ErrorCode::kCorruptData) return true;
  const int64_t status = outcome.http_status;
  const bool access = status == 401 || status == 402 || status == 403 || status == 408 ||
                      status == 409 || status == 429;
  return (status >= 400 && status < 500 && !access) || status == 500 || status == 501;
}

class Prober {
 public:
  explicit Prober(HttpChatClient& client) : client_(client) {}

  Result<Capabilities> Run() {
    DYNAJOB_RETURN_IF_ERROR(ProbePlain());
    DYNAJOB_RETURN_IF_ERROR(ProbeForm(AnswerMode::kJsonSchema, found_.json_schema));
    DYNAJOB_RETURN_IF_ERROR(ProbeForm(AnswerMode::kLlamaSchema, found_.llama_schema));
    DYNAJOB_RETURN_IF_ERROR(ProbeForm(AnswerMode::kJsonObject, found_.json_object));
    DYNAJOB_RETURN_IF_ERROR(ProbeLogprobs());
    DYNAJOB_RETURN_IF_ERROR(ProbeLogitBias());
    return std::move(found_);
  }

 private:
  // nullopt, with a note, when the endpoint refused; fails when it is not there any more.
  Result<std::optional<ChatReply>> Try(std::string_view what, ChatRequest request,
                                       const HttpChatClient::LogitBias& bias = {}) {
    Outcome outcome = client_.AskForOutcome(std::move(request), bias);
    if (outcome.reply.ok()) return std::optional(std::move(outcome.reply).value());
    if (!IsRefusal(outcome)) return outcome.reply.error();
    found_.notes.push_back(fmt::format("{}: {}", what, outcome.reply.error().message));
    return std::optional<ChatReply>();
  }

  Status ProbePlain() {
    const auto start = std::chrono::steady_clock::now();
    const auto reply = Ask(client_, Question(kPlainQuestion, kPlainTokens));
    if (!reply.ok()) return reply.error();
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    found_.seconds = taken.count();
    found_.model = reply->model;
    found_.fingerprint = reply->fingerprint;
    found_.reports_usage = reply->usage.reported;
    found_.reports_cost = reply->usage.cost_usd.has_value();
    return Status::Ok();
  }

  static bool KeepsForm(AnswerMode mode, const std::string& text) {
    const Json answer = Json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!answer.is_object()) return false;
    if (mode == AnswerMode::kJsonObject) return true;
    const auto code = answer.find("probe_code");
    return answer.size() == 1 && code != answer.end() && (*code == "QUARTZ" || *code == "BASALT");
  }

  Status ProbeForm(AnswerMode mode, Support& support) {
    ChatRequest request =
        Question(mode == AnswerMode::kJsonObject ? kNoJsonQuestion : kPlainQuestion, kFormTokens);
    request.mode = mode;
    request.json_schema = kSchema;
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ChatReply> reply,
                             Try(ToString(mode), std::move(request)));
    if (!reply) return Status::Ok();
    support = KeepsForm(mode, reply->text) ? Support::kYes : Support::kIgnored;
    if (support == Support::kIgnored && reply->finish_reason == "length")
      found_.notes.push_back(
          fmt::format("{}: the answer was cut after {} tokens", ToString(mode), kFormTokens));
    return Status::Ok();
  }

  Status ProbeLogprobs() {
    for (const int64_t wanted : kTopLogprobs) {
      ChatRequest request = Question(kPlainQuestion, kPlainTokens);
      request.top_logprobs = wanted;
      DYNAJOB_ASSIGN_OR_RETURN(const std::optional<ChatReply> reply,
                               Try(fmt::format("top_logprobs = {}", wanted), std::move(request)));
      if (!reply) continue;
      found_.logprobs = reply->logprobs.empty() ? Support::kIgnored : Support::kYes;
      for (const TokenLogprobs& token : reply->logprobs)
        found_.top_logprobs = std::max(found_.top_logprobs, static_cast<int64_t>(token.top.size()));
      return Status::Ok();
    }
    return Status::Ok();
  }

  // Two biases that each select one token: an endpoint that ignores them gives one answer twice.
  Status ProbeLogitBias() {
    std::vector<std::string> answers;
    for (const int64_t token : kBiasedTokens) {
      DYNAJOB_ASSIGN_OR_RETURN(
          const std::optional<ChatReply> reply,
          Try("logit_bias", Question(kPlainQuestion, 1), {{token, kExclusive}}));
      if (!reply) return Status::Ok();
      answers.push_back(reply->text);
    }
    found_.logit_bias = answers.front() == answers.back() ? Support::kIgnored : Support::kYes;
    return Status::Ok();
  }

  HttpChatClient& client_;
  Capabilities found_;
};

}  // namespace

std::string_view ToString(Support support) {
  switch (support) {
    case Support::kYes:
      return "yes";
    case Support::kRefused:
      return "refused";
    case Support::kIgnored:
      return "ignored";
  }
  DYNAJOB_CHECK(false, "unknown support");
  return "";
}

AnswerMode Capabilities::answer_mode() const {
  if (json_schema == Support::kYes) return AnswerMode::kJsonSchema;
  if (llama_schema == Support::kYes) return AnswerMode::kLlamaSchema;
  if (json_object == Support::kYes) return AnswerMode::kJsonObject;
  return AnswerMode::kText;
}

Result<Capabilities> ProbeCapabilities(HttpChatClient& client) { return Prober(client).Run(); }

}  // namespace dynajob
