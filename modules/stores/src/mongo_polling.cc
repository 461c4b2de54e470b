// Changes of the jobs where the server has no change streams: by the indexed time of the last
// update, which dynajob writes by the server's clock.
//
// Times can be equal, and one can become visible after a later one; so a poll asks again for all
// that is newer than what was the newest time two seconds ago, and leaves out what it reported in
// the same state. No time counts as newer than the server's own: a document whose time lies ahead,
// which only other writers can make, is reported when that time changes, and does not move what is
// asked for.
//
// Deletions leave no time, and writers may set none: the ids are compared when the number of
// documents is not what it should be, and otherwise every now and then. That finds jobs that are
// gone or new, but not what changed in one of a writer that sets no time.
#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <thread>
#include <tuple>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "mongo_job_changes.h"
#include "mongo_queries.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// How late a time of update may become visible.
constexpr milliseconds kOverlap(2000);
// Between two comparisons of all ids while the number of documents is as expected.
constexpr milliseconds kSweepInterval(60'000);
// The same when it is not, and the last one found nothing; doubled each time it does not.
constexpr milliseconds kFirstIdlePause(1000);
// At most a tenth of the time goes into comparisons.
constexpr int kPausePerSweep = 10;
// Clocks may differ by as much without a word to the user.
constexpr milliseconds kClockTolerance(60'000);

class PollingFeed final : public JobFeed {
 public:
  explicit PollingFeed(const MongoFeedContext& context) : context_(context) {}

  std::string_view method() const override { return "polling by the time of the last update"; }
  std::vector<std::string> TakeNotices() override { return std::exchange(notices_, {}); }

  // What is there now is not reported.
  Status Start() {
    DYNAJOB_ASSIGN_OR_RETURN(const int64_t server_now, ServerTime(context_.connection));
    DYNAJOB_ASSIGN_OR_RETURN(newest_, NewestTime(server_now));
    DYNAJOB_RETURN_IF_ERROR(Sweep());
    unread_.clear();
    floor_ = newest_ - kOverlap.count();
    newest_history_.push_back({steady_clock::now(), newest_});
    DYNAJOB_ASSIGN_OR_RETURN(Updated updated, FindUpdated(server_now));
    DYNAJOB_ASSIGN_OR_RETURN(const auto now, Read(updated.recent));
    for (const JobChange& change : now) reported_[change.id] = change;
    ahead_ = std::move(updated.ahead);
    return Status::Ok();
  }

  Result<std::vector<JobChange>> Poll(milliseconds timeout) override {
    const auto deadline = steady_clock::now() + timeout;
    for (;;) {
      DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, Look());
      const auto left = deadline - steady_clock::now();
      if (!changes.empty() || left <= steady_clock::duration::zero()) return changes;
      std::this_thread::sleep_for(std::min<steady_clock::duration>(kFeedInterval, left));
    }
  }

 private:
  struct Newest {
    steady_clock::time_point seen;
    int64_t time_ms;
  };
  // A document of either collection.
  struct Document {
    std::string collection, id;
    auto operator<=>(const Document&) const = default;
  };
  // What is newer than floor_.
  struct Updated {
    std::set<std::string> recent;       // ids of jobs
    std::map<Document, int64_t> ahead;  // times that the server's clock has not reached
    std::set<std::string> ahead_moved;  // ids of jobs of those with another time than before
  };

  Result<std::vector<JobChange>> Look() {
    const auto now = steady_clock::now();
    DYNAJOB_ASSIGN_OR_RETURN(const int64_t server_now, ServerTime(context_.connection));
    MoveFloor(now, server_now);
    const int64_t newest_before = newest_;
    DYNAJOB_ASSIGN_OR_RETURN(Updated updated, FindUpdated(server_now));
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<JobChange> recent, Read(updated.recent));
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, Read(updated.ahead_moved));
    for (const auto& found : {std::span(recent), std::span<const JobChange>(changes)})
      for (const JobChange& change : found)
        if (change.job) known_.insert(change.id);
    DYNAJOB_RETURN_IF_ERROR(CompareIds(now));
    DYNAJOB_RETURN_IF_ERROR(ReadNew(changes));

    // Nothing fails from here on, so nothing is lost that was taken off a list.
    std::map<std::string, JobChange> reported;
    for (const JobChange& change : recent) {
      const auto before = reported_.find(change.id);
      if (before == reported_.end() || before->second != change) changes.push_back(change);
      reported[change.id] = change;
    }
    reported_ = std::move(reported);
    ahead_ = std::move(updated.ahead);
    for (const std::string& id : std::exchange(gone_, {}))
      if (!known_.contains(id))  // nor came back since
        changes.push_back({.id = id, .job = std::nullopt, .vectors = {}});
    if (newest_ != newest_before) newest_history_.push_back({now, newest_});
    return changes;
  }

  void MoveFloor(steady_clock::time_point now, int64_t server_now) {
    while (newest_history_.size() > 1 && now - newest_history_[1].seen >= kOverlap)
      newest_history_.pop_front();
    if (now - newest_history_.front().seen >= kOverlap)
      floor_ = std::max(floor_, newest_history_.front().time_ms);
    // Where the server's clock was set back.
    newest_ = std::min(newest_, server_now);
    floor_ = std::min(floor_, server_now - kOverlap.count());
  }

  Result<std::vector<JobChange>> Read(const std::set<std::string>& ids) const {
    return ReadJobChanges(context_, std::vector<std::string>(ids.begin(), ids.end()));
  }

  // Jobs, and documents of vectors, that were updated after floor_; moves newest_.
  Result<Updated> FindUpdated(int64_t server_now) {
    const MongoNames& names = context_.names;
    Updated updated;
    int64_t newest = newest_;
    for (const auto& [collection, time, owner] :
         {std::tuple(&names.jobs, &names.job_updated, std::string("_id")),
          std::tuple(&names.job_embeddings, &names.job_vectors_updated, names.job_reference)}) {
      Bson above, filter, fields, opts;
      above.AddDate("$gt", floor_);
      filter.Add(*time, above);
      fields.Add("_id", 1).Add(*time, 1);
      if (owner != "_id") fields.Add(owner, 1);
      opts.Add("projection", fields);
      DYNAJOB_RETURN_IF_ERROR(context_.connection.Find(
          *collection, filter, opts, ReadFrom::kPrimary, [] {},
          [&, &collection = collection, &time = time, &owner = owner](BsonView document) {
            const auto date = DateAt(document, *time);
            auto job = IdAt(document, owner);
            if (!date || !job) return Status::Ok();
            if (*date <= server_now + kOverlap.count()) {
              newest = std::max(newest, *date);
              updated.recent.insert(std::move(*job));
              return Status::Ok();
            }
            Document key{*collection, IdAt(document, "_id").value_or(*job)};
            const auto before = ahead_.find(key);
            if (before == ahead_.end() || before->second != *date) updated.ahead_moved.insert(*job);
            updated.ahead.insert_or_assign(std::move(key), *date);
            return Status::Ok();
          }));
    }
    newest_ = std::min(newest, server_now);
    TellOfTimesAhead(updated, server_now);
    return updated;
  }

  void TellOfTimesAhead(const Updated& updated, int64_t server_now) {
    if (told_of_ahead_) return;
    for (const auto& [document, date] : updated.ahead) {
      if (date <= server_now + kClockTolerance.count()) continue;
      told_of_ahead_ = true;
      const std::chrono::sys_time<milliseconds> time{milliseconds(date)};
      notices_.push_back(fmt::format(
          "'{}' of {} says that it was updated at {:%Y-%m-%dT%H:%M:%SZ}, which the server's clock "
          "has not reached: changes of such documents are seen only when that time changes",
          document.id, document.collection,
          std::chrono::time_point_cast<std::chrono::seconds>(time)));
      return;
    }
  }

  // The newest that the server's clock has reached.
  Result<int64_t> NewestTime(int64_t server_now) const {
    const MongoNames& names = context_.names;
    int64_t newest = 0;
    for (const auto& [collection, time] :
         {std::pair(&names.jobs, &names.job_updated),
          std::pair(&names.job_embeddings, &names.job_vectors_updated)}) {
      Bson reached, filter, order, fields, opts;
      reached.AddDate("$lte", server_now);
      filter.Add(*time, reached);
      order.Add(*time, -1);
      fields.Add(*time, 1);
      opts.Add("sort", order).Add("projection", fields).Add("limit", int64_t{1});
      DYNAJOB_RETURN_IF_ERROR(context_.connection.Find(
          *collection, filter, opts, ReadFrom::kPrimary, [] {},
          [&, &time = time](BsonView document) {
            newest = std::max(newest, DateAt(document, *time).value_or(0));
            return Status::Ok();
          }));
    }
    return newest;
  }

  // Finds what is gone or new when it is time to, or when the number of documents says so. That is
  // an estimate of the server, so what counts is that it moves, and that it cannot ask for
  // comparisons without end.
  Status CompareIds(steady_clock::time_point now) {
    DYNAJOB_ASSIGN_OR_RETURN(const size_t count,
                             context_.connection.EstimateCount(context_.names.jobs));
    const int64_t expected = static_cast<int64_t>(known_.size()) + surplus_;
    const bool is_due = static_cast<int64_t>(count) != expected ? now >= next_sweep_
                                                                : now - swept_ >= kSweepInterval;
    return is_due ? Sweep() : Status::Ok();
  }

  // Compares all ids with those that are known.
  Status Sweep() {
    const auto began = steady_clock::now();
    DYNAJOB_ASSIGN_OR_RETURN(const size_t count,
                             context_.connection.EstimateCount(context_.names.jobs));
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<std::string> ids,
                             ReadIds(context_.connection, context_.names.jobs, Bson()));
    std::set<std::string> present(std::make_move_iterator(ids.begin()),
                                  std::make_move_iterator(ids.end()));
    const bool is_same = present == known_;
    std::ranges::set_difference(known_, present, std::inserter(gone_, gone_.end()));
    std::ranges::set_difference(present, known_, std::inserter(unread_, unread_.end()));
    known_ = std::move(present);
    surplus_ = static_cast<int64_t>(count) - static_cast<int64_t>(known_.size());
    swept_ = steady_clock::now();
    idle_pause_ =
        is_same ? std::clamp(2 * idle_pause_, kFirstIdlePause, kSweepInterval) : milliseconds(0);
    next_sweep_ =
        swept_ + std::max<steady_clock::duration>(idle_pause_, kPausePerSweep * (swept_ - began));
    return Status::Ok();
  }

  // Reads some of the jobs that a comparison found.
  Status ReadNew(std::vector<JobChange>& changes) {
    auto end = unread_.begin();
    for (size_t i = 0; i < kMaxFeedChanges && end != unread_.end(); ++i) ++end;
    const std::vector<std::string> ids(unread_.begin(), end);
    if (ids.empty()) return Status::Ok();
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> found, ReadJobChanges(context_, ids));
    unread_.erase(unread_.begin(), end);
    std::move(found.begin(), found.end(), std::back_inserter(changes));
    return Status::Ok();
  }

  MongoFeedContext context_;
  int64_t floor_ = 0;   // what is newer is asked for
  int64_t newest_ = 0;  // time of update that was seen
  std::deque<Newest> newest_history_;
  std::map<std::string, JobChange> reported_;  // of what is newer than floor_, the last state
  std::map<Document, int64_t> ahead_;
  std::set<std::string> known_;
  std::set<std::string> gone_, unread_;  // found by a comparison, not reported yet
  int64_t surplus_ = 0;                  // of the estimated count over known_ at the comparison
  steady_clock::time_point swept_, next_sweep_;
  milliseconds idle_pause_{0};
  bool told_of_ahead_ = false;
  std::vector<std::string> notices_;
};

}  // namespace

Result<std::unique_ptr<JobFeed>> OpenPollingFeed(const MongoFeedContext& context) {
  auto feed = std::make_unique<PollingFeed>(context);
  DYNAJOB_RETURN_IF_ERROR(feed->Start());
  return std::unique_ptr<JobFeed>(std::move(feed));
}

}  // namespace dynajob
