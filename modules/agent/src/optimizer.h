// Adam and RMSprop with PyTorch's defaults and update rules. The arithmetic is in the kernels
// (kernels_update_impl.h), so that a step can also be taken while a gradient is in registers.
#ifndef DYNAJOB_AGENT_SRC_OPTIMIZER_H_
#define DYNAJOB_AGENT_SRC_OPTIMIZER_H_

#include <span>

#include "dynajob/agent/pair_network.h"

#include "kernels.h"

namespace dynajob {

// Begins a step: counts it, makes room in `state` on first use and returns what the kernels need,
// for parameters [0, parameters.size()).
//   Adam (Kingma and Ba 2015, algorithm 1): beta1 0.9, beta2 0.999, eps 1e-8, bias-corrected.
//   RMSprop (Hinton 2012, lecture 6e): alpha 0.99, eps 1e-8; only second_moment is used.
Update BeginUpdate(OptimizerKind kind, double learning_rate, std::span<float> parameters,
                   OptimizerState& state);
// The same update from parameter `offset` on, as a matrix with rows of `row` values.
Update UpdateAt(const Update& update, size_t offset, size_t row);

// Applies one step in place. All spans have the same length.
void ApplyOptimizer(OptimizerKind kind, double learning_rate, std::span<const float> gradients,
                    std::span<float> parameters, OptimizerState& state);

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_OPTIMIZER_H_
