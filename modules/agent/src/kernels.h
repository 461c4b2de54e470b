// Matrix kernels for the small networks: register-blocked loops for one thread, compiled for
// several instruction sets and chosen when the program starts.
//
// Every element of a product is one chain of fused multiply-adds over k, in order, whatever the
// blocking. So a result does not depend on how many rows are computed together, and AVX2 and
// AVX-512 give the same bits. (Without FMA, the portable version rounds twice and differs.)
//
// Activations are kept as features x batch, a row per feature: then the weights of a layer, as they
// lie in the parameters, are the left operand of its forward product and nothing is packed.
#ifndef DYNAJOB_AGENT_SRC_KERNELS_H_
#define DYNAJOB_AGENT_SRC_KERNELS_H_

#include <cstddef>
#include <span>

namespace dynajob {

// Batches are padded to a multiple of this.
inline constexpr size_t kBatchPad = 16;
static constexpr size_t PadBatch(size_t rows) {
  return (rows + kBatchPad - 1) / kBatchPad * kBatchPad;
}

// What the elements of a product start from.
enum class Start { kZero, kBias, kOld };

// c (m x n) = start + a (m x k) b (k x n).
struct Product {
  size_t m = 0, n = 0, k = 0;
  const float* a = nullptr;  // (i, p) at a[i * a_row + p * a_col]
  size_t a_row = 0, a_col = 1;
  const float* b = nullptr;  // (p, j) at b[p * b_row + j]
  size_t b_row = 0;
  float* c = nullptr;  // (i, j) at c[i * c_row + j]
  size_t c_row = 0;
  Start start = Start::kZero;
  const float* bias = nullptr;  // kBias: row i starts from bias[i]
  bool relu = false;            // then max(0, ·)
};

struct Kernels {
  const char* name;
  void (*multiply)(const Product& product);
  // out (width x stride) = transposed rows: out[j * stride + i] = rows[i][j] (+ add[j] unless null)
  // (then max(0, ·)). Columns [count, PadBatch(count)) become 0; stride >= PadBatch(count).
  void (*transpose)(const float* const* rows, size_t count, size_t width, const float* add,
                    bool relu, float* out, size_t stride);
  // out[i] += weight row i . x, for `rows` rows of `width` values, a row every `stride`.
  void (*add_dots)(const float* weight, size_t rows, size_t width, size_t stride, const float* x,
                   float* out);
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
