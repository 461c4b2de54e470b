#include "arm_factory.h"

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

std::unique_ptr<Arm> MakeAgentArm(const ArmSpec& spec, const ArmParts& parts, Protocol protocol) {
  DYNAJOB_CHECK(spec.agent && parts.agent != nullptr, "an arm without its agent");
  const RankBy rank_by = spec.form == ArmForm::kQLearner ? RankBy::kQ : RankBy::kWorldModel;
  if (spec.frozen) return MakeFrozenArm(*parts.agent, rank_by);
  const bool warm = *spec.agent != Strategy::kBaseline;
  return MakeLearnerArm(*parts.agent, parts.options.online, protocol, warm, rank_by);
}

std::unique_ptr<Arm> MakeLinearArm(const ArmSpec& spec, const ArmParts& parts, Protocol protocol) {
  DYNAJOB_CHECK(parts.bandit_features != nullptr, "a linear reference without its features");
  return MakeBanditArm(*parts.bandit_features, parts.options.bandit,
                       spec.form == ArmForm::kLinUcb ? BanditPolicy::kUcb : BanditPolicy::kThompson,
                       spec.cosine_prior ? BanditPrior::kCosine : BanditPrior::kCold, protocol,
                       parts.seed);
}

}  // namespace

std::unique_ptr<Arm> MakeArm(const ArmSpec& spec, const ArmParts& parts, Protocol protocol) {
  switch (spec.form) {
    case ArmForm::kQLearner:
    case ArmForm::kModelLearner:
      return MakeAgentArm(spec, parts, protocol);
    case ArmForm::kLinUcb:
    case ArmForm::kThompson:
      return MakeLinearArm(spec, parts, protocol);
    case ArmForm::kRandom:
      return MakeRandomArm(parts.seed);
    case ArmForm::kCosineRank:
      return MakeRankingArm([cosine = &parts.cosine](Pair pair) { return cosine->Cosine(pair); });
    case ArmForm::kSurrogateRank:
      return MakeRankingArm(
          [surrogate = &parts.surrogate, rewards = parts.options.rewards](Pair pair) {
            return rewards.Expected(surrogate->ProbabilitiesOf(pair));
          });
    case ArmForm::kOracle:
      break;
  }
  return MakeRankingArm([judge = &parts.judge](Pair pair) { return judge->ExpectedReward(pair); });
}

}  // namespace dynajob
