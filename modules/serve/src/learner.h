// The online learner: a thread that turns stored responses into transitions, takes the same Dyna-Q
// steps as the training and publishes snapshots that requests rank with.
//
// Each response is a step of the episode of its person: s the person, a the job that was answered,
// r the reward of the answer, A' jobs of the market that the person has not settled. What is said
// about a pair again replaces its reward. One response in some is held back; a new snapshot is
// tried on those first, and weights that do worse than the ones before go back to those. The
// transitions stay: what is learned from does not change with the weights.
//
// Nothing is learned twice or forgotten when the process dies: a checkpoint holds the learner, its
// replay buffer and how much of the log of learned events belongs to it (LearnedLog); what the
// store has beyond that is learned at the next start.
#ifndef DYNAJOB_SERVE_SRC_LEARNER_H_
#define DYNAJOB_SERVE_SRC_LEARNER_H_

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/serve/learning_options.h"
#include "dynajob/stores/store.h"

#include "held_back.h"
#include "history.h"
#include "http_message.h"
#include "learned_log.h"
#include "learner_catalog.h"
#include "learning_limits.h"
#include "learning_status.h"
#include "metrics.h"
#include "snapshot.h"

namespace dynajob {

// All borrowed but the functions; must outlive the learner.
struct LearnerParts {
  LearningOptions options;
  OnlineOptions online;
  ResponseRewards rewards;
  double epsilon = 0;  // with which places are drawn at random
  Market* market = nullptr;
  SnapshotSource* snapshots = nullptr;
  const SettledJobs* settled = nullptr;
  Metrics* metrics = nullptr;       // with DeclareLearningMetrics
  std::filesystem::path directory;  // of checkpoint and log; one for each model
  std::function<void(const std::string&)> log;
};

void DeclareLearningMetrics(Metrics& metrics);

// Public functions are safe for concurrent use.
class Learner {
 public:
  // Goes on from the checkpoint of this model, or begins with the model; publishes the policy as it
  // stands, reads which responses of the store are not learned yet, and starts the thread. No
  // response may be stored while this runs. kFailedPrecondition: another process learns in this
  // directory. A checkpoint that cannot be used is given up, with a line in the log: what the store
  // has is learned again.
  static Result<std::unique_ptr<Learner>> Start(LearnerParts parts,
                                                std::shared_ptr<const Policy> base, Store& store);
  Learner(const Learner&) = delete;
  Learner& operator=(const Learner&) = delete;
  // Saves where it is.
  ~Learner();

  // A response that has just been stored, each once. `key`: see LearningLimits.
  void Add(const ResponseEvent& event, uint32_t key);
  // Somebody who has been deleted: the answers go, what they have taught stays.
  void Forget(const std::string& candidate_id);

  LearningStatus status() const;

 private:
  struct Incoming {
    ResponseEvent event;
    uint32_t key = 0;
    int64_t received_ms = 0;
  };
  struct Impression {
    Incoming incoming;
    int64_t due_ms = 0;  // when it counts as ignored
  };
  // A response with what it is about, if that can be ranked.
  struct Met {
    Incoming incoming;
    ServedCandidatePtr person;
    ServedJobPtr job;
  };
  // The learner with what it refers to.
  struct Mind {
    std::unique_ptr<const Catalog> catalog;
    std::unique_ptr<const PairEncoder> encoder;
    std::unique_ptr<DynaQAgent> agent;
  };
  // Weights to go back to.
  struct Weights {
    struct Network {
      std::vector<float> parameters;
      OptimizerState optimizer;
    };
    Network online;
    std::vector<float> target;
    std::vector<Network> world_models;
  };
  // Sums since the last snapshot was tried.
  struct Window {
    size_t responses = 0, known = 0, explored = 0, updates = 0;
    double reward = 0, q_loss = 0, model_loss = 0;
  };

  Learner(LearnerParts parts, std::shared_ptr<const Policy> base);

  // learner_state.cc
  Status Begin();
  Status Resume();
  Status Rehearse();
  Status Backlog(Store& store);
  Status Save();
  void SaveWhenDue(bool now);

  // learner_rows.cc
  Result<std::vector<Met>> Meet(std::vector<Incoming> batch);
  Status ForgetPeople(const std::unordered_set<std::string>& ids);
  Result<Mind> MakeMind() const;
  // Moves the learner into a catalog that has all of catalog_.
  Status Grow(const AgentSnapshot::RowMap& rows);
  AgentSnapshot::RowMap SameRows() const;
  AgentSnapshot::RowMap CompactRows(const std::unordered_set<std::string>& forgotten);
  void RefreshPool();

  void Loop();
  // False when there was nothing to do.
  bool Round();
  std::vector<Incoming> TakeDue(std::vector<Incoming> batch);
  void Process(const Met& met);
  Experience ToExperience(const Met& met) const;
  std::vector<ServedJobPtr> DrawNextSet(const std::string& candidate_id, const std::string& job_id,
                                        uint64_t event) const;
  void Learn(const Experience& experience);
  void TakeSteps();
  void Count(const char* outcome, uint64_t LearningStatus::*total);
  void Done(uint64_t event) {
    fresh_.push_back(event);
    unsaved_ = true;
  }

  // learner_snapshot.cc
  Weights Capture() const;
  void Restore(const Weights& weights);
  Status Publish();
  void TrySnapshot(bool now);
  std::string VersionNow() const;
  void ShareStatus();

  LearnerParts parts_;
  std::shared_ptr<const Policy> base_;
  PhaseSettings settings_;

  // Of the thread.
  std::unique_ptr<LearnedLog> learned_log_;
  LearnerCatalog catalog_;
  Mind mind_;
  Weights good_;  // of the last snapshot that was published
  std::shared_ptr<const Policy> current_;
  std::shared_ptr<const JobSet> pool_source_;
  std::vector<ServedJobPtr> pool_;
  HeldBack held_;
  LearningLimits limits_;
  std::unordered_set<uint64_t> admitted_;  // held back when the process before ended
  std::deque<Impression> impressions_;     // by due time
  std::vector<uint64_t> fresh_;            // learned since the last checkpoint
  Window window_;
  LearningStatus own_;  // the thread's; shared after each round
  SteadyTime steps_until_;
  SteadyTime next_snapshot_, next_checkpoint_;
  bool changed_since_snapshot_ = false;
  bool unsaved_ = false;
  bool failed_ = false;  // what cannot be gone on from; the log says what

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  std::deque<Incoming> incoming_;
  std::unordered_set<std::string> forgotten_;
  LearningStatus shared_;
  bool stop_ = false;

  std::thread thread_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LEARNER_H_
