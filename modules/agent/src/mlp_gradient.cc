// Forward and backward of the multilayer perceptron, features x batch throughout (kernels.h).
#include <algorithm>
#include <optional>

#include "dynajob/core/check.h"

#include "mlp.h"
#include "optimizer.h"
#include "rounded_layers.h"

namespace dynajob {
namespace {

// Where gradients go: into memory.
struct WriteGradients {
  float* gradients;
  // Of the weights from parameter `offset` on, a row every `row` values.
  void Weights(Product product, size_t offset, size_t row) const {
    product.c = gradients + offset;
    product.c_row = row;
    ChosenKernels().multiply(product);
  }
  void Weights(PairProduct product, const LinearShape& layer, RoundedLayers&, size_t) const {
    product.c = gradients + layer.weight;
    product.c_row = layer.in;
    ChosenKernels().multiply_pairs(product);
  }
  void Values(const float* values, size_t count, size_t offset) const {
    std::copy_n(values, count, gradients + offset);
  }
};

// Or nowhere: the parameters are updated while the gradient is in registers.
struct UpdateInPlace {
  const Update& update;
  void Weights(const Product& product, size_t offset, size_t row) const {
    ChosenKernels().multiply_and_update(product, UpdateAt(update, offset, row));
  }
  void Weights(const PairProduct& product, const LinearShape& layer, RoundedLayers& rounded,
               size_t index) const {
    Update part = UpdateAt(update, layer.weight, layer.in);
    rounded.KeepRounded(index, part);
    ChosenKernels().multiply_pairs_and_update(product, part);
  }
  void Values(const float* values, size_t count, size_t offset) const {
    ChosenKernels().update(values, count, UpdateAt(update, offset, count));
  }
};

class FusedGradient final : public MlpGradient {
 public:
  explicit FusedGradient(Precision precision) : rounds_(precision == Precision::kBfloat16) {}

  double Compute(const MlpShape& shape, std::span<const float> parameters,
                 std::span<const float> input, std::span<const float> targets,
                 std::span<const float> masks, std::span<float> gradients) override {
    return Run(shape, parameters.data(), std::nullopt, input, targets, masks,
               WriteGradients{gradients.data()});
  }
  double Step(const MlpShape& shape, const Update& update, uint64_t version,
              std::span<const float> input, std::span<const float> targets,
              std::span<const float> masks) override {
    const double loss =
        Run(shape, update.parameters, version, input, targets, masks, UpdateInPlace{update});
    rounded_.End(version + 1);
    return loss;
  }
  RoundedLayers* rounded() override { return rounds_ ? &rounded_ : nullptr; }

 private:
  template <typename Sink>
  double Run(const MlpShape& shape, const float* parameters, std::optional<uint64_t> version,
             std::span<const float> input, std::span<const float> targets,
             std::span<const float> masks, const Sink& sink) {
    rows_ = targets.size();
    stride_ = PadBatch(rows_);
    DYNAJOB_CHECK(input.size() == rows_ * shape.input_dim(), "one input row per target");
    if (rounds_) rounded_.Begin(shape, parameters, version, input.data(), rows_);
    Forward(shape, parameters, input.data(), masks.data());
    BilinearForward(shape, parameters);

    double loss = 0;
    float* delta = deltas_.back().Get(stride_);
    const float* prediction = activations_.back().Get(stride_);
    for (size_t i = 0; i < rows_; ++i) {
      const float error = prediction[i] - targets[i];
      loss += static_cast<double>(error) * error;
      delta[i] = 2.0f * error / static_cast<float>(rows_);
    }
    std::fill(delta + rows_, delta + stride_, 0.0f);
    BilinearBackward(shape, input.data(), sink);
    Backward(shape, parameters, input.data(), masks, sink);
    return loss / static_cast<double>(rows_);
  }

  void Transpose(const float* rows, size_t count, size_t width, float* out) {
    pointers_.resize(count);
    for (size_t i = 0; i < count; ++i) pointers_[i] = rows + i * width;
    ChosenKernels().transpose(pointers_.data(), count, width, nullptr, false, out, PadBatch(count));
  }

