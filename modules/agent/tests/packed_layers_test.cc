#include "packed_layers.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

std::vector<float> RandomValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(rng.Normal());
  return values;
}

std::vector<std::vector<int64_t>> Hiddens() {
  return {{512, 256, 128}, {128, 64}, {16}, {5}, {31, 13, 7}, {12, 33}};
}

// Shares and constants of `count` rows for a network, in both precisions.
struct Market {
  Market(const MlpShape& shape, size_t count)
      : width(shape.first_width()),
        shares(RandomValues(count * width, 1)),
        constants(RandomValues(3 * width, 2)),
        rounded(shares.size()) {
    ChosenKernels().round(shares.data(), shares.size(), rounded.data());
    for (size_t i = 0; i < count; ++i) {
      const float* constant = constants.data() + i % 3 * width;  // candidates are mixed
      exact_rows.push_back({shares.data() + i * width, constant});
      rounded_rows.push_back({rounded.data() + i * width, constant});
    }
  }
  size_t width;
  std::vector<float> shares, constants;
  std::vector<Bfloat16> rounded;
  std::vector<FirstLayerRow<float>> exact_rows;
  std::vector<FirstLayerRow<Bfloat16>> rounded_rows;
};

float Round(float value) {
  Bfloat16 rounded{};
  ChosenKernels().round(&value, 1, &rounded);
  return ToFloat(rounded);
}

// In double precision; with `rounded`, weights and activations are rounded to bfloat16 where
// PackedLayers rounds them. `scale` becomes the value of the same network on magnitudes: an error
// of one part in N in every number changes the output by at most layers / N of it.
double Reference(const MlpShape& shape, const std::vector<float>& parameters, const float* share,
                 const float* constant, bool rounded, double& scale) {
  std::vector<double> x, sizes;
  const auto keep = [&](double value) {
    return rounded ? static_cast<double>(Round(static_cast<float>(value))) : value;
  };
  for (size_t i = 0; i < shape.first_width(); ++i)
    x.push_back(
        keep(std::max(0.0, static_cast<double>(share[i]) + static_cast<double>(constant[i]))));
  for (size_t i = 0; i < shape.first_width(); ++i)
    sizes.push_back(std::abs(static_cast<double>(share[i])) +
                    std::abs(static_cast<double>(constant[i])));
  for (size_t l = 1; l < shape.layers.size(); ++l) {
    const LinearShape& layer = shape.layers[l];
    const bool last = l + 1 == shape.layers.size();
    std::vector<double> y(layer.out), next_sizes(layer.out);
    for (size_t o = 0; o < layer.out; ++o) {
      y[o] = static_cast<double>(parameters[layer.bias + o]);
      next_sizes[o] = std::abs(y[o]);
      for (size_t i = 0; i < layer.in; ++i) {
        const auto weight = static_cast<double>(parameters[layer.weight + o * layer.in + i]);
        y[o] += (last ? weight : keep(weight)) * x[i];
        next_sizes[o] += std::abs(weight) * sizes[i];
      }
      if (!last) y[o] = std::max(0.0, y[o]);
      if (l + 2 < shape.layers.size()) y[o] = keep(y[o]);
    }
    x = y;
    sizes = next_sizes;
  }
  scale = sizes[0];
  return x[0];
}

TEST(PackedLayers, EqualTheReferenceInBothPrecisions) {
  for (const std::vector<int64_t>& hidden : Hiddens()) {
    const MlpShape shape(3, 4, 0, hidden, 0, 0);
    const std::vector<float> parameters = InitialParameters(shape, 1);
    for (const size_t count : {1u, 47u, 48u, 49u, 101u}) {
      const Market market(shape, count);
      PackedLayers exact, rounded;
      exact.Pack(shape, parameters.data(), Precision::kFloat32);
      rounded.Pack(shape, parameters.data(), Precision::kBfloat16);
      std::vector<float> a(count), b(count);
      exact.Evaluate(market.exact_rows, a);
      rounded.Evaluate(market.rounded_rows, b);
      for (size_t i = 0; i < count; ++i) {
        double scale = 0;
        const auto [share, constant] = market.exact_rows[i];
        const double reference = Reference(shape, parameters, share, constant, false, scale);
        ASSERT_NEAR(a[i], reference, 1e-6 * scale) << "row " << i;
        std::vector<float> widened;
        for (size_t j = 0; j < market.width; ++j)
          widened.push_back(ToFloat(market.rounded[i * market.width + j]));
        const double short_reference =
            Reference(shape, parameters, widened.data(), constant, true, scale);
        // Beside sums in float32, an activation next to a tie may be rounded the other way: 2^-8 of
        // one of many terms.
        ASSERT_NEAR(b[i], short_reference, 2e-4 * scale) << "row " << i;
        // Every layer rounds weights and activations, 2^-9 each.
        ASSERT_NEAR(b[i], reference, static_cast<double>(shape.layers.size()) / 256 * scale);
      }
    }
  }
}

TEST(PackedLayers, ARowHasTheSameBitsWhateverIsBesideIt) {
  for (const std::vector<int64_t>& hidden : Hiddens()) {
    const MlpShape shape(3, 4, 0, hidden, 0, 0);
    const std::vector<float> parameters = InitialParameters(shape, 1);
    const Market market(shape, 101);
    PackedLayers exact, rounded;
    exact.Pack(shape, parameters.data(), Precision::kFloat32);
    rounded.Pack(shape, parameters.data(), Precision::kBfloat16);
    std::vector<float> a(101), b(101);
    exact.Evaluate(market.exact_rows, a);
    rounded.Evaluate(market.rounded_rows, b);
    for (size_t i = 0; i < a.size(); i += 9) {
      float one = 0;
      exact.Evaluate(std::span(market.exact_rows).subspan(i, 1), std::span(&one, 1));
      EXPECT_EQ(one, a[i]);
      rounded.Evaluate(std::span(market.rounded_rows).subspan(i, 1), std::span(&one, 1));
      EXPECT_EQ(one, b[i]);
    }
  }
}

}  // namespace
}  // namespace dynajob
