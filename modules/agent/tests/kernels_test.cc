#include "kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

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

struct Size {
  size_t m, n, k;
};
// Every number of rows and of columns that a tile can be left with, and none of k.
std::vector<Size> Sizes() {
  std::vector<Size> sizes = {{1, 1, 1}, {13, 200, 70}, {31, 129, 300}, {5, 7, 0}, {1, 64, 129}};
  for (size_t m = 1; m <= 26; ++m) sizes.push_back({m, m % 2 == 0 ? 48u : 32u, 9});
  for (size_t n = 1; n <= 150; ++n) sizes.push_back({n % 9 + 1, n, n % 3 == 0 ? 90u : 11u});
  return sizes;
}

// In double precision; the distance that rounding allows is returned beside it.
double Exact(const Product& x, size_t i, size_t j, double start, double& scale) {
  double sum = start;
  scale = std::abs(start);
  for (size_t p = 0; p < x.k; ++p) {
    const double term = static_cast<double>(x.a[i * x.a_row + p * x.a_col]) *
                        static_cast<double>(x.b[p * x.b_row + j]);
    sum += term;
    scale += std::abs(term);
  }
  return sum;
}

TEST(Kernels, ProductsEqualPlainLoops) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const Size& size : Sizes()) {
      for (const Start start : {Start::kZero, Start::kBias, Start::kOld}) {
        for (const bool transposed : {false, true}) {
          const auto [m, n, k] = size;
          const std::vector<float> a = RandomValues(m * k + 1, 1), b = RandomValues(k * n + 3, 2);
          const std::vector<float> bias = RandomValues(m, 3), old = RandomValues(m * (n + 5), 4);
          std::vector<float> c = old;
          Product product{.m = m,
                          .n = n,
                          .k = k,
                          .a = a.data(),
                          .a_row = transposed ? 1 : k,
                          .a_col = transposed ? m : 1,
                          .b = b.data() + 3,  // not aligned
                          .b_row = n,
                          .c = c.data(),
                          .c_row = n + 5,
                          .start = start,
                          .bias = bias.data(),
                          .relu = transposed && k > 0};
          kernels->multiply(product);
          for (size_t i = 0; i < m; ++i) {
            for (size_t j = 0; j < n + 5; ++j) {
              const float value = c[i * (n + 5) + j];
              if (j >= n) {
                ASSERT_EQ(value, old[i * (n + 5) + j]) << "written beyond the product";
                continue;
              }
              const float from = start == Start::kZero   ? 0.0f
                                 : start == Start::kBias ? bias[i]
                                                         : old[i * (n + 5) + j];
              double scale = 0;
              double exact = Exact(product, i, j, static_cast<double>(from), scale);
              if (product.relu) exact = std::max(0.0, exact);
              ASSERT_NEAR(value, exact, 2e-6 * scale)
                  << kernels->name << ' ' << m << 'x' << n << 'x' << k << " at " << i << ',' << j;
            }
          }
        }
      }
    }
  }
}

// What makes learners independent of how jobs were grouped, and of the processor.
TEST(Kernels, AnElementHasTheSameBitsWhateverIsComputedBesideItAndOnAnyVectorWidth) {
  const size_t m = 37, n = 200, k = 300;
  const std::vector<float> a = RandomValues(m * k, 1), b = RandomValues(k * n, 2);
  std::vector<float> reference, dots_reference;
  for (const Kernels* kernels : AvailableKernels()) {
    std::vector<float> all(m * n), single(1);
    const Product product{.m = m,
                          .n = n,
                          .k = k,
                          .a = a.data(),
                          .a_row = k,
                          .b = b.data(),
                          .b_row = n,
                          .c = all.data(),
                          .c_row = n};
    kernels->multiply(product);
    for (size_t i = 0; i < m; i += 5) {
      for (size_t j = 0; j < n; j += 7) {
        Product one = product;
        one.m = one.n = 1;
        one.a += i * k;
        one.b += j;
        one.c = single.data();
        kernels->multiply(one);
        ASSERT_EQ(single[0], all[i * n + j]) << kernels->name;
      }
    }
    if (std::strcmp(kernels->name, "portable") == 0) continue;
    std::vector<float> dots(m);
    kernels->add_dots(a.data(), m, k - 3, k, b.data(), dots.data());
    if (reference.empty()) reference = all;
    if (dots_reference.empty()) dots_reference = dots;
    EXPECT_EQ(all, reference) << kernels->name;
    EXPECT_EQ(dots, dots_reference) << kernels->name;
  }
}

