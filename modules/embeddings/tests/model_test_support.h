// Models for tests: small ones that are made here, and expectations that Python computed
// (tests/data/make_expectations.py).
#ifndef DYNAJOB_EMBEDDINGS_TESTS_MODEL_TEST_SUPPORT_H_
#define DYNAJOB_EMBEDDINGS_TESTS_MODEL_TEST_SUPPORT_H_

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dynajob/core/file.h"
#include "dynajob/core/tensor_bundle.h"
#include "dynajob/testing/temporary_directory.h"

namespace dynajob {

inline std::filesystem::path TestData() { return DYNAJOB_EMBEDDINGS_TEST_DATA; }

inline std::string ReadTestData(const std::string& name) {
  return ReadFile(TestData() / name).value();
}

inline std::string FromHex(const std::string& hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

inline double Cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0, aa = 0, bb = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    dot += double{a[i]} * double{b[i]};
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
  }
  return dot / std::sqrt(aa * bb);
}

// `weight` of make_expectations.py.
inline float TinyWeight(const std::string& name, uint64_t index) {
  uint64_t bits = (Crc32(name) + index * 2654435761u) & 0xffffffffu;
  for (int round = 0; round < 2; ++round) bits = ((bits ^ (bits >> 16)) * 0x45d9f3b) & 0xffffffffu;
  bits ^= bits >> 16;
  const double value = static_cast<double>(bits) / 4294967296.0 - 0.5;
  return static_cast<float>(name.ends_with("LayerNorm.weight") ? value + 1 : value);
}

inline constexpr size_t kTinyHidden = 24, kTinyInner = 40, kTinyPositions = 64,
                        kTinyVocabulary = 188;

inline TensorBundle TinyWeights(const std::string& prefix = "") {
  TensorBundle bundle;
  const auto put = [&](const std::string& name, std::vector<size_t> shape) {
    size_t count = 1;
    for (const size_t dimension : shape) count *= dimension;
    std::vector<float> values(count);
    for (size_t i = 0; i < count; ++i) values[i] = TinyWeight(name, i);
    bundle.Put(prefix + name, values, std::move(shape));
  };
  const auto linear = [&](const std::string& name, size_t in, size_t out) {
    put(name + ".weight", {out, in});
    put(name + ".bias", {out});
  };
  const auto norm = [&](const std::string& name) {
    put(name + ".weight", {kTinyHidden});
    put(name + ".bias", {kTinyHidden});
  };
  put("embeddings.word_embeddings.weight", {kTinyVocabulary, kTinyHidden});
  put("embeddings.position_embeddings.weight", {kTinyPositions, kTinyHidden});
  put("embeddings.token_type_embeddings.weight", {2, kTinyHidden});
  norm("embeddings.LayerNorm");
  for (const std::string layer : {"encoder.layer.0.", "encoder.layer.1."}) {
    for (const std::string part : {"query", "key", "value"})
      linear(layer + "attention.self." + part, kTinyHidden, kTinyHidden);
    linear(layer + "attention.output.dense", kTinyHidden, kTinyHidden);
    norm(layer + "attention.output.LayerNorm");
    linear(layer + "intermediate.dense", kTinyHidden, kTinyInner);
    linear(layer + "output.dense", kTinyInner, kTinyHidden);
    norm(layer + "output.LayerNorm");
  }
  return bundle;
}

inline std::string TinyConfig(const std::string& activation = "gelu") {
  return R"({"model_type": "bert", "_name_or_path": "someone/tiny", "vocab_size": 188,
             "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3,
             "intermediate_size": 40, "max_position_embeddings": 64, "type_vocab_size": 2,
             "layer_norm_eps": 1e-12, "hidden_act": ")" +
         activation + "\"}";
}

inline std::string PoolingConfig(const std::string& pooling) {
  std::string json = "{";
  for (const std::string kind : {"cls_token", "mean_tokens", "max_tokens"})
    json += "\"pooling_mode_" + kind + "\": " + (kind.starts_with(pooling) ? "true" : "false") +
            (kind == "max_tokens" ? "}" : ", ");
  return json;
}

// A complete sentence-transformers folder of windows of 40 tokens.
inline void WriteTinyModel(const TemporaryDirectory& folder, const std::string& activation = "gelu",
                           const std::string& pooling = "mean") {
  folder.Write("config.json", TinyConfig(activation));
  folder.Write("vocab.txt", ReadTestData("tiny_vocab.txt"));
  folder.Write("model.safetensors", TinyWeights().Serialize());
  folder.Write("sentence_bert_config.json", R"({"max_seq_length": 40, "do_lower_case": false})");
  folder.Write("modules.json", R"([
      {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
      {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
      {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])");
  folder.Write("1_Pooling/config.json", PoolingConfig(pooling));
}

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_TESTS_MODEL_TEST_SUPPORT_H_
