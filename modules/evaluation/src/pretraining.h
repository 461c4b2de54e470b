// The warm starts of a comparison: which ones its arms need, and each of them for one seed.
#ifndef DYNAJOB_EVALUATION_SRC_PRETRAINING_H_
#define DYNAJOB_EVALUATION_SRC_PRETRAINING_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "seed_context.h"

namespace dynajob {

// Warm starts that are made one after another, since one begins with the other.
enum class Training { kBaseline, kCosineThenHybrid, kLlm };

// Safe for concurrent use on different seeds. Borrows everything; `agents`, progress and
// cancellation may be null.
class Pretraining {
 public:
  Pretraining(const Catalog& catalog, const ExperimentOptions& options,
              const ExperimentParts& parts, const Labeller& labels, PretrainedAgents* agents,
              ProgressSink* progress, const CancellationToken* cancellation);

  // Those that the arms of the options start from.
  const std::vector<Training>& needed() const { return needed_; }

  // Fills the context's agents of this warm start. `seeds` of them are done in all.
  Status Train(SeedContext& context, Training training, size_t seeds);

 private:
  bool Uses(Strategy strategy) const;
  Status Make(SeedContext& context, Strategy strategy, const DynaQAgent* cosine_agent);
  Result<PretrainedAgent> Run(const SeedContext& context, Strategy strategy,
                              const DynaQAgent* cosine_agent);
  void ReportLabels(const Trainer& trainer, uint64_t& reported);

  const Catalog& catalog_;
  const ExperimentOptions& options_;
  const ExperimentParts& parts_;
  const Labeller& labels_;
  PretrainedAgents* agents_;
  ProgressSink* progress_;
  const CancellationToken* cancellation_;
  std::vector<Training> needed_;
  std::atomic<uint64_t> trained_{0};
  std::atomic<uint64_t> total_{0};
  std::atomic<uint64_t> labels_bought_{0};
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_PRETRAINING_H_
