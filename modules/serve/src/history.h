// What people have answered and what they were shown, as far as the next request needs it.
#ifndef DYNAJOB_SERVE_SRC_HISTORY_H_
#define DYNAJOB_SERVE_SRC_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "dynajob/stores/records.h"

namespace dynajob {

// What a feedback event reports.
struct FeedbackKind {
  std::string_view name;  // in the API and in the store
  Response response;      // what it means to the learner
  bool final;             // the job is not shown to this person again
};
// impression, click, save, apply, interview, hire, dismiss.
std::span<const FeedbackKind> FeedbackKinds();
// Null for any other name.
const FeedbackKind* FindFeedbackKind(std::string_view name);

// Which jobs each person has settled: applied to (or went further with) or dismissed. Safe for
// concurrent use.
class SettledJobs {
 public:
  void Add(const ResponseEvent& event);
  void Forget(std::string_view candidate_id);
  std::unordered_set<std::string> Of(std::string_view candidate_id) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::unordered_set<std::string>> jobs_;  // guarded by mutex_
};

// One answered recommendation, so that feedback can be joined to it.
struct ShownJob {
  std::string job_id;
  double propensity = 1;
};
struct ShownPage {
  std::string candidate_id;  // empty: a profile that is not stored
  std::string model_version;
  size_t offset = 0;
  std::vector<ShownJob> jobs;
};

// The newest pages by the id of their request, in memory, up to a number. Safe for concurrent use.
class ShownPages {
 public:
  explicit ShownPages(size_t capacity) : capacity_(capacity) {}
  void Add(std::string request_id, ShownPage page);
  // Null when there is none, or none any more.
  std::shared_ptr<const ShownPage> Find(std::string_view request_id) const;

 private:
  const size_t capacity_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::unordered_map<std::string, std::shared_ptr<const ShownPage>> pages_;
  std::deque<std::string> order_;  // of arrival
};

// Ids of requests: unique over restarts and machines, hard to guess.
class RequestIds {
 public:
  RequestIds();
  std::string Next();

 private:
  std::mutex mutex_;
  uint64_t key_[2];       // of this process, from the system's random numbers
  uint64_t counter_ = 0;  // guarded by mutex_
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_HISTORY_H_
