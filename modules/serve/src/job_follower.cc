#include "job_follower.h"

#include <algorithm>

namespace dynajob {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPoll{500};
constexpr milliseconds kRetry{2000};

// As Store::LoadCatalog would make it; null when the vectors are not there or do not fit.
ServedJobPtr Assemble(const JobChange& change, const Catalog& catalog, const CatalogSpec& spec) {
  Result<std::vector<float>> vector = AssembleVector(catalog.action_fields(), spec.action_fields,
                                                     change.vectors, catalog.embedder(), change.id);
  if (!vector.ok()) return nullptr;
  return std::make_shared<const ServedJob>(*change.job, std::move(*vector));
}

bool IsServed(const ServedJobPtr& served, const Job& job, std::span<const float> vector) {
  return served != nullptr && served->record() == job &&
         std::ranges::equal(served->vector(), vector);
}

}  // namespace

JobUpdate UpdateOf(const std::vector<JobChange>& changes, const Market& market,
                   const CatalogSpec& spec) {
  JobUpdate update;
  for (const JobChange& change : changes) {
    const ServedJobPtr served = market.FindJob(change.id);
    if (!change.job) {
      if (served != nullptr) update.removed.push_back(change.id);
      continue;
    }
    const ServedJobPtr now = Assemble(change, market.catalog(), spec);
    if (now != nullptr && !IsServed(served, now->record(), now->vector()))
      update.changed.push_back(now);
  }
  return update;
}

JobUpdate UpdateOf(const Catalog& all, const Market& market,
                   const std::unordered_set<std::string>& fresh) {
  JobUpdate update;
  for (JobRow row = 0; row < all.job_count(); ++row) {
    const std::span<const float> vector = all.actions().Row(row);
    if (fresh.contains(all.job(row).id) ||
        IsServed(market.FindJob(all.job(row).id), all.job(row), vector))
      continue;
    update.changed.push_back(std::make_shared<const ServedJob>(
        all.job(row), std::vector<float>(vector.begin(), vector.end())));
  }
  const std::shared_ptr<const JobSet> served = market.jobs();
  for (const ServedJobPtr& job : *served)
    if (!all.FindJob(job->record().id) && !fresh.contains(job->record().id))
      update.removed.push_back(job->record().id);
  return update;
}

JobFollower::JobFollower(Parts parts, std::unique_ptr<Store> store, std::unique_ptr<JobFeed> feed)
    : parts_(std::move(parts)), store_(std::move(store)), feed_(std::move(feed)) {
  thread_ = std::thread([this] { Loop(); });
}

JobFollower::~JobFollower() {
  stop_.store(true);
  thread_.join();
}

void JobFollower::Pause(milliseconds time) const {
  constexpr milliseconds kStep{50};
  for (milliseconds waited{0}; waited < time && !stop_.load(); waited += kStep)
    std::this_thread::sleep_for(kStep);
}

Status JobFollower::Reopen() {
  feed_.reset();
  DYNAJOB_ASSIGN_OR_RETURN(store_, parts_.open_store());
  DYNAJOB_ASSIGN_OR_RETURN(feed_, store_->WatchJobs());
  must_reload_ = true;  // what happened meanwhile
  return Status::Ok();
}

Status JobFollower::Step() {
  if (feed_ == nullptr) DYNAJOB_RETURN_IF_ERROR(Reopen());
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<JobChange> changes, feed_->Poll(kPoll));
  for (const std::string& notice : feed_->TakeNotices()) parts_.log("jobs: " + notice);
  for (JobChange& change : changes) pending_.insert_or_assign(change.id, std::move(change));
  must_reload_ = feed_->TakeGap() || must_reload_;
  if (must_reload_) {
    Result<Catalog> all = store_->LoadCatalog(parts_.spec);
    if (!all.ok()) return all.error();
    must_reload_ = !parts_.apply([&](const std::unordered_set<std::string>& fresh) {
      return UpdateOf(*all, *parts_.market, fresh);
    });
  }
  if (!pending_.empty())
    parts_.apply([&](const std::unordered_set<std::string>& fresh) { return TakePending(fresh); });
  return Status::Ok();
}

// What was read from the feed before this server wrote the same job may be older than that. It
// waits: if it is older, the feed reports the job again.
JobUpdate JobFollower::TakePending(const std::unordered_set<std::string>& fresh) {
  std::vector<JobChange> changes;
  std::erase_if(pending_, [&](auto& entry) {
    if (fresh.contains(entry.first)) return false;
    changes.push_back(std::move(entry.second));
    return true;
  });
  return UpdateOf(changes, *parts_.market, parts_.spec);
}

void JobFollower::Loop() {
  while (!stop_.load()) {
    const Status status = Step();
    if (status.ok()) {
      complained_ = false;
      continue;
    }
    if (!complained_) parts_.log("jobs: cannot follow the store: " + status.error().message);
    complained_ = true;
    feed_.reset();
    Pause(kRetry);
  }
}

}  // namespace dynajob
