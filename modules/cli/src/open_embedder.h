// The embedder that the configuration names.
#ifndef DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_
#define DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_

#include <memory>
#include <optional>

#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/llm/budget.h"

#include "command.h"

namespace dynajob {

// By `embeddings.model`; failures as those of LexicalEmbedder, PhraseEmbedder, EndpointEmbedder and
// MiniLmEmbedder. Borrows the session's cancellation token.
Result<std::unique_ptr<Embedder>> OpenEmbedder(const Session& session);

// What an embedder that is paid for has used; nullopt for the others.
std::optional<Spending> SpendingOf(const Embedder& embedder);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_OPEN_EMBEDDER_H_
