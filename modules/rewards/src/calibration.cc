#include "dynajob/rewards/calibration.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace dynajob {
namespace {

Status ValidateSample(std::span<const double> raw, std::span<const double> target) {
  if (raw.size() != target.size()) {
    return InvalidArgument(fmt::format("calibration needs one target per raw reward: got {} and {}",
                                       target.size(), raw.size()));
  }
  if (raw.size() < 2) {
    return InvalidArgument(
        fmt::format("calibration needs at least 2 labelled pairs: got {}", raw.size()));
  }
  for (size_t i = 0; i < raw.size(); ++i) {
    if (!std::isfinite(raw[i]) || !std::isfinite(target[i])) {
      return InvalidArgument(
          fmt::format("calibration needs finite rewards: pair {} has raw {} and target {}", i,
                      raw[i], target[i]));
    }
  }
  return Status::Ok();
}

double MeanOf(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Slope (at least 0) and intercept of the least-squares line.
std::pair<double, double> LeastSquares(std::span<const double> x, std::span<const double> y) {
  const double mean_x = MeanOf(x);
  const double mean_y = MeanOf(y);
  double variance = 0;
  double covariance = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    variance += (x[i] - mean_x) * (x[i] - mean_x);
    covariance += (x[i] - mean_x) * (y[i] - mean_y);
  }
  // Values that are equal but for rounding of their mean do not vary.
  const double scale = std::abs(mean_x) + 1e-300;
  const bool varies = variance > 1e-24 * scale * scale * static_cast<double>(x.size());
  const double slope = varies ? std::max(0.0, covariance / variance) : 0.0;
  return {slope, mean_y - slope * mean_x};
}

}  // namespace

Result<RewardCalibration> RewardCalibration::FitAffine(std::span<const double> raw,
                                                       std::span<const double> target) {
  DYNAJOB_RETURN_IF_ERROR(ValidateSample(raw, target));
  RewardCalibration calibration;
  std::tie(calibration.slope_, calibration.intercept_) = LeastSquares(raw, target);
  return calibration;
}

Result<RewardCalibration> RewardCalibration::FitRank(std::span<const double> raw,
                                                     std::span<const double> target) {
  DYNAJOB_RETURN_IF_ERROR(ValidateSample(raw, target));
  std::vector<double> sorted_raw(raw.begin(), raw.end());
  std::vector<double> sorted_target(target.begin(), target.end());
  std::sort(sorted_raw.begin(), sorted_raw.end());
  std::sort(sorted_target.begin(), sorted_target.end());
  RewardCalibration calibration;
  for (size_t begin = 0; begin < sorted_raw.size();) {
    size_t end = begin + 1;
    while (end < sorted_raw.size() && sorted_raw[end] == sorted_raw[begin]) ++end;
    calibration.raw_knots_.push_back(sorted_raw[begin]);
    calibration.target_knots_.push_back(
        MeanOf(std::span(sorted_target).subspan(begin, end - begin)));
    begin = end;
  }
  std::vector<double> mapped;
  mapped.reserve(raw.size());
  for (const double value : raw) mapped.push_back(calibration.Apply(value));
  std::tie(calibration.slope_, calibration.intercept_) = LeastSquares(raw, mapped);
  return calibration;
}

double RewardCalibration::Apply(double raw) const {
  if (raw_knots_.empty()) return slope_ * raw + intercept_;
  const auto above = std::upper_bound(raw_knots_.begin(), raw_knots_.end(), raw);
  if (above == raw_knots_.begin()) return target_knots_.front();
  if (above == raw_knots_.end()) return target_knots_.back();
  const size_t i = static_cast<size_t>(above - raw_knots_.begin());
  const double share = (raw - raw_knots_[i - 1]) / (raw_knots_[i] - raw_knots_[i - 1]);
  return target_knots_[i - 1] + share * (target_knots_[i] - target_knots_[i - 1]);
}

}  // namespace dynajob
