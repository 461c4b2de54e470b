// The kernels for vectors of DYNAJOB_LANES floats, included once per instruction set. No standard
// library here: an inline function of it, compiled for AVX-512, could be the one the linker keeps
// for everybody.
#include "kernels.h"

namespace dynajob {
namespace {

constexpr size_t kLanes = DYNAJOB_LANES;
typedef float Vector __attribute__((vector_size(kLanes * sizeof(float)), aligned(4), may_alias));
typedef int Indices __attribute__((vector_size(kLanes * sizeof(int))));

inline Vector Load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void Store(float* to, Vector value) { *reinterpret_cast<Vector*>(to) = value; }
inline Vector Broadcast(float value) { return Vector{} + value; }
inline Vector Positive(Vector value) { return value > Vector{} ? value : Vector{}; }

// A tile of kRows x (kVectors * kLanes) of c stays in registers over all of k.
template <size_t kRows, size_t kVectors>
void Tile(const Product& product, size_t i, size_t j) {
  const Product x = product;  // a copy that no store can change
  Vector sum[kRows][kVectors];
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v)
      sum[r][v] = x.start == Start::kOld    ? Load(x.c + (i + r) * x.c_row + j + v * kLanes)
                  : x.start == Start::kBias ? Broadcast(x.bias[i + r])
                                            : Vector{};
  const float* a = x.a + i * x.a_row;
  const float* b = x.b + j;
  for (size_t p = 0; p < x.k; ++p, a += x.a_col, b += x.b_row) {
    Vector right[kVectors];
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v) right[v] = Load(b + v * kLanes);
#pragma GCC unroll 16
    for (size_t r = 0; r < kRows; ++r) {
      const float left = a[r * x.a_row];
#pragma GCC unroll 8
      for (size_t v = 0; v < kVectors; ++v) sum[r][v] += left * right[v];
    }
  }
#pragma GCC unroll 16
  for (size_t r = 0; r < kRows; ++r)
#pragma GCC unroll 8
    for (size_t v = 0; v < kVectors; ++v)
      Store(x.c + (i + r) * x.c_row + j + v * kLanes, x.relu ? Positive(sum[r][v]) : sum[r][v]);
}

template <size_t kRows, size_t kVectors>
void LastRows(const Product& x, size_t i, size_t j) {
  if constexpr (kRows > 0) {
    if (x.m - i == kRows)
      Tile<kRows, kVectors>(x, i, j);
    else
      LastRows<kRows - 1, kVectors>(x, i, j);
  }
}

template <size_t kRows, size_t kVectors>
void Panel(const Product& x, size_t j) {
  size_t i = 0;
  for (; i + kRows <= x.m; i += kRows) Tile<kRows, kVectors>(x, i, j);
  LastRows<kRows - 1, kVectors>(x, i, j);
}

// The last columns, fewer than a vector: over padded copies, in steps of k that fit the stack.
void LastColumns(const Product& x, size_t j) {
  constexpr size_t kStep = 64;
  const size_t columns = x.n - j;
  float right[kStep * kLanes];
  for (size_t i = 0; i < x.m; ++i) {
    float sum[kLanes] = {};
    for (size_t v = 0; v < columns; ++v)
      sum[v] = x.start == Start::kOld    ? x.c[i * x.c_row + j + v]
               : x.start == Start::kBias ? x.bias[i]
                                         : 0.0f;
    for (size_t begin = 0; begin < x.k; begin += kStep) {
      const size_t steps = x.k - begin < kStep ? x.k - begin : kStep;
      if (i == 0 || x.k > kStep)
        for (size_t p = 0; p < steps; ++p)
          for (size_t v = 0; v < kLanes; ++v)
            right[p * kLanes + v] = v < columns ? x.b[(begin + p) * x.b_row + j + v] : 0.0f;
      Product part = x;
      part.m = 1, part.n = kLanes, part.k = steps;
      part.a = x.a + i * x.a_row + begin * x.a_col;
      part.b = right, part.b_row = kLanes;
      part.c = sum, part.c_row = kLanes;
      part.start = Start::kOld;
      part.relu = x.relu && begin + steps == x.k;
      Tile<1, 1>(part, 0, 0);
    }
    for (size_t v = 0; v < columns; ++v) x.c[i * x.c_row + j + v] = sum[v];
  }
}

// As many sums as the registers hold beside a row of b.
void Multiply(const Product& x) {
  size_t j = 0;
#if DYNAJOB_LANES == 16
  for (; j + 4 * kLanes <= x.n; j += 4 * kLanes) Panel<6, 4>(x, j);
  for (; j + 3 * kLanes <= x.n; j += 3 * kLanes) Panel<7, 3>(x, j);
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) Panel<12, 2>(x, j);
  for (; j + kLanes <= x.n; j += kLanes) Panel<12, 1>(x, j);
#else
  for (; j + 2 * kLanes <= x.n; j += 2 * kLanes) Panel<DYNAJOB_LANES == 8 ? 6 : 4, 2>(x, j);
  for (; j + kLanes <= x.n; j += kLanes) Panel<8, 1>(x, j);
#endif
  if (j < x.n) LastColumns(x, j);
}

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
  const Vector constant = add == nullptr ? Vector{} : Load(add + column);
#pragma GCC unroll 16
  for (size_t i = 0; i < kLanes; ++i) {
    if (i < count) {
      const Vector value = Load(rows[i] + column) + constant;
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
          value = rows[i + r][column] + (add == nullptr ? 0.0f : add[column]);
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
const Kernels DYNAJOB_KERNELS = {DYNAJOB_KERNELS_NAME, Multiply, Transpose, AddDots};

}  // namespace dynajob
