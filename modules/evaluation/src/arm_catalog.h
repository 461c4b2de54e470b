// Every arm that a comparison knows, in one table: what it is called, what it is made of and where
// it stands. What recommends is arm.h and linear_bandit.h.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_CATALOG_H_
#define DYNAJOB_EVALUATION_SRC_ARM_CATALOG_H_

#include <optional>
#include <span>
#include <string_view>

#include "dynajob/agent/options.h"

namespace dynajob {

enum class ArmForm {
  kQLearner,      // a Dyna-Q agent that goes on learning
  kModelLearner,  // the same agent, greedy on its world model (gamma = 0), which goes on learning
  kLinUcb,        // the rest have no agent
  kThompson,
  kRandom,
  kCosineRank,
  kSurrogateRank,
  kOracle,
};

struct ArmSpec {
  std::string_view name;
  ArmForm form;
  std::optional<Strategy> agent;  // whose pre-trained agent it starts from
  bool frozen = false;            // greedy, and nothing is ever updated
  bool cosine_prior = false;      // of a linear reference

  bool is_bandit() const { return form == ArmForm::kLinUcb || form == ArmForm::kThompson; }
  // The product's own: what the comparison is about. Everything else is a reference.
  bool is_learner() const { return form == ArmForm::kQLearner && !frozen; }
  std::string_view kind() const { return is_learner() ? "learner" : "reference"; }
};

// In the order in which help and messages name them.
std::span<const ArmSpec> ArmSpecs();
// nullptr when there is no such arm.
const ArmSpec* FindArmSpec(std::string_view name);
// Of a name that is validated.
const ArmSpec& SpecOf(std::string_view name);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_CATALOG_H_
