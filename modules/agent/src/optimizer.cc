#include "optimizer.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "dynajob/core/check.h"

// Widest vectors the CPU has, chosen when the program starts. Contraction is off (see
// cmake/compiler.cmake), so every clone computes the same bits. Sanitizers do not support the
// run-time choice.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DYNAJOB_VECTOR_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define DYNAJOB_VECTOR_CLONES
#endif

namespace dynajob {
namespace {

constexpr float kBeta1 = 0.9f;
constexpr float kBeta2 = 0.999f;
constexpr float kAlpha = 0.99f;
constexpr float kEpsilon = 1e-8f;

DYNAJOB_VECTOR_CLONES
void AdamPass(size_t count, float step_size, float inverse_root_correction,
              const float* __restrict gradient, float* __restrict parameter,
              float* __restrict first, float* __restrict second) {
  for (size_t i = 0; i < count; ++i) {
    const float g = gradient[i];
    first[i] = kBeta1 * first[i] + (1.0f - kBeta1) * g;
    second[i] = kBeta2 * second[i] + (1.0f - kBeta2) * g * g;
    parameter[i] -=
        step_size * first[i] / (std::sqrt(second[i]) * inverse_root_correction + kEpsilon);
  }
}

DYNAJOB_VECTOR_CLONES
void RmsPropPass(size_t count, float learning_rate, const float* __restrict gradient,
                 float* __restrict parameter, float* __restrict second) {
  for (size_t i = 0; i < count; ++i) {
    const float g = gradient[i];
    second[i] = kAlpha * second[i] + (1.0f - kAlpha) * g * g;
    parameter[i] -= learning_rate * g / (std::sqrt(second[i]) + kEpsilon);
  }
}

// Values before the first that starts a cache line: a vector that crosses two costs twice.
size_t ToCacheLine(const float* values, size_t count) {
  constexpr size_t kLine = 64;
  const size_t beyond = reinterpret_cast<uintptr_t>(values) % kLine;
  return beyond == 0 ? 0 : std::min(count, (kLine - beyond) / sizeof(float));
}

}  // namespace

void ApplyOptimizer(OptimizerKind kind, double learning_rate, std::span<const float> gradients,
                    std::span<float> parameters, OptimizerState& state) {
  const size_t count = parameters.size();
  DYNAJOB_CHECK(gradients.size() == count, "gradient and parameter sizes differ");
  state.second_moment.resize(count, 0.0f);
  ++state.updates;
  if (kind == OptimizerKind::kRmsProp) {
    RmsPropPass(count, static_cast<float>(learning_rate), gradients.data(), parameters.data(),
                state.second_moment.data());
    return;
  }
  state.first_moment.resize(count, 0.0f);
  const double t = static_cast<double>(state.updates);
  const double correction1 = 1 - std::pow(static_cast<double>(kBeta1), t);
  const double correction2 = 1 - std::pow(static_cast<double>(kBeta2), t);
  const auto pass = [&](size_t begin, size_t end) {
    AdamPass(end - begin, static_cast<float>(learning_rate / correction1),
             static_cast<float>(1 / std::sqrt(correction2)), gradients.data() + begin,
             parameters.data() + begin, state.first_moment.data() + begin,
             state.second_moment.data() + begin);
  };
  // Large blocks of memory all start equally far into a line, so this aligns the moments, too.
  const size_t head = ToCacheLine(parameters.data(), count);
  pass(0, head);
  pass(head, count);
}

}  // namespace dynajob
