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

// Asks for `count` numbers that will be wanted a tile later. They lie anywhere in a table that is
// larger than the caches next to the core, and no hardware knows which row comes next.
template <typename Number>
void Prefetch(const Number* numbers, size_t count) {
  constexpr size_t kLine = 64 / sizeof(Number);
  for (size_t i = 0; i < count; i += kLine) __builtin_prefetch(numbers + i, 0, 2);
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

const Bfloat16* RoundRows(const float* rows, size_t count, size_t width, Buffer& room) {
  const size_t stride = PadPairs(width);
  auto* out = Room<Bfloat16>(room, count * stride);
  for (size_t i = 0; i < count; ++i) {
    ChosenKernels().round(rows + i * width, width, out + i * stride);
    if (stride > width) out[i * stride + width] = Bfloat16{};
  }
  return out;
}

void PackedMatrix::Pack(const Rows& weights, const float* bias, Precision precision) {
  in_ = weights.width, out_ = weights.rows, stride_ = PadBatch(out_);
  bias_.assign(bias, bias == nullptr ? bias : bias + out_);
  std::vector<const float*> rows;
  if (precision == Precision::kFloat32) {
    for (size_t row = 0; row < out_; ++row) rows.push_back(weights.data + row * weights.stride);
    weights_.resize(in_ * stride_);
    ChosenKernels().transpose(rows.data(), out_, in_, nullptr, false, weights_.data(), stride_);
    return;
  }
  const size_t width = PadPairs(in_);
  std::vector<Bfloat16> rounded(out_ * width);
  for (size_t row = 0; row < out_; ++row) {
    ChosenKernels().round(weights.data + row * weights.stride, in_, rounded.data() + row * width);
    rows.push_back(reinterpret_cast<const float*>(rounded.data() + row * width));
  }
  pairs_.resize(width / 2 * stride_);
  ChosenKernels().transpose(rows.data(), out_, width / 2, nullptr, false,
                            reinterpret_cast<float*>(pairs_.data()), stride_);
}

void PackedMatrix::Multiply(const float* in, size_t in_stride, size_t rows, bool relu, float* out,
                            size_t out_stride) const {
  ChosenKernels().multiply({.m = rows,
                            .n = out_,
                            .k = in_,
                            .a = in,
                            .a_row = in_stride,
                            .b = weights_.data(),
                            .b_row = stride_,
                            .c = out,
                            .c_row = out_stride,
                            .start = bias_.empty() ? Start::kZero : Start::kColumnBias,
                            .bias = bias_.data(),
                            .relu = relu});
}

void PackedMatrix::MultiplyPairs(const Bfloat16* in, size_t in_stride, size_t rows, bool relu,
                                 float* exact, Bfloat16* rounded, size_t out_stride) const {
  ChosenKernels().multiply_pairs({.m = rows,
                                  .n = out_,
                                  .k = PadPairs(in_) / 2,
                                  .a = reinterpret_cast<const BfloatPair*>(in),
                                  .a_row = in_stride / 2,
                                  .b = pairs_.data(),
                                  .b_row = stride_,
                                  .c = exact,
                                  .c_rounded = rounded,
                                  .c_row = out_stride,
                                  .start = bias_.empty() ? Start::kZero : Start::kColumnBias,
                                  .bias = bias_.data(),
                                  .relu = relu});
}

void PackedMatrix::Multiply(const Bfloat16* in, size_t in_stride, size_t rows, bool relu,
                            float* out, size_t out_stride) const {
  MultiplyPairs(in, in_stride, rows, relu, out, nullptr, out_stride);
}

void PackedMatrix::Multiply(const Bfloat16* in, size_t in_stride, size_t rows, bool relu,
                            Bfloat16* out, size_t out_stride) const {
  MultiplyPairs(in, in_stride, rows, relu, nullptr, out, out_stride);
}

void PackedLayers::Pack(const MlpShape& shape, const float* parameters, Precision precision) {
  precision_ = precision;
  first_width_ = shape.first_width();
  hidden_.resize(shape.layers.size() - 2);
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const LinearShape& layer = shape.layers[i + 1];
    hidden_[i].Pack({parameters + layer.weight, layer.out, layer.in, layer.in},
                    parameters + layer.bias, precision);
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
    for (size_t i = 0; i < count; ++i) {
      const size_t next = begin + i + kTileRows;
      if (next < rows.size()) Prefetch(rows[next].share, first_width_);
      AddRelu(rows[begin + i], first_width_, first + i * stride);
    }
    EvaluateTile(first, count, out.data() + begin);
  }
}

void PackedLayers::EvaluateTile(const float* first, size_t rows, float* out) const {
  const float* activation = first;
  size_t stride = PadBatch(first_width_);
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const size_t next_stride = PadBatch(hidden_[i].out());
    float* next = Scratch().layers[(i + 1) % 2].Get(rows * next_stride);
    hidden_[i].Multiply(activation, stride, rows, /*relu=*/true, next, next_stride);
    activation = next;
    stride = next_stride;
  }
  Output(activation, rows, stride, out);
}

void PackedLayers::EvaluateTile(const Bfloat16* first, size_t rows, float* out) const {
  TileScratch& scratch = Scratch();
  const Bfloat16* activation = first;
  size_t stride = PadBatch(first_width_);
  for (size_t i = 0; i < hidden_.size(); ++i) {
    const PackedMatrix& layer = hidden_[i];
    const size_t width = layer.out(), next_stride = PadBatch(width);
    if (i + 1 == hidden_.size()) {
      float* exact = scratch.widened.Get(rows * next_stride);
      layer.Multiply(activation, stride, rows, /*relu=*/true, exact, next_stride);
      return Output(exact, rows, next_stride, out);
    }
    auto* next = Room<Bfloat16>(scratch.layers[(i + 1) % 2], rows * next_stride);
    layer.Multiply(activation, stride, rows, /*relu=*/true, next, next_stride);
    if (width % 2 != 0)
      for (size_t row = 0; row < rows; ++row) next[row * next_stride + width] = Bfloat16{};
    activation = next;
    stride = next_stride;
  }
  // One hidden layer.
  float* widened = scratch.widened.Get(rows * stride);
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < first_width_; ++i)
      widened[row * stride + i] = ToFloat(activation[row * stride + i]);
  Output(widened, rows, stride, out);
}

void PackedLayers::Output(const float* rows, size_t count, size_t stride, float* out) const {
  std::fill_n(out, count, output_bias_);
  ChosenKernels().add_dots(rows, count, output_weights_.size(), stride, output_weights_.data(),
                           out);
}

}  // namespace dynajob
