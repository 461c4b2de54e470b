// Weights packed for multiplying many rows of one network, and the layers behind the first as rows
// need them: for the maxima over next candidate sets and the ranking of a catalog. Rows stay rows
// (jobs x features), so that nothing is transposed, and rows of different candidates can be mixed.
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

// One linear layer, in one of the precisions. const functions are safe for concurrent use.
class PackedMatrix {
 public:
  // Copies out x in weights and, unless it is null, the bias.
  void Pack(const Rows& weights, const float* bias, Precision precision);

  size_t in() const { return in_; }
  size_t out() const { return out_; }
  // out row i = weights (row i) + bias (, then max(0, ·)). Rows of `in` and `out` lie every
  // `in_stride` and `out_stride` values. Rows of Bfloat16 end with a zero where in() is odd, and
  // their stride is even.
  void Multiply(const float* in, size_t in_stride, size_t rows, bool relu, float* out,
                size_t out_stride) const;
  void Multiply(const Bfloat16* in, size_t in_stride, size_t rows, bool relu, float* out,
                size_t out_stride) const;
  void Multiply(const Bfloat16* in, size_t in_stride, size_t rows, bool relu, Bfloat16* out,
                size_t out_stride) const;

 private:
  void MultiplyPairs(const Bfloat16* in, size_t in_stride, size_t rows, bool relu, float* exact,
                     Bfloat16* rounded, size_t out_stride) const;

  size_t in_ = 0, out_ = 0, stride_ = 0;
  std::vector<float> weights_;     // in x out, a row every stride_ values
  std::vector<BfloatPair> pairs_;  // or in / 2 x out
  std::vector<float> bias_;        // empty: none
};

// `count` rows of `width` values, rounded, a row every PadPairs(width), in `room`.
const Bfloat16* RoundRows(const float* rows, size_t count, size_t width, Buffer& room);

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
  template <typename Number>
  void EvaluateRows(std::span<const FirstLayerRow<Number>> rows, std::span<float> out) const;
  void EvaluateTile(const float* first, size_t rows, float* out) const;
  void EvaluateTile(const Bfloat16* first, size_t rows, float* out) const;
  // out[i] = bias + last weights . row i.
  void Output(const float* rows, size_t count, size_t stride, float* out) const;

  Precision precision_ = Precision::kFloat32;
  size_t first_width_ = 0;
  std::vector<PackedMatrix> hidden_;  // behind the first, without the output layer
  std::vector<float> output_weights_;
  float output_bias_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_PACKED_LAYERS_H_
