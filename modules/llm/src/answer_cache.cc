#include "dynajob/llm/answer_cache.h"

#include <utility>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Bounds the memory of one transaction, not the rate.
constexpr size_t kMostLabelsPerTransaction = 2000;

}  // namespace

class AnswerCache::StoreTurn {
 public:
  StoreTurn(AnswerCache& cache, Role role) : cache_(cache) {
    std::unique_lock lock(cache_.turn_mutex_);
    if (role == Role::kReader) {
      ++cache_.readers_waiting_;
      cache_.turn_changed_.wait(lock, [this] { return !cache_.store_busy_; });
      --cache_.readers_waiting_;
    } else {
      cache_.turn_changed_.wait(
          lock, [this] { return !cache_.store_busy_ && cache_.readers_waiting_ == 0; });
    }
    cache_.store_busy_ = true;
  }
  ~StoreTurn() {
    {
      const std::lock_guard lock(cache_.turn_mutex_);
      cache_.store_busy_ = false;
    }
    cache_.turn_changed_.notify_all();
  }
  StoreTurn(const StoreTurn&) = delete;
  StoreTurn& operator=(const StoreTurn&) = delete;

 private:
  AnswerCache& cache_;
};

AnswerCache::AnswerCache(std::unique_ptr<Store> store) : store_(std::move(store)) {
  DYNAJOB_CHECK(store_ != nullptr, "a cache needs a store");
  writer_ = std::thread([this] { WriteLoop(); });
}

AnswerCache::~AnswerCache() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

Status AnswerCache::ReadInto(std::span<const std::string> keys,
                             std::vector<std::optional<CachedAnswer>>& answers) {
  const StoreTurn turn(*this, Role::kReader);
  for (size_t i = 0; i < keys.size(); ++i) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<std::string> value, store_->GetLabel(keys[i]));
    if (!value) continue;
    Result<CachedAnswer> answer = ParseCachedAnswer(*value);
    if (!answer.ok()) {
      return CorruptData(
          fmt::format("{}: label '{}': {}", store_->name(), keys[i], answer.error().message));
    }
    answers[i] = std::move(answer).value();
  }
  return Status::Ok();
}

Result<std::vector<std::optional<CachedAnswer>>> AnswerCache::Find(
    std::span<const std::string> keys) {
  std::vector<std::optional<CachedAnswer>> answers(keys.size());
  std::vector<size_t> places;
  std::vector<std::string> elsewhere;
  {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (const auto found = pending_.find(keys[i]); found != pending_.end()) {
        answers[i] = found->second;
      } else {
        places.push_back(i);
        elsewhere.push_back(keys[i]);
      }
    }
  }
  std::vector<std::optional<CachedAnswer>> stored(elsewhere.size());
  DYNAJOB_RETURN_IF_ERROR(ReadInto(elsewhere, stored));
  for (size_t i = 0; i < places.size(); ++i) answers[places[i]] = std::move(stored[i]);
  return answers;
}

Result<std::vector<AnswerCache::Lookup>> AnswerCache::Acquire(std::vector<Request> requests) {
  std::vector<Lookup> lookups(requests.size());
  std::vector<size_t> places;  // of keys that only the store can tell about
  std::vector<std::string> keys;
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return *failure_;
    for (size_t i = 0; i < requests.size(); ++i) {
      const std::string& key = requests[i].key;
      if (const auto found = pending_.find(key); found != pending_.end()) {
        lookups[i] = {Claim::kHit, found->second};
      } else if (const auto claim = claimed_.find(key); claim != claimed_.end()) {
        claim->second.push_back(std::move(requests[i].waiter));
        lookups[i].claim = Claim::kJoined;
      } else {
        claimed_.emplace(key, std::vector<Waiter>());
        places.push_back(i);
        keys.push_back(key);
      }
    }
  }
  std::vector<std::optional<CachedAnswer>> stored(keys.size());
  const Status status = ReadInto(keys, stored);
  std::vector<std::pair<Waiter, Result<CachedAnswer>>> calls;
  {
    const std::lock_guard lock(mutex_);
    for (size_t i = 0; i < keys.size(); ++i) {
      if (status.ok() && !stored[i]) continue;  // the claim stands
      const auto claim = claimed_.find(keys[i]);
      for (Waiter& waiter : claim->second) {
        calls.emplace_back(std::move(waiter), status.ok() ? Result<CachedAnswer>(*stored[i])
                                                          : Result<CachedAnswer>(status.error()));
      }
      claimed_.erase(claim);
      if (status.ok()) lookups[places[i]] = {Claim::kHit, std::move(stored[i])};
    }
  }
  for (const auto& [waiter, answer] : calls) waiter(answer);
  DYNAJOB_RETURN_IF_ERROR(status);
  return lookups;
}

