// What the handlers of requests share.
#ifndef DYNAJOB_SERVE_SRC_SERVICE_H_
#define DYNAJOB_SERVE_SRC_SERVICE_H_

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "dynajob/serve/options.h"
#include "dynajob/serve/server.h"

#include "access.h"
#include "admission.h"
#include "history.h"
#include "job_follower.h"
#include "job_search.h"
#include "label_summary.h"
#include "learner.h"
#include "market.h"
#include "metrics.h"
#include "page_log.h"
#include "random_start.h"
#include "snapshot.h"
#include "store_writer.h"

namespace dynajob {

// Every member is safe for concurrent use or says who guards it.
class Service {
 public:
  // Opens the store, loads catalog, responses and model, writes back what the spool holds.
  static Result<std::unique_ptr<Service>> Open(ServerParts parts, const ServeOptions& options);

  const ServerParts& parts() const { return parts_; }
  const ServeOptions& options() const { return options_; }
  const ApiKeys& keys() const { return keys_; }
  Market& market() { return *market_; }
  SnapshotSource& snapshots() { return *snapshots_; }
  std::span<const CosineReward::FieldPair> cosine_pairs() const { return cosine_->fields(); }
  const std::vector<std::string>& cosine_names() const { return cosine_->field_pairs(); }
  SettledJobs& settled() { return settled_; }
  // Of a recommendation that feedback may answer; kept over restarts.
  void RememberPage(const std::string& request_id, ShownPage page);
  const ShownPages& shown() const { return *shown_; }
  // Jobs that this server writes, for whoever follows the store. Called by the writer's thread.
  void NoteWritten(const std::string& job_id) { written_jobs_.insert(job_id); }
  RequestIds& request_ids() { return request_ids_; }
  StoreWriter& writer() { return *writer_; }
  AdmissionGate& gate() { return *gate_; }
  RateLimits& rates() { return *rates_; }
  Metrics& metrics() { return metrics_; }
  JobSearch& search() { return search_; }
  LabelSummaries& labels() { return labels_; }
  void Log(const std::string& line) const { parts_.log(line); }

  // Reads with a connection of its own, one at a time. kStoreUnreachable at once while the store is
  // known to be away, and soon when somebody else waits for it.
  template <typename Value>
  Result<Value> Read(const std::function<Result<Value>(Store&)>& read) {
    constexpr std::chrono::milliseconds kTurn{500};
    std::unique_lock lock(reader_mutex_, std::defer_lock);
    if (!writer_reaches_store() || !lock.try_lock_for(kTurn))
      return Error{ErrorCode::kStoreUnreachable, "the store is away"};
    if (reader_ == nullptr) {
      DYNAJOB_ASSIGN_OR_RETURN(reader_, parts_.open_store());
    }
    Result<Value> value = read(*reader_);
    const bool away = !value.ok() && (value.error().code == ErrorCode::kStoreUnreachable ||
                                      value.error().code == ErrorCode::kIo);
    if (away) reader_.reset();
    return value;
  }

  // The model of the start, or one of the store; kNotFound when there is none of this name.
  Result<std::shared_ptr<const Policy>> LoadPolicy(const std::string& name);

  // Ranks with another model from the next request on, remembers it over restarts, and learns with
  // it from then on.
  Status Activate(std::shared_ptr<const Policy> policy);
  LearningStatus learning() const;
  // What the agent that began with random weights ranks with, and how it learns; null and nullopt
  // when there is none (learn.random_start).
  std::shared_ptr<const Snapshot> random_start();
  std::optional<RandomStart::State> random_start_status() const;
  void ForgetCandidate(const std::string& id);

  bool draining() const { return stop_ != nullptr && stop_->cancelled(); }
  void set_stop(const CancellationToken* stop) { stop_ = stop; }

 private:
  Service(ServerParts parts, const ServeOptions& options)
      : parts_(std::move(parts)), options_(options) {}

  bool writer_reaches_store() const { return writer_ == nullptr || writer_->store_available(); }
  Status LoadKeys();
  Status LoadPages();
  void Follow();
  void Apply(const JobUpdate& update);
  Status LoadMarket();
  Status LoadModel();
  Status SaveActiveModel(const std::string& name) const;
  // Requires learner_mutex_ once the writer works.
  void StartLearner(Store& store);
  void StartRandomStart(const LearnerParts& parts, const Policy& policy, Store& store);
  Status StartWriter();
  void DeclareMetrics();
  Result<std::string> ActiveModel() const;

  ServerParts parts_;
  ServeOptions options_;
  ApiKeys keys_;
  std::unique_ptr<Store> store_;  // until the writer has it
  std::timed_mutex reader_mutex_;
  std::unique_ptr<Store> reader_;  // guarded by reader_mutex_
  std::unique_ptr<Market> market_;
  std::unique_ptr<CosineReward> cosine_;
  std::unique_ptr<SnapshotSource> snapshots_;
  SettledJobs settled_;
  std::unique_ptr<ShownPages> shown_;
  std::mutex page_log_mutex_;
  std::unique_ptr<PageLog> page_log_;  // guarded by page_log_mutex_
  bool page_log_failed_ = false;       // guarded by page_log_mutex_
  std::unique_ptr<Store> followed_;    // until the follower has them
  std::unique_ptr<JobFeed> feed_;
  std::unordered_set<std::string> written_jobs_;  // of the writer's thread
  RequestIds request_ids_;
  std::unique_ptr<AdmissionGate> gate_;
  std::unique_ptr<RateLimits> rates_;
  Metrics metrics_;
  JobSearch search_;
  LabelSummaries labels_;
  const CancellationToken* stop_ = nullptr;
  mutable std::mutex learner_mutex_;
  // Guarded by learner_mutex_.
  std::unique_ptr<Learner> learner_;
  std::unique_ptr<RandomStart> random_start_;
  std::string why_not_learning_;
  // Last: their threads end before the rest goes.
  std::unique_ptr<StoreWriter> writer_;
  std::unique_ptr<JobFollower> follower_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_SERVICE_H_
