#include "snapshot.h"

#include <algorithm>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

// Computes the shares of jobs [begin, end).
void Compute(const Snapshot& next, size_t begin, size_t end, JobShares& shares) {
  std::vector<JobView> views;
  for (size_t i = begin; i < end; ++i) views.push_back(ViewOf(*(*next.jobs)[i]));
  shares.Compute(next.policy->model.q_network(), begin, views);
}

// Takes over what stayed the same from the snapshot before.
void FillShares(const Snapshot* before, Snapshot& next) {
  if (next.policy == nullptr || next.jobs->empty()) return;
  const JobSet& jobs = *next.jobs;
  next.shares = JobShares(next.policy->model.q_network(), jobs.size());
  const bool reuse =
      before != nullptr && before->policy == next.policy && before->shares.rows() > 0;
  const auto same = [&](size_t i) {
    return reuse && i < before->jobs->size() && (*before->jobs)[i] == jobs[i];
  };
  for (size_t begin = 0, end = 0; begin < jobs.size(); begin = end) {
    const bool kept = same(begin);
    for (end = begin + 1; end < jobs.size() && same(end) == kept;) ++end;
    if (kept) {
      next.shares.CopyRows(before->shares, begin, end - begin);
    } else {
      Compute(next, begin, end, next.shares);
    }
  }
}

}  // namespace

SnapshotSource::SnapshotSource(std::shared_ptr<const JobSet> jobs,
                               std::shared_ptr<const Policy> policy)
    : current_(Make(nullptr, std::move(jobs), std::move(policy))) {}

void SnapshotSource::Publish(std::shared_ptr<const JobSet> jobs) {
  const std::lock_guard lock(writers_);
  const std::shared_ptr<const Snapshot> before = Current();
  current_.store(Make(before.get(), std::move(jobs), before->policy));
}

// A new policy costs a pass over all jobs, during which jobs may come: nobody who brings them waits
// for it, and what they changed meanwhile is all that is computed under the lock.
void SnapshotSource::Publish(std::shared_ptr<const Policy> policy) {
  const std::shared_ptr<const Snapshot> draft = Make(nullptr, Current()->jobs, std::move(policy));
  const std::lock_guard lock(writers_);
  const std::shared_ptr<Snapshot> next = Make(draft.get(), Current()->jobs, draft->policy);
  next->number = Current()->number + 1;
  current_.store(next);
}

std::shared_ptr<Snapshot> SnapshotSource::Make(const Snapshot* before,
                                               std::shared_ptr<const JobSet> jobs,
                                               std::shared_ptr<const Policy> policy) {
  auto next = std::make_shared<Snapshot>();
  next->jobs = std::move(jobs);
  next->policy = std::move(policy);
  next->created_ms = NowMs();
  next->number = before != nullptr ? before->number + 1 : 1;
  FillShares(before, *next);
  return next;
}

}  // namespace dynajob
