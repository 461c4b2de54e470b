#include "label_question.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/rewards/answer_parser.h"

namespace dynajob {
namespace {

constexpr size_t kOpen = 1;  // index in TitleChoices
// Of one member of a batch answer, such as "12": "IGNORE", however it is spaced.
constexpr int64_t kTokensPerBatchAnswer = 12;
constexpr int64_t kTokensAroundBatchAnswer = 16;

Error Contradiction(const CachedAnswer& answer) {
  return CorruptData(fmt::format("a cached label says '{}', which is not a usable answer",
                                 answer.text.substr(0, 100)));
}

}  // namespace

const PromptTemplate& LabelQuestion::prompt() const {
  return at_title_ ? context_.builder->title_prompt() : context_.builder->prompt();
}

ChatRequest LabelQuestion::Next() const {
  const AnswerMode mode = context_.profile.mode;
  ChatRequest request;
  if (at_title_) {
    request = context_.builder->TitleQuestion({candidate_, first_}, mode);
  } else if (is_batch()) {
    request = context_.builder->BatchQuestion(candidate_, first_, count_, mode);
  } else {
    request = context_.builder->PairQuestion({candidate_, first_}, mode);
  }
  request.sampling = context_.sampling;
  request.sampling.seed += sample_ + attempt_ * context_.options.samples;
  if (is_batch()) {
    request.sampling.max_tokens =
        std::max(request.sampling.max_tokens,
                 kTokensAroundBatchAnswer + kTokensPerBatchAnswer * static_cast<int64_t>(count_));
  } else {
    request.top_logprobs = context_.profile.top_logprobs;
  }
  return request;
}

CachedAnswer LabelQuestion::Judge(const ChatReply& reply, std::optional<double> cost_usd) const {
  CachedAnswer answer;
  answer.text = reply.text;
  std::optional<AnswerDefect> defect;
  if (is_batch() && !at_title_) {
    defect = ReplyDefect(reply);
    if (!defect) {
      defect = ParseBatchText(reply.text, context_.profile.mode, ResponseChoices(), count_).defect;
      if (defect && reply.finish_reason == "length") defect = AnswerDefect::kTruncated;
    }
  } else {
    ParsedAnswer parsed = ParseAnswer(reply, context_.profile.mode, ChoicesOf(prompt().kind()));
    defect = parsed.defect;
    answer.choices = std::move(parsed.choices);
  }
  if (defect) answer.defect = ToString(*defect);
  answer.usage = reply.usage;
  answer.cost_usd = cost_usd;
  answer.model = reply.model;
  answer.fingerprint = reply.fingerprint;
  return answer;
}

Result<bool> LabelQuestion::Accept(const CachedAnswer& answer) {
  if (!answer.defect.empty()) {
    if (!ParseAnswerDefect(answer.defect)) return Contradiction(answer);
    return AcceptDefect(answer.defect);
  }
  attempt_ = 0;
  if (at_title_) return AcceptTitle(answer);
  return is_batch() ? AcceptBatch(answer) : AcceptResponse(answer);
}

bool LabelQuestion::AcceptDefect(const std::string& defect) {
  defect_ = defect;
  return ++attempt_ >= context_.options.attempts;
}

Result<bool> LabelQuestion::AcceptTitle(const CachedAnswer& answer) {
  const ParsedAnswer parsed = ParseAnswerText(answer.text, context_.profile.mode, TitleChoices());
  if (parsed.defect) return Contradiction(answer);
  at_title_ = false;
  if (parsed.choice == kOpen) return false;
  skipped_ = true;
  labels_.assign(1, ResponseProbabilities{});
  labels_[0][static_cast<size_t>(Response::kIgnore)] = 1;
  return true;
}

Result<bool> LabelQuestion::AcceptBatch(const CachedAnswer& answer) {
  const ParsedBatch batch =
      ParseBatchText(answer.text, context_.profile.mode, ResponseChoices(), count_);
  if (batch.defect) return Contradiction(answer);
  for (size_t i = 0; i < count_; ++i) sums_[i][batch.choices[i]] += 1;
  return AddSample();
}

Result<bool> LabelQuestion::AcceptResponse(const CachedAnswer& answer) {
  const ParsedAnswer parsed =
      ParseAnswerText(answer.text, context_.profile.mode, ResponseChoices());
  if (parsed.defect) return Contradiction(answer);
  const auto probabilities = Distribution(ResponseChoices(), parsed.choice, answer.choices);
  if (!probabilities) return Contradiction(answer);
  if (!answer.choices.empty()) {
    // Probabilities are the mean over all answers there could be: nothing is left to sample.
    source_ = LabelSource::kLogprobs;
    sample_ = 0;
    std::copy(probabilities->begin(), probabilities->end(), sums_[0].begin());
    labels_ = sums_;
    return true;
  }
  for (size_t i = 0; i < kResponseCount; ++i) sums_[0][i] += (*probabilities)[i];
  return AddSample();
}

bool LabelQuestion::AddSample() {
  if (++sample_ < context_.options.samples) return false;
  labels_ = sums_;
  for (ResponseProbabilities& label : labels_) {
    for (double& probability : label) probability /= static_cast<double>(sample_);
  }
  if (sample_ > 1) source_ = LabelSource::kSamples;
  return true;
}

}  // namespace dynajob