  void Forward(const MlpShape& shape, const float* parameters, const float* input,
               const float* masks) {
    const size_t layers = shape.layers.size();
    if (activations_.size() != layers) {
      activations_ = std::vector<Buffer>(layers);
      deltas_ = std::vector<Buffer>(layers);
    }
    float* previous = features_.Get(shape.input_dim() * stride_);
    if (!rounds_ || shape.bilinear_rank > 0) Transpose(input, rows_, shape.input_dim(), previous);
    for (size_t i = 0; i < layers; ++i) {
      const LinearShape& layer = shape.layers[i];
      const bool last = i + 1 == layers;
      float* out = activations_[i].Get(layer.out * stride_);
      if (rounds_ && !last)
        rounded_.Forward(i, parameters, previous, out);
      else
        MultiplyBatch({parameters + layer.weight, layer.out, layer.in, layer.in}, previous, rows_,
                      out, Start::kBias, parameters + layer.bias, !last);
      if (!last && masks != nullptr) {
        ApplyMask(masks, layer.out, out);
        masks += layer.out * rows_;
      }
      previous = out;
    }
  }

  // A mask has no padding.
  void ApplyMask(const float* mask, size_t width, float* values) const {
    for (size_t unit = 0; unit < width; ++unit)
      for (size_t i = 0; i < rows_; ++i) values[unit * stride_ + i] *= mask[unit * rows_ + i];
  }

  // From the last layer to the first. A layer's own weights are needed until what it passes on is
  // computed, so that the sink may change them afterwards.
  template <typename Sink>
  void Backward(const MlpShape& shape, const float* parameters, const float* input,
                std::span<const float> masks, const Sink& sink) {
    size_t mask_end = masks.size();
    for (size_t i = shape.layers.size(); i-- > 0;) {
      const LinearShape& layer = shape.layers[i];
      const float* delta = deltas_[i].Get(layer.out * stride_);
      if (i > 0) {
        if (!masks.empty()) mask_end -= layer.in * rows_;
        PassOn(layer, parameters, i, masks.empty() ? nullptr : masks.data() + mask_end);
      }
      const bool last = i + 1 == shape.layers.size();
      if (rounds_ && !last) {
        const float* previous = i == 0 ? nullptr : activations_[i - 1].Get(layer.in * stride_);
        sink.Weights(rounded_.WeightGradient(i, delta, previous), layer, rounded_, i);
      } else {
        sink.Weights({.m = layer.out,
                      .n = layer.in,
                      .k = rows_,
                      .a = delta,
                      .a_row = stride_,
                      .b = i == 0 ? input : BatchMajor(layer.in, i - 1),
                      .b_row = i == 0 ? layer.in : PadBatch(layer.in)},
                     layer.weight, layer.in);
      }
      float* sums = bias_gradient_.Get(layer.out);
      for (size_t unit = 0; unit < layer.out; ++unit) {
        sums[unit] = 0;
        for (size_t row = 0; row < rows_; ++row) sums[unit] += delta[unit * stride_ + row];
      }
      sink.Values(sums, layer.out, layer.bias);
    }
  }

  // d previous = weight^T delta, through dropout and ReLU.
  void PassOn(const LinearShape& layer, const float* parameters, size_t index, const float* mask) {
    float* upstream = deltas_[index - 1].Get(layer.in * stride_);
    const float* delta = deltas_[index].Get(layer.out * stride_);
    if (rounds_ && index + 1 < deltas_.size()) {
      rounded_.PassOn(index, parameters, delta, upstream);
    } else {
      ChosenKernels().multiply({.m = layer.in,
                                .n = stride_,
                                .k = layer.out,
                                .a = parameters + layer.weight,
                                .a_row = 1,
                                .a_col = layer.in,
                                .b = delta,
                                .b_row = stride_,
                                .c = upstream,
                                .c_row = stride_});
    }
    if (mask != nullptr) ApplyMask(mask, layer.in, upstream);
    const float* activation = activations_[index - 1].Get(layer.in * stride_);
    for (size_t j = 0; j < layer.in * stride_; ++j)
      upstream[j] = activation[j] > 0.0f ? upstream[j] : 0.0f;
  }

