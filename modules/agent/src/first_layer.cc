#include "first_layer.h"

#include <algorithm>

namespace dynajob {

void CandidateLayer::Fold(const PairEncoder& encoder, const MlpShape& shape,
                          const float* parameters, const CandidateView& candidate) {
  const LinearShape& first = shape.layers.front();
  state_.resize(shape.state_dim);
  encoder.EncodeState(candidate, state_.data());
  constant_.assign(parameters + first.bias, parameters + first.bias + first.out);
  ChosenKernels().add_dots(parameters + first.weight, first.out, shape.state_dim, first.in,
                           state_.data(), constant_.data());
  projection_.assign(shape.bilinear_rank, 0.0f);
  ChosenKernels().add_dots(parameters + shape.bilinear_u, shape.bilinear_rank, shape.state_dim,
                           shape.state_dim, state_.data(), projection_.data());
  direction_.assign(shape.action_dim, 0.0f);
  for (size_t k = 0; k < shape.bilinear_rank; ++k) {
    const float* row = parameters + shape.bilinear_v + k * shape.action_dim;
    for (size_t i = 0; i < shape.action_dim; ++i) direction_[i] += projection_[k] * row[i];
  }

  const size_t products = encoder.product_dim();
  const Rows weights =
      FirstLayerWeights(shape, parameters, shape.state_dim + shape.action_dim, products);
  folded_.resize(first.out * products);
  size_t column = 0;
  for (const PairEncoder::ProductPair& product : encoder.products()) {
    const size_t count = product.state.dimension;
    const float* gains = state_.data() + product.state.offset;
    for (size_t row = 0; row < first.out; ++row) {
      const float* weight = weights.data + row * weights.stride + column;
      float* folded = folded_.data() + row * products + column;
      for (size_t i = 0; i < count; ++i) folded[i] = gains[i] * weight[i];
    }
    column += count;
  }
  direction_row_ = {direction_.data(), std::min<size_t>(shape.bilinear_rank, 1), shape.action_dim,
                    shape.action_dim};
  paired_weights_ = {folded_.data(), first.out, products, products};
  action_weights_ = FirstLayerWeights(shape, parameters, shape.state_dim, shape.action_dim);
}

void CandidateLayer::FoldIntoActionWeights(const PairEncoder& encoder, const MlpShape& shape,
                                           const float* parameters,
                                           const CandidateView& candidate) {
  Fold(encoder, shape, parameters, candidate);
  const size_t products = encoder.product_dim();
  if (products == 0) return;
  // Behind the folded products, a copy of the action's weights that they are added to.
  const Rows own = action_weights_;
  const size_t width = shape.action_dim;
  const size_t before = own.rows * products;
  folded_.resize(before + own.rows * width);
  for (size_t row = 0; row < own.rows; ++row) {
    float* weight = folded_.data() + before + row * width;
    std::copy_n(own.data + row * own.stride, width, weight);
    const float* folded = folded_.data() + row * products;
    for (const PairEncoder::ProductPair& product : encoder.products()) {
      float* paired = weight + product.action.offset;
      for (size_t i = 0; i < product.action.dimension; ++i) paired[i] += folded[i];
      folded += product.action.dimension;
    }
  }
  paired_weights_ = {folded_.data(), own.rows, products, products};
  action_weights_ = {folded_.data() + before, own.rows, width, width};
}

void FirstLayerShares(const MlpShape& shape, const float* parameters, const float* actions,
                      size_t jobs, float* out) {
  thread_local Buffer scratch;
  const size_t width = ShareWidth(shape);
  const size_t stride = PadBatch(jobs);
  float* shares = scratch.Get(width * stride + jobs * PadBatch(width));
  MultiplyBatch(FirstLayerWeights(shape, parameters, shape.state_dim, shape.action_dim), actions,
                jobs, shares);
  MultiplyBatch(
      {parameters + shape.bilinear_v, shape.bilinear_rank, shape.action_dim, shape.action_dim},
      actions, jobs, shares + shape.first_width() * stride);
  // Back to a row per job, first with padding.
  std::vector<const float*> features(width);
  for (size_t i = 0; i < width; ++i) features[i] = shares + i * stride;
  float* rows = shares + width * stride;
  ChosenKernels().transpose(features.data(), width, jobs, nullptr, false, rows, PadBatch(width));
  for (size_t i = 0; i < jobs; ++i) std::copy_n(rows + i * PadBatch(width), width, out + i * width);
}

}  // namespace dynajob
