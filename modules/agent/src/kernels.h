// Matrix kernels for the small networks: register-blocked loops for one thread, compiled for
// several instruction sets and chosen when the program starts.
//
// Every element of a product is one chain of fused multiply-adds over k, in order, whatever the
// blocking. So a result does not depend on how many rows are computed together, and AVX2 and
// AVX-512 give the same bits. (Without FMA, the portable version rounds twice and differs.)
//
// bfloat16: operands are rounded to the nearest (ties to even), products are exact, and sums are
// float32 chains in the order of the instruction vdpbf16ps, the second of two neighbours along k
// first. Processors without it compute the same bits, except that it takes denormal numbers for 0.
//
// Activations are kept as features x batch, a row per feature: then the weights of a layer, as they
// lie in the parameters, are the left operand of its forward product and nothing is packed.
#ifndef DYNAJOB_AGENT_SRC_KERNELS_H_
#define DYNAJOB_AGENT_SRC_KERNELS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace dynajob {

// Batches are padded to a multiple of this.
inline constexpr size_t kBatchPad = 16;
static constexpr size_t PadBatch(size_t rows) {
  return (rows + kBatchPad - 1) / kBatchPad * kBatchPad;
}

// The upper half of a float.
enum class Bfloat16 : uint16_t {};
inline float ToFloat(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}
// Two neighbours along k, the first in the lower half: as they lie in a row of Bfloat16.
enum class BfloatPair : uint32_t {};
// Values padded with a zero to whole pairs.
static constexpr size_t PadPairs(size_t values) { return (values + 1) / 2 * 2; }

// What the elements of a product start from.
enum class Start { kZero, kBias, kColumnBias, kOld };

// c (m x n) = start + a (m x k) b (k x n). Words are floats or pairs; k counts words.
template <typename Word>
struct BasicProduct {
  size_t m = 0, n = 0, k = 0;
  const Word* a = nullptr;  // (i, p) at a[i * a_row + p * a_col]
  size_t a_row = 0, a_col = 1;
  const Word* b = nullptr;  // (p, j) at b[p * b_row + j]
  size_t b_row = 0;
  float* c = nullptr;             // (i, j) at c[i * c_row + j]
  Bfloat16* c_rounded = nullptr;  // where c would be, if that is null; not with Start::kOld
  size_t c_row = 0;
  Start start = Start::kZero;
  const float* bias =
      nullptr;        // kBias: row i starts from bias[i]; kColumnBias: (i, j) from bias[j]
  bool relu = false;  // then max(0, ·)
};
using Product = BasicProduct<float>;
using PairProduct = BasicProduct<BfloatPair>;

// One step of an optimizer (optimizer.h) on parameters and moments, (i, j) at [i * row + j].
struct Update {
  bool adam = true;      // or RMSprop, which has no first moment
  float step_size = 0;   // the learning rate; for Adam over the correction of the first moment
  float root_scale = 1;  // of sqrt(second moment); for Adam its correction
  float* parameters = nullptr;
  float* first = nullptr;
  float* second = nullptr;
  size_t row = 0;
  Bfloat16* rounded = nullptr;  // if not null, what the parameters become, rounded
  size_t rounded_row = 0;
};

struct Kernels {
  const char* name;
  bool has_bfloat16;  // in hardware
  void (*multiply)(const Product& product);
  void (*multiply_pairs)(const PairProduct& product);
  // Updates by the gradients `product` (its c is not used), which are written nowhere.
  void (*multiply_and_update)(const Product& product, const Update& update);
  void (*multiply_pairs_and_update)(const PairProduct& product, const Update& update);
  // The same by `count` gradients, one row.
  void (*update)(const float* gradients, size_t count, const Update& update);
  // out[i] = values[i], rounded.
  void (*round)(const float* values, size_t count, Bfloat16* out);
  // out[i] = first[i] and second[i], rounded. A null `second` is zeros.
  void (*pair_rows)(const float* first, const float* second, size_t count, BfloatPair* out);
  // out (width x stride) = transposed rows: out[j * stride + i] = rows[i][j] (+ add[j] unless null)
  // (then max(0, ·)). Columns [count, PadBatch(count)) become 0; stride >= PadBatch(count). Without
  // `add` and `relu` bits are moved, so that "floats" may be pairs.
  void (*transpose)(const float* const* rows, size_t count, size_t width, const float* add,
                    bool relu, float* out, size_t stride);
  // out[i] += weight row i . x, for `rows` rows of `width` values, a row every `stride`.
  void (*add_dots)(const float* weight, size_t rows, size_t width, size_t stride, const float* x,
                   float* out);
  // out[i] = max(0, share[i] + constant[i]), for one and the other kind of numbers.
  void (*add_relu)(const float* share, const float* constant, size_t count, float* out);
  void (*add_relu_rounded)(const Bfloat16* share, const float* constant, size_t count,
                           Bfloat16* out);
};

// The fastest that this processor has.
const Kernels& ChosenKernels();
// All that this processor can run, for tests and benchmarks.
std::span<const Kernels* const> AvailableKernels();

// Memory at the start of a cache line that grows and is not initialised.
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer();
  // At least `size` values; what was there is lost where it grows.
  float* Get(size_t size);

 private:
  float* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_KERNELS_H_
