#include "learning_limits.h"

#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

constexpr int64_t kDayMs = 86'400'000;

}  // namespace

bool LearningLimits::Admit(uint32_t key, std::string_view candidate_id, std::string_view job_id,
                           bool positive, int64_t now_ms) {
  if (const int64_t day = now_ms / kDayMs; day != day_) {
    counts_.clear();
    day_ = day;
  }
  int64_t& person = counts_[HashBytes(candidate_id, HashBytes("person"))];
  int64_t& sender = counts_[MixHash(HashBytes("key"), key)];
  if (person >= options_.person_day || sender >= options_.key_day) return false;
  if (positive) {
    int64_t& job = counts_[HashBytes(job_id, MixHash(HashBytes("key and job"), key))];
    if (job >= options_.key_job_day) return false;
    ++job;
  }
  ++person;
  ++sender;
  return true;
}

std::vector<uint64_t> LearningLimits::Save() const {
  std::vector<uint64_t> words = {static_cast<uint64_t>(day_)};
  for (const auto& [hash, count] : counts_) {
    words.push_back(hash);
    words.push_back(static_cast<uint64_t>(count));
  }
  return words;
}

void LearningLimits::Load(const std::vector<uint64_t>& words) {
  counts_.clear();
  if (words.empty()) return;
  day_ = static_cast<int64_t>(words[0]);
  for (size_t i = 1; i + 1 < words.size(); i += 2)
    counts_[words[i]] = static_cast<int64_t>(words[i + 1]);
}

}  // namespace dynajob
