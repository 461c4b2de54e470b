// Vectors of a fixed set of phrases that another embedder made earlier, kept as 16-bit floats.
//
// A passage that is not one of the phrases but consists of sentences that are gets the mean of
// their vectors, brought to norm 1. Anything else is refused, there is no vector to be had, unless
// a StandIn says which phrases are to be taken for it.
//
// Vectors whose coordinates are principal axes, the most telling first, can be cut to their first
// few: cosines then stay close to those of the whole vectors.
#ifndef DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_
#define DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_

#include <atomic>
#include <functional>
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

// The file of these phrases, which must be distinct, not empty and without line ends, and of their
// vectors (phrases x dimension) by the embedder of that id: safetensors with the tensor "vectors"
// (F16) and, in its metadata, "phrases" (one a line) and "embedder". kInvalidArgument for phrases
// or vectors that cannot be kept.
Result<std::string> MakePhraseVectors(std::span<const std::string> phrases, const Matrix& vectors,
                                      std::string_view embedder_id);

// One phrase, by its place in the file, and how much its vector counts.
struct WeightedPhrase {
  size_t phrase = 0;
  double weight = 0;
};

// The phrases that are taken for a text that is none of them; none: the text says nothing. Called
// from several threads at once.
using StandIn = std::function<std::vector<WeightedPhrase>(std::string_view text)>;

// Immutable; safe for concurrent use.
class PhraseEmbedder : public Embedder {
 public:
  static constexpr size_t kWhole = 0;

  // Of a file as above; `name` says which, and what stands in for other texts, in id(). Keeps the
  // first `dimension` coordinates, all of them by default. kCorruptData for any other file,
  // kInvalidArgument for more coordinates than there are.
  static Result<std::unique_ptr<PhraseEmbedder>> Parse(std::string_view name, std::string_view file,
                                                       size_t dimension = kWhole,
                                                       StandIn stand_in = {});

  // Name, embedder that made the vectors, a hash of the file, and the dimension. Never that
  // embedder's own id: passages of several sentences come out differently here.
  const std::string& id() const override { return id_; }
  size_t dimension() const override { return vectors_.cols(); }
  size_t size() const { return rows_.size(); }

  // How many sentences so far had other phrases taken for them.
  size_t stood_in() const { return stood_in_.load(std::memory_order_relaxed); }

  // Without a stand-in, kInvalidArgument, naming it, for a text that has neither itself nor all its
  // sentences among the phrases. Blank texts give zeros.
  Status Embed(std::span<const std::string> texts, Matrix& out) const override;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  PhraseEmbedder() = default;
  Status EmbedOne(std::string_view text, std::span<float> out) const;

  std::string id_;
  StandIn stand_in_;
  mutable std::atomic<size_t> stood_in_ = 0;
  Matrix vectors_;  // rows of norm 1
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_PHRASE_EMBEDDER_H_
