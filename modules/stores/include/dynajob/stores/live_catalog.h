// A catalog that follows its store: new, changed, deleted and expired jobs reach it without a
// restart. What is published is immutable; whoever scores with a snapshot keeps it for as long as
// needed, while later ones are made.
//
// A snapshot holds what Store::LoadCatalog would give at that moment, without expired jobs; fields,
// dimensions and embedder stay those of the first load. A job whose required vectors are not there
// yet, or do not fit, waits until they do; vectors that vanish while the text that they were made
// of stays are being made anew, and until then the job keeps the old ones. Candidates are those of
// the first load, and Catalog::exclusions() counts what was left out then. When the store lost
// changes (JobFeed::TakeGap), all jobs are loaded again.
//
// Cost: a new snapshot copies the matrices once, however many jobs changed, so changes are applied
// together. Threading: `snapshot` may be called from any thread, `Refresh` from one at a time.
#ifndef DYNAJOB_STORES_LIVE_CATALOG_H_
#define DYNAJOB_STORES_LIVE_CATALOG_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/store.h"

namespace dynajob {

// What one Refresh did to the jobs of the catalog.
struct CatalogUpdate {
  std::vector<std::string> added;    // ids, ascending
  std::vector<std::string> changed;  // text, facts or vectors
  std::vector<std::string> removed;  // deleted, expired, or waiting for new vectors
  std::vector<std::string> notices;  // of the feed, for a person (JobFeed::TakeNotices)
  bool reloaded = false;             // changes were lost, so everything was loaded again
  bool published() const { return !added.empty() || !changed.empty() || !removed.empty(); }
};

class LiveCatalog {
 public:
  // Watches the store, then loads it and leaves out what is expired at `now_ms`. Fails as WatchJobs
  // and LoadCatalog do. Borrows the store.
  static Result<std::unique_ptr<LiveCatalog>> Open(Store& store, const CatalogSpec& spec,
                                                   int64_t now_ms);

  std::shared_ptr<const Catalog> snapshot() const;

  // Waits up to `timeout` for changes of the store, applies all that there are, drops jobs that
  // are expired at `now_ms`, and publishes a new snapshot unless the catalog stayed the same. After
  // an error the snapshot is the one before, and the next call goes on where this one began.
  Result<CatalogUpdate> Refresh(std::chrono::milliseconds timeout, int64_t now_ms);

  // Jobs that changed and cannot be used yet, with the reason, by id: "no tech embedding", …
  const std::map<std::string, std::string>& waiting() const { return waiting_; }
  std::string_view method() const { return feed_->method(); }

 private:
  // One job of a snapshot in the making. Borrows.
  struct Entry {
    const Job* job = nullptr;
    std::span<const float> vector;
  };
  class Draft;

  LiveCatalog(Store& store, CatalogSpec spec, std::unique_ptr<JobFeed> feed)
      : store_(store), spec_(std::move(spec)), feed_(std::move(feed)) {}

  Status TakeChanges(std::chrono::milliseconds timeout);
  // Why a job's vectors cannot be used; empty when they can.
  std::string WhyNot(const Catalog& catalog, const JobChange& change) const;
  Result<CatalogUpdate> Apply(int64_t now_ms);
  Result<CatalogUpdate> Reload(int64_t now_ms);
  CatalogUpdate Finish(const Catalog& before, const Draft& draft);
  void Publish(const Catalog& before, std::span<const Entry> entries);

  Store& store_;
  CatalogSpec spec_;
  std::unique_ptr<JobFeed> feed_;
  std::map<std::string, JobChange> pending_;  // taken from the feed, not yet published
  std::map<std::string, std::string> waiting_;
  std::vector<std::string> notices_;  // taken from the feed, not yet handed on
  bool must_reload_ = false;
  int64_t next_expiry_ms_ = std::numeric_limits<int64_t>::min();  // of a job of the snapshot
  mutable std::mutex mutex_;
  std::shared_ptr<const Catalog> snapshot_;  // guarded by mutex_
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_LIVE_CATALOG_H_
