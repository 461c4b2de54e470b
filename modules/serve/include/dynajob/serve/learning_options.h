// How the server learns from responses while it serves.
#ifndef DYNAJOB_SERVE_LEARNING_OPTIONS_H_
#define DYNAJOB_SERVE_LEARNING_OPTIONS_H_

#include <cstdint>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

struct LearningOptions {
  bool enabled = true;
  // Whether an agent with random weights learns along from the same responses, for comparison
  // (policy=random-start). It costs as much memory and learning time again.
  bool random_start = false;
  // Of the online steps; 0: that of the model's kind, online.learning_rate_warm or …_cold.
  double learning_rate = 0;
  // Real updates after a response, each followed by its share of planning. There would be time for
  // more, but one answer is one noisy draw: 4 updates make the policy worse than none
  // (docs/findings.md).
  int64_t updates_per_response = 1;
  // Share of each batch that rehearses what the model knew before it served (Robins 1995): pairs of
  // the catalog with the rewards that its own Q-values implied then. It keeps few and one-sided
  // responses from turning the whole policy.
  double rehearsal = 0.75;
  int64_t rehearsal_pairs = 2000;
  // Jobs that candidate sets A' are drawn from; a sample of the market when that has more.
  int64_t pool_jobs = 2000;
  int64_t set_size = 50;  // jobs in A'
  // Someone who was shown a job and does nothing has not refused it yet: an impression counts as
  // "ignore" when nothing else came after this time.
  double impression_seconds = 1800;

  // One in so many responses is held back for a while, to judge new snapshots by; 0: none, and no
  // snapshot is ever rolled back.
  int64_t hold_back_every = 10;
  int64_t held_back = 200;     // the newest; older ones are learned
  int64_t min_held_back = 30;  // fewer judge nothing
  // A new snapshot is rolled back when its squared errors on the held-back responses are higher by
  // more than so many standard errors of the paired difference; 1.64 is 5 % for one attempt.
  double rollback_z = 1.64;

  int64_t publish_ms = 1000;        // between snapshots, at least
  int64_t checkpoint_seconds = 30;  // between checkpoints, at least

  // Against poisoning, each for a day (UTC). Every pair of a person and a job counts once, whatever
  // is sent about it.
  // No person answers more jobs than this in earnest.
  int64_t person_day = 200;
  // One key cannot replace more than the default replay buffer in a day.
  int64_t key_day = 20'000;
  // Responses above "ignore" to one job through one key. The policy knows jobs by what they are, so
  // it needs few answers to each; a thousand to one job are a campaign, not taste.
  int64_t key_job_day = 10;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "learn.…"
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_LEARNING_OPTIONS_H_
