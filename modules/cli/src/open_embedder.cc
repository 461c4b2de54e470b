#include "open_embedder.h"

#include <utility>

#include "dynajob/embeddings/endpoint_embedder.h"
#include "dynajob/market/sample_vectors.h"

namespace dynajob {

Result<std::unique_ptr<Embedder>> OpenEmbedder(const Session& session) {
  const Settings& settings = session.settings;
  if (settings.embed.model == "lexical") {
    DYNAJOB_ASSIGN_OR_RETURN(auto lexical, LexicalEmbedder::Create(settings.lexical));
    return std::unique_ptr<Embedder>(std::move(lexical));
  }
  if (settings.embed.model == "sample") {
    DYNAJOB_ASSIGN_OR_RETURN(auto sample,
                             OpenSampleEmbedder(static_cast<size_t>(settings.lexical.dimension)));
    return std::unique_ptr<Embedder>(std::move(sample));
  }
  if (settings.embed.model == "endpoint") {
    const EndpointEmbedder::Parts parts = {.connection = settings.chat,
                                           .budget = settings.llm.budget,
                                           .ledger = session.ledger,
                                           .api_key = EmbeddingsApiKeyFromEnvironment(),
                                           .cancel = &session.cancellation};
    DYNAJOB_ASSIGN_OR_RETURN(auto endpoint,
                             EndpointEmbedder::Open(settings.endpoint_embedding, parts));
    return std::unique_ptr<Embedder>(std::move(endpoint));
  }
  MiniLmOptions options = settings.minilm;
  options.model = settings.embed.model;
  DYNAJOB_ASSIGN_OR_RETURN(auto model, MiniLmEmbedder::Open(options));
  return std::unique_ptr<Embedder>(std::move(model));
}

std::optional<Spending> SpendingOf(const Embedder& embedder) {
  const auto* endpoint = dynamic_cast<const EndpointEmbedder*>(&embedder);
  return endpoint == nullptr ? std::nullopt : std::optional(endpoint->spending());
}

}  // namespace dynajob
