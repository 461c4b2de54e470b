#include "rounded_layers.h"

#include <algorithm>
#include <array>

#include "dynajob/core/check.h"

#include "packed_layers.h"

namespace dynajob {
namespace {

BfloatPair* PairRoom(Buffer& buffer, size_t count) {
  return reinterpret_cast<BfloatPair*>(buffer.Get(count));
}

// Pairs of the rows (2 i, 2 i + 1), a row of `width` pairs each.
const BfloatPair* PairUp(const float* values, size_t rows, size_t width, Buffer& room) {
  BfloatPair* out = PairRoom(room, (rows + 1) / 2 * width);
  for (size_t row = 0; row < rows; row += 2) {
    const float* first = values + row * width;
    ChosenKernels().pair_rows(first, row + 1 < rows ? first + width : nullptr, width,
                              out + row / 2 * width);
  }
  return out;
}

// pairs x PadBatch(count) of `count` rows.
const BfloatPair* TransposePairs(const Bfloat16* rows, size_t count, size_t stride, size_t pairs,
                                 Buffer& room) {
  thread_local std::vector<const float*> pointers;
  pointers.clear();
  for (size_t i = 0; i < count; ++i)
    pointers.push_back(reinterpret_cast<const float*>(rows + i * stride));
  float* out = room.Get(pairs * PadBatch(count));
  ChosenKernels().transpose(pointers.data(), count, pairs, nullptr, false, out, PadBatch(count));
  return reinterpret_cast<const BfloatPair*>(out);
}

// Rows that are evaluated together: their activations stay in the caches.
constexpr size_t kTileRows = 64;

// Of an evaluation, which many threads may ask of one network.
struct EvaluationScratch {
  Buffer rounded, pairs, head, constant;
  std::array<Buffer, 2> layers;
};

}  // namespace

void RoundedLayers::Begin(const MlpShape& shape, const float* parameters,
                          std::optional<uint64_t> version, const float* input, size_t rows) {
  input_ = input;
  input_width_ = shape.input_dim();
  rows_ = rows;
  stride_ = PadBatch(rows);
  if (version && version_ == version) return;
  version_.reset();
  CopyWeights(shape, parameters);
}

void RoundedLayers::Keep(const MlpShape& shape, const float* parameters, uint64_t version) {
  CopyWeights(shape, parameters);
  version_ = version;
}

void RoundedLayers::CopyWeights(const MlpShape& shape, const float* parameters) {
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

void RoundedLayers::Multiply(const Layer& layer, size_t begin, size_t end, const BfloatPair* right,
                             size_t columns, const float* start, bool relu, float* out) {
  const size_t words = layer.stride / 2;
  const auto* weights = reinterpret_cast<const BfloatPair*>(layer.weights.data());
  ChosenKernels().multiply_pairs({.m = layer.out,
                                  .n = columns,
                                  .k = end - begin,
                                  .a = weights + begin,
                                  .a_row = words,
                                  .b = right,
                                  .b_row = columns,
                                  .c = out,
                                  .c_row = columns,
                                  .start = Start::kBias,
                                  .bias = start,
                                  .relu = relu});
}

void RoundedLayers::Forward(size_t index, const float* parameters, const float* previous,
                            float* out) {
  const Layer& layer = layers_[index];
  const size_t words = layer.stride / 2;
  const BfloatPair* right = index == 0
                                ? TransposePairs(RoundRows(input_, rows_, input_width_, rounded_),
                                                 rows_, layer.stride, words, pairs_)
                                : PairUp(previous, layer.in, stride_, pairs_);
  Multiply(layer, 0, words, right, stride_, parameters + layer.bias, /*relu=*/true, out);
}

void RoundedLayers::Evaluate(const MlpShape& shape, const float* parameters, uint64_t version,
                             std::span<const float> head, const float* tails, size_t rows,
                             float* out) const {
  DYNAJOB_CHECK(version_ == version && head.size() % 2 == 0, "no copies of these weights");
  thread_local EvaluationScratch scratch;
  const Layer& first = layers_.front();
  const size_t words = head.size() / 2, width = first.in - head.size();
  // The sums of the first layer start from what they are after the head.
  const float* start = parameters + first.bias;
  if (words > 0) {
    const Bfloat16* rounded = RoundRows(head.data(), 1, head.size(), scratch.rounded);
    const BfloatPair* column = TransposePairs(rounded, 1, head.size(), words, scratch.pairs);
    float* sums = scratch.head.Get(first.out * kBatchPad);
    Multiply(first, 0, words, column, kBatchPad, start, /*relu=*/false, sums);
    float* constant = scratch.constant.Get(first.out);
    for (size_t i = 0; i < first.out; ++i) constant[i] = sums[i * kBatchPad];
    start = constant;
  }
  for (size_t begin = 0; begin < rows; begin += kTileRows) {
    const size_t count = std::min(kTileRows, rows - begin), columns = PadBatch(count);
    const Bfloat16* rounded = RoundRows(tails + begin * width, count, width, scratch.rounded);
    const size_t pairs = PadPairs(width) / 2;
    const BfloatPair* right = TransposePairs(rounded, count, PadPairs(width), pairs, scratch.pairs);
    float* activation = scratch.layers[0].Get(first.out * columns);
    Multiply(first, words, words + pairs, right, columns, start, /*relu=*/true, activation);
    for (size_t i = 1; i < layers_.size(); ++i) {
      const Layer& layer = layers_[i];
      right = PairUp(activation, layer.in, columns, scratch.pairs);
      activation = scratch.layers[i % 2].Get(layer.out * columns);
      Multiply(layer, 0, layer.stride / 2, right, columns, parameters + layer.bias, /*relu=*/true,
               activation);
    }
    const LinearShape& last = shape.layers.back();
    float* values = scratch.layers[layers_.size() % 2].Get(columns);
    MultiplyBatch({parameters + last.weight, last.out, last.in, last.in}, activation, count, values,
                  Start::kBias, parameters + last.bias);
    std::copy_n(values, count, out + begin);
  }
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
