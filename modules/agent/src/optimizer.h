// Adam and RMSprop in one pass over flat parameters, with PyTorch's defaults and update rules.
#ifndef DYNAJOB_AGENT_SRC_OPTIMIZER_H_
#define DYNAJOB_AGENT_SRC_OPTIMIZER_H_

#include <span>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

// Applies one step in place. All spans have the same length; `state` is resized on first use.
//   Adam (Kingma and Ba 2015, algorithm 1): beta1 0.9, beta2 0.999, eps 1e-8, bias-corrected.
//   RMSprop (Hinton 2012, lecture 6e): alpha 0.99, eps 1e-8; only second_moment is used.
void ApplyOptimizer(OptimizerKind kind, double learning_rate, std::span<const float> gradients,
                    std::span<float> parameters, OptimizerState& state);

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_OPTIMIZER_H_
