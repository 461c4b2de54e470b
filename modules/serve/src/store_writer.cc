#include "store_writer.h"

#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

// Asked for to see whether the store answers; no entity has it.
constexpr std::string_view kProbeId = "\x1b";

bool IsAway(const Error& error) {
  return error.code == ErrorCode::kStoreUnreachable || error.code == ErrorCode::kIo;
}

// Opening a database that does not answer takes as long as its time limits allow. It goes on in a
// thread of its own, so that responses get into the spool meanwhile; until it is done this fails.
StoreWriter::OpenFunction InBackground(StoreWriter::OpenFunction open) {
  static constexpr std::chrono::milliseconds kPatience{50};
  auto opening = std::make_shared<std::future<Result<std::unique_ptr<Store>>>>();
  return [open = std::move(open), opening]() -> Result<std::unique_ptr<Store>> {
    if (!opening->valid()) *opening = std::async(std::launch::async, open);
    if (opening->wait_for(kPatience) != std::future_status::ready)
      return Error{ErrorCode::kStoreUnreachable, "the store is being opened"};
    return opening->get();
  };
}

}  // namespace

StoreWriter::StoreWriter(std::unique_ptr<Store> store, std::unique_ptr<Spool> spool,
                         OpenFunction reopen, std::function<void(const std::string&)> log,
                         StoredFunction stored, const Options& options)
    : store_(std::move(store)),
      spool_(std::move(spool)),
      reopen_(InBackground(std::move(reopen))),
      log_(std::move(log)),
      stored_(std::move(stored)),
      options_(options),
      last_contact_ms_(NowMs()) {
  if (spool_ != nullptr) spooled_.store(spool_->events().size());
  thread_ = std::thread([this] { Loop(); });
}

StoreWriter::~StoreWriter() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

size_t StoreWriter::waiting() const {
  const std::lock_guard lock(mutex_);
  return in_flight_;
}

Result<WrittenResponse> StoreWriter::Submit(Entry entry, std::optional<SteadyTime> deadline) {
  std::future<Result<WrittenResponse>> done = entry.done.get_future();
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (in_flight_ >= options_.queue)
      return IoError(fmt::format("the queue of writes is full: {} wait", in_flight_));
    ++in_flight_;
    entry.number = number = next_number_++;
    queue_.push_back(std::move(entry));
  }
  changed_.notify_one();
  const bool in_time = !deadline || done.wait_until(*deadline) == std::future_status::ready;
  if (!deadline) done.wait();
  {
    const std::lock_guard lock(mutex_);
    --in_flight_;
    if (!in_time) std::erase_if(queue_, [&](const Entry& e) { return e.number == number; });
  }
  if (!in_time) return Error{ErrorCode::kCancelled, "the store did not answer in time"};
  return done.get();
}

Result<WrittenResponse> StoreWriter::Put(const ResponseEvent& event, uint32_t key,
                                         SteadyTime deadline) {
  return Submit({.event = event, .key = key, .task = nullptr, .number = 0, .done = {}}, deadline);
}

Status StoreWriter::Run(Task task) {
  const Result<WrittenResponse> done = Submit(
      {.event = {}, .key = 0, .task = std::move(task), .number = 0, .done = {}}, std::nullopt);
  return done.ok() ? Status::Ok() : Status(done.error());
}

void StoreWriter::Note(const Status& status) {
  const bool away = !status.ok() && IsAway(status.error());
  if (!away) last_contact_ms_.store(NowMs());
  if (away && available_.exchange(false)) log_("store: away: " + status.error().message);
  // Without a way to open it anew the next call that succeeds shows that it is back.
  if (!away && spool_ == nullptr && !available_.exchange(true)) log_("store: back");
}

void StoreWriter::SpoolGroup(std::vector<Entry>& group, const Error& error) {
  std::vector<ResponseEvent> events;
  for (const Entry& entry : group) events.push_back(entry.event);
  const Status spooled = spool_ != nullptr ? spool_->Append(events) : Status(error);
  if (spool_ != nullptr) spooled_.store(spool_->events().size());
  for (Entry& entry : group) {
    if (spooled.ok()) {
      entry.done.set_value(WrittenResponse{PutOutcome::kStored, true});
    } else {
      entry.done.set_value(Error{ErrorCode::kStoreUnreachable, spooled.error().message});
    }
  }
}

