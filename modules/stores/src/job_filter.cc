#include "dynajob/stores/job_filter.h"

#include <algorithm>

namespace dynajob {
namespace {

template <typename T>
bool AnyOf(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool IsOpen(const Job& job, int64_t now_ms) { return !job.expires_ms || *job.expires_ms > now_ms; }

bool JobFilter::Matches(const Job& job) const {
  return AnyOf(locations, job.location) && AnyOf(sectors, job.sector) &&
         AnyOf(work_modes, job.work_mode) &&
         (!posted_after_ms || (job.posted_ms && *job.posted_ms >= *posted_after_ms)) &&
         (!not_expired_at_ms || IsOpen(job, *not_expired_at_ms));
}

}  // namespace dynajob
