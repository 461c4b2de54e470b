// The training log of a run directory: progress.csv and progress.jsonl with the keys that the
// field's plotting tools know (Stable-Baselines3's logger).
#ifndef DYNAJOB_CLI_SRC_PROGRESS_LOG_H_
#define DYNAJOB_CLI_SRC_PROGRESS_LOG_H_

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "dynajob/agent/trainer.h"
#include "dynajob/core/result.h"

namespace dynajob {

class ProgressLog {
 public:
  // `resumed_at`: environment steps that are done already; rows up to there are kept, later ones
  // (written after the checkpoint that is resumed from) are dropped. 0 starts anew.
  static Result<ProgressLog> Open(const std::filesystem::path& directory, uint64_t resumed_at);

  // One row per number of steps: a second report of the same is not written. kIo when a row cannot
  // be.
  Status Write(const TrainingProgress& progress, double elapsed_seconds);

 private:
  ProgressLog(const std::filesystem::path& directory, uint64_t resumed_at);

  std::filesystem::path directory_;
  std::ofstream csv_;
  std::ofstream jsonl_;
  uint64_t resumed_at_;
  uint64_t last_steps_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_PROGRESS_LOG_H_
