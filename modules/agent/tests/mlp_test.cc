#include "mlp.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "agent_test_support.h"
#include "optimizer.h"

namespace dynajob {
namespace {

struct Case {
  const char* name;
  size_t state, action, cross;
  std::vector<int64_t> hidden;
  size_t rank;
  double dropout;
  size_t rows;
};

std::vector<Case> Cases() {
  return {{"plain", 6, 9, 0, {16, 8}, 0, 0.0, 32},
          {"one_row", 6, 9, 0, {16, 8}, 0, 0.0, 1},
          {"one_layer", 3, 2, 0, {5}, 0, 0.0, 7},
          {"width_one", 3, 2, 0, {4, 1, 3}, 0, 0.0, 7},
          {"dropout", 6, 9, 0, {16, 8}, 0, 0.4, 33},
          {"cross", 6, 9, 7, {12, 6}, 0, 0.0, 20},
          {"bilinear", 6, 9, 0, {12, 6}, 4, 0.0, 20},
          {"rank_one", 6, 9, 0, {12, 6}, 1, 0.0, 20},
          {"everything", 17, 23, 5, {31, 13, 7}, 3, 0.25, 41},
          {"wide", 96, 160, 0, {64, 32}, 0, 0.1, 32}};
}

struct Batch {
  Batch(const MlpShape& shape, size_t rows, uint64_t seed) {
    Rng rng = Rng::Derive(seed, "test-batch");
    input.resize(rows * shape.input_dim());
    targets.resize(rows);
    for (float& value : input) value = static_cast<float>(rng.Normal());
    for (float& value : targets) value = static_cast<float>(rng.Normal());
    DropoutMasks(shape, rows, Rng::Derive(seed, "test-masks"), masks);
  }
  std::vector<float> input, targets, masks;
};

// The same function in double precision and plain loops.
double ReferenceLoss(const MlpShape& shape, const std::vector<double>& parameters,
                     const Batch& batch) {
  const size_t rows = batch.targets.size();
  double loss = 0;
  for (size_t row = 0; row < rows; ++row) {
    const float* input = batch.input.data() + row * shape.input_dim();
    std::vector<double> x(input, input + shape.input_dim());
    size_t mask_offset = 0;
    for (size_t i = 0; i < shape.layers.size(); ++i) {
      const LinearShape& layer = shape.layers[i];
      std::vector<double> y(layer.out);
      for (size_t o = 0; o < layer.out; ++o) {
        y[o] = parameters[layer.bias + o];
        for (size_t k = 0; k < layer.in; ++k)
          y[o] += parameters[layer.weight + o * layer.in + k] * x[k];
        if (i + 1 == shape.layers.size()) continue;
        y[o] = std::max(0.0, y[o]);
        if (!batch.masks.empty())
          y[o] *= static_cast<double>(batch.masks[mask_offset + o * rows + row]);
      }
      mask_offset += rows * layer.out;
      x = y;
    }
    double prediction = x[0];
    for (size_t k = 0; k < shape.bilinear_rank; ++k) {
      double u = 0, v = 0;
      for (size_t j = 0; j < shape.state_dim; ++j)
        u += parameters[shape.bilinear_u + k * shape.state_dim + j] * static_cast<double>(input[j]);
      for (size_t j = 0; j < shape.action_dim; ++j)
        v += parameters[shape.bilinear_v + k * shape.action_dim + j] *
             static_cast<double>(input[shape.state_dim + j]);
      prediction += u * v;
    }
    const double error = prediction - static_cast<double>(batch.targets[row]);
    loss += error * error;
  }
  return loss / static_cast<double>(rows);
}

double MaxAbs(const std::vector<float>& values) {
  double largest = 0;
  for (const float value : values)
    largest = std::max(largest, std::abs(static_cast<double>(value)));
  return largest;
}

TEST(MlpGradient, FusedEqualsAutograd) {
  for (const Case& test : Cases()) {
    SCOPED_TRACE(test.name);
    const MlpShape shape(test.state, test.action, test.cross, test.hidden, test.rank, test.dropout);
    std::vector<float> parameters = InitialParameters(shape, 3);
    // Larger bilinear weights than the initial ones, so that the term matters.
    for (size_t i = shape.bilinear_u; i < shape.parameter_count; ++i) parameters[i] *= 5;
    const Batch batch(shape, test.rows, 4);
    // A stale value must be overwritten, not added to.
    std::vector<float> fused(shape.parameter_count, 77.0f), torch(shape.parameter_count, -77.0f);
    const double fused_loss = MakeFusedGradient()->Compute(shape, parameters, batch.input,
                                                           batch.targets, batch.masks, fused);
    const double torch_loss = MakeTorchGradient()->Compute(shape, parameters, batch.input,
                                                           batch.targets, batch.masks, torch);
    EXPECT_NEAR(fused_loss, torch_loss, 1e-5 * torch_loss);
    const double scale = MaxAbs(torch);
    ASSERT_GT(scale, 0);
    for (size_t i = 0; i < fused.size(); ++i)
      ASSERT_NEAR(fused[i], torch[i], 1e-5 * scale) << "parameter " << i;
  }
}

TEST(MlpGradient, BothEqualFiniteDifferencesInDoublePrecision) {
  for (const Case& test : Cases()) {
    if (test.state > 20) continue;  // the small ones suffice
    SCOPED_TRACE(test.name);
    const MlpShape shape(test.state, test.action, test.cross, test.hidden, test.rank, test.dropout);
    const std::vector<float> parameters = InitialParameters(shape, 5);
    const Batch batch(shape, std::min<size_t>(test.rows, 8), 6);
    std::vector<float> fused(shape.parameter_count), torch(shape.parameter_count);
    const double loss = MakeFusedGradient()->Compute(shape, parameters, batch.input, batch.targets,
                                                     batch.masks, fused);
    MakeTorchGradient()->Compute(shape, parameters, batch.input, batch.targets, batch.masks, torch);
    std::vector<double> exact(parameters.begin(), parameters.end());
    EXPECT_NEAR(loss, ReferenceLoss(shape, exact, batch), 1e-5 * loss);
    const double scale = MaxAbs(fused);
    const double step = 1e-6;
    for (size_t i = 0; i < exact.size(); ++i) {
      const double value = exact[i];
      exact[i] = value + step;
      const double above = ReferenceLoss(shape, exact, batch);
      exact[i] = value - step;
      const double below = ReferenceLoss(shape, exact, batch);
      exact[i] = value;
      const double difference = (above - below) / (2 * step);
      ASSERT_NEAR(fused[i], difference, 2e-5 * scale) << "parameter " << i;
      ASSERT_NEAR(torch[i], difference, 2e-5 * scale) << "parameter " << i;
    }
  }
}

// Trains `steps` steps; a new gradient object for every step unless `reuse`.
AlignedFloats TrainedBy(const MlpShape& shape, const Case& test, OptimizerKind kind,
                        Precision precision, bool reuse, bool apart) {
  const std::vector<float> initial = InitialParameters(shape, 3);
  AlignedFloats parameters(initial.begin(), initial.end());
  OptimizerState state;
  auto gradient = MakeFusedGradient(precision);
  for (uint64_t step = 0; step < 3; ++step) {
    const Batch batch(shape, test.rows, step);
    if (!reuse) gradient = MakeFusedGradient(precision);
    if (apart) {
      std::vector<float> gradients(shape.parameter_count);
      gradient->Compute(shape, parameters, batch.input, batch.targets, batch.masks, gradients);
      ApplyOptimizer(kind, 1e-2, gradients, parameters, state);
    } else {
      const Update update = BeginUpdate(kind, 1e-2, parameters, state);
      gradient->Step(shape, update, step, batch.input, batch.targets, batch.masks);
    }
  }
  return parameters;
}

TEST(MlpGradient, AStepIsTheGradientAndThenTheOptimizerBitForBit) {
  for (const Case& test : Cases()) {
    const MlpShape shape(test.state, test.action, test.cross, test.hidden, test.rank, test.dropout);
    for (const OptimizerKind kind : {OptimizerKind::kAdam, OptimizerKind::kRmsProp}) {
      for (const Precision precision : {Precision::kFloat32, Precision::kBfloat16}) {
        SCOPED_TRACE(test.name);
        const AlignedFloats apart = TrainedBy(shape, test, kind, precision, true, true);
        EXPECT_TRUE(SameBits(TrainedBy(shape, test, kind, precision, true, false), apart));
        // The rounded copies that steps keep are what rounding the parameters anew would give.
        EXPECT_TRUE(SameBits(TrainedBy(shape, test, kind, precision, false, false), apart));
      }
    }
  }
}

TEST(MlpGradient, RoundedOperandsChangeLossAndGradientByAFewPercent) {
  for (const Case& test : Cases()) {
    SCOPED_TRACE(test.name);
    const MlpShape shape(test.state, test.action, test.cross, test.hidden, test.rank, test.dropout);
    const std::vector<float> parameters = InitialParameters(shape, 3);
    const Batch batch(shape, test.rows, 4);
    std::vector<float> exact(shape.parameter_count), rounded(shape.parameter_count, 77.0f);
    const double loss = MakeFusedGradient()->Compute(shape, parameters, batch.input, batch.targets,
                                                     batch.masks, exact);
    const double rounded_loss =
        MakeFusedGradient(Precision::kBfloat16)
            ->Compute(shape, parameters, batch.input, batch.targets, batch.masks, rounded);
    // Of predictions and targets of order 1.
    EXPECT_NEAR(std::sqrt(rounded_loss), std::sqrt(loss), 0.01);
    // A norm, since a unit at 0 may fall to the other side of its ReLU.
    double distance = 0, norm = 0;
    for (size_t i = 0; i < exact.size(); ++i) {
      const double difference = static_cast<double>(rounded[i]) - static_cast<double>(exact[i]);
      distance += difference * difference;
      norm += static_cast<double>(exact[i]) * static_cast<double>(exact[i]);
    }
    EXPECT_LT(std::sqrt(distance / norm), 0.02);
    EXPECT_GT(distance, 0) << "nothing was rounded";
  }
}

TEST(MlpGradient, OneObjectServesBatchesOfDifferentSizes) {
  const MlpShape shape(4, 5, 0, std::vector<int64_t>{8, 4}, 2, 0);
  const std::vector<float> parameters = InitialParameters(shape, 1);
  const auto reused = MakeFusedGradient();
  for (const size_t rows : {size_t{16}, size_t{3}, size_t{40}, size_t{1}}) {
    const Batch batch(shape, rows, rows);
    std::vector<float> a(shape.parameter_count), b(shape.parameter_count);
    const double first =
        reused->Compute(shape, parameters, batch.input, batch.targets, batch.masks, a);
    const double second =
        MakeFusedGradient()->Compute(shape, parameters, batch.input, batch.targets, batch.masks, b);
    EXPECT_EQ(first, second);
    EXPECT_TRUE(SameBits(a, b));
  }
}

TEST(MlpForward, EqualsANetworkComputedByHand) {
  // 2 inputs (state 1, action 1), 2 hidden units, rank 1.
  const MlpShape shape(1, 1, 0, std::vector<int64_t>{2}, 1, 0);
  ASSERT_EQ(shape.parameter_count, 4u + 2u + 2u + 1u + 1u + 1u);
  //                                    W1            b1          W2       b2     U     V
  const std::vector<float> parameters = {1, 2, -1, 1, 0.5f, -1.0f, 3, -2, 0.25f, 2.0f, -0.5f};
  const std::vector<float> input = {1, 2, 3, -1, -1, 2};
  std::vector<float> out(3);
  Forward(shape, parameters.data(), input.data(), 3, out.data());
  // (1, 2):  h = relu(5.5, 0)   = (5.5, 0); 16.5 + .25       + (2)(-1)   = 14.75
  // (3, -1): h = relu(1.5, -5)  = (1.5, 0); 4.5 + .25        + (6)(.5)   = 7.75
  // (-1, 2): h = relu(3.5, 2)   = (3.5, 2); 10.5 - 4 + .25   + (-2)(-1)  = 8.75
  EXPECT_FLOAT_EQ(out[0], 14.75f);
  EXPECT_FLOAT_EQ(out[1], 7.75f);
  EXPECT_FLOAT_EQ(out[2], 8.75f);
}

TEST(MlpShape, TensorsTileTheFlatParametersWithoutHoles) {
  const MlpShape shape(3, 4, 2, std::vector<int64_t>{5, 6}, 2, 0);
  size_t expected = 0;
  for (const MlpShape::NamedTensor& tensor : shape.Tensors()) {
    EXPECT_EQ(tensor.offset, expected) << tensor.name;
    size_t count = 1;
    for (const size_t size : tensor.shape) count *= size;
    expected += count;
  }
  EXPECT_EQ(expected, shape.parameter_count);
  EXPECT_EQ(shape.Tensors().front().name, "layers.0.weight");
  EXPECT_EQ(shape.Tensors().front().shape, (std::vector<size_t>{5, 9}));
}

TEST(InitialParameters, AreUniformWithinTheFanInBoundAndFollowTheSeed) {
  const MlpShape shape(50, 50, 0, std::vector<int64_t>{40}, 0, 0);
  const std::vector<float> parameters = InitialParameters(shape, 7);
  const LinearShape& first = shape.layers.front();
  double sum = 0, square = 0, largest = 0;
  const size_t count = first.in * first.out;
  for (size_t i = 0; i < count; ++i) {
    const auto value = static_cast<double>(parameters[first.weight + i]);
    sum += value;
    square += value * value;
    largest = std::max(largest, std::abs(value));
  }
  EXPECT_LE(largest, 0.1);
  EXPECT_GT(largest, 0.099);
  const auto n = static_cast<double>(count);
  EXPECT_NEAR(sum / n, 0, 0.004);
  EXPECT_NEAR(square / n, 0.01 / 3, 0.0002);  // variance of U(-.1, .1)
  EXPECT_EQ(parameters, InitialParameters(shape, 7));
  EXPECT_NE(parameters, InitialParameters(shape, 8));
}

std::vector<float> DrawMasks(const MlpShape& shape, size_t rows, uint64_t seed) {
  std::vector<float> masks;
  DropoutMasks(shape, rows, Rng(seed), masks);
  return masks;
}

TEST(DropoutMasks, KeepTheExpectation) {
  const MlpShape shape(2, 2, 0, std::vector<int64_t>{100, 50}, 0, 0.25);
  const std::vector<float> masks = DrawMasks(shape, 200, 3);
  ASSERT_EQ(masks.size(), 200u * 150u);
  double sum = 0;
  for (const float mask : masks) {
    ASSERT_TRUE(mask == 0.0f || std::abs(mask - 1 / 0.75f) < 1e-6f);
    sum += static_cast<double>(mask);
  }
  EXPECT_NEAR(sum / static_cast<double>(masks.size()), 1.0, 0.02);
  EXPECT_EQ(masks, DrawMasks(shape, 200, 3));
  EXPECT_NE(masks, DrawMasks(shape, 200, 4));
  EXPECT_TRUE(DrawMasks(MlpShape(2, 2, 0, std::vector<int64_t>{4}, 0, 0.0), 5, 3).empty());
}

}  // namespace
}  // namespace dynajob
