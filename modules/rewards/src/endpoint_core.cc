#include "endpoint_core.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// How often the budget is asked again while calls of other users may free some of it.
constexpr std::chrono::milliseconds kBudgetPoll{20};
constexpr uint64_t kFewestForShare = 20;
constexpr size_t kMostFingerprints = 100;

}  // namespace

EndpointUser::Core::Core(const EndpointUserParts& parts, const EndpointOptions& options,
                         std::unique_ptr<PromptBuilder> builder)
    : parts_(parts),
      identity_{parts.client ? parts.client->base_url() : parts.base_url,
                parts.client ? parts.client->model() : parts.model, parts.profile.fingerprint},
      builder_(std::move(builder)),
      context_{builder_.get(), options, parts.profile, parts.sampling} {}

void EndpointUser::Core::Start() {
  thread_ = std::thread([this] { Run(); });
}

void EndpointUser::Core::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  for (const TicketPtr& ticket : parked_)
    parts_.cache->Resolve(ticket->key, Error{ErrorCode::kCancelled, "labelling was stopped"});
  parked_.clear();
}

uint64_t EndpointUser::Core::UnitOf(Pair pair) const {
  const auto batch = static_cast<JobRow>(context_.options.batch);
  return uint64_t{pair.candidate} << 32 | pair.job / batch;
}

size_t EndpointUser::Core::PlaceOf(Pair pair) const {
  return pair.job % static_cast<JobRow>(context_.options.batch);
}

Pair EndpointUser::Core::PairAt(uint64_t unit, size_t place) const {
  const auto group = static_cast<JobRow>(unit & 0xFFFFFFFF);
  return {static_cast<CandidateRow>(unit >> 32),
          group * static_cast<JobRow>(context_.options.batch) + static_cast<JobRow>(place)};
}

size_t EndpointUser::Core::JobsOf(uint64_t unit) const {
  return std::min(static_cast<size_t>(context_.options.batch),
                  parts_.catalog->job_count() - PairAt(unit, 0).job);
}

std::string EndpointUser::Core::Describe(const Ticket& ticket) const {
  const LabelQuestion& question = ticket.question;
  const std::string& first = parts_.catalog->job(question.first()).id;
  const std::string jobs =
      question.count() == 1 ? fmt::format("job '{}'", first)
                            : fmt::format("jobs '{}' and the next {}", first, question.count() - 1);
  return fmt::format("candidate '{}' and {}", parts_.catalog->candidate(question.candidate()).id,
                     jobs);
}

void EndpointUser::Core::Want(Pair pair, std::deque<TicketPtr>& queue) {
  const uint64_t id = UnitOf(pair);
  Unit& unit = units_[id];
  const bool is_new = !unit.ticket && unit.state == State::kWaiting;
  if (is_new || unit.state == State::kFailed) {
    unit = Unit{};
    unit.ticket =
        std::make_shared<Ticket>(context_, id, pair.candidate, PairAt(id, 0).job, JobsOf(id));
    queue.push_back(unit.ticket);
  } else if (unit.ticket && !unit.ticket->taken && &queue == &demanded_) {
    queue.push_back(unit.ticket);  // jumps the queue; its other place is passed over
  }
}

Status EndpointUser::Core::Labels(std::span<const Pair> pairs,
                                  std::span<std::optional<ResponseProbabilities>> labels) {
  DYNAJOB_CHECK(pairs.size() == labels.size(), "one label per pair");
  std::unique_lock lock(mutex_);
  for (const Pair& pair : pairs) Want(pair, demanded_);
  changed_.notify_all();
  for (size_t i = 0; i < pairs.size(); ++i) {
    const uint64_t id = UnitOf(pairs[i]);
    done_.wait(lock, [&] { return units_.at(id).state != State::kWaiting; });
    const Unit& unit = units_.at(id);
    if (unit.state == State::kFailed) return *unit.error;
    labels[i].reset();
    if (!unit.labels.empty()) labels[i] = unit.labels[PlaceOf(pairs[i])];
  }
  return Status::Ok();
}

Error EndpointUser::Core::NoLabel(Pair pair) const {
  const std::lock_guard lock(mutex_);
  return {
      ErrorCode::kLlmUnavailable,
      fmt::format("the simulated user gave no usable answer for candidate '{}' and job '{}': {} "
                  "(llm.attempts is {})",
                  parts_.catalog->candidate(pair.candidate).id, parts_.catalog->job(pair.job).id,
                  units_.at(UnitOf(pair)).defect, context_.options.attempts)};
}

