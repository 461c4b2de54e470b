// The multilayer perceptron as plain arithmetic on one flat parameter vector.
//
// Parameters, in this order: for every layer its weight (out x in, row-major, as torch.nn.Linear)
// and bias; then, with a bilinear term of rank r, U (r x state_dim) and V (r x action_dim).
// Input rows are [state | action | cross] (pair_encoder.h). Output:
//   f(x) = MLP(x) + sum_k (U s)_k (V v)_k.
#ifndef DYNAJOB_AGENT_SRC_MLP_H_
#define DYNAJOB_AGENT_SRC_MLP_H_

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dynajob/agent/options.h"
#include "dynajob/core/rng.h"

#include "kernels.h"

namespace dynajob {

class RoundedLayers;  // rounded_layers.h

struct LinearShape {
  size_t in = 0;
  size_t out = 0;
  size_t weight = 0;  // offsets into the flat parameters
  size_t bias = 0;
};

struct MlpShape {
  MlpShape(size_t state_dim, size_t action_dim, size_t cross_dim, std::span<const int64_t> hidden,
           size_t bilinear_rank, double dropout);

  size_t input_dim() const { return state_dim + action_dim + cross_dim; }
  size_t first_width() const { return layers.front().out; }

  struct NamedTensor {
    std::string name;  // "layers.0.weight", …
    size_t offset;
    std::vector<size_t> shape;
  };
  std::vector<NamedTensor> Tensors() const;

  size_t state_dim;
  size_t action_dim;
  size_t cross_dim;
  size_t bilinear_rank;
  double dropout;
  std::vector<LinearShape> layers;  // hidden layers, then the output layer of width 1
  size_t bilinear_u = 0;            // offsets
  size_t bilinear_v = 0;
  size_t parameter_count = 0;
};

std::vector<float> InitialParameters(const MlpShape& shape, uint64_t seed);

// f of `rows` input rows, dropout off.
void Forward(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
             float* out);

// `rows` rows of `width` values, a row every `stride` values.
struct Rows {
  const float* data = nullptr;
  size_t rows = 0;
  size_t width = 0;
  size_t stride = 0;
};

// The first layer's weights of the input columns [column, column + width).
Rows FirstLayerWeights(const MlpShape& shape, const float* parameters, size_t column, size_t width);

// Batches inside are features x batch (kernels.h), PadBatch(rows) values for every feature.
//
// out = start + weight input; input has weight.width features, out weight.rows.
void MultiplyBatch(const Rows& weight, const float* input, size_t rows, float* out,
                   Start start = Start::kZero, const float* bias = nullptr, bool relu = false);

// The rest of the network from the first layer's activations (after ReLU). out: one value a row.
void ForwardFromFirst(const MlpShape& shape, const float* parameters, const float* first,
                      size_t rows, float* out);

// Inverted-dropout masks for every hidden layer, concatenated: width x rows each, entries 0 or
// 1 / (1 - rate). Nothing is written when the rate is 0.
void DropoutMasks(const MlpShape& shape, size_t rows, Rng rng, std::vector<float>& masks);

// Mean squared error of a batch and its gradient.
class MlpGradient {
 public:
  virtual ~MlpGradient() = default;
  // `masks` as from DropoutMasks; `gradients` has parameter_count values and is overwritten.
  virtual double Compute(const MlpShape& shape, std::span<const float> parameters,
                         std::span<const float> input, std::span<const float> targets,
                         std::span<const float> masks, std::span<float> gradients) = 0;
  // One optimizer step on them, in place; returns the error before it. `update` is of the
  // parameters from the first on. `version` is of the parameters before it; the step makes it one
  // more.
  virtual double Step(const MlpShape& shape, const Update& update, uint64_t version,
                      std::span<const float> input, std::span<const float> targets,
                      std::span<const float> masks);

  // The rounded copies that steps read and change; null where they compute in float32.
  virtual RoundedLayers* rounded() { return nullptr; }

 private:
  Buffer gradients_;
};

// Forward and backward over the kernels of this processor. With kBfloat16 the operands of the
// hidden layers' products are rounded; sums, biases, the output layer and parameters stay float32.
std::unique_ptr<MlpGradient> MakeFusedGradient(Precision precision = Precision::kFloat32);
// LibTorch autograd on the same parameters: the reference, and the way to other devices. Requires
// LoadTorchBackend().ok().
std::unique_ptr<MlpGradient> MakeTorchGradient();

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_MLP_H_
