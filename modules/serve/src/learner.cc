#include "learner.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dynajob/core/time.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr size_t kBatch = 256;
// Of learning steps while more responses wait: those are taken into the replay buffer first, and
// what is in there is learned from in any case.
constexpr milliseconds kStepsWhileBehind{200};
constexpr milliseconds kLongestWait{500};
constexpr int kNice = 10;  // requests go first

}  // namespace

void DeclareLearningMetrics(Metrics& metrics) {
  metrics.DeclareCounter("dynajob_learning_responses_total",
                         "Stored responses by what the learner made of them.");
  metrics.DeclareCounter("dynajob_learning_snapshots_total",
                         "Snapshots of the policy that were tried, by outcome.");
  metrics.DeclareCounter("dynajob_learning_updates_total",
                         "Optimizer steps while serving, by network.");
}

Learner::Learner(LearnerParts parts, std::shared_ptr<const Policy> base)
    : parts_(std::move(parts)),
      base_(std::move(base)),
      catalog_(parts_.market->catalog()),
      current_(base_),
      held_(static_cast<size_t>(parts_.options.held_back)),
      limits_(parts_.options) {
  const ModelInfo& info = base_->model.info();
  const bool warm = info.strategy != Strategy::kBaseline;
  settings_ = {.learning_rate = parts_.options.learning_rate > 0 ? parts_.options.learning_rate
                                : warm                           ? parts_.online.learning_rate_warm
                                                                 : parts_.online.learning_rate_cold,
               .target_sync = info.learner.target_sync_online,
               .updates_per_step = 1,
               .planning_steps = info.learner.planning_steps,
               .warmup_steps = parts_.online.warmup_steps,
               // Random weights know nothing worth keeping.
               .rehearsal = warm ? parts_.options.rehearsal : 0};
}

Result<std::unique_ptr<Learner>> Learner::Start(LearnerParts parts,
                                                std::shared_ptr<const Policy> base, Store& store) {
  std::unique_ptr<Learner> learner(new Learner(std::move(parts), std::move(base)));
  DYNAJOB_RETURN_IF_ERROR(learner->Begin());
  DYNAJOB_RETURN_IF_ERROR(learner->Backlog(store));
  learner->own_.state = LearningState::kIdle;
  learner->own_.base_version = learner->base_->version;
  learner->ShareStatus();
  learner->next_checkpoint_ =
      steady_clock::now() + std::chrono::seconds(learner->parts_.options.checkpoint_seconds);
  learner->thread_ = std::thread([raw = learner.get()] { raw->Loop(); });
  return learner;
}

Learner::~Learner() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Learner::Add(const ResponseEvent& event, uint32_t key) {
  {
    const std::lock_guard lock(mutex_);
    incoming_.push_back({event, key, NowMs()});
  }
  wake_.notify_one();
}

void Learner::Forget(const std::string& candidate_id) {
  {
    const std::lock_guard lock(mutex_);
    forgotten_.insert(candidate_id);
    std::erase_if(incoming_, [&](const Incoming& incoming) {
      return incoming.event.candidate_id == candidate_id;
    });
  }
  wake_.notify_one();
}

LearningStatus Learner::status() const {
  const std::lock_guard lock(mutex_);
  LearningStatus status = shared_;
  status.waiting += incoming_.size();
  if (status.waiting > 0 && status.state == LearningState::kIdle)
    status.state = LearningState::kWorking;
  return status;
}

void Learner::ShareStatus() {
  own_.held_back = held_.all().size();
  own_.undecided = impressions_.size();
  own_.counts = mind_.agent->counts();
  own_.buffer_size = mind_.agent->replay().size();
  own_.buffer_capacity = mind_.agent->replay().capacity();
  const std::lock_guard lock(mutex_);
  shared_ = own_;
}

void Learner::Loop() {
  // Of this thread alone, on Linux. Without it requests wait a little longer.
  [[maybe_unused]] const int unused = setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice);
  for (bool more = false;;) {
    {
      std::unique_lock lock(mutex_);
      SteadyTime until = steady_clock::now() + kLongestWait;
      if (changed_since_snapshot_) until = std::min(until, next_snapshot_);
      if (!more)
        wake_.wait_until(lock, until,
                         [&] { return stop_ || !incoming_.empty() || !forgotten_.empty(); });
      if (stop_) break;
    }
    more = Round();
    TrySnapshot(false);
    SaveWhenDue(false);
  }
  TrySnapshot(true);
  SaveWhenDue(true);
}

bool Learner::Round() {
  if (failed_) return false;
  std::vector<Incoming> batch;
  std::unordered_set<std::string> forgotten;
  bool behind = false;
  {
    const std::lock_guard lock(mutex_);
    while (!incoming_.empty() && batch.size() < kBatch) {
      batch.push_back(std::move(incoming_.front()));
      incoming_.pop_front();
    }
    forgotten.swap(forgotten_);
    behind = !incoming_.empty();
  }
  const bool idle = batch.empty() && forgotten.empty();
  const std::vector<Incoming> due = TakeDue(std::move(batch));
  if (idle && due.empty()) return false;
  steps_until_ = behind ? steady_clock::now() + kStepsWhileBehind : SteadyTime::max();
  const Status forgot = forgotten.empty() ? Status::Ok() : ForgetPeople(forgotten);
  const Result<std::vector<Met>> met =
      forgot.ok() ? Meet(due) : Result<std::vector<Met>>(forgot.error());
  if (!met.ok()) {
    failed_ = true;
    parts_.log("learning: stopped: " + met.error().message);
    own_.state = LearningState::kOff;
    own_.why_off = "the learner failed; the server's log says why";
  } else {
    for (const Met& one : *met) Process(one);
  }
  ShareStatus();
  return !failed_;
}