TEST(Kernels, TransposesWithPaddingConstantAndRelu) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const size_t count : {1u, 3u, 15u, 16u, 17u, 50u, 64u}) {
      for (const size_t width : {1u, 4u, 15u, 16u, 33u, 128u}) {
        const std::vector<float> in = RandomValues(count * width, 5), add = RandomValues(width, 6);
        std::vector<const float*> rows;
        for (size_t i = 0; i < count; ++i) rows.push_back(in.data() + i * width);
        const size_t stride = PadBatch(count) + kBatchPad;
        for (const bool plain : {true, false}) {
          std::vector<float> out(width * stride, 7.0f);
          kernels->transpose(rows.data(), count, width, plain ? nullptr : add.data(), !plain,
                             out.data(), stride);
          for (size_t j = 0; j < width; ++j) {
            for (size_t i = 0; i < stride; ++i) {
              float expected = i < PadBatch(count) ? 0.0f : 7.0f;
              if (i < count)
                expected = plain ? in[i * width + j] : std::max(0.0f, in[i * width + j] + add[j]);
              ASSERT_EQ(out[j * stride + i], expected)
                  << kernels->name << ' ' << count << 'x' << width << " at " << i << ',' << j;
            }
          }
        }
      }
    }
  }
}

TEST(Kernels, DotsAreAdded) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const size_t width : {1u, 15u, 64u, 100u, 771u}) {
      const size_t rows = 5, stride = width + 3;
      const std::vector<float> weight = RandomValues(rows * stride, 7), x = RandomValues(width, 8);
      std::vector<float> out = RandomValues(rows, 9);
      const std::vector<float> before = out;
      kernels->add_dots(weight.data(), rows, width, stride, x.data(), out.data());
      for (size_t i = 0; i < rows; ++i) {
        double exact = static_cast<double>(before[i]), scale = std::abs(exact);
        for (size_t j = 0; j < width; ++j) {
          const double term =
              static_cast<double>(weight[i * stride + j]) * static_cast<double>(x[j]);
          exact += term;
          scale += std::abs(term);
        }
        EXPECT_NEAR(out[i], exact, 2e-6 * scale) << kernels->name << ' ' << width;
      }
    }
  }
}

// To the nearest of the 2^16 numbers, found without arithmetic on bits.
float NearestBfloat16(float value) {
  const float below = std::bit_cast<float>(std::bit_cast<uint32_t>(value) & 0xffff0000u);
  const float above =
      std::bit_cast<float>((std::bit_cast<uint32_t>(value) & 0xffff0000u) + 0x10000u);
  const double down = std::abs(static_cast<double>(value) - static_cast<double>(below));
  const double up = std::abs(static_cast<double>(above) - static_cast<double>(value));
  if (down != up) return down < up ? below : above;
  return (std::bit_cast<uint32_t>(below) & 0x10000u) == 0 ? below : above;
}

TEST(Kernels, RoundToTheNearestBfloat16) {
  std::vector<float> values = RandomValues(1000, 10);
  for (const uint32_t bits : {0x3f808000u, 0x3f818000u, 0x3f808001u, 0x3f807fffu, 0xbf808000u,
                              0x00800000u, 0x7f7f0000u, 0x80000000u})
    values.push_back(std::bit_cast<float>(bits));  // ties among them
  for (const Kernels* kernels : AvailableKernels()) {
    for (const size_t count : {values.size(), size_t{1}, size_t{15}, size_t{17}}) {
      std::vector<Bfloat16> out(count + 1, Bfloat16{77});
      kernels->round(values.data(), count, out.data());
      EXPECT_EQ(out[count], Bfloat16{77}) << "written beyond the values";
      for (size_t i = 0; i < count; ++i)
        ASSERT_EQ(ToFloat(out[i]), NearestBfloat16(values[i])) << kernels->name << ' ' << values[i];
    }
    const std::array<float, 4> odd = {std::numeric_limits<float>::infinity(), 3.4e38f, 1e-40f,
                                      std::numeric_limits<float>::quiet_NaN()};
    std::array<Bfloat16, 4> out{};
    kernels->round(odd.data(), odd.size(), out.data());
    EXPECT_EQ(ToFloat(out[0]), odd[0]) << kernels->name;
    EXPECT_EQ(ToFloat(out[1]), odd[0]) << "beyond the largest";
    EXPECT_EQ(ToFloat(out[2]), 0.0f) << "denormal";
    EXPECT_TRUE(std::isnan(ToFloat(out[3]))) << kernels->name;
  }
}

