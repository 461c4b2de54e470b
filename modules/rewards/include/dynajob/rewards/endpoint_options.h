// How a chat model is asked to play the user.
#ifndef DYNAJOB_REWARDS_ENDPOINT_OPTIONS_H_
#define DYNAJOB_REWARDS_ENDPOINT_OPTIONS_H_

#include <cstdint>
#include <string>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

struct EndpointOptions {
  std::string prompt = {};        // file of a template (prompt_template.h); empty: the built-in one
  std::string title_prompt = {};  // of the first stage, when there are two; empty: the built-in one
  int64_t max_chars = 1500;       // code points kept of each long text (bio, résumé, description)
  // 2: the title alone is shown first, and the posting only when the model would open it.
  int64_t stages = 1;
  // Jobs per call. More than 1 is cheaper, but the jobs of a call may influence each other, and
  // there are no probabilities. Which jobs share a call is fixed by the catalog's order, so that
  // labels do not depend on what is asked when.
  int64_t batch = 1;
  // Answers per pair, with seeds of their own, whose mean is the label where the endpoint gives no
  // probabilities. More than 1 needs a temperature above 0.
  int64_t samples = 1;
  int64_t attempts = 2;  // calls per answer, with seeds of their own, until one is usable
  // Share of pairs without a usable answer at which EndpointUser::Labels fails.
  double max_invalid_share = 0.05;
  // Labels whose rank among all labels differs from the rank of the pair's cosine by more than this
  // are flagged; 0 to 1.
  double disagreement = 0.8;

  Status Validate() const;
  // Declares "llm.prompt", …, under the names of the fields.
  void Bind(ConfigRegistry& registry);
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_ENDPOINT_OPTIONS_H_
