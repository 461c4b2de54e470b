// Text to vectors.
#ifndef DYNAJOB_EMBEDDINGS_EMBEDDER_H_
#define DYNAJOB_EMBEDDINGS_EMBEDDER_H_

#include <cstddef>
#include <span>
#include <string>

#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"

namespace dynajob {

// Implementations are safe for concurrent calls.
class Embedder {
 public:
  virtual ~Embedder() = default;

  // Names the embedder and everything its output depends on: equal ids mean vectors that may be
  // compared. Stored with every vector.
  virtual const std::string& id() const = 0;
  virtual size_t dimension() const = 0;

  // Makes `out` texts.size() x dimension(). Each row has Euclidean norm 1, or is zero when its text
  // has nothing to embed. Any bytes are accepted. Failure (of an embedder that can fail) leaves
  // `out` unspecified.
  virtual Status Embed(std::span<const std::string> texts, Matrix& out) const = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_EMBEDDER_H_