void AnswerCache::Resolve(const std::string& key, Result<CachedAnswer> answer) {
  std::vector<Waiter> waiters;
  {
    const std::lock_guard lock(mutex_);
    const auto claim = claimed_.find(key);
    DYNAJOB_CHECK(claim != claimed_.end(), "only a claimed key is resolved");
    waiters = std::move(claim->second);
    claimed_.erase(claim);
    if (answer.ok()) pending_.insert_or_assign(key, *answer);
  }
  if (answer.ok()) changed_.notify_all();
  for (const Waiter& waiter : waiters) waiter(answer);
}

// Leaves what could not be written where it is.
Status AnswerCache::WritePending(std::unique_lock<std::mutex>& lock) {
  std::vector<LabelRecord> records;
  for (const auto& [key, answer] : pending_) {
    if (records.size() == kMostLabelsPerTransaction) break;
    records.push_back({key, SerializeAnswer(answer)});
  }
  writing_ = true;
  lock.unlock();
  const Status status = [&] {
    const StoreTurn turn(*this, Role::kWriter);
    return store_->PutLabels(records);
  }();
  lock.lock();
  writing_ = false;
  failure_.reset();
  if (status.ok()) {
    for (const LabelRecord& record : records) pending_.erase(record.key);
  } else {
    failure_ = status.error();
  }
  changed_.notify_all();
  return status;
}

void AnswerCache::WriteLoop() {
  std::unique_lock lock(mutex_);
  for (;;) {
    // After a failure only Flush, or the end, tries again.
    changed_.wait(lock,
                  [this] { return stopping_ || (!pending_.empty() && !failure_ && !writing_); });
    while (!pending_.empty() && !writing_) {
      if (!WritePending(lock).ok()) break;
    }
    if (stopping_ && !writing_) return;
  }
}

Status AnswerCache::Flush() {
  std::unique_lock lock(mutex_);
  while (!pending_.empty()) {
    if (writing_) {
      changed_.wait(lock, [this] { return !writing_; });
      if (failure_) return *failure_;
      continue;
    }
    DYNAJOB_RETURN_IF_ERROR(WritePending(lock));
  }
  return Status::Ok();
}

Result<std::optional<EndpointProfile>> AnswerCache::LoadProfile(std::string_view base_url,
                                                                std::string_view model) {
  const StoreTurn turn(*this, Role::kReader);
  DYNAJOB_ASSIGN_OR_RETURN(const std::optional<std::string> value,
                           store_->GetLabel(ProfileKey(base_url, model)));
  if (!value) return std::optional<EndpointProfile>();
  DYNAJOB_ASSIGN_OR_RETURN(EndpointProfile profile, ParseProfile(*value));
  return std::optional<EndpointProfile>(std::move(profile));
}

Status AnswerCache::SaveProfile(std::string_view base_url, std::string_view model,
                                const EndpointProfile& profile) {
  const LabelRecord record{ProfileKey(base_url, model), SerializeProfile(profile)};
  const StoreTurn turn(*this, Role::kWriter);
  return store_->PutLabels(std::span(&record, 1));
}

}  // namespace dynajob