Status EndpointUser::Core::CheckInvalidShare() const {
  const std::lock_guard lock(mutex_);
  const uint64_t asked = labelled_ + unlabelled_;
  const double count = static_cast<double>(asked);
  const double share = context_.options.max_invalid_share;
  // Two standard deviations, so that a few early ones, in whatever order answers come, decide
  // nothing.
  const double allowed = share * count + 2 * std::sqrt(share * (1 - share) * count);
  if (asked < kFewestForShare || static_cast<double>(unlabelled_) <= allowed) return Status::Ok();
  return Error{ErrorCode::kLlmUnavailable,
               fmt::format("the simulated user gave no usable answer for {} of {} pairs: more than "
                           "chance explains when llm.max_invalid_share is {}",
                           unlabelled_, asked, context_.options.max_invalid_share)};
}

void EndpointUser::Core::Prefetch(std::span<const Pair> pairs) {
  {
    const std::lock_guard lock(mutex_);
    for (const Pair& pair : pairs) {
      const auto known = units_.find(UnitOf(pair));
      // What failed is tried again only for those who ask for it.
      if (known == units_.end()) Want(pair, ahead_);
    }
  }
  changed_.notify_all();
}

bool EndpointUser::Core::CanStart() const {
  return active_ < parts_.in_flight && (!demanded_.empty() || !ahead_.empty());
}

std::vector<EndpointUser::Core::TicketPtr> EndpointUser::Core::TakeNew() {
  std::vector<TicketPtr> tickets;
  while (CanStart()) {
    std::deque<TicketPtr>& queue = demanded_.empty() ? ahead_ : demanded_;
    const TicketPtr ticket = std::move(queue.front());
    queue.pop_front();
    if (ticket->taken) continue;
    ticket->taken = true;
    ++active_;
    tickets.push_back(ticket);
  }
  return tickets;
}

void EndpointUser::Core::Run() {
  for (;;) {
    std::vector<Arrival> arrivals;
    std::vector<TicketPtr> asking;
    {
      std::unique_lock lock(mutex_);
      const auto ready = [this] { return stopping_ || !arrived_.empty() || CanStart(); };
      if (parked_.empty()) {
        changed_.wait(lock, ready);
      } else {
        changed_.wait_for(lock, kBudgetPoll, ready);
      }
      if (stopping_) return;
      arrivals.swap(arrived_);
      asking = TakeNew();
    }
    for (const TicketPtr& ticket : std::exchange(parked_, {})) Send(ticket);
    for (const auto& [ticket, answer] : arrivals) {
      if (NeedsMore(ticket, answer)) asking.push_back(ticket);
    }
    while (!asking.empty()) asking = Ask(std::move(asking));
  }
}

// Returns those whose answer was there and who have another question.
std::vector<EndpointUser::Core::TicketPtr> EndpointUser::Core::Ask(std::vector<TicketPtr> tickets) {
  for (const TicketPtr& ticket : tickets) {
    ticket->request = ticket->question.Next();
    ticket->key = AnswerKey(identity_, ticket->question.prompt_version(), ticket->request);
  }
  std::vector<TicketPtr> again;
  for (const auto& [ticket, answer] : LookUp(tickets)) {
    if (NeedsMore(ticket, answer)) again.push_back(ticket);
  }
  return again;
}

// The answers that are there, or the failures; sends what is not there, unless this is a replay.
std::vector<EndpointUser::Core::Arrival> EndpointUser::Core::LookUp(
    const std::vector<TicketPtr>& tickets) {
  std::vector<Arrival> arrivals;
  const auto fail_all = [&](const Error& error) {
    for (const TicketPtr& ticket : tickets) arrivals.emplace_back(ticket, error);
  };
  uint64_t hits = 0;
  uint64_t joins = 0;
  if (is_replay()) {
    std::vector<std::string> keys;
    for (const TicketPtr& ticket : tickets) keys.push_back(ticket->key);
    auto found = parts_.cache->Find(keys);
    if (!found.ok()) return fail_all(found.error()), arrivals;
    for (size_t i = 0; i < tickets.size(); ++i) {
      if ((*found)[i]) {
        ++hits;
        arrivals.emplace_back(tickets[i], std::move(*(*found)[i]));
      } else {
        arrivals.emplace_back(
            tickets[i],
            Error{ErrorCode::kLlmUnavailable,
                  fmt::format("replay: {} holds no answer of model '{}' (prompt {}) under key {}",
                              parts_.cache->store_name(), identity_.model,
                              tickets[i]->question.prompt_version(), tickets[i]->key)});
      }
    }
  } else {
    std::vector<AnswerCache::Request> requests;
    for (const TicketPtr& ticket : tickets) {
      requests.push_back({ticket->key, [self = shared_from_this(), ticket](const auto& answer) {
                            self->Arrive(ticket, answer);
                          }});
    }
    auto lookups = parts_.cache->Acquire(std::move(requests));
    if (!lookups.ok()) return fail_all(lookups.error()), arrivals;
    for (size_t i = 0; i < tickets.size(); ++i) {
      AnswerCache::Lookup& lookup = (*lookups)[i];
      if (lookup.claim == AnswerCache::Claim::kOwner) Send(tickets[i]);
      tickets[i]->joined = lookup.claim == AnswerCache::Claim::kJoined;
      if (tickets[i]->joined) ++joins;
      if (lookup.claim != AnswerCache::Claim::kHit) continue;
      ++hits;
      arrivals.emplace_back(tickets[i], std::move(*lookup.answer));
    }
  }
  const std::lock_guard lock(mutex_);
  cached_ += hits;
  joined_ += joins;
  return arrivals;
}

