#include "dynajob/rewards/endpoint_options.h"

#include <fmt/format.h>

namespace dynajob {
namespace {

constexpr int64_t kMinChars = 50;
constexpr int64_t kMaxChars = 100'000;
constexpr int64_t kMaxBatch = 50;
constexpr int64_t kMaxSamples = 100;
constexpr int64_t kMaxAttempts = 10;

Status CheckRange(const char* key, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("llm.{} is {}: it must be {} to {}", key, value, low, high));
}

Status CheckShare(const char* key, double value) {
  if (value >= 0 && value <= 1) return Status::Ok();
  return InvalidArgument(fmt::format("llm.{} is {}: it must be 0 to 1", key, value));
}

}  // namespace

Status EndpointOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(CheckRange("max_chars", max_chars, kMinChars, kMaxChars));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("stages", stages, 1, 2));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("batch", batch, 1, kMaxBatch));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("samples", samples, 1, kMaxSamples));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("attempts", attempts, 1, kMaxAttempts));
  DYNAJOB_RETURN_IF_ERROR(CheckShare("max_invalid_share", max_invalid_share));
  DYNAJOB_RETURN_IF_ERROR(CheckShare("disagreement", disagreement));
  if (batch > 1 && stages > 1) {
    return InvalidArgument(fmt::format(
        "llm.batch is {} and llm.stages is {}: titles are shown one at a time, so one must be 1",
        batch, stages));
  }
  return Status::Ok();
}

void EndpointOptions::Bind(ConfigRegistry& registry) {
  registry.Add("llm.prompt", &prompt, "file of the prompt; empty: the built-in one");
  registry.Add("llm.title_prompt", &title_prompt,
               "file of the prompt that shows the title only; empty: the built-in one");
  registry.Add("llm.max_chars", &max_chars, "characters kept of each long text", kMinChars,
               kMaxChars);
  registry.Add("llm.stages", &stages, "2: show the title first, the posting when it is opened", 1,
               2);
  registry.Add("llm.batch", &batch, "jobs per call; more than 1 is cheaper and less exact", 1,
               kMaxBatch);
  registry.Add("llm.samples", &samples, "answers per pair where there are no probabilities", 1,
               kMaxSamples);
  registry.Add("llm.attempts", &attempts, "calls per answer until one is usable", 1, kMaxAttempts);
  registry.Add("llm.max_invalid_share", &max_invalid_share,
               "share of pairs without a usable answer at which labelling ahead fails", 0, 1);
  registry.Add("llm.disagreement", &disagreement,
               "difference of the ranks of label and cosine beyond which a label is flagged", 0, 1);
}

}  // namespace dynajob
