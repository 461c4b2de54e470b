// Which jobs may be recommended at all: facts that a store can match, and dates.
#ifndef DYNAJOB_STORES_JOB_FILTER_H_
#define DYNAJOB_STORES_JOB_FILTER_H_

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dynajob/core/types.h"

namespace dynajob {

// A job matches when it meets every condition; a list that is empty is no condition. Texts are
// equal byte for byte, as the job is read: what another program wrote as an array of texts is their
// joint text ("Paris; Lyon"), so Matches and Store::FindJobIds agree.
struct JobFilter {
  std::vector<std::string> locations = {};  // any of these
  std::vector<std::string> sectors = {};
  std::vector<WorkMode> work_modes = {};
  // Posted at this moment or later. A job whose posting date is not known does not match.
  std::optional<int64_t> posted_after_ms = std::nullopt;
  // Not expired at this moment: expires later, or has no expiry date.
  std::optional<int64_t> not_expired_at_ms = std::nullopt;

  bool Matches(const Job& job) const;
  auto operator<=>(const JobFilter&) const = default;
};

// Whether `job` may still be recommended at this moment.
bool IsOpen(const Job& job, int64_t now_ms);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_JOB_FILTER_H_
