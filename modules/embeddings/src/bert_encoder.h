// The forward pass of a BERT encoder (Devlin et al. 2019; Vaswani et al. 2017, "Attention Is All
// You Need", for the layers), pooled to one vector of norm 1 a sequence.
//
// Sequences are laid end to end without padding: the linear layers see one tall matrix, attention
// sees each sequence by itself. What is multiplied is multiplied by oneDNN, which LibTorch rests on
// too: with weights packed once, bias and activation in the same pass it is twice as fast on one
// core as LibTorch's own linear layers over OpenBLAS (figures in docs/embeddings.md).
//
// A vector does not depend on the sequences beside it beyond the last bits of a float, and is the
// same on every run and for any number of threads on one kind of processor. Safe for concurrent
// use with one Workspace a thread.
#ifndef DYNAJOB_EMBEDDINGS_SRC_BERT_ENCODER_H_
#define DYNAJOB_EMBEDDINGS_SRC_BERT_ENCODER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/core/tensor_bundle.h"

#include "bert_config.h"

namespace dynajob {

using TokenIds = std::span<const int32_t>;

class BertEncoder {
 public:
  // What one thread computes in. Grows to the largest call.
  struct Workspace {
    std::vector<float> hidden;     // tokens x hidden
    std::vector<float> projected;  // tokens x (query | key | value)
    std::vector<float> context;    // tokens x hidden
    std::vector<float> inner;      // block x intermediate
    std::vector<float> attention;  // heads x sequence x sequence
    std::vector<float> scratch;    // of oneDNN
    bool timed = false;
    double matrix_seconds = 0;  // in matrix products, bias and activation included; when `timed`
  };

  // `weights` under the names of Hugging Face's BertModel, with or without "bert." in front, as
  // BertForMaskedLM has it. kCorruptData: a tensor is missing, has the wrong shape or a value that
  // is not finite.
  static Result<std::unique_ptr<const BertEncoder>> Create(const BertConfig& config,
                                                           const TensorBundle& weights);
  virtual ~BertEncoder() = default;

  // out: sequences.size() x hidden. Requires sequences of 1 to `positions` ids that are in the
  // vocabulary. kCorruptData: the model's output is not finite.
  virtual Status Encode(std::span<const TokenIds> sequences, Workspace& workspace,
                        std::span<float> out) const = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_BERT_ENCODER_H_