TEST(Kernels, RowsBecomePairs) {
  const size_t count = 37;
  const std::vector<float> first = RandomValues(count, 1), second = RandomValues(count, 2);
  for (const Kernels* kernels : AvailableKernels()) {
    for (const float* high : {second.data(), static_cast<const float*>(nullptr)}) {
      std::vector<BfloatPair> out(count);
      kernels->pair_rows(first.data(), high, count, out.data());
      for (size_t i = 0; i < count; ++i) {
        const auto bits = static_cast<uint32_t>(out[i]);
        ASSERT_EQ(ToFloat(Bfloat16(bits & 0xffff)), NearestBfloat16(first[i])) << kernels->name;
        ASSERT_EQ(ToFloat(Bfloat16(bits >> 16)), high == nullptr ? 0 : NearestBfloat16(high[i]));
      }
    }
  }
}

// The chain that vdpbf16ps computes: the second of a pair first, every sum rounded.
float PairChain(const PairProduct& x, size_t i, size_t j, float start) {
  float sum = start;
  for (size_t p = 0; p < x.k; ++p) {
    const auto a = static_cast<uint32_t>(x.a[i * x.a_row + p * x.a_col]);
    const auto b = static_cast<uint32_t>(x.b[p * x.b_row + j]);
    const auto low = [](uint32_t pair) { return ToFloat(Bfloat16(pair & 0xffff)); };
    const auto high = [](uint32_t pair) { return ToFloat(Bfloat16(pair >> 16)); };
    sum += high(a) * high(b);  // the product is exact
    sum += low(a) * low(b);
  }
  return sum;
}

std::vector<BfloatPair> RandomPairs(size_t count, uint64_t seed) {
  std::vector<BfloatPair> pairs(count);
  const std::vector<float> first = RandomValues(count, seed), second = RandomValues(count, ~seed);
  AvailableKernels().back()->pair_rows(first.data(), second.data(), count, pairs.data());
  return pairs;
}

TEST(Kernels, ProductsOfPairsAreTheChainOfTheInstructionBitForBitOnEveryProcessor) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const Size& size : Sizes()) {
      const auto [m, n, k] = size;
      const std::vector<BfloatPair> a = RandomPairs(m * k + 1, 1), b = RandomPairs(k * n + 3, 2);
      const std::vector<float> bias = RandomValues(std::max(m, n), 3);
      const std::vector<float> old = RandomValues(m * (n + 5), 4);
      for (const Start start : {Start::kZero, Start::kBias, Start::kColumnBias, Start::kOld}) {
        const bool transposed = start == Start::kBias, rounded = start == Start::kColumnBias;
        std::vector<float> c = old;
        std::vector<Bfloat16> c_rounded(old.size(), Bfloat16{77});
        const PairProduct product{.m = m,
                                  .n = n,
                                  .k = k,
                                  .a = a.data(),
                                  .a_row = transposed ? 1 : k,
                                  .a_col = transposed ? m : 1,
                                  .b = b.data() + 3,
                                  .b_row = n,
                                  .c = rounded ? nullptr : c.data(),
                                  .c_rounded = c_rounded.data(),
                                  .c_row = n + 5,
                                  .start = start,
                                  .bias = bias.data(),
                                  .relu = transposed && k > 0};
        kernels->multiply_pairs(product);
        for (size_t i = 0; i < m; ++i) {
          for (size_t j = 0; j < n + 5; ++j) {
            const size_t place = i * (n + 5) + j;
            if (j >= n) {
              ASSERT_EQ(c[place], old[place]);
              ASSERT_EQ(c_rounded[place], Bfloat16{77});
              continue;
            }
            const float from = start == Start::kZero         ? 0.0f
                               : start == Start::kBias       ? bias[i]
                               : start == Start::kColumnBias ? bias[j]
                                                             : old[place];
            float expected = PairChain(product, i, j, from);
            if (product.relu) expected = std::max(0.0f, expected);
            if (rounded) {
              ASSERT_EQ(ToFloat(c_rounded[place]), NearestBfloat16(expected)) << kernels->name;
            } else {
              ASSERT_EQ(c[place], expected)
                  << kernels->name << ' ' << m << 'x' << n << 'x' << k << " at " << i << ',' << j;
            }
          }
        }
      }
    }
  }
}

// Parameters and moments of a matrix, and their copies in bfloat16.
struct Weights {
  Weights(size_t rows, size_t row)
      : parameters(RandomValues(rows * row, 1)),
        first(RandomValues(rows * row, 2)),
        second(RandomValues(rows * row, 3)),
        rounded(rows * (row + 2)) {
    for (float& value : second) value *= value;
  }
  Update Step(bool adam, size_t row) {
    return {.adam = adam,
            .step_size = 0.01f,
            .root_scale = adam ? 1.5f : 1.0f,
            .parameters = parameters.data(),
            .first = adam ? first.data() : nullptr,
            .second = second.data(),
            .row = row,
            .rounded = rounded.data(),
            .rounded_row = row + 2};
  }
  std::vector<float> parameters, first, second;
  std::vector<Bfloat16> rounded;
};

