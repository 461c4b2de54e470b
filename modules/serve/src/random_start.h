// An agent beside the one that is served: random weights in the same networks, learning by the same
// steps from the same responses. It shows what the warm start is worth, to whoever asks for it
// (policy=random-start), and touches nothing that others are served: snapshots, metrics and
// checkpoints are its own, no page of its making is kept, and the responses to such pages reach
// both agents alike.
//
// It costs what the learner costs once more: a thread of low priority, the networks, a replay
// buffer, and the first layer's shares of all jobs in each of its snapshots.
#ifndef DYNAJOB_SERVE_SRC_RANDOM_START_H_
#define DYNAJOB_SERVE_SRC_RANDOM_START_H_

#include <memory>
#include <string>

#include "learner.h"
#include "snapshot.h"

namespace dynajob {

// The model's networks, options and seed with the weights that training would begin with.
// `catalog` is that of the market; kInvalidArgument when the networks do not fit it.
Result<std::shared_ptr<const Policy>> RandomWeights(const Model& model, const Catalog& catalog);

// Public functions are safe for concurrent use.
class RandomStart {
 public:
  // `parts` are those of the served learner; what the two must not share is replaced. As
  // Learner::Start.
  static Result<std::unique_ptr<RandomStart>> Start(LearnerParts parts, const Policy& served,
                                                    Store& store);
  RandomStart(const RandomStart&) = delete;
  RandomStart& operator=(const RandomStart&) = delete;

  void Add(const ResponseEvent& event, uint32_t key) { learner_->Add(event, key); }
  void Forget(const std::string& candidate_id) { learner_->Forget(candidate_id); }
  struct State {
    LearningStatus learning;
    std::string version;  // of what it ranks with
  };
  State status() const { return {learner_->status(), snapshots_->Current()->version()}; }

  // What it ranks with. Jobs that come or change are published there by whoever asks next
  // (CurrentOver): most servers are asked rarely, or never.
  const std::shared_ptr<SnapshotSource>& snapshots() const { return snapshots_; }

 private:
  RandomStart(const std::shared_ptr<const JobSet>& jobs, std::shared_ptr<const Policy> policy);

  std::shared_ptr<SnapshotSource> snapshots_;  // shared with requests that rank
  Metrics metrics_;
  std::unique_ptr<Learner> learner_;  // last: its thread uses the others
};

// The current snapshot, with these jobs.
std::shared_ptr<const Snapshot> CurrentOver(SnapshotSource& snapshots,
                                            const std::shared_ptr<const JobSet>& jobs);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_RANDOM_START_H_
