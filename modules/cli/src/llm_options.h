// Who plays the user, how it is asked and what that may cost.
#ifndef DYNAJOB_CLI_SRC_LLM_OPTIONS_H_
#define DYNAJOB_CLI_SRC_LLM_OPTIONS_H_

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/budget.h"
#include "dynajob/rewards/endpoint_options.h"

namespace dynajob {

enum class LlmSource {
  kSurrogate,  // rule-based, offline, always labelled as such
  kEndpoint,   // a chat model; what the store's label cache holds is not bought again
  kReplay,     // the label cache alone; a missing label is an error
};

struct LlmOptions {
  LlmSource source = LlmSource::kSurrogate;
  BudgetOptions budget;
  EndpointOptions endpoint;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "llm.…"
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_LLM_OPTIONS_H_