  // Activations of layer `index` as batch x features, a row every PadBatch(width).
  const float* BatchMajor(size_t width, size_t index) {
    float* out = batch_major_.Get(stride_ * PadBatch(width));
    const float* activation = activations_[index].Get(width * stride_);
    pointers_.resize(width);
    for (size_t i = 0; i < width; ++i) pointers_[i] = activation + i * stride_;
    ChosenKernels().transpose(pointers_.data(), width, rows_, nullptr, false, out, PadBatch(width));
    return out;
  }

  void BilinearForward(const MlpShape& shape, const float* parameters) {
    const size_t rank = shape.bilinear_rank;
    if (rank == 0) return;
    float* states = projected_states_.Get(rank * stride_);
    float* actions = projected_actions_.Get(rank * stride_);
    const float* features = features_.Get(shape.input_dim() * stride_);
    MultiplyBatch({parameters + shape.bilinear_u, rank, shape.state_dim, shape.state_dim}, features,
                  rows_, states);
    MultiplyBatch({parameters + shape.bilinear_v, rank, shape.action_dim, shape.action_dim},
                  features + shape.state_dim * stride_, rows_, actions);
    float* out = activations_.back().Get(stride_);
    for (size_t k = 0; k < rank; ++k)
      for (size_t i = 0; i < rows_; ++i)
        out[i] += states[k * stride_ + i] * actions[k * stride_ + i];
  }

  // d/dU = sum_i delta_i (V v_i) s_i^T, and the same with the roles changed for V.
  template <typename Sink>
  void BilinearBackward(const MlpShape& shape, const float* input, const Sink& sink) {
    const size_t rank = shape.bilinear_rank;
    if (rank == 0) return;
    const float* delta = deltas_.back().Get(stride_);
    float* states = projected_states_.Get(rank * stride_);
    float* actions = projected_actions_.Get(rank * stride_);
    for (size_t k = 0; k < rank; ++k) {
      for (size_t i = 0; i < rows_; ++i) {
        states[k * stride_ + i] *= delta[i];
        actions[k * stride_ + i] *= delta[i];
      }
    }
    const auto outer = [&](const float* projected, const float* side, size_t dim, size_t offset) {
      sink.Weights({.m = rank,
                    .n = dim,
                    .k = rows_,
                    .a = projected,
                    .a_row = stride_,
                    .b = side,
                    .b_row = shape.input_dim()},
                   offset, dim);
    };
    outer(actions, input, shape.state_dim, shape.bilinear_u);
    outer(states, input + shape.state_dim, shape.action_dim, shape.bilinear_v);
  }

  const bool rounds_;
  RoundedLayers rounded_;
  size_t rows_ = 0;
  size_t stride_ = 0;
  Buffer features_;                  // input_dim x batch
  std::vector<Buffer> activations_;  // per layer, out x batch
  std::vector<Buffer> deltas_;       // dLoss / d pre-activation, per layer
  Buffer batch_major_;
  Buffer bias_gradient_;
  Buffer projected_states_;  // rank x batch
  Buffer projected_actions_;
  std::vector<const float*> pointers_;
};

}  // namespace

double MlpGradient::Step(const MlpShape& shape, const Update& update, uint64_t,
                         std::span<const float> input, std::span<const float> targets,
                         std::span<const float> masks) {
  const size_t count = shape.parameter_count;
  const std::span gradients(gradients_.Get(count), count);
  const double loss = Compute(shape, {update.parameters, count}, input, targets, masks, gradients);
  ChosenKernels().update(gradients.data(), count, update);
  return loss;
}

std::unique_ptr<MlpGradient> MakeFusedGradient(Precision precision) {
  return std::make_unique<FusedGradient>(precision);
}

}  // namespace dynajob
