// What is in a store's cache of labels: who answered, how much of it can be used, what it cost.
#ifndef DYNAJOB_SERVE_SRC_LABEL_SUMMARY_H_
#define DYNAJOB_SERVE_SRC_LABEL_SUMMARY_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

#include "http_message.h"

namespace dynajob {

// Answers that were paid for, each once, whatever used them afterwards.
struct ModelLabels {
  uint64_t answers = 0;
  uint64_t with_probabilities = 0;          // of those: the endpoint gave log-probabilities
  std::map<std::string, uint64_t> defects;  // of those: unusable, by reason
  uint64_t prompt_tokens = 0, completion_tokens = 0;
  uint64_t answers_without_usage = 0;  // whose tokens are not known
  double known_cost_usd = 0;
  uint64_t answers_of_unknown_cost = 0;
};

struct LabelSummary {
  std::map<std::string, ModelLabels> models;  // as endpoints name them
  uint64_t endpoints = 0;                     // that were found out about
  uint64_t unreadable = 0;                    // records that are no labels of this program
  int64_t time_ms = 0;                        // when it was counted
};

// Reads all of them.
Result<LabelSummary> SummarizeLabels(Store& store);

// A summary that is counted anew at most once in a while: it reads every label. Safe for concurrent
// use.
class LabelSummaries {
 public:
  // With a connection of its own, so that others do not wait for it. nullopt while somebody else
  // counts: a second one would only hold the place of somebody with other work.
  Result<std::optional<LabelSummary>> Get(
      const std::function<Result<std::unique_ptr<Store>>()>& open_store);

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  LabelSummary summary_;
  SteadyTime counted_at_ = SteadyTime::min();
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LABEL_SUMMARY_H_
