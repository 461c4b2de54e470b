// Vectors of a fixed set of phrases that another embedder made earlier, kept as 16-bit floats.
//
// A passage that is not one of the phrases but consists of sentences that are gets the mean of
// their vectors, brought to norm 1. Anything else is refused: there is no vector to be had.
#ifndef DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_
#define DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"

namespace dynajob {

// The sentences of a passage: parts that end with ". " or with the passage, blanks around them
// removed.
std::vector<std::string_view> SplitSentences(std::string_view passage);

// The file of these phrases, which must be distinct, not empty and without line ends: safetensors
// with the tensor "vectors" (F16, phrases x dimension) and, in its metadata, "phrases" (one a line)
// and "embedder". Fails as the embedder does, and with kInvalidArgument for other phrases.
Result<std::string> MakePhraseVectors(std::span<const std::string> phrases,
                                      const Embedder& embedder);

// Immutable; safe for concurrent use.
class PhraseEmbedder : public Embedder {
 public:
  // Of a file as above; `name` says which in id(). kCorruptData for anything else.
  static Result<std::unique_ptr<PhraseEmbedder>> Parse(std::string_view name,
                                                       std::string_view file);

  // Name, embedder that made the vectors, and a hash of the file. Never that embedder's own id:
  // passages of several sentences come out differently here.
  const std::string& id() const override { return id_; }
  size_t dimension() const override { return vectors_.cols(); }
  size_t size() const { return rows_.size(); }

  // kInvalidArgument, naming it, for a text that has neither itself nor all its sentences among the
  // phrases. Blank texts give zeros.
  Status Embed(std::span<const std::string> texts, Matrix& out) const override;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  PhraseEmbedder() = default;
  Status EmbedOne(std::string_view text, std::span<float> out) const;

  std::string id_;
  Matrix vectors_;  // rows of norm 1
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_
