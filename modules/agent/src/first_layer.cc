#include "first_layer.h"

#include <algorithm>

namespace dynajob {

void CandidateLayer::Fold(const PairEncoder& encoder, const MlpShape& shape,
                          const float* parameters, const CandidateView& candidate) {
  const LinearShape& first = shape.layers.front();
  state_.resize(shape.state_dim);
  encoder.EncodeState(candidate, state_.data());
  const Rows state{state_.data(), 1, shape.state_dim, shape.state_dim};
  constant_.assign(parameters + first.bias, parameters + first.bias + first.out);
  AddLinear(state, FirstLayerWeights(shape, parameters, 0, shape.state_dim), constant_.data(),
            first.out);
  projection_.assign(shape.bilinear_rank, 0.0f);
  AddLinear(state,
            {parameters + shape.bilinear_u, shape.bilinear_rank, shape.state_dim, shape.state_dim},
            projection_.data(), shape.bilinear_rank);
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
  const size_t width = ShareWidth(shape);
  std::fill_n(out, jobs * width, 0.0f);
  const Rows input{actions, jobs, shape.action_dim, shape.action_dim};
  AddLinear(input, FirstLayerWeights(shape, parameters, shape.state_dim, shape.action_dim), out,
            width);
  AddLinear(
      input,
      {parameters + shape.bilinear_v, shape.bilinear_rank, shape.action_dim, shape.action_dim},
      out + shape.first_width(), width);
}

}  // namespace dynajob
