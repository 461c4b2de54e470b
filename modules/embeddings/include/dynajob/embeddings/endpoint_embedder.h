// Embeddings from a model behind an OpenAI-compatible endpoint (dynajob/llm/embeddings_client.h).
//
// Texts go out in calls of several, a few calls at once. A text longer than `window_bytes` is read
// in windows, as MiniLmEmbedder does: about equally long, cut between words; its vector is the mean
// of theirs, weighted by their lengths. Every vector is brought to norm 1. A call that the endpoint
// refuses is sent again in halves, so that a limit on texts a call is met and a text that cannot be
// embedded is named.
#ifndef DYNAJOB_EMBEDDINGS_ENDPOINT_EMBEDDER_H_
#define DYNAJOB_EMBEDDINGS_ENDPOINT_EMBEDDER_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/matrix.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/embeddings/embedder.h"
#include "dynajob/llm/budget.h"
#include "dynajob/llm/connection_options.h"
#include "dynajob/llm/embeddings_client.h"

namespace dynajob {

enum class EncodingChoice {
  kAuto,    // base64 where the endpoint takes it
  kBase64,  // VectorEncoding::kBase64
  kFloat,   // VectorEncoding::kFloat
};

struct EndpointEmbeddingOptions {
  std::string base_url = {};  // the API, without credentials; empty: as for chat (llm.base_url)
  std::string model = {};     // as the endpoint names it; needed
  int64_t dimensions = 0;     // asked for of models that can shorten their vectors; 0: not asked
  EncodingChoice encoding = EncodingChoice::kAuto;
  int64_t batch = 64;           // texts a call, at most; 1 to 2048
  int64_t window_bytes = 6000;  // longest text that is sent as a whole, in UTF-8; 64 to 1000000

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "embeddings.endpoint_…"
};

// $EMBEDDINGS_API_KEY where it is set, else $OPENAI_API_KEY; empty when there is none.
std::string EmbeddingsApiKeyFromEnvironment();

// A text in pieces of at most `bytes` bytes (at least 4): about equally long, cut at white space
// where there is some in the last half of a piece, never inside a character. Requires valid UTF-8.
std::vector<std::string_view> SplitWindows(std::string_view text, size_t bytes);

// Safe for concurrent use.
class EndpointEmbedder : public Embedder {
 public:
  struct Parts {
    ConnectionOptions connection;  // its base_url counts where the options have none
    BudgetOptions budget;
    std::shared_ptr<BudgetLedger> ledger;  // shared with other models; null: one of its own
    std::string api_key;
    const CancellationToken* cancel = nullptr;  // ends Embed with kCancelled; may be null
  };

  // Embeds one word, which costs a call (two where base64 is refused), to learn the dimension and
  // whether the endpoint is there. Fails as EmbeddingsClient and Budget do; kInvalidArgument also
  // when no model is named; kCorruptData when the vectors do not have `dimensions` numbers.
  static Result<std::unique_ptr<EndpointEmbedder>> Open(const EndpointEmbeddingOptions& options,
                                                        const Parts& parts);
  ~EndpointEmbedder() override;

  // Model as the endpoint names it, address, dimension and window:
  // "endpoint:text-embedding-3-small@api.openai.com/v1:d1536:l2:w6000".
  const std::string& id() const override { return id_; }
  size_t dimension() const override { return dimension_; }

  // Bytes that are not UTF-8 are replaced; a blank text gives zeros. kBudgetReached, kCancelled,
  // kLlmUnavailable or kCorruptData: what the endpoint failed with, or an answer whose model or
  // dimension is another than before; kInvalidArgument, naming it, for a text that the endpoint
  // refuses.
  Status Embed(std::span<const std::string> texts, Matrix& out) const override;

  Spending spending() const;

 private:
  EndpointEmbedder(const EndpointEmbeddingOptions& options, const Parts& parts,
                   std::shared_ptr<Budget> budget, std::unique_ptr<EmbeddingsClient> client);
  // Asks for one vector, to learn what this endpoint does.
  Status Probe();
  Result<EmbeddingsClient::Outcome> AskForOne(VectorEncoding encoding);

  const EndpointEmbeddingOptions options_;
  const Parts parts_;
  VectorEncoding encoding_ = VectorEncoding::kBase64;
  size_t dimension_ = 0;
  std::string reported_model_;
  std::string id_;
  std::shared_ptr<Budget> budget_;
  std::unique_ptr<EmbeddingsClient> client_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_ENDPOINT_EMBEDDER_H_