void StoreWriter::WriteGroup(std::vector<Entry>& group) {
  if (!available_.load() && spool_ != nullptr)
    return SpoolGroup(group, IoError("the store is away"));
  std::vector<ResponseEvent> events;
  for (const Entry& entry : group) events.push_back(entry.event);
  const Result<std::vector<PutOutcome>> outcomes = store_->PutResponses(events);
  Note(outcomes.ok() ? Status::Ok() : Status(outcomes.error()));
  if (!outcomes.ok() && IsAway(outcomes.error())) return SpoolGroup(group, outcomes.error());
  for (size_t i = 0; i < group.size(); ++i) {
    if (outcomes.ok()) {
      if ((*outcomes)[i] == PutOutcome::kStored) stored_(group[i].event, group[i].key);
      group[i].done.set_value(WrittenResponse{(*outcomes)[i], false});
    } else {
      group[i].done.set_value(outcomes.error());
    }
  }
}

void StoreWriter::RunTask(Entry& entry) {
  if (!available_.load() && spool_ != nullptr) {
    entry.done.set_value(Error{ErrorCode::kStoreUnreachable, "the store is away"});
    return;
  }
  try {
    const Status status = entry.task(*store_);
    Note(status);
    if (status.ok()) {
      entry.done.set_value(WrittenResponse{});
    } else {
      entry.done.set_value(status.error());
    }
  } catch (...) {
    entry.done.set_exception(std::current_exception());  // to whoever gave the task
  }
}

Status StoreWriter::DrainSpool() {
  if (spool_ == nullptr || spool_->events().empty()) return Status::Ok();
  const std::vector<ResponseEvent>& events = spool_->events();
  size_t refused = 0;
  for (size_t begin = 0; begin < events.size(); begin += options_.group) {
    const size_t count = std::min(options_.group, events.size() - begin);
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<PutOutcome> outcomes,
                             store_->PutResponses(std::span(events).subspan(begin, count)));
    for (size_t i = 0; i < count; ++i) {
      if (outcomes[i] == PutOutcome::kStored) stored_(events[begin + i], 0);
      if (outcomes[i] == PutOutcome::kStored || outcomes[i] == PutOutcome::kDuplicate) continue;
      ++refused;
      log_(fmt::format("spool: the store refuses event '{}'", events[begin + i].event_id));
    }
  }
  log_(fmt::format("spool: {} responses are in the store now, {} refused", events.size() - refused,
                   refused));
  const Status cleared = spool_->Clear();
  spooled_.store(spool_->events().size());
  return cleared;
}

void StoreWriter::CheckStore() {
  if (!available_.load() && spool_ != nullptr) {
    Result<std::unique_ptr<Store>> store = reopen_();
    if (!store.ok()) return;
    store_ = std::move(store).value();
    const Status drained = DrainSpool();
    if (!drained.ok()) return;
    last_contact_ms_.store(NowMs());
    available_.store(true);
    log_("store: back");
    return;
  }
  const auto probe = store_->GetCandidate(kProbeId);
  Note(probe.ok() ? Status::Ok() : Status(probe.error()));
  if (!probe.ok()) return;
  if (const Status drained = DrainSpool(); !drained.ok()) Note(drained);
}

void StoreWriter::Loop() {
  SteadyTime next_check = std::chrono::steady_clock::now();
  for (;;) {
    std::vector<Entry> group;
    std::optional<Entry> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_until(lock, next_check, [&] { return stop_ || !queue_.empty(); });
      if (stop_ && queue_.empty()) return;
      while (!queue_.empty() && !queue_.front().task && group.size() < options_.group) {
        group.push_back(std::move(queue_.front()));
        queue_.pop_front();
      }
      if (group.empty() && !queue_.empty()) {
        task = std::move(queue_.front());
        queue_.pop_front();
      }
    }
    if (!group.empty()) WriteGroup(group);
    if (task) RunTask(*task);
    if (std::chrono::steady_clock::now() < next_check) continue;
    CheckStore();
    next_check = std::chrono::steady_clock::now() + options_.check;
  }
}

}  // namespace dynajob
