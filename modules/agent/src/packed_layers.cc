#include "packed_layers.h"

#include <algorithm>
#include <array>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// Rows that are evaluated together, a multiple of the rows of a tile of the kernels: their
// activations stay in the caches.
constexpr size_t kTileRows = 48;

// Activations of a tile, of two layers by turns; a row every PadBatch(width) values.
struct TileScratch {
  std::array<Buffer, 2> layers;
  Buffer widened;
};
TileScratch& Scratch() {
  thread_local TileScratch scratch;
  return scratch;
}

template <typename Number>
Number* Room(Buffer& buffer, size_t count) {
  return reinterpret_cast<Number*>(buffer.Get((count * sizeof(Number) + 3) / sizeof(float)));
}

void AddRelu(const FirstLayerRow<float>& row, size_t width, float* out) {
  ChosenKernels().add_relu(row.share, row.constant, width, out);
}
void AddRelu(const FirstLayerRow<Bfloat16>& row, size_t width, Bfloat16* out) {
  ChosenKernels().add_relu_rounded(row.share, row.constant, width, out);
  if (width % 2 != 0) out[width] = Bfloat16{};
}

}  // namespace

void PackedLayers::Pack(const MlpShape& shape, const float* parameters, Precision precision) {
  precision_ = precision;
  first_width_ = shape.first_width();
  hidden_.resize(shape.layers.size() - 2);
  std::vector<const float*> rows;
  std::vector<Bfloat16> rounded;
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const LinearShape& from = shape.layers[i + 1];
    Layer& layer = hidden_[i];
    layer.in = from.in, layer.out = from.out, layer.stride = PadBatch(from.out);
    layer.bias.assign(parameters + from.bias, parameters + from.bias + from.out);
    rows.clear();
    const float* weight = parameters + from.weight;
    if (precision == Precision::kFloat32) {
      for (size_t row = 0; row < from.out; ++row) rows.push_back(weight + row * from.in);
      layer.weights.resize(from.in * layer.stride);
      ChosenKernels().transpose(rows.data(), from.out, from.in, nullptr, false,
                                layer.weights.data(), layer.stride);
      continue;
    }
    const size_t width = PadPairs(from.in);
    rounded.assign(from.out * width, Bfloat16{});
    for (size_t row = 0; row < from.out; ++row) {
      ChosenKernels().round(weight + row * from.in, from.in, rounded.data() + row * width);
      rows.push_back(reinterpret_cast<const float*>(rounded.data() + row * width));
    }
    layer.pairs.resize(width / 2 * layer.stride);
    ChosenKernels().transpose(rows.data(), from.out, width / 2, nullptr, false,
                              reinterpret_cast<float*>(layer.pairs.data()), layer.stride);
  }
  const LinearShape& last = shape.layers.back();
  output_weights_.assign(parameters + last.weight, parameters + last.weight + last.in);
  output_bias_ = parameters[last.bias];
}

void PackedLayers::Evaluate(std::span<const FirstLayerRow<float>> rows,
                            std::span<float> out) const {
  DYNAJOB_CHECK(precision_ == Precision::kFloat32, "rows of another precision");
  EvaluateRows(rows, out);
}

void PackedLayers::Evaluate(std::span<const FirstLayerRow<Bfloat16>> rows,
                            std::span<float> out) const {
  DYNAJOB_CHECK(precision_ == Precision::kBfloat16, "rows of another precision");
  EvaluateRows(rows, out);
}

template <typename Number>
void PackedLayers::EvaluateRows(std::span<const FirstLayerRow<Number>> rows,
                                std::span<float> out) const {
  DYNAJOB_CHECK(rows.size() == out.size(), "one output per row");
  const size_t stride = PadBatch(first_width_);
  for (size_t begin = 0; begin < rows.size(); begin += kTileRows) {
    const size_t count = std::min(kTileRows, rows.size() - begin);
    auto* first = Room<Number>(Scratch().layers[0], count * stride);
    for (size_t i = 0; i < count; ++i) AddRelu(rows[begin + i], first_width_, first + i * stride);
    EvaluateTile(first, count, out.data() + begin);
  }
}

void PackedLayers::EvaluateTile(const float* first, size_t rows, float* out) const {
  const float* activation = first;
  size_t stride = PadBatch(first_width_);
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const Layer& layer = hidden_[i];
    float* next = Scratch().layers[(i + 1) % 2].Get(rows * layer.stride);
    ChosenKernels().multiply({.m = rows,
                              .n = layer.out,
                              .k = layer.in,
                              .a = activation,
                              .a_row = stride,
                              .b = layer.weights.data(),
                              .b_row = layer.stride,
                              .c = next,
                              .c_row = layer.stride,
                              .start = Start::kColumnBias,
                              .bias = layer.bias.data(),
                              .relu = true});
    activation = next;
    stride = layer.stride;
  }
  Output(activation, rows, stride, out);
}

void PackedLayers::EvaluateTile(const Bfloat16* first, size_t rows, float* out) const {
  TileScratch& scratch = Scratch();
  const Bfloat16* activation = first;
  size_t stride = PadBatch(first_width_);
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const Layer& layer = hidden_[i];
    const bool last = i + 1 == hidden_.size();
    auto* rounded =
        last ? nullptr : Room<Bfloat16>(scratch.layers[(i + 1) % 2], rows * layer.stride);
    float* exact = last ? scratch.widened.Get(rows * layer.stride) : nullptr;
    ChosenKernels().multiply_pairs({.m = rows,
                                    .n = layer.out,
                                    .k = PadPairs(layer.in) / 2,
                                    .a = reinterpret_cast<const BfloatPair*>(activation),
                                    .a_row = stride / 2,
                                    .b = layer.pairs.data(),
                                    .b_row = layer.stride,
                                    .c = exact,
                                    .c_rounded = rounded,
                                    .c_row = layer.stride,
                                    .start = Start::kColumnBias,
                                    .bias = layer.bias.data(),
                                    .relu = true});
    if (last) return Output(exact, rows, layer.stride, out);
    if (layer.out % 2 != 0)
      for (size_t row = 0; row < rows; ++row) rounded[row * layer.stride + layer.out] = Bfloat16{};
    activation = rounded;
    stride = layer.stride;
  }
  // One hidden layer.
  float* widened = scratch.widened.Get(rows * stride);
  for (size_t i = 0; i < rows * stride; ++i) widened[i] = ToFloat(activation[i]);
  Output(widened, rows, stride, out);
}

void PackedLayers::Output(const float* rows, size_t count, size_t stride, float* out) const {
  std::fill_n(out, count, output_bias_);
  ChosenKernels().add_dots(rows, count, output_weights_.size(), stride, output_weights_.data(),
                           out);
}

}  // namespace dynajob
