// Someone who plays the user in pre-training: the offline surrogate, or an LLM behind an endpoint.
#ifndef DYNAJOB_REWARDS_USER_SIMULATOR_H_
#define DYNAJOB_REWARDS_USER_SIMULATOR_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

// One instance serves one thread at a time unless the implementation says more.
class UserSimulator {
 public:
  virtual ~UserSimulator() = default;

  // What played the user, as reports must say it: "surrogate", "endpoint".
  virtual std::string_view kind() const = 0;

  // probabilities[i] is P(response | pairs[i]); the sizes are equal. A simulator that knows only
  // one label gives it probability 1. Fails (kLlmUnavailable, kBudgetReached) rather than invent a
  // label.
  virtual Status Probabilities(std::span<const Pair> pairs,
                               std::span<ResponseProbabilities> probabilities) = 0;

  // As Probabilities, but a pair that was asked about and has no usable answer, now or later, is
  // nullopt.
  virtual Status Labels(std::span<const Pair> pairs,
                        std::span<std::optional<ResponseProbabilities>> labels);

  // Says that `pairs` will be asked about soon, so that slow answers can be fetched meanwhile.
  // Returns at once; failures show when the pair is asked for. Changes no answer.
  virtual void Prefetch(std::span<const Pair> pairs) { static_cast<void>(pairs); }

  // How many pairs it likes to know ahead (`pretrain.label_pool` where that is 0); 1: none, answers
  // are instant. Results depend on it, so it must not depend on how fast answers come.
  virtual int64_t pool_hint() const { return 1; }
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_USER_SIMULATOR_H_
