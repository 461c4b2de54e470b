// What the online learner has done and is doing, for GET /v1/learning and the metrics.
#ifndef DYNAJOB_SERVE_SRC_LEARNING_STATUS_H_
#define DYNAJOB_SERVE_SRC_LEARNING_STATUS_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "dynajob/agent/dyna_q.h"

namespace dynajob {

// One attempt to publish a snapshot: means are over what was learned since the attempt before.
struct LearningPoint {
  int64_t time_ms = 0;
  uint64_t responses = 0;          // learned so far
  std::optional<double> reward;    // mean; nullopt when nothing was learned since
  std::optional<double> explored;  // share of jobs that exploration had shown, where it is known
  std::optional<double> q_loss;    // mean over real updates
  std::optional<double> model_loss;
  // Mean squared error of the reward that the snapshot's Q-values imply, on held-back responses;
  // nullopt while there are too few of them.
  std::optional<double> error = std::nullopt;
  std::optional<double> error_before =
      std::nullopt;          // of the snapshot in force until then, on the same
  bool rolled_back = false;  // else published
  std::string version = {};  // of the snapshot that was tried
};

enum class LearningState {
  kOff,      // switched off, or there is no model to learn with
  kIdle,     // everything is learned
  kWorking,  // responses wait
};

struct LearningStatus {
  LearningState state = LearningState::kOff;
  std::string why_off;       // for a person; empty unless off
  std::string base_version;  // of the model that learning started from
  uint64_t learned = 0;      // responses that became transitions
  uint64_t revised = 0;      // of those: replaced an earlier answer to the same job
  uint64_t repeated = 0;     // not learned again, since they say what is known
  uint64_t limited = 0;      // not learned, for the limits of a key or a person
  uint64_t unusable = 0;     // not learned, since the person or the job has no vector here
  uint64_t held_back = 0;    // kept to judge snapshots by; learned when they are old
  uint64_t undecided = 0;    // impressions that may still be answered
  uint64_t waiting = 0;      // stored and not yet learned
  uint64_t published = 0;    // snapshots
  uint64_t rolled_back = 0;  // snapshots
  size_t buffer_size = 0, buffer_capacity = 0;  // transitions
  LearnerCounts counts;                         // updates
  std::deque<LearningPoint> points;             // the newest
  std::deque<LearningPoint> rollbacks;          // the newest that were rolled back
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LEARNING_STATUS_H_
