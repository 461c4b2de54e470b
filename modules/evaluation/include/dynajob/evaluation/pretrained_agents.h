// Agents after their warm start, shared between comparisons that differ in nothing that shaped them
// (TrainingIdentity): the cells of a sweep over planning steps need each agent once.
#ifndef DYNAJOB_EVALUATION_PRETRAINED_AGENTS_H_
#define DYNAJOB_EVALUATION_PRETRAINED_AGENTS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "dynajob/agent/dyna_q.h"
#include "dynajob/core/result.h"

namespace dynajob {

struct PretrainedAgent {
  std::shared_ptr<const PairEncoder> encoder = nullptr;  // that the agent borrows
  std::shared_ptr<const DynaQAgent> agent = nullptr;
  uint64_t labels = 0;
  uint64_t predicted_rewards = 0;
  uint64_t unanswered = 0;
  double seconds = 0;  // of pre-training, that of the cosine phase of a hybrid included
};

// Safe for concurrent use. Borrowed catalogs must outlive what is kept.
class PretrainedAgents {
 public:
  using Train = std::function<Result<PretrainedAgent>()>;

  // Keeps the agents of these identities, all others pass through.
  explicit PretrainedAgents(std::set<std::string> shared) : shared_(std::move(shared)) {}

  // Trained by the first who asks, while others of the same identity and seed wait. A failure is
  // not kept.
  Result<PretrainedAgent> Get(const std::string& identity, uint64_t seed, const Train& train);

  // Once nobody will ask for agents of this seed any more.
  void Forget(uint64_t seed);

 private:
  struct Entry {
    std::mutex mutex;
    bool trained = false;
    PretrainedAgent agent;
  };

  std::set<std::string> shared_;
  std::mutex mutex_;
  std::map<std::pair<uint64_t, std::string>, std::shared_ptr<Entry>> entries_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_PRETRAINED_AGENTS_H_
