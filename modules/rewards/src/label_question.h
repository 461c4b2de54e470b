// The calls that lead to the labels of one candidate and one or several jobs, one after the other,
// as a state machine without threads: stages, samples and further attempts.
#ifndef DYNAJOB_REWARDS_SRC_LABEL_QUESTION_H_
#define DYNAJOB_REWARDS_SRC_LABEL_QUESTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/cached_answer.h"
#include "dynajob/rewards/endpoint_options.h"
#include "dynajob/rewards/endpoint_report.h"
#include "dynajob/rewards/prompt_builder.h"

namespace dynajob {

// What all questions of a user have in common. Borrowed by them.
struct QuestionContext {
  PromptBuilder* builder = nullptr;
  EndpointOptions options;
  EndpointProfile profile;
  Sampling sampling;
};

// Not safe for concurrent use.
class LabelQuestion {
 public:
  // About jobs [first, first + count); count is 1 unless options.batch is more.
  LabelQuestion(const QuestionContext& context, CandidateRow candidate, JobRow first, size_t count)
      : context_(context),
        candidate_(candidate),
        first_(first),
        count_(count),
        at_title_(context.options.stages == 2),
        sums_(count) {}

  // The next call. Requires that Accept did not say done.
  ChatRequest Next() const;
  const std::string& prompt_version() const { return prompt().version(); }

  // The reply to Next as it is cached. `cost_usd` is what it cost.
  CachedAnswer Judge(const ChatReply& reply, std::optional<double> cost_usd) const;

  // Takes the answer to Next; true when there is no further call. kCorruptData when the answer,
  // which may come from a file, is not one that Judge gives.
  Result<bool> Accept(const CachedAnswer& answer);

  CandidateRow candidate() const { return candidate_; }
  JobRow first() const { return first_; }
  size_t count() const { return count_; }

  // After the last call. P(response) of each job; empty when no attempt gave a usable answer, whose
  // last defect is `defect`.
  const std::vector<ResponseProbabilities>& labels() const { return labels_; }
  const std::string& defect() const { return defect_; }
  LabelSource source() const { return source_; }
  bool skipped_by_title() const { return skipped_; }

 private:
  const PromptTemplate& prompt() const;
  bool is_batch() const { return context_.options.batch > 1; }
  Result<bool> AcceptTitle(const CachedAnswer& answer);
  Result<bool> AcceptBatch(const CachedAnswer& answer);
  Result<bool> AcceptResponse(const CachedAnswer& answer);
  bool AcceptDefect(const std::string& defect);
  bool AddSample();

  const QuestionContext& context_;
  const CandidateRow candidate_;
  const JobRow first_;
  const size_t count_;
  bool at_title_;
  int64_t sample_ = 0;
  int64_t attempt_ = 0;
  std::vector<ResponseProbabilities> sums_;  // over samples
  std::vector<ResponseProbabilities> labels_;
  std::string defect_;
  LabelSource source_ = LabelSource::kAnswer;
  bool skipped_ = false;
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SRC_LABEL_QUESTION_H_
