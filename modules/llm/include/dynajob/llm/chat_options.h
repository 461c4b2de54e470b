// Which chat model is asked, and how it answers.
#ifndef DYNAJOB_LLM_CHAT_OPTIONS_H_
#define DYNAJOB_LLM_CHAT_OPTIONS_H_

#include <string>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/connection_options.h"

namespace dynajob {

// The member of the request that bounds the answer: endpoints that follow OpenAI's reasoning models
// refuse the older name, all others know only it.
enum class TokenLimitField { kMaxTokens, kMaxCompletionTokens };

struct ChatOptions : ConnectionOptions {
  std::string model;  // as the endpoint names it; needed to make a client
  TokenLimitField token_limit_field = TokenLimitField::kMaxTokens;

  Sampling sampling;  // for requests that whoever asks does not decide otherwise

  // kInvalidArgument naming key, value and limit.
  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "llm.…"
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_CHAT_OPTIONS_H_
