// The weights of a BERT encoder, by what they are for.
#ifndef DYNAJOB_EMBEDDINGS_SRC_BERT_WEIGHTS_H_
#define DYNAJOB_EMBEDDINGS_SRC_BERT_WEIGHTS_H_

#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/core/tensor_bundle.h"

#include "bert_config.h"

namespace dynajob {

// weight: out x in, row-major.
struct LinearWeights {
  std::vector<float> weight;
  std::vector<float> bias;
};

struct BertLayerWeights {
  // 3 hidden x hidden: query, key and value; the query is divided by the square root of a head's
  // width, so that attention need not be.
  LinearWeights attention_in;
  LinearWeights attention_out;
  LinearWeights attention_norm;
  LinearWeights up;
  LinearWeights down;
  LinearWeights output_norm;
};

struct BertWeights {
  std::vector<float> words;      // vocabulary x hidden
  std::vector<float> positions;  // positions x hidden; that of token type 0 is added
  LinearWeights embedding_norm;
  std::vector<BertLayerWeights> layers;
};

// Failures as BertEncoder::Create.
Result<BertWeights> ReadBertWeights(const BertConfig& config, const TensorBundle& tensors);

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_BERT_WEIGHTS_H_
