// Follows the jobs of the store that other processes change, such as an import, and serves them
// without a restart.
#ifndef DYNAJOB_SERVE_SRC_JOB_FOLLOWER_H_
#define DYNAJOB_SERVE_SRC_JOB_FOLLOWER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/stores/catalog_spec.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/store.h"

#include "market.h"

namespace dynajob {

// Which changes of the store are changes of what is served. A job without usable vectors is served
// as it was, or not yet when it is new: its vectors are being made.
struct JobUpdate {
  std::vector<ServedJobPtr> changed;
  std::vector<std::string> removed;
  bool empty() const { return changed.empty() && removed.empty(); }
};
JobUpdate UpdateOf(const std::vector<JobChange>& changes, const Market& market,
                   const CatalogSpec& spec);
// The same, from all jobs of the store; for when changes were lost.
JobUpdate UpdateOf(const Catalog& all, const Market& market,
                   const std::unordered_set<std::string>& fresh);

// A thread with a connection of its own. While the store is away it tries again.
class JobFollower {
 public:
  struct Parts {
    std::function<Result<std::unique_ptr<Store>>()> open_store;
    CatalogSpec spec;
    const Market* market = nullptr;  // borrowed
    // Makes an update between two writes of this server and applies it; false when it could not.
    // `fresh`: jobs that this server has written since the last update.
    using Make = std::function<JobUpdate(const std::unordered_set<std::string>& fresh)>;
    std::function<bool(const Make& make)> apply;
    std::function<void(const std::string&)> log;
  };
  // `store` was watched by `feed` before the catalog was loaded.
  JobFollower(Parts parts, std::unique_ptr<Store> store, std::unique_ptr<JobFeed> feed);
  JobFollower(const JobFollower&) = delete;
  JobFollower& operator=(const JobFollower&) = delete;
  ~JobFollower();

 private:
  void Loop();
  Status Step();
  JobUpdate TakePending(const std::unordered_set<std::string>& fresh);
  Status Reopen();
  void Pause(std::chrono::milliseconds time) const;

  Parts parts_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<JobFeed> feed_;
  bool must_reload_ = false;
  bool complained_ = false;
  std::map<std::string, JobChange> pending_;  // taken from the feed and not applied yet
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_JOB_FOLLOWER_H_
