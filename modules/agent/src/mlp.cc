#include "mlp.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include <cblas.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// Parallelism comes from agents, one thread each; a second pool inside BLAS would only fight them.
void UseOneBlasThread() {
  static std::once_flag once;
  std::call_once(once, [] { openblas_set_num_threads(1); });
}

int Int(size_t value) { return static_cast<int>(value); }

// c (m x n, row stride ldc) = beta c + a (m x k) b^T, b given as n rows of k values, stride ldb.
void MultiplyTransposed(size_t m, size_t n, size_t k, const float* a, size_t lda, const float* b,
                        size_t ldb, float beta, float* c, size_t ldc) {
  if (n == 1) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, Int(m), Int(k), 1.0f, a, Int(lda), b, 1, beta, c,
                Int(ldc));
    return;
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, Int(m), Int(n), Int(k), 1.0f, a, Int(lda), b,
              Int(ldb), beta, c, Int(ldc));
}

void FillRows(const float* row, size_t rows, size_t width, float* out) {
  for (size_t i = 0; i < rows; ++i) std::copy(row, row + width, out + i * width);
}

void Relu(float* values, size_t count) {
  for (size_t i = 0; i < count; ++i) values[i] = values[i] > 0.0f ? values[i] : 0.0f;
}

// Scratch of the calling thread: one agent per thread, so this is one agent's memory.
std::vector<float>& ThreadScratch(size_t index, size_t size) {
  thread_local std::vector<float> scratch[3];
  if (scratch[index].size() < size) scratch[index].resize(size);
  return scratch[index];
}

}  // namespace

MlpShape::MlpShape(size_t state, size_t action, size_t cross, std::span<const int64_t> hidden,
                   size_t rank, double rate)
    : state_dim(state), action_dim(action), cross_dim(cross), bilinear_rank(rank), dropout(rate) {
  DYNAJOB_CHECK(!hidden.empty(), "a network needs at least one hidden layer");
  size_t in = input_dim();
  size_t offset = 0;
  const auto add_layer = [&](size_t out) {
    layers.push_back({.in = in, .out = out, .weight = offset, .bias = offset + in * out});
    offset += in * out + out;
    in = out;
  };
  for (const int64_t width : hidden) add_layer(static_cast<size_t>(width));
  add_layer(1);
  bilinear_u = offset;
  bilinear_v = bilinear_u + rank * state_dim;
  parameter_count = bilinear_v + rank * action_dim;
}

std::vector<MlpShape::NamedTensor> MlpShape::Tensors() const {
  std::vector<NamedTensor> tensors;
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string prefix = "layers." + std::to_string(i);
    tensors.push_back({prefix + ".weight", layers[i].weight, {layers[i].out, layers[i].in}});
    tensors.push_back({prefix + ".bias", layers[i].bias, {layers[i].out}});
  }
  if (bilinear_rank > 0) {
    tensors.push_back({"bilinear.u", bilinear_u, {bilinear_rank, state_dim}});
    tensors.push_back({"bilinear.v", bilinear_v, {bilinear_rank, action_dim}});
  }
  return tensors;
}

std::vector<float> InitialParameters(const MlpShape& shape, uint64_t seed) {
  std::vector<float> parameters(shape.parameter_count);
  Rng rng = Rng::Derive(seed, "initial-parameters");
  const auto fill = [&](size_t offset, size_t count, double bound) {
    for (size_t i = 0; i < count; ++i)
      parameters[offset + i] = static_cast<float>(rng.Uniform(-bound, bound));
  };
  for (const LinearShape& layer : shape.layers) {
    fill(layer.weight, layer.in * layer.out + layer.out,
         1 / std::sqrt(static_cast<double>(layer.in)));
  }
  // Small, so that the product starts near 0 and the MLP leads.
  const double rank = static_cast<double>(std::max<size_t>(shape.bilinear_rank, 1));
  const auto bound = [&](size_t dim) {
    return 0.3 / std::sqrt(static_cast<double>(dim) * std::sqrt(rank));
  };
  fill(shape.bilinear_u, shape.bilinear_rank * shape.state_dim, bound(shape.state_dim));
  fill(shape.bilinear_v, shape.bilinear_rank * shape.action_dim, bound(shape.action_dim));
  return parameters;
}

void AddLinear(const Rows& input, const Rows& weight, float* out, size_t out_stride) {
  UseOneBlasThread();
  DYNAJOB_CHECK(input.width == weight.width, "a weight for every input");
  if (input.width == 0 || input.rows == 0 || weight.rows == 0) return;
  if (input.rows == 1) {
    cblas_sgemv(CblasRowMajor, CblasNoTrans, Int(weight.rows), Int(weight.width), 1.0f, weight.data,
                Int(weight.stride), input.data, 1, 1.0f, out, 1);
    return;
  }
  MultiplyTransposed(input.rows, weight.rows, input.width, input.data, input.stride, weight.data,
                     weight.stride, 1.0f, out, out_stride);
}

