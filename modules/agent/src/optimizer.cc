#include "optimizer.h"

#include <cmath>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

constexpr float kBeta1 = 0.9f;
constexpr float kBeta2 = 0.999f;

}  // namespace

Update BeginUpdate(OptimizerKind kind, double learning_rate, std::span<float> parameters,
                   OptimizerState& state) {
  state.second_moment.resize(parameters.size(), 0.0f);
  ++state.updates;
  Update update{.adam = kind == OptimizerKind::kAdam,
                .step_size = static_cast<float>(learning_rate),
                .parameters = parameters.data(),
                .second = state.second_moment.data()};
  if (!update.adam) return update;
  state.first_moment.resize(parameters.size(), 0.0f);
  update.first = state.first_moment.data();
  const double t = static_cast<double>(state.updates);
  const double correction1 = 1 - std::pow(static_cast<double>(kBeta1), t);
  const double correction2 = 1 - std::pow(static_cast<double>(kBeta2), t);
  update.step_size = static_cast<float>(learning_rate / correction1);
  update.root_scale = static_cast<float>(1 / std::sqrt(correction2));
  return update;
}

Update UpdateAt(const Update& update, size_t offset, size_t row) {
  Update part = update;
  part.parameters += offset;
  part.second += offset;
  if (part.adam) part.first += offset;
  part.row = row;
  return part;
}

void ApplyOptimizer(OptimizerKind kind, double learning_rate, std::span<const float> gradients,
                    std::span<float> parameters, OptimizerState& state) {
  DYNAJOB_CHECK(gradients.size() == parameters.size(), "gradient and parameter sizes differ");
  const Update update = BeginUpdate(kind, learning_rate, parameters, state);
  ChosenKernels().update(gradients.data(), gradients.size(), update);
}

}  // namespace dynajob
