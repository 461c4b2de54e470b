#include "arm_catalog.h"

#include <algorithm>
#include <array>
#include <string>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

constexpr std::optional<Strategy> kNoAgent = std::nullopt;

constexpr std::array kArmSpecs = {
    ArmSpec{"baseline", ArmForm::kQLearner, Strategy::kBaseline},
    ArmSpec{"cosine", ArmForm::kQLearner, Strategy::kCosine},
    ArmSpec{"llm", ArmForm::kQLearner, Strategy::kLlm},
    ArmSpec{"hybrid", ArmForm::kQLearner, Strategy::kHybrid},
    ArmSpec{"cosine-frozen", ArmForm::kQLearner, Strategy::kCosine, /*frozen=*/true},
    ArmSpec{"llm-frozen", ArmForm::kQLearner, Strategy::kLlm, /*frozen=*/true},
    ArmSpec{"hybrid-frozen", ArmForm::kQLearner, Strategy::kHybrid, /*frozen=*/true},
    ArmSpec{"greedy-model", ArmForm::kModelLearner, Strategy::kHybrid},
    ArmSpec{"greedy-model-frozen", ArmForm::kModelLearner, Strategy::kHybrid, /*frozen=*/true},
    ArmSpec{"linucb", ArmForm::kLinUcb, kNoAgent},
    ArmSpec{"linucb-cosine", ArmForm::kLinUcb, kNoAgent, /*frozen=*/false, /*cosine_prior=*/true},
    ArmSpec{"thompson", ArmForm::kThompson, kNoAgent},
    ArmSpec{"thompson-cosine", ArmForm::kThompson, kNoAgent, /*frozen=*/false,
            /*cosine_prior=*/true},
    ArmSpec{"random", ArmForm::kRandom, kNoAgent},
    ArmSpec{"cosine-rank", ArmForm::kCosineRank, kNoAgent, /*frozen=*/true},
    ArmSpec{"surrogate-rank", ArmForm::kSurrogateRank, kNoAgent, /*frozen=*/true},
    ArmSpec{"oracle", ArmForm::kOracle, kNoAgent, /*frozen=*/true},
};

}  // namespace

std::span<const ArmSpec> ArmSpecs() { return kArmSpecs; }

const ArmSpec* FindArmSpec(std::string_view name) {
  const auto found = std::find_if(kArmSpecs.begin(), kArmSpecs.end(),
                                  [&](const ArmSpec& spec) { return spec.name == name; });
  return found == kArmSpecs.end() ? nullptr : &*found;
}

const ArmSpec& SpecOf(std::string_view name) {
  const ArmSpec* spec = FindArmSpec(name);
  DYNAJOB_CHECK(spec != nullptr, "unknown arm " + std::string(name));
  return *spec;
}

}  // namespace dynajob
