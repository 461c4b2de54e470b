// The layers behind the first, packed for evaluating many rows of one network: the maxima over next
// candidate sets, the ranking of a catalog. Rows stay rows (jobs x features), so that nothing is
// transposed, and rows of different candidates can be mixed.
//
// What a row's value is does not depend on the rows beside it, and it has the same bits with every
// kernel that fuses multiply and add.
#ifndef DYNAJOB_AGENT_SRC_PACKED_LAYERS_H_
#define DYNAJOB_AGENT_SRC_PACKED_LAYERS_H_

#include <span>
#include <vector>

#include "dynajob/agent/options.h"

#include "mlp.h"

namespace dynajob {

// One (candidate, job): what the job gives to the first layer, Wv v, and the candidate, Ws s + b;
// first_width values each.
template <typename Number>
struct FirstLayerRow {
  const Number* share = nullptr;
  const float* constant = nullptr;
};

// Evaluate is safe for concurrent use.
class PackedLayers {
 public:
  // Copies what it needs.
  void Pack(const MlpShape& shape, const float* parameters, Precision precision);

  // out[i] = the layers behind the first of max(0, share + constant); no bilinear term. Float rows
  // for Precision::kFloat32; with kBfloat16 activations and weights are rounded, sums, biases and
  // the output layer are float32.
  void Evaluate(std::span<const FirstLayerRow<float>> rows, std::span<float> out) const;
  void Evaluate(std::span<const FirstLayerRow<Bfloat16>> rows, std::span<float> out) const;

 private:
  struct Layer {
    size_t in = 0, out = 0, stride = 0;  // stride: of the packed weights
    std::vector<float> weights;          // in x out
    std::vector<BfloatPair> pairs;       // or in / 2 x out
    std::vector<float> bias;
  };
  template <typename Number>
  void EvaluateRows(std::span<const FirstLayerRow<Number>> rows, std::span<float> out) const;
  void EvaluateTile(const float* first, size_t rows, float* out) const;
  void EvaluateTile(const Bfloat16* first, size_t rows, float* out) const;
  // out[i] = bias + last weights . row i.
  void Output(const float* rows, size_t count, size_t stride, float* out) const;

  Precision precision_ = Precision::kFloat32;
  size_t first_width_ = 0;
  std::vector<Layer> hidden_;  // behind the first, without the output layer
  std::vector<float> output_weights_;
  float output_bias_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_PACKED_LAYERS_H_