template <typename Word>
void ExpectSameUpdate(const Kernels& kernels, BasicProduct<Word> product, bool adam,
                      void (*multiply)(const BasicProduct<Word>&),
                      void (*update)(const BasicProduct<Word>&, const Update&)) {
  const size_t rows = product.m, columns = product.n;
  Weights fused(rows, columns), apart(rows, columns);
  update(product, fused.Step(adam, columns));
  std::vector<float> gradients(rows * columns);
  product.c = gradients.data(), product.c_row = columns;
  multiply(product);
  kernels.update(gradients.data(), gradients.size(), apart.Step(adam, columns));
  EXPECT_EQ(fused.parameters, apart.parameters)
      << kernels.name << ' ' << rows << 'x' << columns << 'x' << product.k << " Adam " << adam;
  EXPECT_EQ(fused.first, apart.first);
  EXPECT_EQ(fused.second, apart.second);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < columns; ++j)
      ASSERT_EQ(ToFloat(fused.rounded[i * (columns + 2) + j]),
                NearestBfloat16(fused.parameters[i * columns + j]));
}

TEST(Kernels, AnUpdateInRegistersIsThatByTheWrittenGradientBitForBit) {
  for (const Kernels* kernels : AvailableKernels()) {
    for (const auto [m, n, k] : Sizes()) {
      for (const bool adam : {true, false}) {
        const std::vector<float> a = RandomValues(m * k + 1, 4), b = RandomValues(k * n + 1, 5);
        ExpectSameUpdate<float>(
            *kernels,
            {.m = m, .n = n, .k = k, .a = a.data(), .a_row = k, .b = b.data(), .b_row = n}, adam,
            kernels->multiply, kernels->multiply_and_update);
        const auto pa = RandomPairs(m * k + 1, 4), pb = RandomPairs(k * n + 1, 5);
        ExpectSameUpdate<BfloatPair>(
            *kernels,
            {.m = m, .n = n, .k = k, .a = pa.data(), .a_row = k, .b = pb.data(), .b_row = n}, adam,
            kernels->multiply_pairs, kernels->multiply_pairs_and_update);
      }
    }
  }
}

TEST(Kernels, UpdatesHaveTheSameBitsOnAnyVectorWidthThatFuses) {
  const std::vector<float> gradients = RandomValues(203, 6);
  for (const bool adam : {true, false}) {
    std::vector<float> reference;
    for (const Kernels* kernels : AvailableKernels()) {
      if (std::strcmp(kernels->name, "portable") == 0) continue;
      Weights weights(1, gradients.size());
      kernels->update(gradients.data(), gradients.size(), weights.Step(adam, gradients.size()));
      if (reference.empty()) reference = weights.parameters;
      EXPECT_EQ(weights.parameters, reference) << kernels->name;
    }
  }
}

TEST(Kernels, SharesAndConstantsAreAddedWithRelu) {
  for (const size_t count : {1u, 16u, 37u}) {
    const std::vector<float> share = RandomValues(count, 1), constant = RandomValues(count, 2);
    for (const Kernels* kernels : AvailableKernels()) {
      std::vector<Bfloat16> short_share(count), short_out(count + 1, Bfloat16{77});
      kernels->round(share.data(), count, short_share.data());
      std::vector<float> out(count + 1, 7.0f);
      kernels->add_relu(share.data(), constant.data(), count, out.data());
      kernels->add_relu_rounded(short_share.data(), constant.data(), count, short_out.data());
      for (size_t i = 0; i < count; ++i) {
        ASSERT_EQ(out[i], std::max(0.0f, share[i] + constant[i])) << kernels->name;
        ASSERT_EQ(ToFloat(short_out[i]),
                  NearestBfloat16(std::max(0.0f, ToFloat(short_share[i]) + constant[i])));
      }
      EXPECT_EQ(out[count], 7.0f);
      EXPECT_EQ(short_out[count], Bfloat16{77});
    }
  }
}

TEST(Kernels, ABufferStartsAtACacheLineAndGrows) {
  Buffer buffer;
  for (const size_t size : {1u, 100u, 17u, 5000u}) {
    float* data = buffer.Get(size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0u);
    std::fill_n(data, size, 1.0f);
  }
}

}  // namespace
}  // namespace dynajob
