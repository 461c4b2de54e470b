#include "bert_encoder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <unordered_map>

#include <dnnl.hpp>
#include <fmt/format.h>

#include "dynajob/core/check.h"

#include "bert_weights.h"

// oneDNN's threads are OpenMP's; parallelism here comes from the caller's workers instead.
extern "C" {
void omp_set_num_threads(int threads);
int omp_get_max_threads(void);
}

namespace dynajob {
namespace {

using Dim = dnnl::memory::dim;
using Tag = dnnl::memory::format_tag;
constexpr auto kFloat = dnnl::memory::data_type::f32;

// Rows go through the linear layers in blocks whose intermediate values stay in the second-level
// cache. Fewer rows are rounded up to kRowStep, so that few shapes of kernel are needed.
constexpr size_t kBlockRows = 128;
constexpr size_t kRowStep = 16;
constexpr size_t kBlockShapes = kBlockRows / kRowStep;
// Attention works on as many heads at a time as keep their scores in this.
constexpr size_t kAttentionFloats = size_t{1} << 18;

class SingleThread {
 public:
  SingleThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~SingleThread() { omp_set_num_threads(before_); }
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;

 private:
  int before_;
};

class Stopwatch {
 public:
  explicit Stopwatch(BertEncoder::Workspace& workspace) : workspace_(workspace) {
    if (workspace_.timed) start_ = Clock::now();
  }
  ~Stopwatch() {
    if (workspace_.timed)
      workspace_.matrix_seconds += std::chrono::duration<double>(Clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  BertEncoder::Workspace& workspace_;
  Clock::time_point start_;
};

const dnnl::engine& Engine() {
  static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  return engine;
}

dnnl::memory::desc Matrix2d(size_t rows, size_t cols) {
  return {{static_cast<Dim>(rows), static_cast<Dim>(cols)}, kFloat, Tag::ab};
}

dnnl::memory::desc Vector1d(size_t size) { return {{static_cast<Dim>(size)}, kFloat, Tag::a}; }

// oneDNN takes what it only reads as mutable too.
dnnl::memory Borrow(const dnnl::memory::desc& desc, const float* data) {
  return {desc, Engine(), const_cast<float*>(data)};
}

dnnl::memory Own(const std::vector<float>& values) {
  dnnl::memory memory(Vector1d(values.size()), Engine());
  std::copy(values.begin(), values.end(), static_cast<float*>(memory.get_data_handle()));
  return memory;
}

// A primitive may be executed by several threads at once only with scratch memory of each thread's
// own.
struct Kernel {
  Kernel() = default;
  template <typename PrimitiveDesc>
  Kernel(dnnl::primitive made, const PrimitiveDesc& desc)
      : primitive(std::move(made)), scratch(desc.scratchpad_desc()) {}

  dnnl::primitive primitive;
  dnnl::memory::desc scratch;
};

dnnl::primitive_attr OwnScratch() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

// What a call of Encode computes with.
struct Context {
  dnnl::stream stream;
  BertEncoder::Workspace& workspace;

  void Execute(const Kernel& kernel, std::unordered_map<int, dnnl::memory> arguments) {
    const size_t size = (kernel.scratch.get_size() + sizeof(float) - 1) / sizeof(float);
    if (workspace.scratch.size() < size) workspace.scratch.resize(size);
    arguments.emplace(DNNL_ARG_SCRATCHPAD, Borrow(kernel.scratch, workspace.scratch.data()));
    kernel.primitive.execute(stream, arguments);
  }
};

struct Linear {
  dnnl::memory weight;
  dnnl::memory bias;
};

struct Layer {
  Linear attention_in, attention_out, attention_norm, up, down, output_norm;
};

enum class After { kNothing, kActivation, kAddToOutput };

// y = x W^T + b for every layer of one shape and for 16, 32, … kBlockRows rows.
class LinearKernel {
 public:
  LinearKernel(size_t in, size_t out, After after, BertActivation activation) : in_(in), out_(out) {
    dnnl::post_ops post_ops;
    if (after == After::kAddToOutput) post_ops.append_sum();
    if (after == After::kActivation) post_ops.append_eltwise(1, Algorithm(activation), 0, 0);
    dnnl::primitive_attr attributes = OwnScratch();
    attributes.set_post_ops(post_ops);
    // The largest block chooses how weights are packed, the others follow.
    packed_ = {{static_cast<Dim>(in), static_cast<Dim>(out)}, kFloat, Tag::any};
    for (size_t i = kBlockShapes; i-- > 0;) {
      const size_t rows = (i + 1) * kRowStep;
      const dnnl::matmul::primitive_desc desc(
          dnnl::matmul::desc(Matrix2d(rows, in), packed_, Matrix2d(1, out), Matrix2d(rows, out)),
          attributes, Engine());
      packed_ = desc.weights_desc();
      kernels_[i] = Kernel(dnnl::matmul(desc), desc);
    }
  }

  dnnl::memory Pack(const std::vector<float>& weight) const {
    const dnnl::memory::desc as_given({static_cast<Dim>(in_), static_cast<Dim>(out_)}, kFloat,
                                      Tag::ba);
    dnnl::memory from = Borrow(as_given, weight.data());
    dnnl::memory to(packed_, Engine());
    dnnl::stream stream(Engine());
    dnnl::reorder(from, to).execute(stream, from, to);
    stream.wait();
    return to;
  }

  // `rows` is a multiple of kRowStep.
  void Run(Context& context, size_t rows, const Linear& layer, const float* in, float* out) const {
    const auto* bias = static_cast<const float*>(layer.bias.get_data_handle());
    context.Execute(kernels_[rows / kRowStep - 1],
                    {{DNNL_ARG_SRC, Borrow(Matrix2d(rows, in_), in)},
                     {DNNL_ARG_WEIGHTS, layer.weight},
                     {DNNL_ARG_BIAS, Borrow(Matrix2d(1, out_), bias)},
                     {DNNL_ARG_DST, Borrow(Matrix2d(rows, out_), out)}});
  }

 private:
  static dnnl::algorithm Algorithm(BertActivation activation) {
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

  size_t in_;
  size_t out_;
  dnnl::memory::desc packed_;
  std::array<Kernel, kBlockShapes> kernels_;
};

// Rows in place: each to mean 0 and variance 1, then scaled and shifted.
class NormKernel {
 public:
  NormKernel(size_t width, float epsilon) : width_(width) {
    using Flags = dnnl::normalization_flags;
    using Forward = dnnl::layer_normalization_forward;
    for (size_t i = 0; i < kBlockShapes; ++i) {
      const Forward::primitive_desc desc(
          Forward::desc(dnnl::prop_kind::forward_inference, Matrix2d((i + 1) * kRowStep, width),
                        epsilon, Flags::use_scale | Flags::use_shift),
          OwnScratch(), Engine());
      kernels_[i] = Kernel(Forward(desc), desc);
    }
  }

  void Run(Context& context, size_t rows, const Linear& norm, float* data) const {
    const dnnl::memory memory = Borrow(Matrix2d(rows, width_), data);
    context.Execute(kernels_[rows / kRowStep - 1], {{DNNL_ARG_SRC, memory},
                                                    {DNNL_ARG_DST, memory},
                                                    {DNNL_ARG_SCALE, norm.weight},
                                                    {DNNL_ARG_SHIFT, norm.bias}});
  }

 private:
  size_t width_;
  std::array<Kernel, kBlockShapes> kernels_;
};

// Softmax over rows in place, for any number and length of rows. Kernels are made when first asked
// for.
class SoftmaxKernels {
 public:
  void Run(Context& context, size_t rows, size_t length, float* data) {
    const dnnl::memory memory = Borrow(Matrix2d(rows, length), data);
    context.Execute(Get(rows, length), {{DNNL_ARG_SRC, memory}, {DNNL_ARG_DST, memory}});
  }

 private:
  using Forward = dnnl::softmax_forward;

  const Kernel& Get(size_t rows, size_t length) {
    const std::scoped_lock lock(mutex_);
    Kernel& kernel = kernels_[{rows, length}];  // stays where it is when others are added
    if (!kernel.primitive) {
      const Forward::primitive_desc desc(
          Forward::desc(dnnl::prop_kind::forward_inference, Matrix2d(rows, length),
                        /*softmax_axis=*/1),
          OwnScratch(), Engine());
      kernel = Kernel(Forward(desc), desc);
    }
    return kernel;
  }

  std::mutex mutex_;
  std::map<std::pair<size_t, size_t>, Kernel> kernels_;
};

size_t RoundUp(size_t rows) { return (rows + kRowStep - 1) / kRowStep * kRowStep; }

// `c` (rows x cols) = a (rows x inner) b, each with the distance of its rows.
void Multiply(bool transpose_b, size_t rows, size_t cols, size_t inner, const float* a,
              size_t a_stride, const float* b, size_t b_stride, float* c, size_t c_stride) {
  const auto dim = [](size_t value) { return static_cast<dnnl_dim_t>(value); };
  const dnnl_status_t status =
      dnnl_sgemm('N', transpose_b ? 'T' : 'N', dim(rows), dim(cols), dim(inner), 1.0f, a,
                 dim(a_stride), b, dim(b_stride), 0.0f, c, dim(c_stride));
  dnnl::error::wrap_c_api(status, "a matrix product was refused");
}

class OneDnnBertEncoder final : public BertEncoder {
 public:
  OneDnnBertEncoder(const BertConfig& config, BertWeights weights)
      : config_(config),
        attention_in_(config.hidden, 3 * config.hidden, After::kNothing, config.activation),
        attention_out_(config.hidden, config.hidden, After::kAddToOutput, config.activation),
        up_(config.hidden, config.intermediate, After::kActivation, config.activation),
        down_(config.intermediate, config.hidden, After::kAddToOutput, config.activation),
        norm_(config.hidden, config.layer_norm_epsilon),
        words_(std::move(weights.words)),
        positions_(std::move(weights.positions)),
        embedding_norm_(Unpacked(weights.embedding_norm)) {
    for (const BertLayerWeights& layer : weights.layers)
      layers_.push_back({Packed(attention_in_, layer.attention_in),
                         Packed(attention_out_, layer.attention_out),
                         Unpacked(layer.attention_norm), Packed(up_, layer.up),
                         Packed(down_, layer.down), Unpacked(layer.output_norm)});
  }

  Status Encode(std::span<const TokenIds> sequences, Workspace& workspace,
                std::span<float> out) const override {
    DYNAJOB_CHECK(out.size() == sequences.size() * config_.hidden, "one row a sequence");
    const SingleThread single_thread;
    try {
      Context context{dnnl::stream(Engine()), workspace};
      const size_t tokens = Reserve(sequences, workspace);
      Embed(context, sequences, tokens);
      for (const Layer& layer : layers_) RunLayer(context, layer, sequences, tokens);
    } catch (const dnnl::error& error) {
      return IoError(fmt::format("oneDNN: {}", error.what()));
    }
    return Pool(sequences, workspace.hidden.data(), out);
  }

 private:
  static Linear Packed(const LinearKernel& kernel, const LinearWeights& weights) {
    return {kernel.Pack(weights.weight), Own(weights.bias)};
  }
  static Linear Unpacked(const LinearWeights& weights) {
    return {Own(weights.weight), Own(weights.bias)};
  }

  // The number of tokens. Rows after the last token are computed with, and must be numbers.
  size_t Reserve(std::span<const TokenIds> sequences, Workspace& workspace) const {
    size_t tokens = 0, attention = 0;
    for (const TokenIds ids : sequences) {
      DYNAJOB_CHECK(!ids.empty() && ids.size() <= config_.positions, "length of a sequence");
      tokens += ids.size();
      attention = std::max(attention, HeadsAtOnce(ids.size()) * ids.size() * ids.size());
    }
    const size_t rows = RoundUp(tokens);
    const auto grow = [](std::vector<float>& buffer, size_t size) {
      if (buffer.size() < size) buffer.resize(size);
    };
    grow(workspace.hidden, rows * config_.hidden);
    grow(workspace.projected, rows * 3 * config_.hidden);
    grow(workspace.context, rows * config_.hidden);
    grow(workspace.inner, kBlockRows * config_.intermediate);
    grow(workspace.attention, attention);
    return tokens;
  }

  // Calls run(first row, rows) for blocks that cover all tokens.
  template <typename Run>
  static void ForBlocks(size_t tokens, const Run& run) {
    for (size_t row = 0; row < tokens; row += kBlockRows)
      run(row, std::min(kBlockRows, RoundUp(tokens - row)));
  }

  void Embed(Context& context, std::span<const TokenIds> sequences, size_t tokens) const {
    const size_t hidden = config_.hidden;
    float* row = context.workspace.hidden.data();
    for (const TokenIds ids : sequences) {
      for (size_t i = 0; i < ids.size(); ++i, row += hidden) {
        const auto id = static_cast<size_t>(ids[i]);
        DYNAJOB_CHECK(id < config_.vocabulary, "token outside the vocabulary");
        const float* word = words_.data() + id * hidden;
        const float* position = positions_.data() + i * hidden;
        for (size_t j = 0; j < hidden; ++j) row[j] = word[j] + position[j];
      }
    }
    ForBlocks(tokens, [&](size_t first, size_t rows) {
      norm_.Run(context, rows, embedding_norm_, context.workspace.hidden.data() + first * hidden);
    });
  }

  void RunLayer(Context& context, const Layer& layer, std::span<const TokenIds> sequences,
                size_t tokens) const {
    const size_t hidden = config_.hidden;
    Workspace& workspace = context.workspace;
    ForBlocks(tokens, [&](size_t first, size_t rows) {
      const Stopwatch stopwatch(workspace);
      attention_in_.Run(context, rows, layer.attention_in, workspace.hidden.data() + first * hidden,
                        workspace.projected.data() + first * 3 * hidden);
    });
    size_t first_token = 0;
    for (const TokenIds ids : sequences) {
      Attend(context, first_token, ids.size());
      first_token += ids.size();
    }
    ForBlocks(tokens, [&](size_t first, size_t rows) {
      float* block = workspace.hidden.data() + first * hidden;
      {
        const Stopwatch stopwatch(workspace);
        attention_out_.Run(context, rows, layer.attention_out,
                           workspace.context.data() + first * hidden, block);
      }
      norm_.Run(context, rows, layer.attention_norm, block);
      {
        const Stopwatch stopwatch(workspace);
        up_.Run(context, rows, layer.up, block, workspace.inner.data());
        down_.Run(context, rows, layer.down, workspace.inner.data(), block);
      }
      norm_.Run(context, rows, layer.output_norm, block);
    });
  }

  size_t HeadsAtOnce(size_t length) const {
    size_t heads = std::clamp<size_t>(kAttentionFloats / (length * length), 1, config_.heads);
    while (config_.heads % heads != 0) --heads;
    return heads;
  }

  // softmax(Q K^T) V of one sequence, head by head; Q is scaled already.
  void Attend(Context& context, size_t first_token, size_t length) const {
    Workspace& workspace = context.workspace;
    const size_t hidden = config_.hidden, width = hidden / config_.heads;
    const size_t at_once = HeadsAtOnce(length);
    const float* query = workspace.projected.data() + first_token * 3 * hidden;
    float* mixed = workspace.context.data() + first_token * hidden;
    for (size_t first_head = 0; first_head < config_.heads; first_head += at_once) {
      {
        const Stopwatch stopwatch(workspace);
        for (size_t i = 0; i < at_once; ++i) {
          const float* head = query + (first_head + i) * width;
          Multiply(/*transpose_b=*/true, length, length, width, head, 3 * hidden, head + hidden,
                   3 * hidden, workspace.attention.data() + i * length * length, length);
        }
      }
      softmax_.Run(context, at_once * length, length, workspace.attention.data());
      const Stopwatch stopwatch(workspace);
      for (size_t i = 0; i < at_once; ++i) {
        const size_t column = (first_head + i) * width;
        Multiply(/*transpose_b=*/false, length, width, length,
                 workspace.attention.data() + i * length * length, length,
                 query + 2 * hidden + column, 3 * hidden, mixed + column, hidden);
      }
    }
  }

  Status Pool(std::span<const TokenIds> sequences, const float* rows, std::span<float> out) const {
    const size_t hidden = config_.hidden;
    std::vector<double> pooled(hidden);
    for (size_t s = 0; s < sequences.size(); rows += sequences[s].size() * hidden, ++s) {
      const size_t used = config_.pooling == Pooling::kFirstToken ? 1 : sequences[s].size();
      for (size_t i = 0; i < hidden; ++i) pooled[i] = static_cast<double>(rows[i]);
      for (size_t row = 1; row < used; ++row)
        for (size_t i = 0; i < hidden; ++i) {
          const auto value = static_cast<double>(rows[row * hidden + i]);
          pooled[i] =
              config_.pooling == Pooling::kMax ? std::max(pooled[i], value) : pooled[i] + value;
        }
      double squares = 0;
      for (const double value : pooled) squares += value * value;
      // The mean differs from the sum by a factor, which this division takes out as well.
      const double norm = std::sqrt(squares);
      if (!std::isfinite(norm)) return CorruptData("the model's output is not finite");
      for (size_t i = 0; i < hidden; ++i)
        out[s * hidden + i] = norm > 0 ? static_cast<float>(pooled[i] / norm) : 0.0f;
    }
    return Status::Ok();
  }

  BertConfig config_;
  LinearKernel attention_in_, attention_out_, up_, down_;
  NormKernel norm_;
  mutable SoftmaxKernels softmax_;
  std::vector<float> words_;
  std::vector<float> positions_;
  Linear embedding_norm_;
  std::vector<Layer> layers_;
};

}  // namespace

Result<std::unique_ptr<const BertEncoder>> BertEncoder::Create(const BertConfig& config,
                                                               const TensorBundle& weights) {
  DYNAJOB_ASSIGN_OR_RETURN(BertWeights read, ReadBertWeights(config, weights));
  const SingleThread single_thread;
  try {
    return std::unique_ptr<const BertEncoder>(
        std::make_unique<OneDnnBertEncoder>(config, std::move(read)));
  } catch (const dnnl::error& error) {
    return IoError(fmt::format("oneDNN: {}", error.what()));
  }
}

}  // namespace dynajob
