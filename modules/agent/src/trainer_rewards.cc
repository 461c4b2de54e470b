// What a step of pre-training is worth, and how two scales of worth are brought together.
#include <fmt/format.h>

#include "dynajob/agent/trainer.h"

namespace dynajob {
namespace {

Result<double> Ask(RewardSource& source, Pair pair) {
  double reward = 0;
  DYNAJOB_RETURN_IF_ERROR(source.Rewards(std::span(&pair, 1), std::span(&reward, 1)));
  return reward;
}

}  // namespace

// nullopt: the simulated user has no usable answer for this pair.
Result<std::optional<double>> Trainer::Reward(Pair pair) {
  const Phase& phase = phases_[phase_];
  if (phase.source == Source::kCosine) {
    DYNAJOB_ASSIGN_OR_RETURN(const double cosine, Ask(*inputs_.cosine, pair));
    return std::optional(cosine);
  }
  const Result<double> answer = SimulatedReward(pair);
  if (!answer.ok() && answer.error().code == ErrorCode::kNotFound) return std::optional<double>();
  DYNAJOB_ASSIGN_OR_RETURN(const double simulated, answer);
  if (phase.source == Source::kLlm || !calibrated_) return std::optional(simulated);

  const double fraction = static_cast<double>(step_) / static_cast<double>(phase.options.steps);
  const double weight = SimulatedUserWeight(options_.hybrid, HybridPhase::kSimulatedUser, fraction);
  if (weight >= 1) return std::optional(simulated);
  DYNAJOB_ASSIGN_OR_RETURN(const double cosine, Ask(*inputs_.cosine, pair));
  return std::optional(BlendRewards(weight, calibration_.Apply(cosine), simulated));
}

// From the simulated user, or at the limit from the world model.
Result<double> Trainer::SimulatedReward(Pair pair) {
  const Result<double> answer = Ask(*inputs_.llm, pair);
  if (answer.ok()) {
    labelled_.insert(PairKey(pair));
    return answer;
  }
  const bool at_limit = answer.error().code == ErrorCode::kBudgetReached;
  if (!at_limit || options_.pretrain.at_limit == AtLimit::kStop) return answer;
  // Neither a world model without a label nor the calibration can do without the simulated user.
  const Phase& phase = phases_[phase_];
  if (labelled_.empty() || step_ < phase.rollout_steps) {
    return Error{
        ErrorCode::kBudgetReached,
        fmt::format("{}; llm.at_limit = world-model needs a label to go on from, and those "
                    "of all {} roll-outs of the phase: this is step {}",
                    answer.error().message, phase.rollout_steps, step_)};
  }
  float reward = 0, deviation = 0;
  agent_.world_model().Predict(std::span(&pair, 1), std::span(&reward, 1),
                               std::span(&deviation, 1));
  ++predicted_rewards_;
  return static_cast<double>(reward);
}

Status Trainer::Calibrate() {
  // Fitted on the roll-outs, whose labels are paid for. Without roll-outs there is nothing to fit.
  std::vector<Pair> pairs;
  std::vector<double> labels;
  for (size_t i = 0; i < agent_.replay().size(); ++i) {
    pairs.push_back(agent_.replay().at(i).pair);
    labels.push_back(static_cast<double>(agent_.replay().at(i).reward));
  }
  calibrated_ = true;
  if (options_.hybrid.calibration == CalibrationMethod::kNone) return Status::Ok();
  if (pairs.size() < 2) {
    return Error{ErrorCode::kLlmUnavailable,
                 fmt::format("the simulated user labelled {} of the {} roll-outs; the calibration "
                             "of the hybrid needs at least 2",
                             pairs.size(), step_)};
  }
  std::vector<double> cosines(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(inputs_.cosine->Rewards(pairs, cosines));
  calibration_sample_ = {std::move(cosines), std::move(labels)};
  DYNAJOB_RETURN_IF_ERROR(FitCalibration());
  agent_.RescaleRewards(calibration_.slope(), calibration_.intercept());
  return Status::Ok();
}

Status Trainer::FitCalibration() {
  const auto& [cosines, labels] = calibration_sample_;
  auto fitted = options_.hybrid.calibration == CalibrationMethod::kAffine
                    ? RewardCalibration::FitAffine(cosines, labels)
                    : RewardCalibration::FitRank(cosines, labels);
  if (!fitted.ok()) return fitted.error();
  calibration_ = *std::move(fitted);
  return Status::Ok();
}

}  // namespace dynajob
