// What an endpoint that plays the user did so far.
#ifndef DYNAJOB_REWARDS_ENDPOINT_REPORT_H_
#define DYNAJOB_REWARDS_ENDPOINT_REPORT_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/llm/budget.h"
#include "dynajob/llm/cached_answer.h"

namespace dynajob {

// What a label was made of.
enum class LabelSource {
  kLogprobs,  // probabilities of all responses at one token
  kAnswer,    // one answer, with probability 1
  kSamples,   // the mean of several answers
};
std::string_view ToString(LabelSource source);  // "logprobs", "answer", "samples"

struct LabelDisagreement {
  std::string candidate_id;
  std::string job_id;
  double label_rank = 0;   // among all labels so far, 0 (lowest) to 1
  double cosine_rank = 0;  // of the same pairs
};

struct EndpointUserReport {
  std::string kind;  // "endpoint" or "replay"
  ModelIdentity identity;
  EndpointProfile profile;
  std::string prompt_version;
  std::string title_prompt_version;  // empty without a first stage
  std::string store;                 // of the cache

  Spending spending;        // of the budget, which several users may share; zeros in a replay
  uint64_t cached = 0;      // answers that were in the store
  uint64_t joined = 0;      // answers that another user was buying already
  uint64_t labelled = 0;    // pairs with a label
  uint64_t unlabelled = 0;  // pairs whose answers were all unusable
  std::map<std::string, uint64_t> sources;       // pairs by LabelSource
  uint64_t title_skips = 0;                      // pairs ignored by their title
  std::map<std::string, uint64_t> defects;       // unusable answers by AnswerDefect
  std::map<std::string, uint64_t> fingerprints;  // answers by what the endpoint reported

  // Labels whose rank differs from that of the cosine by more than llm.disagreement: a posting that
  // talked the model into liking it is among the first. Zeros without a cosine.
  uint64_t liked_against_cosine = 0;
  uint64_t disliked_against_cosine = 0;
  std::vector<LabelDisagreement> disagreements;  // the largest, at most 10
};

// One object, indented; unknown cost is null. What was paid and what was cached differs between a
// run and its replay, labels do not.
std::string ReportJson(const EndpointUserReport& report);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_ENDPOINT_REPORT_H_
