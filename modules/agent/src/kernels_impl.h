// The kernels for vectors of DYNAJOB_LANES floats, included once per instruction set. No standard
// library here: an inline function of it, compiled for AVX-512, could be the one the linker keeps
// for everybody.
#include "kernels.h"

#if DYNAJOB_LANES > 4
#include <immintrin.h>
#endif

namespace dynajob {
namespace {

constexpr size_t kLanes = DYNAJOB_LANES;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef int Indices __attribute__((vector_size(kLanes * sizeof(int))));

inline Vector Load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void Store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }
inline Vector Broadcast(float value) { return Vector{} + value; }
inline Vector Positive(Vector value) { return value > Vector{} ? value : Vector{}; }

#include "kernels_product_impl.h"
#include "kernels_update_impl.h"

// Exchanges the blocks beside the diagonal, of 1, 2, 4, … rows and columns.
template <size_t kBlock>
inline void SwapBlocks(Vector* rows) {
  if constexpr (kBlock < kLanes) {
    Indices first, second;
#pragma GCC unroll 16
    for (size_t j = 0; j < kLanes; ++j) {
      const bool right = (j & kBlock) != 0;
      first[j] = static_cast<int>(right ? kLanes + j - kBlock : j);
      second[j] = static_cast<int>(right ? kLanes + j : j + kBlock);
    }
#pragma GCC unroll 16
    for (size_t i = 0; i < kLanes; ++i) {
      if ((i & kBlock) != 0) continue;
      const Vector above = rows[i], below = rows[i + kBlock];
      rows[i] = __builtin_shuffle(above, below, first);
      rows[i + kBlock] = __builtin_shuffle(above, below, second);
    }
    SwapBlocks<kBlock * 2>(rows);
  }
}

void TransposeBlock(const float* const* rows, size_t count, size_t column, const float* add,
                    bool relu, float* out, size_t stride) {
  Vector block[kLanes];
#pragma GCC unroll 16
  for (size_t i = 0; i < kLanes; ++i) {
    if (i < count) {
      const Vector row = Load(rows[i] + column);
      const Vector value = add == nullptr ? row : row + Load(add + column);
      block[i] = relu ? Positive(value) : value;
    } else {
      block[i] = Vector{};
    }
  }
  SwapBlocks<1>(block);
#pragma GCC unroll 16
  for (size_t j = 0; j < kLanes; ++j) Store(out + (column + j) * stride, block[j]);
}

void Transpose(const float* const* rows, size_t count, size_t width, const float* add, bool relu,
               float* out, size_t stride) {
  const size_t padded = PadBatch(count);
  for (size_t i = 0; i < padded; i += kLanes) {
    const size_t left = i < count ? count - i : 0;
    size_t column = 0;
    for (; column + kLanes <= width; column += kLanes)
      TransposeBlock(rows + i, left, column, add, relu, out + i, stride);
    for (; column < width; ++column) {
      for (size_t r = 0; r < kLanes; ++r) {
        float value = 0;
        if (r < left) {
          value = rows[i + r][column];
          if (add != nullptr) value += add[column];
          if (relu && !(value > 0)) value = 0;
        }
        out[column * stride + i + r] = value;
      }
    }
  }
}

// 64 partial sums and one order of adding them up, whatever the lanes.
void AddDots(const float* weight, size_t rows, size_t width, size_t stride, const float* x,
             float* out) {
  constexpr size_t kStep = 16;
  constexpr size_t kGroup = kStep / kLanes;  // vectors that hold 16 values
  for (size_t row = 0; row < rows; ++row, weight += stride) {
    Vector sums[4 * kGroup] = {};
    size_t i = 0;
    for (; i + 4 * kStep <= width; i += 4 * kStep)
#pragma GCC unroll 16
      for (size_t v = 0; v < 4 * kGroup; ++v)
        sums[v] += Load(weight + i + v * kLanes) * Load(x + i + v * kLanes);
    for (; i + kStep <= width; i += kStep)
#pragma GCC unroll 4
      for (size_t v = 0; v < kGroup; ++v)
        sums[v] += Load(weight + i + v * kLanes) * Load(x + i + v * kLanes);
    float part[kStep];
#pragma GCC unroll 4
    for (size_t v = 0; v < kGroup; ++v)
      Store(part + v * kLanes,
            (sums[v] + sums[v + kGroup]) + (sums[v + 2 * kGroup] + sums[v + 3 * kGroup]));
    for (size_t half = kStep / 2; half > 0; half /= 2)
      for (size_t v = 0; v < half; ++v) part[v] += part[v + half];
    float total = part[0];
    for (; i < width; ++i) total += weight[i] * x[i];
    out[row] += total;
  }
}

}  // namespace

extern const Kernels DYNAJOB_KERNELS;
const Kernels DYNAJOB_KERNELS = {
    .name = DYNAJOB_KERNELS_NAME,
#ifdef DYNAJOB_NATIVE_BFLOAT16
    .has_bfloat16 = true,
#else
    .has_bfloat16 = false,
#endif
    .multiply = Multiply<float>,
    .multiply_pairs = Multiply<BfloatPair>,
    .multiply_and_update = MultiplyAndUpdate<float>,
    .multiply_pairs_and_update = MultiplyAndUpdate<BfloatPair>,
    .update = UpdateParameters,
    .round = Round,
    .pair_rows = PairRows,
    .transpose = Transpose,
    .add_dots = AddDots,
    .add_relu = AddRelu,
    .add_relu_rounded = AddReluRounded,
};

}  // namespace dynajob