// Impressions wait; those that have waited long enough come with the batch.
std::vector<Learner::Incoming> Learner::TakeDue(std::vector<Incoming> batch) {
  const auto patience = static_cast<int64_t>(parts_.options.impression_seconds * 1000);
  std::vector<Incoming> due;
  for (Incoming& incoming : batch) {
    if (incoming.event.kind == "impression") {
      const int64_t due_ms = incoming.received_ms + patience;
      impressions_.push_back({std::move(incoming), due_ms});
    } else {
      due.push_back(std::move(incoming));
    }
  }
  const int64_t now = NowMs();
  while (!impressions_.empty() && impressions_.front().due_ms <= now && due.size() < 2 * kBatch) {
    due.push_back(std::move(impressions_.front().incoming));
    impressions_.pop_front();
  }
  return due;
}

std::vector<ServedJobPtr> Learner::DrawNextSet(const std::string& candidate_id,
                                               const std::string& job_id, uint64_t event) const {
  std::vector<JobRow> places(pool_.size());
  for (size_t i = 0; i < places.size(); ++i) places[i] = static_cast<JobRow>(i);
  const auto settled = parts_.settled->Of(candidate_id);
  const auto set = DrawCandidateSet(places, static_cast<size_t>(parts_.options.set_size),
                                    Rng::Derive(base_->model.info().seed, "serve-next-set", event),
                                    [&](JobRow place) {
                                      const std::string& id = pool_[place]->record().id;
                                      return id == job_id || settled.contains(id);
                                    });
  std::vector<ServedJobPtr> jobs;
  for (const JobRow place : set) jobs.push_back(pool_[place]);
  return jobs;
}

Experience Learner::ToExperience(const Met& met) const {
  const ResponseEvent& event = met.incoming.event;
  Experience experience{.event = LearnedLog::HashOf(event.event_id),
                        .person = met.person,
                        .job = met.job,
                        .reward = parts_.rewards.Of(event.response)};
  experience.next_set = DrawNextSet(event.candidate_id, event.job_id, experience.event);
  if (event.propensity) experience.explored = *event.propensity < 1 - parts_.epsilon;
  return experience;
}

void Learner::Count(const char* outcome, uint64_t LearningStatus::*total) {
  ++(own_.*total);
  parts_.metrics->Count("dynajob_learning_responses_total", {{"outcome", outcome}});
}

void Learner::Process(const Met& met) {
  const ResponseEvent& event = met.incoming.event;
  const uint64_t hash = LearnedLog::HashOf(event.event_id);
  if (met.person == nullptr || met.job == nullptr) {
    Count("unusable", &LearningStatus::unusable);
    return Done(hash);
  }
  const double reward = parts_.rewards.Of(event.response);
  const Pair pair{catalog_.Add(met.person), catalog_.Add(met.job)};
  double* held = held_.FindReward(event.candidate_id, event.job_id);
  const std::optional<size_t> known = mind_.agent->replay().Find(pair);
  // To have been shown a job says nothing beside an answer to it.
  const auto repeats = [&](double before) {
    return event.kind == "impression" || static_cast<float>(before) == static_cast<float>(reward);
  };
  if ((held != nullptr && repeats(*held)) ||
      (known && repeats(mind_.agent->replay().at(*known).reward))) {
    Count("repeated", &LearningStatus::repeated);
    return Done(hash);
  }
  if (admitted_.erase(hash) == 0 &&
      !limits_.Admit(met.incoming.key, event.candidate_id, event.job_id,
                     event.response != Response::kIgnore, met.incoming.received_ms)) {
    Count("limited", &LearningStatus::limited);
    return Done(hash);
  }
  if (held != nullptr || known) {
    Count("revised", &LearningStatus::revised);
    Done(hash);
    if (held != nullptr) {
      *held = reward;
    } else {
      mind_.agent->Revise(pair, reward);
      TakeSteps();
    }
    return;
  }
  Experience experience = ToExperience(met);
  const int64_t every = parts_.options.hold_back_every;
  if (every == 0 || MixHash(hash, 1) % static_cast<uint64_t>(every) != 0) return Learn(experience);
  if (const auto oldest = held_.Add(std::move(experience))) Learn(*oldest);
}

void Learner::Learn(const Experience& experience) {
  std::vector<JobRow> next_set;
  for (const ServedJobPtr& job : experience.next_set) next_set.push_back(catalog_.Add(job));
  mind_.agent->Observe({catalog_.Add(experience.person), catalog_.Add(experience.job)},
                       experience.reward, next_set);
  ++window_.responses;
  window_.reward += experience.reward;
  window_.known += experience.explored.has_value();
  window_.explored += experience.explored.value_or(false);
  Count("learned", &LearningStatus::learned);
  Done(experience.event);
  TakeSteps();
}

void Learner::TakeSteps() {
  changed_since_snapshot_ = true;
  const LearnerCounts before = mind_.agent->counts();
  for (int64_t i = 0; i < parts_.options.updates_per_response; ++i) {
    if (steady_clock::now() >= steps_until_) break;
    const Losses losses = mind_.agent->Learn();
    if (!losses.q) continue;
    ++window_.updates;
    window_.q_loss += *losses.q;
    window_.model_loss += losses.model.value_or(0);
  }
  const LearnerCounts& after = mind_.agent->counts();
  const auto count = [&](const char* network, uint64_t updates) {
    if (updates > 0)
      parts_.metrics->Count("dynajob_learning_updates_total", {{"network", network}},
                            static_cast<double>(updates));
  };
  count("q", after.q_updates - before.q_updates);
  count("model", after.model_updates - before.model_updates);
}

}  // namespace dynajob
