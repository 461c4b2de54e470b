// The products of a training step in bfloat16: a hidden layer's operands are rounded, laid out in
// pairs along the sum, and multiplied into float32. Batches are features x batch, as in
// mlp_gradient.cc; the output layer is not among these.
#ifndef DYNAJOB_AGENT_SRC_ROUNDED_LAYERS_H_
#define DYNAJOB_AGENT_SRC_ROUNDED_LAYERS_H_

#include <optional>
#include <vector>

#include "mlp.h"

namespace dynajob {

// One thread. Keeps rounded copies of the weights from step to step.
class RoundedLayers {
 public:
  // Begins a step on `rows` rows of `input`. The copies are made anew unless they are of `version`.
  void Begin(const MlpShape& shape, const float* parameters, std::optional<uint64_t> version,
             const float* input, size_t rows);
  // Copies the weights of `version`, so that Evaluate can be asked and the next step need not.
  void Keep(const MlpShape& shape, const float* parameters, uint64_t version);
  // The step has changed the parameters, and the copies with them.
  void End(uint64_t version) { version_ = version; }

  // The network without bilinear term, dropout off, on `rows` inputs that all begin with `head`,
  // which has an even length, and go on with a row of `tails` each. Products are chains over all of
  // an input: a value has the same bits however the input is divided. Needs the copies of
  // `version`. Safe for concurrent use.
  void Evaluate(const MlpShape& shape, const float* parameters, uint64_t version,
                std::span<const float> head, const float* tails, size_t rows, float* out) const;

  // out = max(0, weights previous + bias); `previous` is not looked at for layer 0.
  void Forward(size_t layer, const float* parameters, const float* previous, float* out);
  // upstream = weights^T delta, for layers above 0.
  void PassOn(size_t layer, const float* parameters, const float* delta, float* upstream);
  // The gradient of the weights: delta previous^T. Holds until the next call.
  PairProduct WeightGradient(size_t layer, const float* delta, const float* previous);
  // Lets `update`, of the layer's weights, change the copy, too.
  void KeepRounded(size_t layer, Update& update);

 private:
  struct Layer {
    size_t in = 0, out = 0;
    size_t weight = 0, bias = 0;    // offsets into the parameters
    size_t stride = 0;              // PadPairs(in)
    std::vector<Bfloat16> weights;  // out x in
  };
  // out = start + weights right (, then max(0, ·)), over the pairs [begin, end) of input values;
  // `right` and `out` have `columns` columns.
  static void Multiply(const Layer& layer, size_t begin, size_t end, const BfloatPair* right,
                       size_t columns, const float* start, bool relu, float* out);
  void CopyWeights(const MlpShape& shape, const float* parameters);

  std::optional<uint64_t> version_;
  std::vector<Layer> layers_;
  const float* input_ = nullptr;
  size_t input_width_ = 0;
  size_t rows_ = 0;
  size_t stride_ = 0;  // PadBatch(rows)
  Buffer rounded_, pairs_, left_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_ROUNDED_LAYERS_H_
