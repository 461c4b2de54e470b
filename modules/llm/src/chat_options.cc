#include "dynajob/llm/chat_options.h"

#include <limits>

#include "check_range.h"

namespace dynajob {
namespace {

constexpr double kLeastTopP = 0.001;
constexpr double kMaxTemperature = 2;
constexpr int64_t kMaxTokens = 1'000'000;

}  // namespace

Status ChatOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(ConnectionOptions::Validate());
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.temperature", sampling.temperature, 0, kMaxTemperature));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("llm.top_p", sampling.top_p, kLeastTopP, 1));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("llm.seed", sampling.seed, 0, std::numeric_limits<int32_t>::max()));
  return CheckRange("llm.max_tokens", sampling.max_tokens, 1, kMaxTokens);
}

void ChatOptions::Bind(ConfigRegistry& registry) {
  ConnectionOptions::Bind(registry);
  registry.Add("llm.model", &model, "the model, as the endpoint names it");
  registry.Add("llm.token_limit_field", &token_limit_field,
               "how the request names the limit of the answer's tokens",
               {{"max_tokens", TokenLimitField::kMaxTokens},
                {"max_completion_tokens", TokenLimitField::kMaxCompletionTokens}});
  registry.Add("llm.temperature", &sampling.temperature, "0: the likeliest answer", 0,
               kMaxTemperature);
  registry.Add("llm.top_p", &sampling.top_p, "nucleus of the distribution that is sampled from",
               kLeastTopP, 1);
  registry.Add("llm.seed", &sampling.seed, "seed of the endpoint's sampling", 0,
               std::numeric_limits<int32_t>::max());
  registry.Add("llm.max_tokens", &sampling.max_tokens, "longest answer, in tokens", 1, kMaxTokens);
}

}  // namespace dynajob
