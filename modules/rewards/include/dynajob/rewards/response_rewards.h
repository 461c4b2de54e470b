// The reward of each response (specification, strategy 2: IGNORE -0.1, SAVE 0.5, APPLY 1).
#ifndef DYNAJOB_REWARDS_RESPONSE_REWARDS_H_
#define DYNAJOB_REWARDS_RESPONSE_REWARDS_H_

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

// A value; safe for concurrent reads.
struct ResponseRewards {
  double ignore = -0.1;
  double click = 0.0;
  double save = 0.5;
  double apply = 1.0;

  double Of(Response response) const;
  // sum over responses of P(response) * reward: the reward where label probabilities are known.
  double Expected(const ResponseProbabilities& probabilities) const;

  // Fails when a reward is not finite or the order IGNORE <= CLICK <= SAVE <= APPLY is broken.
  Status Validate() const;
  // Declares "rewards.ignore", "rewards.click", "rewards.save" and "rewards.apply".
  void Bind(ConfigRegistry& registry);
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_RESPONSE_REWARDS_H_
