// Sentence embeddings from a local model of the BERT family, such as all-MiniLM-L6-v2: WordPiece
// tokens, a BERT encoder, pooling, norm 1 (Reimers and Gurevych 2019, "Sentence-BERT"; Wang et al.
// 2020, "MiniLM"). On the same text the vectors are those of the Python package
// sentence-transformers up to float rounding, as long as the text fits into one window.
//
// A model is a folder as sentence-transformers or Hugging Face saves it: config.json,
// tokenizer.json or vocab.txt, model.safetensors or pytorch_model.bin. docs/embeddings.md says what
// is supported.
#ifndef DYNAJOB_EMBEDDINGS_MINILM_H_
#define DYNAJOB_EMBEDDINGS_MINILM_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/embeddings/wordpiece_tokenizer.h"

namespace dynajob {

struct MiniLmOptions {
  // Folder of a model, or the name of one in ModelCache(); "minilm" is all-MiniLM-L6-v2 there.
  std::string model = "minilm";
  int64_t max_tokens = 0;  // of one window, 3 to the model's positions; 0: as the model says
  // Whether a text beyond one window is read in several. Without it, the rest is not seen, as in
  // sentence-transformers.
  bool windows = true;
  int64_t workers = 0;  // threads, 0 to 1024; 0: one a core. Results do not depend on it.

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "embeddings.…", without `model`: see EmbedOptions
};

// Where `make minilm` puts models: $XDG_CACHE_HOME/dynajob/models, or ~/.cache/dynajob/models.
// Empty when neither variable is set.
std::filesystem::path ModelCache();

// How an EmbedTokens call spent its time, summed over its threads.
struct EncoderTimes {
  double seconds = 0;
  double matrix_seconds = 0;  // in matrix products, with the bias and activation fused into them
};

// Safe for concurrent use.
class MiniLmEmbedder : public Embedder {
 public:
  // kNotFound: no such model, saying what makes one; kInvalidArgument: options that do not
  // validate, or a model that is not supported, naming what is not; kCorruptData: files that are
  // damaged.
  static Result<std::unique_ptr<MiniLmEmbedder>> Open(const MiniLmOptions& options);
  ~MiniLmEmbedder() override;

  // Model, dimension, window, pooling, what becomes of long texts, and a hash of weights and
  // vocabulary: "bert:MiniLM-L6-H384-uncased:d384:t256:mean:l2:windows:0123456789abcdef".
  const std::string& id() const override;
  size_t dimension() const override;

  // A text without tokens gives zeros. A text of more than one window gives the mean of its
  // windows' vectors, weighted by their numbers of tokens and brought to norm 1. Windows are about
  // equally long, do not overlap, and end between words if they can.
  Status Embed(std::span<const std::string> texts, Matrix& out) const override;

  // The vectors of token sequences, first and last token included; a row each. kInvalidArgument: a
  // sequence that is empty or too long, or an id outside the vocabulary. `times` may be null.
  Status EmbedTokens(std::span<const std::vector<int32_t>> sequences, Matrix& out,
                     EncoderTimes* times = nullptr) const;

  const WordPieceTokenizer& tokenizer() const;
  size_t max_tokens() const;

 private:
  struct State;
  explicit MiniLmEmbedder(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_MINILM_H_