Rows FirstLayerWeights(const MlpShape& shape, const float* parameters, size_t column,
                       size_t width) {
  const LinearShape& first = shape.layers.front();
  return {parameters + first.weight + column, first.out, width, first.in};
}

void ForwardFromFirst(const MlpShape& shape, const float* parameters, float* pre_activation,
                      size_t rows, float* out) {
  UseOneBlasThread();
  float* activation = pre_activation;
  for (size_t i = 1; i < shape.layers.size(); ++i) {
    const LinearShape& layer = shape.layers[i];
    Relu(activation, rows * layer.in);
    const bool last = i + 1 == shape.layers.size();
    float* next = last ? out : ThreadScratch(i % 2, rows * layer.out).data();
    FillRows(parameters + layer.bias, rows, layer.out, next);
    MultiplyTransposed(rows, layer.out, layer.in, activation, layer.in, parameters + layer.weight,
                       layer.in, 1.0f, next, layer.out);
    activation = next;
  }
}

namespace {

// out[i] += sum_k (U state_i)_k (V action_i)_k.
void AddBilinear(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
                 float* out) {
  const size_t rank = shape.bilinear_rank;
  if (rank == 0) return;
  std::vector<float>& scratch = ThreadScratch(2, 2 * rows * rank);
  float* states = scratch.data();
  float* actions = states + rows * rank;
  MultiplyTransposed(rows, rank, shape.state_dim, input, shape.input_dim(),
                     parameters + shape.bilinear_u, shape.state_dim, 0.0f, states, rank);
  MultiplyTransposed(rows, rank, shape.action_dim, input + shape.state_dim, shape.input_dim(),
                     parameters + shape.bilinear_v, shape.action_dim, 0.0f, actions, rank);
  for (size_t i = 0; i < rows; ++i)
    for (size_t k = 0; k < rank; ++k) out[i] += states[i * rank + k] * actions[i * rank + k];
}

}  // namespace

void Forward(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
             float* out) {
  const LinearShape& first = shape.layers.front();
  std::vector<float> pre_activation(rows * first.out);
  FillRows(parameters + first.bias, rows, first.out, pre_activation.data());
  AddLinear({input, rows, first.in, first.in}, FirstLayerWeights(shape, parameters, 0, first.in),
            pre_activation.data(), first.out);
  ForwardFromFirst(shape, parameters, pre_activation.data(), rows, out);
  AddBilinear(shape, parameters, input, rows, out);
}

std::vector<float> DropoutMasks(const MlpShape& shape, size_t rows, Rng rng) {
  std::vector<float> masks;
  if (shape.dropout <= 0) return masks;
  size_t units = 0;
  for (size_t i = 0; i + 1 < shape.layers.size(); ++i) units += shape.layers[i].out;
  masks.resize(rows * units);
  const auto keep = static_cast<float>(1 / (1 - shape.dropout));
  for (float& mask : masks) mask = rng.Bernoulli(shape.dropout) ? 0.0f : keep;
  return masks;
}

namespace {

class FusedGradient final : public MlpGradient {
 public:
  double Compute(const MlpShape& shape, std::span<const float> parameters,
                 std::span<const float> input, std::span<const float> targets,
                 std::span<const float> masks, std::span<float> gradients) override {
    UseOneBlasThread();
    const size_t rows = targets.size();
    Prepare(shape, rows);
    ForwardKeepingActivations(shape, parameters.data(), input.data(), rows, masks);
    AddBilinearForward(shape, parameters.data(), input.data(), rows);

    double loss = 0;
    float* delta = deltas_.back().data();
    const float* prediction = activations_.back().data();
    for (size_t i = 0; i < rows; ++i) {
      const float error = prediction[i] - targets[i];
      loss += static_cast<double>(error) * error;
      delta[i] = 2.0f * error / static_cast<float>(rows);
    }
    Backward(shape, parameters.data(), input.data(), rows, masks, gradients.data());
    BilinearBackward(shape, input.data(), rows, gradients.data());
    return loss / static_cast<double>(rows);
  }

 private:
  void Prepare(const MlpShape& shape, size_t rows) {
    activations_.resize(shape.layers.size());
    deltas_.resize(shape.layers.size());
    for (size_t i = 0; i < shape.layers.size(); ++i) {
      activations_[i].resize(rows * shape.layers[i].out);
      deltas_[i].resize(rows * shape.layers[i].out);
    }
    projected_state_.resize(rows * shape.bilinear_rank);
    projected_action_.resize(rows * shape.bilinear_rank);
  }

