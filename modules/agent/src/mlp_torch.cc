// The reference gradient: the specification's torch.nn modules, and autograd. A shared library of
// its own, which torch_backend.cc loads.
#include <cblas.h>
#include <torch/torch.h>

#include "dynajob/core/check.h"

#include "mlp.h"

namespace dynajob {
namespace {

// Linear, ReLU, Dropout, … , Linear(·, 1), plus the optional bilinear term, on borrowed parameters.
class TorchMlp : public torch::nn::Module {
 public:
  TorchMlp(const MlpShape& shape, torch::Tensor flat) : shape_(shape) {
    for (const MlpShape::NamedTensor& tensor : shape.Tensors()) {
      const std::vector<int64_t> sizes(tensor.shape.begin(), tensor.shape.end());
      int64_t count = 1;
      for (const int64_t size : sizes) count *= size;
      torch::Tensor view = flat.narrow(0, static_cast<int64_t>(tensor.offset), count).view(sizes);
      parameters_in_order_.push_back(view.detach().clone().set_requires_grad(true));
      std::string name = tensor.name;
      std::replace(name.begin(), name.end(), '.', '_');
      register_parameter(name, parameters_in_order_.back());
    }
  }

  // input: (batch, input_dim) -> (batch)
  torch::Tensor forward(const torch::Tensor& input, const torch::Tensor& masks) {
    torch::Tensor hidden = input;
    int64_t mask_offset = 0;
    const size_t layers = shape_.layers.size();
    for (size_t i = 0; i < layers; ++i) {
      hidden = torch::linear(hidden, parameters_in_order_[2 * i], parameters_in_order_[2 * i + 1]);
      if (i + 1 == layers) break;
      hidden = torch::relu(hidden);
      if (masks.numel() > 0) {
        // Masks are width x batch.
        hidden =
            hidden *
            masks.narrow(0, mask_offset, hidden.numel()).view({hidden.size(1), hidden.size(0)}).t();
        mask_offset += hidden.numel();
      }
    }
    torch::Tensor out = hidden.squeeze(1);
    if (shape_.bilinear_rank > 0) {
      const auto state_dim = static_cast<int64_t>(shape_.state_dim);
      const torch::Tensor state = input.narrow(1, 0, state_dim);
      const torch::Tensor action =
          input.narrow(1, state_dim, static_cast<int64_t>(shape_.action_dim));
      out = out + (torch::linear(state, parameters_in_order_[2 * layers]) *
                   torch::linear(action, parameters_in_order_[2 * layers + 1]))
                      .sum(1);
    }
    return out;
  }

  const std::vector<torch::Tensor>& parameters_in_order() const { return parameters_in_order_; }

 private:
  const MlpShape& shape_;
  std::vector<torch::Tensor> parameters_in_order_;
};

torch::Tensor Borrow(std::span<const float> values, std::vector<int64_t> sizes) {
  // from_blob takes a mutable pointer; nothing here writes through it.
  return torch::from_blob(const_cast<float*>(values.data()), sizes, torch::kFloat32);
}

class TorchGradient final : public MlpGradient {
 public:
  // Parallelism comes from agents, one thread each; a second pool would only fight them.
  TorchGradient() {
    at::set_num_threads(1);
    openblas_set_num_threads(1);
  }

  double Compute(const MlpShape& shape, std::span<const float> parameters,
                 std::span<const float> input, std::span<const float> targets,
                 std::span<const float> masks, std::span<float> gradients) override {
    const auto rows = static_cast<int64_t>(targets.size());
    TorchMlp network(shape, Borrow(parameters, {static_cast<int64_t>(parameters.size())}));
    const torch::Tensor prediction =
        network.forward(Borrow(input, {rows, static_cast<int64_t>(shape.input_dim())}),
                        Borrow(masks, {static_cast<int64_t>(masks.size())}));
    const torch::Tensor loss = torch::mse_loss(prediction, Borrow(targets, {rows}));
    loss.backward();
    const auto tensors = shape.Tensors();
    for (size_t i = 0; i < tensors.size(); ++i) {
      const torch::Tensor gradient = network.parameters_in_order()[i].grad().contiguous();
      DYNAJOB_CHECK(tensors[i].offset + static_cast<size_t>(gradient.numel()) <= gradients.size(),
                    "gradient tensor outside the flat parameters");
      std::copy_n(gradient.data_ptr<float>(), gradient.numel(),
                  gradients.begin() + static_cast<std::ptrdiff_t>(tensors[i].offset));
    }
    return loss.item<double>();
  }
};

}  // namespace
}  // namespace dynajob

// What torch_backend.cc looks up. The caller owns the result.
extern "C" dynajob::MlpGradient* DynajobMakeTorchGradient();
extern "C" dynajob::MlpGradient* DynajobMakeTorchGradient() {
  return std::make_unique<dynajob::TorchGradient>().release();
}
