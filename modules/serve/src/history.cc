#include "history.h"

#include <array>

#include <fmt/format.h>
#include <sys/random.h>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

constexpr std::array<FeedbackKind, 7> kKinds = {{{"impression", Response::kIgnore, false},
                                                 {"click", Response::kClick, false},
                                                 {"save", Response::kSave, false},
                                                 {"apply", Response::kApply, true},
                                                 {"interview", Response::kApply, true},
                                                 {"hire", Response::kApply, true},
                                                 {"dismiss", Response::kIgnore, true}}};

// Responses that others have stored say no kind: an application is one by any name.
bool IsFinal(const ResponseEvent& event) {
  const FeedbackKind* kind = FindFeedbackKind(event.kind);
  return kind != nullptr ? kind->final : event.response == Response::kApply;
}

}  // namespace

std::span<const FeedbackKind> FeedbackKinds() { return kKinds; }

const FeedbackKind* FindFeedbackKind(std::string_view name) {
  for (const FeedbackKind& kind : kKinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

void SettledJobs::Add(const ResponseEvent& event) {
  if (!IsFinal(event)) return;
  const std::unique_lock lock(mutex_);
  jobs_[event.candidate_id].insert(event.job_id);
}

void SettledJobs::Forget(std::string_view candidate_id) {
  const std::unique_lock lock(mutex_);
  jobs_.erase(std::string(candidate_id));
}

std::unordered_set<std::string> SettledJobs::Of(std::string_view candidate_id) const {
  const std::shared_lock lock(mutex_);
  const auto found = jobs_.find(std::string(candidate_id));
  return found == jobs_.end() ? std::unordered_set<std::string>() : found->second;
}

void ShownPages::Add(std::string request_id, ShownPage page) {
  auto shared = std::make_shared<const ShownPage>(std::move(page));
  const std::lock_guard lock(mutex_);
  order_.push_back(request_id);
  pages_.emplace(std::move(request_id), std::move(shared));
  while (order_.size() > capacity_) {
    pages_.erase(order_.front());
    order_.pop_front();
  }
}

std::shared_ptr<const ShownPage> ShownPages::Find(std::string_view request_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = pages_.find(std::string(request_id));
  return found == pages_.end() ? nullptr : found->second;
}

RequestIds::RequestIds() {
  DYNAJOB_CHECK(getrandom(key_, sizeof(key_), 0) == static_cast<ssize_t>(sizeof(key_)),
                "the system gives no random numbers");
}

std::string RequestIds::Next() {
  uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = counter_++;
  }
  return fmt::format("{:016x}{:016x}", MixHash(key_[0], count), MixHash(key_[1], count));
}

}  // namespace dynajob
