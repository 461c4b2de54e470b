#include "open_embedder.h"

#include <utility>

#include "dynajob/market/sample_vectors.h"

namespace dynajob {

Result<std::unique_ptr<Embedder>> OpenEmbedder(const Settings& settings) {
  if (settings.embed.model == "lexical") {
    DYNAJOB_ASSIGN_OR_RETURN(auto lexical, LexicalEmbedder::Create(settings.lexical));
    return std::unique_ptr<Embedder>(std::move(lexical));
  }
  if (settings.embed.model == "sample") {
    DYNAJOB_ASSIGN_OR_RETURN(auto sample, OpenSampleEmbedder());
    return std::unique_ptr<Embedder>(std::move(sample));
  }
  MiniLmOptions options = settings.minilm;
  options.model = settings.embed.model;
  DYNAJOB_ASSIGN_OR_RETURN(auto model, MiniLmEmbedder::Open(options));
  return std::unique_ptr<Embedder>(std::move(model));
}

}  // namespace dynajob
