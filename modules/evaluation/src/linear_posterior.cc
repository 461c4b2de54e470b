#include <cmath>

#include "dynajob/core/check.h"
#include "dynajob/evaluation/linear_bandit.h"

namespace dynajob {
namespace {

double Dot(std::span<const double> a, std::span<const double> b) {
  DYNAJOB_CHECK(a.size() == b.size(), "vectors of unequal length");
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// The lower triangle L with L L^T = `matrix`, which is positive definite; both n x n, row-major.
void FactorCholesky(std::span<const double> matrix, size_t n, std::vector<double>& factor) {
  factor.assign(n * n, 0.0);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      double value = matrix[i * n + j];
      for (size_t k = 0; k < j; ++k) value -= factor[i * n + k] * factor[j * n + k];
      if (i == j) DYNAJOB_CHECK(value > 0, "a precision matrix that is not positive definite");
      factor[i * n + j] = i == j ? std::sqrt(value) : value / factor[j * n + j];
    }
  }
}

// L^-1 x.
std::vector<double> ForwardSolve(const std::vector<double>& factor, std::span<const double> x) {
  const size_t n = x.size();
  std::vector<double> y(n);
  for (size_t i = 0; i < n; ++i) {
    double value = x[i];
    for (size_t k = 0; k < i; ++k) value -= factor[i * n + k] * y[k];
    y[i] = value / factor[i * n + i];
  }
  return y;
}

// L^-T x.
std::vector<double> BackwardSolve(const std::vector<double>& factor, std::span<const double> x) {
  const size_t n = x.size();
  std::vector<double> y(n);
  for (size_t i = n; i-- > 0;) {
    double value = x[i];
    for (size_t k = i + 1; k < n; ++k) value -= factor[k * n + i] * y[k];
    y[i] = value / factor[i * n + i];
  }
  return y;
}

}  // namespace

LinearPosterior::LinearPosterior(std::vector<double> prior, double ridge)
    : precision_(prior.size() * prior.size(), 0.0), target_(prior), weights_(std::move(prior)) {
  DYNAJOB_CHECK(ridge > 0, "a posterior without a prior");
  for (size_t i = 0; i < target_.size(); ++i) {
    precision_[i * target_.size() + i] = ridge;
    target_[i] *= ridge;
  }
  Solve();
}

void LinearPosterior::Update(std::span<const double> features, double reward) {
  const size_t n = dimension();
  DYNAJOB_CHECK(features.size() == n, "features of another model");
  for (size_t i = 0; i < n; ++i) {
    target_[i] += reward * features[i];
    for (size_t j = 0; j < n; ++j) precision_[i * n + j] += features[i] * features[j];
  }
  Solve();
}

void LinearPosterior::Solve() {
  FactorCholesky(precision_, dimension(), factor_);
  weights_ = BackwardSolve(factor_, ForwardSolve(factor_, target_));
}

double LinearPosterior::Mean(std::span<const double> features) const {
  return Dot(weights_, features);
}

double LinearPosterior::Deviation(std::span<const double> features) const {
  DYNAJOB_CHECK(features.size() == dimension(), "features of another model");
  const std::vector<double> half = ForwardSolve(factor_, features);
  return std::sqrt(Dot(half, half));
}

std::vector<double> LinearPosterior::Sample(double scale, Rng& rng) const {
  std::vector<double> noise(dimension());
  for (double& z : noise) z = rng.Normal();
  std::vector<double> sample = BackwardSolve(factor_, noise);
  for (size_t i = 0; i < sample.size(); ++i) sample[i] = weights_[i] + scale * sample[i];
  return sample;
}

}  // namespace dynajob
