#include "chat_wire.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/text.h"

#include "json_reply.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

// Log-probabilities just above 0 are rounding of the endpoint's.
constexpr double kLogprobSlack = 1e-3;

Status AddResponseFormat(const ChatRequest& request, Json& body) {
  if (request.mode == AnswerMode::kText) return Status::Ok();
  if (request.mode == AnswerMode::kJsonObject) {
    body["response_format"] = {{"type", "json_object"}};
    return Status::Ok();
  }
  Json schema = Json::parse(request.json_schema, nullptr, /*allow_exceptions=*/false);
  if (!schema.is_object())
    return InvalidArgument(fmt::format("json_schema = '{}': must be a JSON object",
                                       Excerpt(request.json_schema, 100)));
  if (request.mode == AnswerMode::kJsonSchema)
    body["response_format"] = {
        {"type", "json_schema"},
        {"json_schema", {{"name", "answer"}, {"strict", true}, {"schema", std::move(schema)}}}};
  else
    body["response_format"] = {{"type", "json_object"}, {"schema", std::move(schema)}};
  return Status::Ok();
}

Error NotAnAnswer(std::string_view what) {
  return CorruptData(fmt::format("not a chat completion: {}", what));
}

std::optional<TokenAlternative> ParseAlternative(const Json& entry) {
  const Json* token = JsonMember(entry, "token");
  if (token == nullptr || !token->is_string() || !entry.contains("logprob")) return std::nullopt;
  const Json& logprob = entry["logprob"];
  // JSON has no infinity: servers write the logarithm of 0 as null.
  if (logprob.is_null())
    return TokenAlternative{token->get<std::string>(), -std::numeric_limits<double>::infinity()};
  if (!logprob.is_number()) return std::nullopt;
  const double value = logprob.get<double>();
  if (std::isnan(value) || value > kLogprobSlack) return std::nullopt;
  return TokenAlternative{token->get<std::string>(), std::min(value, 0.0)};
}

Status ParseLogprobs(const Json& choice, std::vector<TokenLogprobs>& out) {
  const Json* logprobs = JsonMember(choice, "logprobs");
  if (logprobs == nullptr) return Status::Ok();
  const Json* content = JsonMember(*logprobs, "content");
  if (content == nullptr) return Status::Ok();
  if (!content->is_array()) return NotAnAnswer("logprobs.content is not a list");
  for (const Json& entry : *content) {
    const auto sampled = ParseAlternative(entry);
    if (!sampled) return NotAnAnswer("an entry of logprobs.content is not a log-probability");
    TokenLogprobs token{.token = sampled->token, .logprob = sampled->logprob, .top = {}};
    if (const Json* top = JsonMember(entry, "top_logprobs"); top != nullptr) {
      if (!top->is_array()) return NotAnAnswer("top_logprobs is not a list");
      for (const Json& other : *top) {
        auto alternative = ParseAlternative(other);
        if (!alternative) return NotAnAnswer("an entry of top_logprobs is not a log-probability");
        token.top.push_back(*std::move(alternative));
      }
    }
    out.push_back(std::move(token));
  }
  return Status::Ok();
}

Status ParseMessage(const Json& choice, ChatReply& reply) {
  const Json* message = JsonMember(choice, "message");
  if (message == nullptr || !message->is_object()) return NotAnAnswer("the choice has no message");
  reply.refusal = JsonText(*message, "refusal");
  const Json* content = JsonMember(*message, "content");
  if (content != nullptr && !content->is_string())
    return NotAnAnswer("the message's content is not text");
  if (content != nullptr) reply.text = content->get<std::string>();
  reply.finish_reason = JsonText(choice, "finish_reason");
  // A refusal and a filtered answer may come without content; nothing else may.
  if (content == nullptr && reply.refusal.empty() && reply.finish_reason != "content_filter")
    return NotAnAnswer("the message has no content");
  return Status::Ok();
}

}  // namespace

Result<std::string> BuildChatRequest(const ChatRequest& request, const std::string& model,
                                     TokenLimitField token_limit_field,
                                     const std::map<int64_t, double>& logit_bias) {
  Json body;
  body["model"] = model;
  body["messages"] = Json::array();
  for (const ChatMessage& message : request.messages)
    body["messages"].push_back({{"role", message.role}, {"content", message.content}});
  body["temperature"] = request.sampling.temperature;
  body["top_p"] = request.sampling.top_p;
  body["seed"] = request.sampling.seed;
  body[token_limit_field == TokenLimitField::kMaxTokens ? "max_tokens" : "max_completion_tokens"] =
      request.sampling.max_tokens;
  body["n"] = 1;
  body["stream"] = false;
  DYNAJOB_RETURN_IF_ERROR(AddResponseFormat(request, body));
  if (request.top_logprobs > 0) {
    body["logprobs"] = true;
    body["top_logprobs"] = request.top_logprobs;
  }
  for (const auto& [token, bias] : logit_bias) body["logit_bias"][std::to_string(token)] = bias;
  try {
    return body.dump();
  } catch (const Json::type_error&) {  // the one that dump documents
    return InvalidArgument("the request holds text that is not UTF-8");
  }
}

Result<ChatReply> ParseChatReply(std::string_view body) {
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) return NotAnAnswer("no valid JSON");
  if (!answer.is_object()) return NotAnAnswer("no JSON object");
  if (const Json* error = JsonMember(answer, "error"); error != nullptr)
    return NotAnAnswer("an error with status 200");
  const Json* choices = JsonMember(answer, "choices");
  if (choices == nullptr || !choices->is_array()) return NotAnAnswer("it has no choices");
  if (choices->empty()) return NotAnAnswer("its list of choices is empty");
  ChatReply reply;
  DYNAJOB_RETURN_IF_ERROR(ParseMessage(choices->front(), reply));
  DYNAJOB_RETURN_IF_ERROR(ParseLogprobs(choices->front(), reply.logprobs));
  reply.model = JsonText(answer, "model");
  reply.fingerprint = JsonText(answer, "system_fingerprint");
  reply.usage = ParseUsage(answer);
  return reply;
}

std::string ServerMessage(std::string_view body, size_t max_bytes) {
  const Json answer = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (answer.is_object()) {
    const Json* error = JsonMember(answer, "error");
    if (error != nullptr && error->is_string())
      return Excerpt(JsonText(answer, "error"), max_bytes);
    const Json& source = error != nullptr ? *error : answer;
    for (const char* key : {"message", "detail", "error_message"}) {
      const std::string text = JsonText(source, key);
      if (!text.empty()) return Excerpt(text, max_bytes);
    }
  }
  return Excerpt(body, max_bytes);
}

std::string Excerpt(std::string_view text, size_t max_bytes) {
  // More than is kept, so that collapsed white space leaves enough; never a 4 MB copy.
  const std::string clean = SanitizeUtf8(text.substr(0, 4 * max_bytes));
  std::string line;
  for (size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    // U+0080 to U+009F steer terminals as their 7-bit forms do.
    const bool c1 = byte == 0xc2 && static_cast<unsigned char>(clean[i + 1]) < 0xa0;
    if (c1) ++i;
    const bool blank = byte <= 0x20 || byte == 0x7f || c1;
    if (!blank) line += clean[i];
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  if (line.size() <= max_bytes) return line;
  size_t end = max_bytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0) == 0x80) --end;
  return line.substr(0, end) + "…";
}

}  // namespace dynajob
