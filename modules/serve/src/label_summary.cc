#include "label_summary.h"

#include "dynajob/core/time.h"
#include "dynajob/llm/cached_answer.h"

namespace dynajob {
namespace {

constexpr std::chrono::seconds kFresh{30};

void Count(const CachedAnswer& answer, ModelLabels& labels) {
  ++labels.answers;
  if (!answer.choices.empty()) ++labels.with_probabilities;
  if (!answer.defect.empty()) ++labels.defects[answer.defect];
  labels.prompt_tokens += answer.usage.prompt_tokens;
  labels.completion_tokens += answer.usage.completion_tokens;
  if (!answer.usage.reported) ++labels.answers_without_usage;
  if (answer.cost_usd) {
    labels.known_cost_usd += *answer.cost_usd;
  } else {
    ++labels.answers_of_unknown_cost;
  }
}

}  // namespace

Result<LabelSummary> SummarizeLabels(Store& store) {
  LabelSummary summary;
  summary.time_ms = NowMs();
  DYNAJOB_RETURN_IF_ERROR(store.ForEachLabel([&](const LabelRecord& record) {
    if (const auto answer = ParseCachedAnswer(record.value); answer.ok()) {
      Count(*answer, summary.models[answer->model]);
    } else if (ParseProfile(record.value).ok()) {
      ++summary.endpoints;
    } else {
      ++summary.unreadable;
    }
    return Status::Ok();
  }));
  return summary;
}

Result<std::optional<LabelSummary>> LabelSummaries::Get(
    const std::function<Result<std::unique_ptr<Store>>()>& open_store) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock) return std::optional<LabelSummary>();
  const SteadyTime now = std::chrono::steady_clock::now();
  if (counted_at_ != SteadyTime::min() && now - counted_at_ < kFresh)
    return std::optional(summary_);
  DYNAJOB_ASSIGN_OR_RETURN(const auto store, open_store());
  DYNAJOB_ASSIGN_OR_RETURN(summary_, SummarizeLabels(*store));
  counted_at_ = std::chrono::steady_clock::now();
  return std::optional(summary_);
}

}  // namespace dynajob
