// What requests rank with: one immutable object of jobs and policy, replaced as a whole.
#ifndef DYNAJOB_SERVE_SRC_SNAPSHOT_H_
#define DYNAJOB_SERVE_SRC_SNAPSHOT_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "dynajob/agent/candidate_scorer.h"
#include "dynajob/agent/checkpoint.h"

#include "market.h"

namespace dynajob {

// A model under the name that it goes by.
struct Policy {
  std::string name;     // such as "demo"
  std::string version;  // name and checksum: equal versions give equal values
  Model model;
};

struct Snapshot {
  std::shared_ptr<const JobSet> jobs;
  std::shared_ptr<const Policy> policy;  // null: rank by cosine
  // Of each job in `jobs`, in order: its share of the Q-network's first layer, which is most of the
  // work and does not depend on the person. Empty without a policy.
  JobShares shares;
  int64_t created_ms = 0;
  uint64_t number = 0;  // counts snapshots

  std::string version() const { return policy ? policy->version : "cosine"; }
};

// Readers take the current snapshot without waiting for a writer; writers wait for each other.
class SnapshotSource {
 public:
  SnapshotSource(std::shared_ptr<const JobSet> jobs, std::shared_ptr<const Policy> policy);

  // Safe for concurrent use.
  std::shared_ptr<const Snapshot> Current() const { return current_.load(); }
  void Publish(std::shared_ptr<const JobSet> jobs);
  void Publish(std::shared_ptr<const Policy> policy);

 private:
  static std::shared_ptr<Snapshot> Make(const Snapshot* before, std::shared_ptr<const JobSet> jobs,
                                        std::shared_ptr<const Policy> policy);

  std::mutex writers_;
  std::atomic<std::shared_ptr<const Snapshot>> current_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_SNAPSHOT_H_
