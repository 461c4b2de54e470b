// One training from catalog to run directory, resumable; `train` and `demo` share it.
#ifndef DYNAJOB_CLI_SRC_TRAINING_RUN_H_
#define DYNAJOB_CLI_SRC_TRAINING_RUN_H_

#include <cstdint>
#include <filesystem>

#include "dynajob/agent/options.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

#include "command.h"
#include "simulated_user.h"

namespace dynajob {

struct TrainingRequest {
  Strategy strategy = Strategy::kHybrid;
  std::filesystem::path directory;
  bool resume = false;  // from the checkpoint in the directory; kNotFound when there is none
  bool force = false;   // replace a model or checkpoint that is there
};

struct TrainingOutcome {
  uint64_t steps = 0;
  uint64_t updates = 0;
  uint64_t labels = 0;
  uint64_t predicted_rewards = 0;  // steps that the world model rewarded, at the limit
  uint64_t unanswered = 0;         // steps whose pair the simulated user had no usable answer for
  double seconds = 0;
};

// Trains on all candidates and jobs of the catalog and writes config.toml, progress.csv,
// progress.jsonl, checkpoints, model.safetensors and model.json, and llm.json where an LLM labels.
// Candidate sets are found in `store`, or in the catalog when it is null.
// On kCancelled, kLlmUnavailable and kBudgetReached a checkpoint has been saved. Fails with
// kInvalidArgument when what is resumed was made with another strategy, seed, catalog or
// configuration (naming what) or when a model would be overwritten.
Result<TrainingOutcome> TrainInto(Session& session, const Catalog& catalog, Store* store,
                                  SimulatedUser& user, const TrainingRequest& request);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_TRAINING_RUN_H_
