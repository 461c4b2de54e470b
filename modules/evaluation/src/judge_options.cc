#include <array>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/evaluation/judge.h"

namespace dynajob {
namespace {

struct NamedOption {
  const char* key;
  double JudgeOptions::*value;
  const char* help;
};

constexpr double kLargestWeight = 1000;

constexpr std::array<NamedOption, 8> kWeights = {{
    {"judge.skill_weight", &JudgeOptions::skill_weight, "utility from no skill covered to all"},
    {"judge.sector_weight", &JudgeOptions::sector_weight, "utility of working in the same sector"},
    {"judge.seniority_weight", &JudgeOptions::seniority_weight,
     "utility lost per squared level away from the wanted one"},
    {"judge.salary_weight", &JudgeOptions::salary_weight,
     "utility per log(offer / reservation wage)"},
    {"judge.work_mode_weight", &JudgeOptions::work_mode_weight, "utility of the work mode"},
    {"judge.distance_weight", &JudgeOptions::distance_weight,
     "utility lost per tolerance of distance"},
    {"judge.affinity_weight", &JudgeOptions::affinity_weight,
     "spread of the utility from hidden sector affinity"},
    {"judge.taste_weight", &JudgeOptions::taste_weight, "spread of the utility from latent taste"},
}};

struct NamedSpread {
  const char* key;
  double PreferenceSpread::*value;
  const char* help;
  double low;
  double high;
};

constexpr std::array<NamedSpread, 6> kSpreads = {{
    {"judge.weight_spread", &PreferenceSpread::weight, "sd of the log of personal weights", 0, 3},
    {"judge.reservation_wage_spread", &PreferenceSpread::reservation_wage,
     "sd of log(reservation wage / expectation)", 0, 3},
    {"judge.distance_spread", &PreferenceSpread::distance, "sd of the log of distance tolerance", 0,
     3},
    {"judge.distance_median", &PreferenceSpread::distance_median, "median distance tolerance in km",
     1, 20000},
    {"judge.work_mode_spread", &PreferenceSpread::work_mode, "sd of the utility of a work mode", 0,
     100},
    {"judge.ambition_spread", &PreferenceSpread::ambition, "sd of the wanted step up in levels", 0,
     6},
}};

constexpr std::array<const char*, kResponseCount> kShareKeys = {
    "judge.ignore_share", "judge.click_share", "judge.save_share", "judge.apply_share"};

constexpr int64_t kFewestCalibrationPairs = 100;
constexpr int64_t kMostCalibrationPairs = 10'000'000;

Status RequireWithin(const char* key, double value, double low, double high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("{} is {}: it must be {} to {}", key, value, low, high));
}

}  // namespace

Status JudgeOptions::Validate() const {
  for (const NamedOption& option : kWeights) {
    DYNAJOB_RETURN_IF_ERROR(RequireWithin(option.key, this->*option.value, 0, kLargestWeight));
  }
  for (const NamedSpread& option : kSpreads) {
    DYNAJOB_RETURN_IF_ERROR(
        RequireWithin(option.key, spread.*option.value, option.low, option.high));
  }
  double sum = 0;
  for (size_t k = 0; k < kResponseCount; ++k) {
    if (!(target_shares[k] > 0 && target_shares[k] < 1)) {
      return InvalidArgument(
          fmt::format("{} is {}: it must be above 0 and below 1", kShareKeys[k], target_shares[k]));
    }
    sum += target_shares[k];
  }
  if (!(std::abs(sum - 1) <= 1e-6)) {
    return InvalidArgument(fmt::format(
        "judge.ignore_share, click_share, save_share and apply_share sum to {}: they must sum to 1",
        sum));
  }
  if (calibration_pairs < kFewestCalibrationPairs || calibration_pairs > kMostCalibrationPairs) {
    return InvalidArgument(fmt::format("judge.calibration_pairs is {}: it must be {} to {}",
                                       calibration_pairs, kFewestCalibrationPairs,
                                       kMostCalibrationPairs));
  }
  return Status::Ok();
}

void JudgeOptions::Bind(ConfigRegistry& registry) {
  for (const NamedOption& option : kWeights) {
    registry.Add(option.key, &(this->*option.value), option.help, 0, kLargestWeight);
  }
  for (const NamedSpread& option : kSpreads) {
    registry.Add(option.key, &(spread.*option.value), option.help, option.low, option.high);
  }
  for (size_t k = 0; k < kResponseCount; ++k) {
    registry.Add(kShareKeys[k], &target_shares[k], "share of this response over all pairs", 0, 1);
  }
  registry.Add("judge.calibration_pairs", &calibration_pairs,
               "pairs sampled to calibrate the response shares", kFewestCalibrationPairs,
               kMostCalibrationPairs);
}

}  // namespace dynajob
