#include "admission.h"

#include <algorithm>

namespace dynajob {

std::string_view ToString(WorkClass work) {
  switch (work) {
    case WorkClass::kRecommend:
      return "recommend";
    case WorkClass::kExplain:
      return "explain";
    case WorkClass::kBulk:
      return "bulk";
  }
  return "recommend";
}

AdmissionGate::AdmissionGate(size_t slots, size_t line)
    : slots_(std::max<size_t>(1, slots)), line_(std::max<size_t>(1, line)) {}

size_t AdmissionGate::LineFor(WorkClass work) const {
  switch (work) {
    case WorkClass::kRecommend:
      return line_;
    case WorkClass::kExplain:
      return std::max<size_t>(1, line_ / 2);
    case WorkClass::kBulk:
      return std::max<size_t>(1, line_ / 4);
  }
  return line_;
}

AdmissionGate::Ticket AdmissionGate::Enter(WorkClass work, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  if (std::chrono::steady_clock::now() >= deadline) return {nullptr, Outcome::kDeadline};
  if (working_ < slots_ && waiting_.empty()) {
    ++working_;
    return {this, Outcome::kAdmitted};
  }
  if (waiting_.size() >= LineFor(work)) return {nullptr, Outcome::kOverloaded};
  const auto place = waiting_.insert(waiting_.end(), work);
  const bool admitted = changed_.wait_until(
      lock, deadline, [&] { return working_ < slots_ && place == waiting_.begin(); });
  waiting_.erase(place);
  if (!admitted) {
    changed_.notify_all();  // the next in line may be first now
    return {nullptr, Outcome::kDeadline};
  }
  ++working_;
  if (working_ < slots_) changed_.notify_all();
  return {this, Outcome::kAdmitted};
}

void AdmissionGate::Leave() {
  {
    const std::lock_guard lock(mutex_);
    --working_;
  }
  changed_.notify_all();
}

AdmissionGate::Load AdmissionGate::load() const {
  const std::lock_guard lock(mutex_);
  return {working_, waiting_.size()};
}

}  // namespace dynajob
