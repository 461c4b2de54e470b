#include "rounded_layers.h"

#include "packed_layers.h"

namespace dynajob {
namespace {

BfloatPair* PairRoom(Buffer& buffer, size_t count) {
  return reinterpret_cast<BfloatPair*>(buffer.Get(count));
}

}  // namespace

void RoundedLayers::Begin(const MlpShape& shape, const float* parameters,
                          std::optional<uint64_t> version, const float* input, size_t rows) {
  input_ = input;
  input_width_ = shape.input_dim();
  rows_ = rows;
  stride_ = PadBatch(rows);
  if (version && version_ == version) return;
  version_.reset();
  layers_.resize(shape.layers.size() - 1);
  for (size_t i = 0; i < layers_.size(); ++i) {
    const LinearShape& from = shape.layers[i];
    Layer& layer = layers_[i];
    layer.in = from.in, layer.out = from.out, layer.stride = PadPairs(from.in);
    layer.weight = from.weight, layer.bias = from.bias;
    layer.weights.assign(layer.out * layer.stride, Bfloat16{});
    for (size_t row = 0; row < layer.out; ++row)
      ChosenKernels().round(parameters + from.weight + row * from.in, from.in,
                            layer.weights.data() + row * layer.stride);
  }
}

const BfloatPair* RoundedLayers::PairUp(const float* values, size_t rows, size_t width,
                                        Buffer& room) {
  BfloatPair* out = PairRoom(room, (rows + 1) / 2 * width);
  for (size_t row = 0; row < rows; row += 2) {
    const float* first = values + row * width;
    ChosenKernels().pair_rows(first, row + 1 < rows ? first + width : nullptr, width,
                              out + row / 2 * width);
  }
  return out;
}

const BfloatPair* RoundedLayers::TransposePairs(const Bfloat16* rows, size_t count, size_t stride,
                                                size_t pairs, Buffer& room) {
  pointers_.clear();
  for (size_t i = 0; i < count; ++i)
    pointers_.push_back(reinterpret_cast<const float*>(rows + i * stride));
  float* out = room.Get(pairs * PadBatch(count));
  ChosenKernels().transpose(pointers_.data(), count, pairs, nullptr, false, out, PadBatch(count));
  return reinterpret_cast<const BfloatPair*>(out);
}

void RoundedLayers::Forward(size_t index, const float* parameters, const float* previous,
                            float* out) {
  const Layer& layer = layers_[index];
  const size_t words = layer.stride / 2;
  const BfloatPair* right = index == 0
                                ? TransposePairs(RoundRows(input_, rows_, input_width_, rounded_),
                                                 rows_, layer.stride, words, pairs_)
                                : PairUp(previous, layer.in, stride_, pairs_);
  ChosenKernels().multiply_pairs({.m = layer.out,
                                  .n = stride_,
                                  .k = words,
                                  .a = reinterpret_cast<const BfloatPair*>(layer.weights.data()),
                                  .a_row = words,
                                  .b = right,
                                  .b_row = stride_,
                                  .c = out,
                                  .c_row = stride_,
                                  .start = Start::kBias,
                                  .bias = parameters + layer.bias,
                                  .relu = true});
}

void RoundedLayers::PassOn(size_t index, const float* parameters, const float* delta,
                           float* upstream) {
  const Layer& layer = layers_[index];
  const BfloatPair* weights = PairUp(parameters + layer.weight, layer.out, layer.in, left_);
  ChosenKernels().multiply_pairs({.m = layer.in,
                                  .n = stride_,
                                  .k = (layer.out + 1) / 2,
                                  .a = weights,
                                  .a_row = 1,
                                  .a_col = layer.in,
                                  .b = PairUp(delta, layer.out, stride_, pairs_),
                                  .b_row = stride_,
                                  .c = upstream,
                                  .c_row = stride_});
}

PairProduct RoundedLayers::WeightGradient(size_t index, const float* delta, const float* previous) {
  const Layer& layer = layers_[index];
  const size_t words = stride_ / 2;
  PairProduct product{.m = layer.out, .n = layer.in, .k = (rows_ + 1) / 2};
  product.a = reinterpret_cast<const BfloatPair*>(RoundRows(delta, layer.out, stride_, left_));
  product.a_row = words;
  if (index == 0) {
    product.b = PairUp(input_, rows_, input_width_, pairs_);
    product.b_row = input_width_;
  } else {
    product.b = TransposePairs(RoundRows(previous, layer.in, stride_, rounded_), layer.in, stride_,
                               words, pairs_);
    product.b_row = PadBatch(layer.in);
  }
  return product;
}

void RoundedLayers::KeepRounded(size_t index, Update& update) {
  update.rounded = layers_[index].weights.data();
  update.rounded_row = layers_[index].stride;
}

}  // namespace dynajob
