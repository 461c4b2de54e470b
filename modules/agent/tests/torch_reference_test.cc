// The only test that includes LibTorch: our optimizers and forward pass against torch's own.
#include <gtest/gtest.h>
#include <torch/torch.h>

#include "mlp.h"
#include "optimizer.h"

namespace dynajob {
namespace {

constexpr int64_t kCount = 1003;  // not a multiple of any vector width

torch::Tensor ToTensor(const std::vector<float>& values) {
  return torch::from_blob(const_cast<float*>(values.data()), {static_cast<int64_t>(values.size())},
                          torch::kFloat32)
      .clone();
}

template <typename MakeOptimizer>
void CompareWithTorch(OptimizerKind kind, double learning_rate, const MakeOptimizer& make) {
  Rng rng(9);
  std::vector<float> parameters(kCount);
  for (float& value : parameters) value = static_cast<float>(rng.Normal());
  torch::Tensor reference = ToTensor(parameters).set_requires_grad(true);
  auto optimizer = make(std::vector<torch::Tensor>{reference});
  const std::vector<float> start = parameters;
  OptimizerState state;
  for (int step = 0; step < 20; ++step) {
    std::vector<float> gradients(kCount);
    // Gradients of very different sizes; some exactly 0, where Adam must not divide 0 by 0.
    for (size_t i = 0; i < gradients.size(); ++i)
      gradients[i] =
          i % 10 == 0
              ? 0.0f
              : static_cast<float>(rng.Normal() * std::pow(10.0, static_cast<double>(i % 7) - 4));
    ApplyOptimizer(kind, learning_rate, gradients, parameters, state);
    reference.mutable_grad() = ToTensor(gradients);
    optimizer->step();
    const auto expected = reference.detach();
    for (int64_t i = 0; i < kCount; ++i)
      ASSERT_NEAR(parameters[static_cast<size_t>(i)], expected[i].item<float>(), 2e-6)
          << "parameter " << i << " after step " << step;
    if (step == 4) {
      EXPECT_NE(parameters, start);
    }
  }
  EXPECT_EQ(state.updates, 20u);
  EXPECT_EQ(parameters[0], start[0]) << "a gradient of 0 moves nothing";
}

TEST(ApplyOptimizer, AdamEqualsTorch) {
  CompareWithTorch(OptimizerKind::kAdam, 1e-2, [](std::vector<torch::Tensor> parameters) {
    return std::make_unique<torch::optim::Adam>(parameters, torch::optim::AdamOptions(1e-2));
  });
}

TEST(ApplyOptimizer, RmsPropEqualsTorch) {
  CompareWithTorch(OptimizerKind::kRmsProp, 1e-3, [](std::vector<torch::Tensor> parameters) {
    return std::make_unique<torch::optim::RMSprop>(parameters, torch::optim::RMSpropOptions(1e-3));
  });
}

TEST(MlpForward, EqualsTorchSequential) {
  const MlpShape shape(6, 9, 0, std::vector<int64_t>{16, 8}, 0, 0);
  const std::vector<float> parameters = InitialParameters(shape, 3);
  torch::nn::Sequential network(torch::nn::Linear(15, 16), torch::nn::ReLU(),
                                torch::nn::Linear(16, 8), torch::nn::ReLU(),
                                torch::nn::Linear(8, 1));
  torch::NoGradGuard no_gradient;
  size_t offset = 0;
  for (torch::Tensor& tensor : network->parameters()) {
    const auto count = static_cast<size_t>(tensor.numel());
    tensor.copy_(ToTensor({parameters.begin() + static_cast<std::ptrdiff_t>(offset),
                           parameters.begin() + static_cast<std::ptrdiff_t>(offset + count)})
                     .view(tensor.sizes()));
    offset += count;
  }
  ASSERT_EQ(offset, parameters.size());
  Rng rng(2);
  std::vector<float> input(20 * 15);
  for (float& value : input) value = static_cast<float>(rng.Normal());
  std::vector<float> out(20);
  Forward(shape, parameters.data(), input.data(), 20, out.data());
  const torch::Tensor expected = network->forward(ToTensor(input).view({20, 15}));
  for (int64_t i = 0; i < 20; ++i)
    EXPECT_NEAR(out[static_cast<size_t>(i)], expected[i][0].item<float>(), 1e-6);
}

}  // namespace
}  // namespace dynajob
