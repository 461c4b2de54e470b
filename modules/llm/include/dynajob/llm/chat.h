// A question to a chat model and its answer, as OpenAI's chat completions API has them (POST
// /v1/chat/completions), without the transport. This module knows nothing of jobs.
#ifndef DYNAJOB_LLM_CHAT_H_
#define DYNAJOB_LLM_CHAT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
  bool operator==(const ChatMessage&) const = default;
};

// How the endpoint is made to keep to an answer's form, best first. Whatever the mode, the answer
// is checked by whoever asked.
enum class AnswerMode {
  kJsonSchema,   // response_format {"type":"json_schema","json_schema":{name,strict,schema}}
  kLlamaSchema,  // response_format {"type":"json_object","schema":…}, as llama.cpp's server
  kJsonObject,   // response_format {"type":"json_object"}
  kText,         // no response_format
};
std::string_view ToString(AnswerMode mode);  // "json_schema", "llama_schema", "json_object", "text"

// Always sent explicitly: the defaults of endpoints differ.
struct Sampling {
  double temperature = 0;
  double top_p = 1;
  int64_t seed = 1;
  int64_t max_tokens = 16;
  bool operator==(const Sampling&) const = default;
};

struct ChatRequest {
  std::vector<ChatMessage> messages;
  Sampling sampling;
  AnswerMode mode = AnswerMode::kText;
  std::string json_schema;   // a JSON Schema as text; used by the two schema modes
  int64_t top_logprobs = 0;  // 0: no logprobs are asked for
  bool operator==(const ChatRequest&) const = default;
};

struct TokenAlternative {
  std::string token;
  double logprob = 0;  // natural logarithm, <= 0
};

struct TokenLogprobs {
  std::string token;  // the one that was sampled
  double logprob = 0;
  std::vector<TokenAlternative> top;  // as the endpoint ordered them
};

struct ChatUsage {
  uint64_t prompt_tokens = 0;
  uint64_t completion_tokens = 0;
  std::optional<double> cost_usd;  // where the provider reports it
  bool reported = false;           // the endpoint sent a usage object
};

struct ChatReply {
  std::string text;
  std::string refusal;                  // the model's refusal, where the API reports one
  std::string finish_reason;            // "stop", "length", "content_filter", …
  std::string model;                    // as the endpoint names it
  std::string fingerprint;              // system_fingerprint; empty when not reported
  std::vector<TokenLogprobs> logprobs;  // a token each; empty when not reported
  ChatUsage usage;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CHAT_H_
