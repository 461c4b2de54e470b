// The questions about candidates and jobs of a catalog, as chat requests.
#ifndef DYNAJOB_REWARDS_PROMPT_BUILDER_H_
#define DYNAJOB_REWARDS_PROMPT_BUILDER_H_

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/chat.h"
#include "dynajob/rewards/endpoint_options.h"
#include "dynajob/rewards/prompt_template.h"

namespace dynajob {

// What the person did with a job that was shown earlier in the same session.
struct EarlierResponse {
  JobRow job = 0;
  Response response = Response::kIgnore;
};

// A record as one JSON object in one line, all of its texts through untrusted_text.h; facts that
// are not known are left out.
std::string CandidateRecord(const Candidate& candidate, size_t max_chars);
std::string JobRecord(const Job& job, size_t max_chars);

// Safe for concurrent use. Records are made once for each row that is asked about.
class PromptBuilder {
 public:
  // Borrows `catalog`, which must outlive the result. Fails when a template cannot be read, is
  // malformed or of another kind than it is needed for.
  static Result<std::unique_ptr<PromptBuilder>> Create(const Catalog& catalog,
                                                       const EndpointOptions& options);

  // Messages, mode and schema; sampling and logprobs are the caller's. `earlier` is part of the
  // question, and so of its cache key.
  ChatRequest PairQuestion(Pair pair, AnswerMode mode,
                           std::span<const EarlierResponse> earlier = {});
  // Requires options.stages == 2.
  ChatRequest TitleQuestion(Pair pair, AnswerMode mode);
  // About jobs [first, first + count). Requires options.batch > 1 and a count of at least 1.
  ChatRequest BatchQuestion(CandidateRow candidate, JobRow first, size_t count, AnswerMode mode);

  const PromptTemplate& prompt() const { return prompt_; }  // that of pairs, or of batches
  const PromptTemplate& title_prompt() const { return title_prompt_; }

 private:
  PromptBuilder(const Catalog& catalog, const EndpointOptions& options, PromptTemplate prompt,
                PromptTemplate title_prompt);

  std::string CandidateOf(CandidateRow row);
  std::string JobOf(JobRow row);
  ChatRequest Question(const PromptTemplate& prompt, CandidateRow candidate,
                       std::string_view posting, AnswerMode mode, size_t jobs);

  const Catalog& catalog_;
  const size_t max_chars_;
  const PromptTemplate prompt_;
  const PromptTemplate title_prompt_;
  std::mutex mutex_;
  std::map<CandidateRow, std::string> candidates_;
  std::map<JobRow, std::string> jobs_;
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_PROMPT_BUILDER_H_
