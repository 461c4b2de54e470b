// What an endpoint can do, found out by asking it. Endpoints differ in what they refuse and in what
// they accept and ignore, and neither their version nor the model's name tells which.
#ifndef DYNAJOB_LLM_CAPABILITIES_H_
#define DYNAJOB_LLM_CAPABILITIES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/http_chat_client.h"

namespace dynajob {

enum class Support {
  kYes,      // asked for, and the answer shows it
  kRefused,  // asked for, and the endpoint answered with an error
  kIgnored,  // accepted, but the answer does not keep to it
};
std::string_view ToString(Support support);  // "yes", "refused", "ignored"

struct Capabilities {
  std::string model;        // as the endpoint names it; may differ from what was asked for
  std::string fingerprint;  // empty when not reported
  Support json_schema = Support::kRefused;   // AnswerMode::kJsonSchema
  Support llama_schema = Support::kRefused;  // AnswerMode::kLlamaSchema
  Support json_object = Support::kRefused;   // AnswerMode::kJsonObject
  Support logprobs = Support::kRefused;
  int64_t top_logprobs = 0;  // alternatives a token, at most; 0 when there are none
  Support logit_bias = Support::kRefused;
  bool reports_usage = false;
  bool reports_cost = false;
  double seconds = 0;              // of the first, plain answer
  std::vector<std::string> notes;  // why something is not supported, in the endpoint's words

  // The best form that answers really keep to.
  AnswerMode answer_mode() const;
};

// Sends some eight small requests, one after the other, and returns when the last is answered. The
// questions are such that an answer keeps the form only when the endpoint enforces it. Fails as the
// client does when the endpoint does not answer a plain question, or stops answering.
Result<Capabilities> ProbeCapabilities(HttpChatClient& client);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CAPABILITIES_H_
