#include "bert_encoder.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/core/check.h"

#include "bert_weights.h"
#include "onednn_kernels.h"

namespace dynajob {
namespace {

// Attention works on as many heads at a time as keep their scores in this.
constexpr size_t kAttentionFloats = size_t{1} << 18;

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

struct Context {
  Executor executor;
  BertEncoder::Workspace& workspace;
};

struct Layer {
  Linear attention_in, attention_out, attention_norm, up, down, output_norm;
};

size_t RoundUp(size_t rows) { return (rows + kRowStep - 1) / kRowStep * kRowStep; }

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
      Context context{Executor(workspace.scratch), workspace};
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
      norm_.Run(context.executor, rows, embedding_norm_,
                context.workspace.hidden.data() + first * hidden);
    });
  }

  void RunLayer(Context& context, const Layer& layer, std::span<const TokenIds> sequences,
                size_t tokens) const {
    const size_t hidden = config_.hidden;
    Workspace& workspace = context.workspace;
    ForBlocks(tokens, [&](size_t first, size_t rows) {
      const Stopwatch stopwatch(workspace);
      attention_in_.Run(context.executor, rows, layer.attention_in,
                        workspace.hidden.data() + first * hidden,
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
        attention_out_.Run(context.executor, rows, layer.attention_out,
                           workspace.context.data() + first * hidden, block);
      }
      norm_.Run(context.executor, rows, layer.attention_norm, block);
      {
        const Stopwatch stopwatch(workspace);
        up_.Run(context.executor, rows, layer.up, block, workspace.inner.data());
        down_.Run(context.executor, rows, layer.down, workspace.inner.data(), block);
      }
      norm_.Run(context.executor, rows, layer.output_norm, block);
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
      softmax_.Run(context.executor, at_once * length, length, workspace.attention.data());
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
