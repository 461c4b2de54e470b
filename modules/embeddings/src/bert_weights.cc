#include "bert_weights.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dynajob {
namespace {

class Reader {
 public:
  Reader(const BertConfig& config, const TensorBundle& tensors)
      : config_(config),
        tensors_(tensors),
        prefix_(tensors.Has("bert.embeddings.word_embeddings.weight") ? "bert." : "") {}

  Result<BertWeights> Read() const {
    BertWeights weights;
    const size_t hidden = config_.hidden;
    DYNAJOB_ASSIGN_OR_RETURN(
        weights.words, Get("embeddings.word_embeddings.weight", {config_.vocabulary, hidden}));
    DYNAJOB_ASSIGN_OR_RETURN(weights.positions, Get("embeddings.position_embeddings.weight",
                                                    {config_.positions, hidden}));
    DYNAJOB_ASSIGN_OR_RETURN(
        const std::vector<float> types,
        Get("embeddings.token_type_embeddings.weight", {config_.token_types, hidden}));
    for (size_t i = 0; i < weights.positions.size(); ++i) weights.positions[i] += types[i % hidden];
    DYNAJOB_ASSIGN_OR_RETURN(weights.embedding_norm, Norm("embeddings.LayerNorm"));
    for (size_t i = 0; i < config_.layers; ++i) {
      DYNAJOB_ASSIGN_OR_RETURN(BertLayerWeights layer, Layer(fmt::format("encoder.layer.{}.", i)));
      weights.layers.push_back(std::move(layer));
    }
    return weights;
  }

 private:
  Result<std::vector<float>> Get(const std::string& name, const std::vector<size_t>& shape) const {
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<size_t> found, tensors_.Shape(prefix_ + name));
    if (found != shape)
      return CorruptData(fmt::format("tensor '{}' has shape [{}]; config.json asks for [{}]",
                                     prefix_ + name, fmt::join(found, ", "),
                                     fmt::join(shape, ", ")));
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<float> values, tensors_.Floats(prefix_ + name));
    if (!std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); }))
      return CorruptData(fmt::format("tensor '{}' has a value that is not finite", prefix_ + name));
    return values;
  }

  Result<LinearWeights> Linear(const std::string& name, size_t in, size_t out) const {
    LinearWeights linear;
    DYNAJOB_ASSIGN_OR_RETURN(linear.weight, Get(name + ".weight", {out, in}));
    DYNAJOB_ASSIGN_OR_RETURN(linear.bias, Get(name + ".bias", {out}));
    return linear;
  }

  // Models converted from TensorFlow call weight and bias gamma and beta.
  Result<LinearWeights> Norm(const std::string& name) const {
    const bool old_names = tensors_.Has(prefix_ + name + ".gamma");
    LinearWeights norm;
    DYNAJOB_ASSIGN_OR_RETURN(norm.weight,
                             Get(name + (old_names ? ".gamma" : ".weight"), {config_.hidden}));
    DYNAJOB_ASSIGN_OR_RETURN(norm.bias,
                             Get(name + (old_names ? ".beta" : ".bias"), {config_.hidden}));
    return norm;
  }

  Result<BertLayerWeights> Layer(const std::string& name) const {
    const size_t hidden = config_.hidden;
    BertLayerWeights layer;
    for (const char* part : {"query", "key", "value"}) {
      DYNAJOB_ASSIGN_OR_RETURN(LinearWeights linear,
                               Linear(name + "attention.self." + part, hidden, hidden));
      if (layer.attention_in.weight.empty()) {
        const float scale = 1 / std::sqrt(static_cast<float>(hidden / config_.heads));
        for (float& value : linear.weight) value *= scale;
        for (float& value : linear.bias) value *= scale;
      }
      auto& [weight, bias] = layer.attention_in;
      weight.insert(weight.end(), linear.weight.begin(), linear.weight.end());
      bias.insert(bias.end(), linear.bias.begin(), linear.bias.end());
    }
    DYNAJOB_ASSIGN_OR_RETURN(layer.attention_out,
                             Linear(name + "attention.output.dense", hidden, hidden));
    DYNAJOB_ASSIGN_OR_RETURN(layer.attention_norm, Norm(name + "attention.output.LayerNorm"));
    DYNAJOB_ASSIGN_OR_RETURN(layer.up,
                             Linear(name + "intermediate.dense", hidden, config_.intermediate));
    DYNAJOB_ASSIGN_OR_RETURN(layer.down,
                             Linear(name + "output.dense", config_.intermediate, hidden));
    DYNAJOB_ASSIGN_OR_RETURN(layer.output_norm, Norm(name + "output.LayerNorm"));
    return layer;
  }

  const BertConfig& config_;
  const TensorBundle& tensors_;
  std::string prefix_;
};

}  // namespace

Result<BertWeights> ReadBertWeights(const BertConfig& config, const TensorBundle& tensors) {
  return Reader(config, tensors).Read();
}

}  // namespace dynajob
