#include "onednn_kernels.h"

#include <algorithm>

extern "C" {
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
}

namespace dynajob {
namespace {

using Dim = dnnl::memory::dim;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

dnnl::memory::desc RowMajor(size_t rows, size_t cols) {
  return {{static_cast<Dim>(rows), static_cast<Dim>(cols)}, kFloat, Tag::ab};
}

// oneDNN takes what it only reads as mutable too.
dnnl::memory Borrow(const dnnl::memory::desc& desc, const float* data) {
  return {desc, Engine(), const_cast<float*>(data)};
}

dnnl::primitive_attr OwnScratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

dnnl::algorithm AlgorithmOf(BertActivation activation) {
  switch (activation) {
    case BertActivation::kGelu:
      return dnnl::algorithm::eltwise_gelu_erf;
    case BertActivation::kGeluTanh:
      return dnnl::algorithm::eltwise_gelu_tanh;
    case BertActivation::kRelu:
      return dnnl::algorithm::eltwise_relu;
  }
  return dnnl::algorithm::undef;
}

}  // namespace

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory Own(const std::vector<float>& values) {
  dnnl::memory memory({{static_cast<Dim>(values.size())}, kFloat, Tag::a}, Engine());
  std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
  return memory;
}

SingleThread::SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
SingleThread::~SingleThread() { omp_set_num_threads(before_); }

void Executor::Execute(const Kernel& kernel, std::unordered_map<int, dnnl::memory> arguments) {
  const size_t size = (kernel.scratch.get_size() + sizeof(float) - 1) / sizeof(float);
  if (scratch_.size() < size) scratch_.resize(size);
  arguments.emplace(DNNL_ARG_SCRATCHPAD, Borrow(kernel.scratch, scratch_.data()));
  kernel.primitive.execute(stream_, arguments);
}

LinearKernel::LinearKernel(size_t in, size_t out, After after, BertActivation activation)
    : in_(in), out_(out) {
  dnnl::post_ops post_ops;
  if (after == After::kAddToOutput) post_ops.append_sum();
  if (after == After::kActivation) post_ops.append_eltwise(1, AlgorithmOf(activation), 0, 0);
  dnnl::primitive_attr attributes = OwnScratch();
  attributes.set_post_ops(post_ops);
  // The largest block chooses how weights are packed, the others follow.
  packed_ = {{static_cast<Dim>(in), static_cast<Dim>(out)}, kFloat, Tag::any};
  for (size_t i = kBlockShapes; i-- > 0;) {
    const size_t rows = (i + 1) * kRowStep;
    const dnnl::matmul::primitive_desc desc(
        dnnl::matmul::desc(RowMajor(rows, in), packed_, RowMajor(1, out), RowMajor(rows, out)),
        attributes, Engine());
    packed_ = desc.weights_desc();
    kernels_[i] = Kernel(dnnl::matmul(desc), desc);
  }
}

dnnl::memory LinearKernel::Pack(const std::vector<float>& weight) const {
  const dnnl::memory::desc as_given({static_cast<Dim>(in_), static_cast<Dim>(out_)}, kFloat,
                                    Tag::ba);
  dnnl::memory from = Borrow(as_given, weight.data());
  dnnl::memory to(packed_, Engine());
  dnnl::stream stream(Engine());
  dnnl::reorder(from, to).execute(stream, from, to);
  stream.wait();
  return to;
}

void LinearKernel::Run(Executor& executor, size_t rows, const Linear& layer, const float* in,
                       float* out) const {
  const auto* bias = static_cast<const float*>(layer.bias.get_data_handle());
  executor.Execute(kernels_[rows / kRowStep - 1],
                   {{DNNL_ARG_SRC, Borrow(RowMajor(rows, in_), in)},
                    {DNNL_ARG_WEIGHTS, layer.weight},
                    {DNNL_ARG_BIAS, Borrow(RowMajor(1, out_), bias)},
                    {DNNL_ARG_DST, Borrow(RowMajor(rows, out_), out)}});
}

NormKernel::NormKernel(size_t width, float epsilon) : width_(width) {
  using Flags = dnnl::normalization_flags;
  using Forward = dnnl::layer_normalization_forward;
  for (size_t i = 0; i < kBlockShapes; ++i) {
    const Forward::primitive_desc desc(
        Forward::desc(dnnl::prop_kind::forward_inference, RowMajor((i + 1) * kRowStep, width),
                      epsilon, Flags::use_scale | Flags::use_shift),
        OwnScratch(), Engine());
    kernels_[i] = Kernel(Forward(desc), desc);
  }
}

void NormKernel::Run(Executor& executor, size_t rows, const Linear& norm, float* data) const {
  const dnnl::memory memory = Borrow(RowMajor(rows, width_), data);
  executor.Execute(kernels_[rows / kRowStep - 1], {{DNNL_ARG_SRC, memory},
                                                   {DNNL_ARG_DST, memory},
                                                   {DNNL_ARG_SCALE, norm.weight},
                                                   {DNNL_ARG_SHIFT, norm.bias}});
}

void SoftmaxKernels::Run(Executor& executor, size_t rows, size_t length, float* data) {
  const dnnl::memory memory = Borrow(RowMajor(rows, length), data);
  executor.Execute(Get(rows, length), {{DNNL_ARG_SRC, memory}, {DNNL_ARG_DST, memory}});
}

const Kernel& SoftmaxKernels::Get(size_t rows, size_t length) {
  using Forward = dnnl::softmax_forward;
  const std::scoped_lock lock(mutex_);
  Kernel& kernel = kernels_[{rows, length}];  // stays where it is when others are added
  if (!kernel.primitive) {
    const Forward::primitive_desc desc(
        Forward::desc(dnnl::prop_kind::forward_inference, RowMajor(rows, length),
                      /*softmax_axis=*/1),
        OwnScratch(), Engine());
    kernel = Kernel(Forward(desc), desc);
  }
  return kernel;
}

void Multiply(bool transpose_b, size_t rows, size_t cols, size_t inner, const float* a,
              size_t a_stride, const float* b, size_t b_stride, float* c, size_t c_stride) {
  const auto dim = [](size_t value) { return static_cast<dnnl_dim_t>(value); };
  const dnnl_status_t status =
      dnnl_sgemm('N', transpose_b ? 'T' : 'N', dim(rows), dim(cols), dim(inner), 1.0f, a,
                 dim(a_stride), b, dim(b_stride), 0.0f, c, dim(c_stride));
  dnnl::error::wrap_c_api(status, "a matrix product was refused");
}

}  // namespace dynajob
