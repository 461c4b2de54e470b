#include "mlp.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "dynajob/core/check.h"

namespace dynajob {

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

Rows FirstLayerWeights(const MlpShape& shape, const float* parameters, size_t column,
                       size_t width) {
  const LinearShape& first = shape.layers.front();
  return {parameters + first.weight + column, first.out, width, first.in};
}

void MultiplyBatch(const Rows& weight, const float* input, size_t rows, float* out, Start start,
                   const float* bias, bool relu) {
  const size_t stride = PadBatch(rows);
  ChosenKernels().multiply({.m = weight.rows,
                            .n = stride,
                            .k = weight.width,
                            .a = weight.data,
                            .a_row = weight.stride,
                            .b = input,
                            .b_row = stride,
                            .c = out,
                            .c_row = stride,
                            .start = start,
                            .bias = bias,
                            .relu = relu});
}

namespace {

// Rows that are evaluated together: their activations stay in the caches.
constexpr size_t kTileRows = 64;

Rows WeightsOf(const LinearShape& layer, const float* parameters) {
  return {parameters + layer.weight, layer.out, layer.in, layer.in};
}

// out[i] += sum_k (U state_i)_k (V action_i)_k; `input` is features x batch.
void AddBilinear(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
                 float* out) {
  const size_t rank = shape.bilinear_rank;
  if (rank == 0) return;
  thread_local Buffer scratch;
  const size_t stride = PadBatch(rows);
  float* states = scratch.Get(2 * rank * stride);
  float* actions = states + rank * stride;
  MultiplyBatch({parameters + shape.bilinear_u, rank, shape.state_dim, shape.state_dim}, input,
                rows, states);
  MultiplyBatch({parameters + shape.bilinear_v, rank, shape.action_dim, shape.action_dim},
                input + shape.state_dim * stride, rows, actions);
  for (size_t k = 0; k < rank; ++k)
    for (size_t i = 0; i < rows; ++i) out[i] += states[k * stride + i] * actions[k * stride + i];
}

}  // namespace

void ForwardFromFirst(const MlpShape& shape, const float* parameters, const float* first,
                      size_t rows, float* out) {
  thread_local std::array<Buffer, 2> scratch;
  const float* activation = first;
  for (size_t i = 1; i < shape.layers.size(); ++i) {
    const LinearShape& layer = shape.layers[i];
    const bool last = i + 1 == shape.layers.size();
    float* next = scratch[i % 2].Get(PadBatch(rows) * layer.out);
    MultiplyBatch(WeightsOf(layer, parameters), activation, rows, next, Start::kBias,
                  parameters + layer.bias, !last);
    activation = next;
  }
  std::copy_n(activation, rows, out);
}

void Forward(const MlpShape& shape, const float* parameters, const float* input, size_t rows,
             float* out) {
  thread_local std::array<Buffer, 2> scratch;
  const LinearShape& first = shape.layers.front();
  std::array<const float*, kTileRows> pointers;
  for (size_t begin = 0; begin < rows; begin += kTileRows) {
    const size_t count = std::min(kTileRows, rows - begin);
    for (size_t i = 0; i < count; ++i) pointers[i] = input + (begin + i) * first.in;
    float* features = scratch[0].Get(first.in * PadBatch(count));
    ChosenKernels().transpose(pointers.data(), count, first.in, nullptr, false, features,
                              PadBatch(count));
    float* hidden = scratch[1].Get(first.out * PadBatch(count));
    MultiplyBatch(WeightsOf(first, parameters), features, count, hidden, Start::kBias,
                  parameters + first.bias, /*relu=*/true);
    ForwardFromFirst(shape, parameters, hidden, count, out + begin);
    AddBilinear(shape, parameters, features, count, out + begin);
  }
}

void DropoutMasks(const MlpShape& shape, size_t rows, Rng rng, std::vector<float>& masks) {
  masks.clear();
  if (shape.dropout <= 0) return;
  size_t units = 0;
  for (size_t i = 0; i + 1 < shape.layers.size(); ++i) units += shape.layers[i].out;
  masks.resize(rows * units);
  const auto keep = static_cast<float>(1 / (1 - shape.dropout));
  // A hash of the place under a key from the generator, so that all places can be drawn at once.
  const auto key = static_cast<uint32_t>(rng() >> 32);
  const auto dropped = static_cast<uint32_t>(shape.dropout * 4294967296.0);
  float* out = masks.data();
  for (size_t i = 0; i < masks.size(); ++i) {
    // The finaliser of MurmurHash3 (Appleby 2011) on a Weyl sequence.
    uint32_t x = key + static_cast<uint32_t>(i) * 0x9e3779b9u;
    x = (x ^ (x >> 16)) * 0x85ebca6bu;
    x = (x ^ (x >> 13)) * 0xc2b2ae35u;
    x ^= x >> 16;
    out[i] = x < dropped ? 0.0f : keep;
  }
}

}  // namespace dynajob
