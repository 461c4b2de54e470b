// The embedder that the configuration names.
#ifndef DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_
#define DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_

#include <memory>

#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"

#include "settings.h"

namespace dynajob {

// By `embeddings.model`; failures as those of LexicalEmbedder, PhraseEmbedder and
// MiniLmEmbedder.
Result<std::unique_ptr<Embedder>> OpenEmbedder(const Settings& settings);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_
