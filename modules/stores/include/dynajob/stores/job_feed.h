// Changes of the jobs of a store, as they happen.
#ifndef DYNAJOB_STORES_JOB_FEED_H_
#define DYNAJOB_STORES_JOB_FEED_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

// One vector of a job as it is stored.
struct StoredVector {
  std::string field;  // short name, such as "tech"
  std::string embedder;
  std::vector<float> values;
  bool operator==(const StoredVector&) const = default;
};

// A job as it is now, whatever happened to it: text, facts or vectors. Applying a change twice is
// harmless.
struct JobChange {
  std::string id;
  std::optional<Job> job;             // nullopt: deleted
  std::vector<StoredVector> vectors;  // all that there are; may be none yet
  bool operator==(const JobChange&) const = default;
};

// Uses the connection of its store, which must outlive it; not safe for concurrent use with it.
class JobFeed {
 public:
  virtual ~JobFeed() = default;

  // "change stream", "polling …": how changes are found, for messages.
  virtual std::string_view method() const = 0;

  // What changed since the last call, each job once; waits up to `timeout` for something to change.
  // Empty when nothing did. A change that comes while an earlier one is reported is reported by a
  // later call: none is lost. After an error the next call goes on where this one began.
  virtual Result<std::vector<JobChange>> Poll(std::chrono::milliseconds timeout) = 0;

  // Whether changes were lost for good since the last call, so that everything must be loaded anew;
  // what changes from then on is reported as ever. To be asked after each Poll.
  virtual bool TakeGap() { return false; }
  // What somebody should know about the changes, each once: such as times that cannot be right.
  virtual std::vector<std::string> TakeNotices() { return {}; }
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_JOB_FEED_H_
