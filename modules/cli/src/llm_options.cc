#include "llm_options.h"

namespace dynajob {

Status LlmOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(budget.Validate());
  return endpoint.Validate();
}

void LlmOptions::Bind(ConfigRegistry& registry) {
  registry.Add("llm.source", &source, "who plays the user that labels pairs",
               {{"surrogate", LlmSource::kSurrogate},
                {"endpoint", LlmSource::kEndpoint},
                {"replay", LlmSource::kReplay}});
  budget.Bind(registry);
  endpoint.Bind(registry);
}

}  // namespace dynajob