void EndpointUser::Core::Send(const TicketPtr& ticket) {
  ticket->estimate = MostTokens(ticket->request);
  switch (parts_.budget->Reserve(ticket->estimate)) {
    case Budget::Admission::kWait:
      parked_.push_back(ticket);
      return;
    case Budget::Admission::kRefused: {
      const Error error = parts_.budget->Reached();
      parts_.cache->Resolve(ticket->key, error);
      Finish(ticket, error);
      return;
    }
    case Budget::Admission::kGranted:
      break;
  }
  parts_.client->Submit(std::move(ticket->request),
                        [self = shared_from_this(), ticket](Result<ChatReply> reply) {
                          self->OnReply(ticket, std::move(reply));
                        });
}

void EndpointUser::Core::OnReply(const TicketPtr& ticket, Result<ChatReply> reply) {
  if (!reply.ok()) {
    parts_.budget->Fail(ticket->estimate);
    parts_.cache->Resolve(ticket->key, reply.error());
    Arrive(ticket, reply.error());
    return;
  }
  const auto cost = parts_.budget->Settle(ticket->estimate, reply->usage);
  CachedAnswer answer = ticket->question.Judge(*reply, cost);
  parts_.cache->Resolve(ticket->key, answer);
  Arrive(ticket, std::move(answer));
}

void EndpointUser::Core::Arrive(const TicketPtr& ticket, Result<CachedAnswer> answer) {
  {
    const std::lock_guard lock(mutex_);
    arrived_.emplace_back(ticket, std::move(answer));
  }
  changed_.notify_all();
}

bool EndpointUser::Core::NeedsMore(const TicketPtr& ticket, const Result<CachedAnswer>& answer) {
  // Another user stopped before it bought what we wait for: the question is ours again.
  if (!answer.ok() && ticket->joined && answer.error().code == ErrorCode::kCancelled) return true;
  if (!answer.ok()) {
    Finish(ticket,
           Error{answer.error().code, fmt::format("the simulated user on {}: {}", Describe(*ticket),
                                                  answer.error().message)});
    return false;
  }
  const Result<bool> done = ticket->question.Accept(*answer);
  if (!done.ok()) {
    Finish(ticket, CorruptData(fmt::format("{}: key {}, {}: {}", parts_.cache->store_name(),
                                           ticket->key, Describe(*ticket), done.error().message)));
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    if (!answer->defect.empty()) ++defects_[answer->defect];
    if (fingerprints_.size() < kMostFingerprints || fingerprints_.contains(answer->fingerprint))
      ++fingerprints_[answer->fingerprint];
  }
  if (*done) Finish(ticket, std::nullopt);
  return !*done;
}

void EndpointUser::Core::Finish(const TicketPtr& ticket, std::optional<Error> error) {
  const LabelQuestion& question = ticket->question;
  {
    const std::lock_guard lock(mutex_);
    --active_;
    Unit& unit = units_.at(ticket->unit);
    unit.ticket.reset();
    unit.state = error ? State::kFailed : State::kDone;
    unit.error = std::move(error);
    if (unit.state == State::kDone) {
      unit.labels = question.labels();
      unit.defect = question.defect();
      unit.source = question.source();
      unit.skipped_by_title = question.skipped_by_title();
      (unit.labels.empty() ? unlabelled_ : labelled_) += question.count();
      if (!unit.labels.empty()) sources_[std::string(ToString(unit.source))] += question.count();
      if (unit.skipped_by_title) ++title_skips_;
    }
  }
  done_.notify_all();
}

}  // namespace dynajob
