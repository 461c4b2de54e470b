// The calls that the texts of one Embed take.
#ifndef DYNAJOB_EMBEDDINGS_SRC_ENDPOINT_CALLS_H_
#define DYNAJOB_EMBEDDINGS_SRC_ENDPOINT_CALLS_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "dynajob/core/matrix.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/budget.h"
#include "dynajob/llm/embeddings_client.h"

namespace dynajob {

// Whether an answer says that the request cannot be served as it is: such a call may go better in
// parts.
bool RefusesRequest(const EmbeddingsClient::Outcome& outcome);

// One call within the budget. Fails with kBudgetReached, or kCancelled (`cancel` may be null);
// failures of the call are in the outcome.
Result<EmbeddingsClient::Outcome> AskOnce(EmbeddingsClient& client,
                                          const std::shared_ptr<Budget>& budget,
                                          const CancellationToken* cancel,
                                          const EmbeddingsRequest& request);

// Lives until the last of its calls has ended, also when Run did not wait for that.
class EndpointCalls : public std::enable_shared_from_this<EndpointCalls> {
 public:
  struct Parts {
    EmbeddingsClient* client = nullptr;
    std::shared_ptr<Budget> budget;
    const CancellationToken* cancel = nullptr;  // may be null
    size_t texts_per_call = 1;
    size_t in_flight = 1;
    int64_t dimensions = 0;  // as EmbeddingsRequest
    VectorEncoding encoding = VectorEncoding::kBase64;
    size_t dimension = 0;  // that vectors must have
    std::string model;     // that answers must name
  };

  EndpointCalls(Parts parts, std::vector<std::string> texts);

  // Once. The vectors as the endpoint gave them, a row a text; failures as EndpointEmbedder::Embed.
  // Waits for calls under way, unless cancelled.
  Result<Matrix> Run();

 private:
  struct Range {
    size_t first = 0;
    size_t last = 0;  // one past the end
  };

  // False when the budget has to be asked again later.
  bool Send(Range range);
  void Arrive(Range range, const CallEstimate& estimate, EmbeddingsClient::Outcome outcome);
  Status Keep(Range range, const EmbeddingsReply& reply);
  Error Explain(Range range, const EmbeddingsClient::Outcome& outcome) const;
  void Fail(Error error);  // the first one counts

  const Parts parts_;
  const std::vector<std::string> texts_;
  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<Range> queue_;
  size_t open_ = 0;
  std::optional<Error> failure_;
  Matrix vectors_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EMBEDDINGS_SRC_ENDPOINT_CALLS_H_
