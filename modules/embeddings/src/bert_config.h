// What a sentence-transformers or Hugging Face model folder says about its model.
//
// Read: config.json (the encoder); modules.json, the pooling module's config.json,
// sentence_bert_config.json and config_sentence_transformers.json, which plain Hugging Face folders
// lack: then mean pooling, and as many tokens as there are positions.
#ifndef DYNAJOB_EMBEDDINGS_SRC_BERT_CONFIG_H_
#define DYNAJOB_EMBEDDINGS_SRC_BERT_CONFIG_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

enum class BertActivation { kGelu, kGeluTanh, kRelu };
enum class Pooling { kMean, kFirstToken, kMax };

// "mean", "cls" or "max".
std::string_view ToString(Pooling pooling);

struct BertConfig {
  std::string name;  // of the model, as config.json has it, without its owner; may be empty
  size_t hidden = 0;
  size_t heads = 0;
  size_t layers = 0;
  size_t intermediate = 0;
  size_t vocabulary = 0;
  size_t positions = 0;
  size_t token_types = 0;
  float layer_norm_epsilon = 1e-12f;
  BertActivation activation = BertActivation::kGelu;
  Pooling pooling = Pooling::kMean;
  size_t max_length = 0;  // tokens of one passage, first and last included
};

// Of config.json alone. kCorruptData for what is no such file or has sizes that cannot be;
// kInvalidArgument, naming it, for an architecture that is not supported.
Result<BertConfig> ParseBertConfig(std::string_view json);

// Adds what the text of one of the other files says. Failures as ParseBertConfig.
Status ApplyPoolingConfig(std::string_view json, BertConfig& config);
Status ApplySentenceConfig(std::string_view json, BertConfig& config);

// Of a folder; messages name the file. kNotFound: no folder, or no config.json in it.
Result<BertConfig> ReadBertConfig(const std::filesystem::path& folder);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_BERT_CONFIG_H_
