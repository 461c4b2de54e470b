// A chat model behind an endpoint plays the user; or its answers from an earlier run do (replay).
//
// A label is a function of the question alone: what the cache key holds. Never invented: a call
// that fails is an error, and a pair whose answers are all unusable (refused, outside the set,
// ambiguous, after `llm.attempts` seeds) has no label. Probabilities, which cannot say so, fails
// for such a pair; whoever can do without it asks by Labels. Unusable answers are cached too: a
// second run neither buys them again nor gets another result.
#ifndef DYNAJOB_REWARDS_ENDPOINT_USER_H_
#define DYNAJOB_REWARDS_ENDPOINT_USER_H_

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/llm/answer_cache.h"
#include "dynajob/llm/budget.h"
#include "dynajob/llm/cached_answer.h"
#include "dynajob/llm/chat_client.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/rewards/endpoint_options.h"
#include "dynajob/rewards/endpoint_report.h"
#include "dynajob/rewards/user_simulator.h"

namespace dynajob {

// What an EndpointUser works with. All is borrowed and must outlive it; `cache` and `budget` must
// also outlive `client`, whose last answers still go into them.
struct EndpointUserParts {
  const Catalog* catalog = nullptr;
  AnswerCache* cache = nullptr;
  ChatClient* client = nullptr;  // null: replay
  Budget* budget = nullptr;      // null in a replay only
  // Of a replay: whose answers. With a client they are the client's own.
  std::string base_url;
  std::string model;
  // A replay must have the profile that the answers were bought with (AnswerCache::LoadProfile).
  EndpointProfile profile;
  Sampling sampling;
  const CosineReward* cosine = nullptr;  // null: no disagreements are reported
  // Questions worked on at once. More than the client has calls in flight, so that it never waits
  // for us; not many more, because what is asked for now stands behind them.
  size_t in_flight = 64;
};

// Safe for concurrent use; one instance may serve all arms.
class EndpointUser final : public UserSimulator {
 public:
  // Fails when options or templates do, or when there are samples at temperature 0.
  static Result<std::unique_ptr<EndpointUser>> Create(const EndpointUserParts& parts,
                                                      const EndpointOptions& options);
  // Does not wait for calls in flight: their answers are cached when they come.
  ~EndpointUser() override;

  std::string_view kind() const override;  // "endpoint" or "replay"

  // Asks all that is missing at once and waits. Fails with the error of the first pair that has
  // one: kLlmUnavailable (failed call, no usable answer, or, in a replay, no answer in the store),
  // kBudgetReached, kCorruptData, or the store's. Answers of the other pairs are kept.
  Status Probabilities(std::span<const Pair> pairs,
                       std::span<ResponseProbabilities> probabilities) override;

  // As Probabilities, but a pair without a usable answer is nullopt; kLlmUnavailable once such
  // pairs, out of at least 20, are more than chance explains when their share is
  // `llm.max_invalid_share`.
  Status Labels(std::span<const Pair> pairs,
                std::span<std::optional<ResponseProbabilities>> labels) override;

  void Prefetch(std::span<const Pair> pairs) override;
  // Fixed, and the same in a replay, because results depend on it: enough for two pools to keep 64
  // calls in flight busy.
  int64_t pool_hint() const override { return 128; }

  // Everything asked for so far by anyone.
  EndpointUserReport Report() const;

 private:
  class Core;
  explicit EndpointUser(std::shared_ptr<Core> core);

  std::shared_ptr<Core> core_;  // shared with calls in flight
};

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_ENDPOINT_USER_H_
