// The offline default embedder: texts that share words, phrases or parts of words get similar
// vectors.
//
// A text is a bag of hashed features (the hashing trick: Weinberger et al. 2009, "Feature Hashing
// for Large Scale Multitask Learning"): word n-grams, and character n-grams within word boundaries
// as in fastText (Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information"), which
// bring inflections and misspellings near. The bag is brought to `dimension` by a sparse signed
// random projection (Achlioptas 2003, "Database-friendly random projections"), so that the cosine
// of two vectors estimates the cosine of the bags with a standard error of about 1 /
// sqrt(dimension).
//
// Deterministic to the bit: features are hashed and summed in a fixed order with +, -, *, / and
// square roots only. Never fails. Safe for concurrent use.
#ifndef DYNAJOB_EMBEDDINGS_LEXICAL_EMBEDDER_H_
#define DYNAJOB_EMBEDDINGS_LEXICAL_EMBEDDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"

namespace dynajob {

struct LexicalOptions {
  int64_t dimension = 384;     // length of the vectors, 8 to 4096; the specification's is 384
  int64_t word_ngrams = 2;     // longest run of words that is a feature, 1 to 4
  int64_t char_ngram_min = 3;  // shortest and longest run of characters, 1 to 8
  int64_t char_ngram_max = 5;
  int64_t seed = 1;  // of the projection; vectors of different seeds cannot be compared

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "embeddings.…"
};

class LexicalEmbedder : public Embedder {
 public:
  // Fails with kInvalidArgument when the options do not validate.
  static Result<std::unique_ptr<LexicalEmbedder>> Create(const LexicalOptions& options = {});

  // Such as "lexical-v1:d384:w2:c3-5:s1".
  const std::string& id() const override { return id_; }
  size_t dimension() const override { return static_cast<size_t>(options_.dimension); }
  Status Embed(std::span<const std::string> texts, Matrix& out) const override;

 private:
  explicit LexicalEmbedder(const LexicalOptions& options);
  void EmbedOne(std::string_view text, std::span<float> row) const;

  LexicalOptions options_;
  std::string id_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_LEXICAL_EMBEDDER_H_
