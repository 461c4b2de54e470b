// The operations of a BERT encoder on oneDNN, compiled for the shapes that it needs.
//
// Rows go through the linear layers in blocks of at most kBlockRows, a multiple of kRowStep, so
// that the values between two layers stay in the second-level cache and few kernels are needed. All
// memory is borrowed from the caller. Everything here may throw dnnl::error.
#ifndef DYNAJOB_EMBEDDINGS_SRC_ONEDNN_KERNELS_H_
#define DYNAJOB_EMBEDDINGS_SRC_ONEDNN_KERNELS_H_

#include <array>
#include <map>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <dnnl.hpp>

#include "bert_config.h"

namespace dynajob {

inline constexpr size_t kBlockRows = 128;
inline constexpr size_t kRowStep = 16;
inline constexpr size_t kBlockShapes = kBlockRows / kRowStep;

const dnnl::engine& Engine();
// A copy of the values.
dnnl::memory Own(const std::vector<float>& values);

// oneDNN's threads are OpenMP's; while this lives, the calling thread has one. Parallelism comes
// from the caller's workers.
class SingleThread {
 public:
  SingleThread();
  ~SingleThread();
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int before_;
};

// Several threads at once may execute a primitive only with scratch memory of each thread's own.
struct Kernel {
  Kernel() = default;
  template <typename PrimitiveDesc>
  Kernel(dnnl::primitive made, const PrimitiveDesc& desc)
      : primitive(std::move(made)), scratch(desc.scratchpad_desc()) {}

  dnnl::primitive primitive;
  dnnl::memory::desc scratch;
};

// What one thread executes kernels with.
class Executor {
 public:
  explicit Executor(std::vector<float>& scratch) : stream_(Engine()), scratch_(scratch) {}
  void Execute(const Kernel& kernel, std::unordered_map<int, dnnl::memory> arguments);

 private:
  dnnl::stream stream_;
  std::vector<float>& scratch_;
};

// Weight and bias of a linear layer, or scale and shift of a normalisation.
struct Linear {
  dnnl::memory weight;
  dnnl::memory bias;
};

enum class After { kNothing, kActivation, kAddToOutput };

// y = x W^T + b, then `after`, for every layer of one shape.
class LinearKernel {
 public:
  LinearKernel(size_t in, size_t out, After after, BertActivation activation);

  // `weight`: out x in, row-major.
  dnnl::memory Pack(const std::vector<float>& weight) const;
  void Run(Executor& executor, size_t rows, const Linear& layer, const float* in, float* out) const;

 private:
  size_t in_;
  size_t out_;
  dnnl::memory::desc packed_;
  std::array<Kernel, kBlockShapes> kernels_;
};

// Rows in place: each to mean 0 and variance 1, then scaled and shifted.
class NormKernel {
 public:
  NormKernel(size_t width, float epsilon);
  void Run(Executor& executor, size_t rows, const Linear& norm, float* data) const;

 private:
  size_t width_;
  std::array<Kernel, kBlockShapes> kernels_;
};

// Softmax over rows in place, for any number and length of rows. Kernels are made when first asked
// for. Safe for concurrent use.
class SoftmaxKernels {
 public:
  void Run(Executor& executor, size_t rows, size_t length, float* data);

 private:
  const Kernel& Get(size_t rows, size_t length);

  std::mutex mutex_;
  std::map<std::pair<size_t, size_t>, Kernel> kernels_;
};

// `c` (rows x cols) = a (rows x inner) b, each with the distance of its rows.
void Multiply(bool transpose_b, size_t rows, size_t cols, size_t inner, const float* a,
              size_t a_stride, const float* b, size_t b_stride, float* c, size_t c_stride);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_ONEDNN_KERNELS_H_