  void ForwardKeepingActivations(const MlpShape& shape, const float* parameters, const float* input,
                                 size_t rows, std::span<const float> masks) {
    const float* previous = input;
    size_t mask_offset = 0;
    for (size_t i = 0; i < shape.layers.size(); ++i) {
      const LinearShape& layer = shape.layers[i];
      float* out = activations_[i].data();
      FillRows(parameters + layer.bias, rows, layer.out, out);
      MultiplyTransposed(rows, layer.out, layer.in, previous, layer.in, parameters + layer.weight,
                         layer.in, 1.0f, out, layer.out);
      if (i + 1 == shape.layers.size()) break;
      Relu(out, rows * layer.out);
      if (!masks.empty()) {
        for (size_t j = 0; j < rows * layer.out; ++j) out[j] *= masks[mask_offset + j];
        mask_offset += rows * layer.out;
      }
      previous = out;
    }
  }

  void Backward(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
                std::span<const float> masks, float* gradients) {
    size_t mask_end = masks.size();
    for (size_t i = shape.layers.size(); i-- > 0;) {
      const LinearShape& layer = shape.layers[i];
      const float* delta = deltas_[i].data();
      const float* previous = i == 0 ? input : activations_[i - 1].data();
      // dW = delta^T previous, db = column sums of delta.
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, Int(layer.out), Int(layer.in), Int(rows),
                  1.0f, delta, Int(layer.out), previous, Int(layer.in), 0.0f,
                  gradients + layer.weight, Int(layer.in));
      float* bias = gradients + layer.bias;
      std::fill(bias, bias + layer.out, 0.0f);
      for (size_t row = 0; row < rows; ++row)
        for (size_t j = 0; j < layer.out; ++j) bias[j] += delta[row * layer.out + j];
      if (i == 0) break;
      // d previous = delta W, through dropout and ReLU.
      float* upstream = deltas_[i - 1].data();
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, Int(rows), Int(layer.in),
                  Int(layer.out), 1.0f, delta, Int(layer.out), parameters + layer.weight,
                  Int(layer.in), 0.0f, upstream, Int(layer.in));
      const size_t count = rows * layer.in;
      if (!masks.empty()) {
        mask_end -= count;
        for (size_t j = 0; j < count; ++j) upstream[j] *= masks[mask_end + j];
      }
      for (size_t j = 0; j < count; ++j) upstream[j] = previous[j] > 0.0f ? upstream[j] : 0.0f;
    }
  }

  void AddBilinearForward(const MlpShape& shape, const float* parameters, const float* input,
                          size_t rows) {
    const size_t rank = shape.bilinear_rank;
    if (rank == 0) return;
    MultiplyTransposed(rows, rank, shape.state_dim, input, shape.input_dim(),
                       parameters + shape.bilinear_u, shape.state_dim, 0.0f,
                       projected_state_.data(), rank);
    MultiplyTransposed(rows, rank, shape.action_dim, input + shape.state_dim, shape.input_dim(),
                       parameters + shape.bilinear_v, shape.action_dim, 0.0f,
                       projected_action_.data(), rank);
    float* out = activations_.back().data();
    for (size_t i = 0; i < rows; ++i)
      for (size_t k = 0; k < rank; ++k)
        out[i] += projected_state_[i * rank + k] * projected_action_[i * rank + k];
  }

  // d/dU = sum_i delta_i (V v_i) s_i^T, and the same with the roles changed for V.
  void BilinearBackward(const MlpShape& shape, const float* input, size_t rows, float* gradients) {
    const size_t rank = shape.bilinear_rank;
    if (rank == 0) return;
    const float* delta = deltas_.back().data();
    for (size_t i = 0; i < rows; ++i) {
      for (size_t k = 0; k < rank; ++k) {
        projected_state_[i * rank + k] *= delta[i];
        projected_action_[i * rank + k] *= delta[i];
      }
    }
    const auto outer = [&](const std::vector<float>& projected, const float* side, size_t dim,
                           float* out) {
      cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, Int(rank), Int(dim), Int(rows), 1.0f,
                  projected.data(), Int(rank), side, Int(shape.input_dim()), 0.0f, out, Int(dim));
    };
    outer(projected_action_, input, shape.state_dim, gradients + shape.bilinear_u);
    outer(projected_state_, input + shape.state_dim, shape.action_dim,
          gradients + shape.bilinear_v);
  }

  std::vector<std::vector<float>> activations_;  // per layer, rows x out
  std::vector<std::vector<float>> deltas_;       // dLoss / d pre-activation, per layer
  std::vector<float> projected_state_;           // rows x rank
  std::vector<float> projected_action_;
};

}  // namespace

std::unique_ptr<MlpGradient> MakeFusedGradient() { return std::make_unique<FusedGradient>(); }

}  // namespace dynajob
