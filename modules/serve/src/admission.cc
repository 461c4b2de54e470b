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

AdmissionGate::Duration AdmissionGate::ExpectedTime() const {
  return usual_ * static_cast<int64_t>(waiting_.size() / slots_ + 1);
}

void AdmissionGate::NoteLine() {
  const Duration time = waiting_.empty()          ? Duration::zero()
                        : waiting_.size() < line_ ? ExpectedTime()
                                                  : Duration::max();
  expected_time_.store(time.count(), std::memory_order_relaxed);
}

AdmissionGate::Ticket AdmissionGate::Enter(WorkClass work, SteadyTime deadline) {
  std::unique_lock lock(mutex_);
  const SteadyTime now = std::chrono::steady_clock::now();
  if (now >= deadline) return {nullptr, Outcome::kDeadline};
  if (working_ < slots_ && waiting_.empty()) {
    ++working_;
    return {this, Outcome::kAdmitted};
  }
  if (waiting_.size() >= LineFor(work)) return {nullptr, Outcome::kOverloaded};
  if (now + ExpectedTime() > deadline) return {nullptr, Outcome::kDeadline};
  Waiter waiter;
  const auto place = waiting_.insert(waiting_.end(), &waiter);
  NoteLine();
  // Whose time is too short for the work leaves it to those behind.
  if (waiter.turn.wait_until(lock, deadline - usual_, [&] { return waiter.admitted; }))
    return {this, Outcome::kAdmitted};
  waiting_.erase(place);
  NoteLine();
  return {nullptr, Outcome::kDeadline};
}

void AdmissionGate::Leave(SteadyTime since) {
  constexpr int kMemory = 16;  // works
  const std::lock_guard lock(mutex_);
  const Duration taken = std::chrono::steady_clock::now() - since;
  usual_ = usual_ == Duration::zero() ? taken : usual_ + (taken - usual_) / kMemory;
  if (waiting_.empty()) {
    --working_;
    return;
  }
  // The slot goes to the first in line, who alone is woken.
  Waiter& first = *waiting_.front();
  waiting_.pop_front();
  NoteLine();
  first.admitted = true;
  first.turn.notify_one();
}

AdmissionGate::Load AdmissionGate::load() const {
  const std::lock_guard lock(mutex_);
  return {working_, waiting_.size()};
}

}  // namespace dynajob
