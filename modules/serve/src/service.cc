#include "service.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/core/text.h"
#include "dynajob/core/time.h"
#include "dynajob/serve/model_files.h"

#include "listen_socket.h"

namespace dynajob {
namespace {

constexpr const char* kActiveModelFile = "active_model";
constexpr const char* kSpoolFile = "responses.spool";

Result<std::shared_ptr<const Policy>> ReadPolicy(const std::string& name,
                                                 const std::filesystem::path& directory,
                                                 const Catalog& catalog) {
  DYNAJOB_ASSIGN_OR_RETURN(Model model, Model::Load(directory, catalog));
  DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(directory / "model.safetensors"));
  return std::make_shared<const Policy>(
      Policy{name, fmt::format("{}-{:08x}", name, Crc32(bytes)), std::move(model)});
}

}  // namespace

Result<std::unique_ptr<Service>> Service::Open(ServerParts parts, const ServeOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  std::unique_ptr<Service> service(new Service(std::move(parts), options));
  DYNAJOB_RETURN_IF_ERROR(service->LoadKeys());
  DYNAJOB_RETURN_IF_ERROR(service->LoadMarket());
  DYNAJOB_RETURN_IF_ERROR(service->LoadModel());
  const auto processors = std::max(1U, std::thread::hardware_concurrency());
  service->gate_ = std::make_unique<AdmissionGate>(
      options.workers > 0 ? static_cast<size_t>(options.workers) : processors,
      static_cast<size_t>(options.queue));
  service->rates_ =
      std::make_unique<RateLimits>(service->keys_.size(), options.rate, options.burst);
  DYNAJOB_RETURN_IF_ERROR(service->LoadPages());
  service->DeclareMetrics();
  service->StartLearner(*service->store_);
  DYNAJOB_RETURN_IF_ERROR(service->StartWriter());
  service->Follow();
  return service;
}

Status Service::LoadKeys() {
  if (!options_.keys_file.empty()) DYNAJOB_RETURN_IF_ERROR(keys_.AddFile(options_.keys_file));
  DYNAJOB_RETURN_IF_ERROR(keys_.AddEnvironment());
  DYNAJOB_ASSIGN_OR_RETURN(const bool loopback, IsLoopback(options_.host));
  if (loopback || !keys_.empty()) return Status::Ok();
  return InvalidArgument(fmt::format(
      "serve.host = '{}': other machines can reach this address, so keys are required: set "
      "serve.keys_file, or DYNAJOB_SERVE_READ_KEY, DYNAJOB_SERVE_FEEDBACK_KEY and "
      "DYNAJOB_SERVE_ADMIN_KEY",
      options_.host));
}

Status Service::LoadPages() {
  shown_ = std::make_unique<ShownPages>(static_cast<size_t>(options_.shown_pages));
  DYNAJOB_ASSIGN_OR_RETURN(page_log_,
                           PageLog::Open(parts_.state, static_cast<size_t>(options_.shown_pages),
                                         [this](std::string request_id, ShownPage page) {
                                           shown_->Add(std::move(request_id), std::move(page));
                                         }));
  return Status::Ok();
}

void Service::RememberPage(const std::string& request_id, ShownPage page) {
  {
    const std::lock_guard lock(page_log_mutex_);
    const Status appended = page_log_->Append(request_id, page);
    // Recommendations go on; only feedback after a restart is not joined.
    if (!appended.ok() && !page_log_failed_)
      Log("pages that are shown cannot be kept: " + appended.error().message);
    page_log_failed_ = !appended.ok();
  }
  shown_->Add(request_id, std::move(page));
}

void Service::Follow() {
  if (feed_ == nullptr) return;
  follower_ = std::make_unique<JobFollower>(
      JobFollower::Parts{.open_store = parts_.open_store,
                         .spec = parts_.spec,
                         .market = market_.get(),
                         .apply =
                             [this](const JobFollower::Parts::Make& make) {
                               return writer_
                                   ->Run([&](Store&) {
                                     Apply(make(written_jobs_));
                                     written_jobs_.clear();
                                     return Status::Ok();
                                   })
                                   .ok();
                             },
                         .log = parts_.log},
      std::move(followed_), std::move(feed_));
}

void Service::Apply(const JobUpdate& update) {
  if (update.empty()) return;
  market_->Put(update.changed);
  for (const std::string& id : update.removed) market_->RemoveJob(id);
  snapshots_->Publish(market_->jobs());
  metrics_.Count("dynajob_jobs_followed_total", {{"change", "put"}},
                 static_cast<double>(update.changed.size()));
  metrics_.Count("dynajob_jobs_followed_total", {{"change", "removed"}},
                 static_cast<double>(update.removed.size()));
  Log(fmt::format("jobs: {} new or changed and {} removed in the store", update.changed.size(),
                  update.removed.size()));
}

Status Service::LoadMarket() {
  // Watched first, so that no change falls between this and the loading.
  DYNAJOB_ASSIGN_OR_RETURN(followed_, parts_.open_store());
  Result<std::unique_ptr<JobFeed>> feed = followed_->WatchJobs();
  if (feed.ok()) {
    feed_ = std::move(feed).value();
  } else {
    Log("jobs: changes by other programs need a restart: " + feed.error().message);
  }
  DYNAJOB_ASSIGN_OR_RETURN(store_, parts_.open_store());
  DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, store_->LoadCatalog(parts_.spec));
  market_ = std::make_unique<Market>(std::make_shared<const Catalog>(std::move(catalog)));
  const std::string& embedder = market_->catalog().embedder();
  if (parts_.embedder != nullptr && parts_.embedder->id() != embedder) {
    Log(fmt::format(
        "the catalog was embedded with '{}' and not with '{}': new jobs, candidates and "
        "profiles are refused",
        embedder, parts_.embedder->id()));
    parts_.embedder.reset();
  }
  DYNAJOB_ASSIGN_OR_RETURN(cosine_, CosineReward::Create(market_->catalog(), parts_.cosine));
  return store_->ForEachResponse([&](const ResponseEvent& event) {
    settled_.Add(event);
    return Status::Ok();
  });
}

Result<std::string> Service::ActiveModel() const {
  const Result<std::string> text = ReadFile(parts_.state / kActiveModelFile);
  if (text.ok()) return std::string(Trim(*text));
  if (text.error().code == ErrorCode::kNotFound) return parts_.model_name;
  return text.error();
}

Status Service::SaveActiveModel(const std::string& name) const {
  std::error_code error;
  std::filesystem::create_directories(parts_.state, error);
  if (error) return IoError(fmt::format("{}: {}", parts_.state.string(), error.message()));
  return WriteFileAtomically(parts_.state / kActiveModelFile, name + "\n");
}

Result<std::shared_ptr<const Policy>> Service::LoadPolicy(const std::string& name) {
  if (!parts_.model.empty() && name == parts_.model_name)
    return ReadPolicy(name, parts_.model, market_->catalog());
  DYNAJOB_ASSIGN_OR_RETURN(
      const std::optional<ModelRecord> record,
      Read<std::optional<ModelRecord>>([&](Store& store) { return store.GetModel(name); }));
  if (!record) return NotFound(fmt::format("there is no model '{}'", name));
  DYNAJOB_ASSIGN_OR_RETURN(const auto directory, ModelDirectory::Write(*record));
  return ReadPolicy(name, directory->path(), market_->catalog());
}

Status Service::LoadModel() {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string name, ActiveModel());
  std::shared_ptr<const Policy> policy;
  if (!name.empty()) {
    Result<std::shared_ptr<const Policy>> loaded = LoadPolicy(name);
    // One that was activated and is gone must not keep the server from starting.
    if (!loaded.ok() && name != parts_.model_name) {
      Log(fmt::format("model '{}', which was activated: {}", name, loaded.error().message));
      loaded = parts_.model_name.empty() ? Result<std::shared_ptr<const Policy>>(policy)
                                         : LoadPolicy(parts_.model_name);
    }
    if (!loaded.ok()) return loaded.error();
    policy = *loaded;
  }
  snapshots_ = std::make_unique<SnapshotSource>(market_->jobs(), std::move(policy));
  return Status::Ok();
}

void Service::StartLearner(Store& store) {
  const std::shared_ptr<const Policy> policy = snapshots_->Current()->policy;
  why_not_learning_ = !parts_.learning.enabled ? "learn.enabled is false"
                      : policy == nullptr      ? "there is no model: jobs are ranked by cosine"
                                               : "";
  if (!why_not_learning_.empty()) return;
  LearnerParts parts{
      .options = parts_.learning,
      .online = parts_.online,
      .rewards = parts_.rewards,
      .epsilon = options_.epsilon,
      .market = market_.get(),
      .snapshots = snapshots_.get(),
      .settled = &settled_,
      .metrics = &metrics_,
      // One for each model: names may have any character.
      .directory = parts_.state / "learner" / fmt::format("{:016x}", HashBytes(policy->version)),
      .log = parts_.log};
  Result<std::unique_ptr<Learner>> learner = Learner::Start(parts, policy, store);
  if (learner.ok()) {
    learner_ = std::move(learner).value();
    if (parts_.learning.random_start) StartRandomStart(parts, *policy, store);
    return;
  }
  why_not_learning_ = "the learner could not start; the server's log says why";
  Log("learning: cannot start: " + learner.error().message);
}

// Without it everything else works.
void Service::StartRandomStart(const LearnerParts& parts, const Policy& policy, Store& store) {
  Result<std::unique_ptr<RandomStart>> start = RandomStart::Start(parts, policy, store);
  if (start.ok()) {
    random_start_ = std::move(start).value();
  } else {
    Log("random-start: cannot start: " + start.error().message);
  }
}

Status Service::Activate(std::shared_ptr<const Policy> policy) {
  // No response comes into the store in between: the new learner reads what is there.
  return writer_->Run([&](Store& store) -> Status {
    DYNAJOB_RETURN_IF_ERROR(SaveActiveModel(policy->name));
    const std::lock_guard lock(learner_mutex_);
    learner_.reset();
    random_start_.reset();
    snapshots_->Publish(policy);
    StartLearner(store);
    return Status::Ok();
  });
}

LearningStatus Service::learning() const {
  const std::lock_guard lock(learner_mutex_);
  if (learner_ != nullptr) return learner_->status();
  LearningStatus off;
  off.why_off = why_not_learning_;
  return off;
}

std::shared_ptr<const Snapshot> Service::random_start() {
  std::shared_ptr<SnapshotSource> source;
  {
    const std::lock_guard lock(learner_mutex_);
    if (random_start_ == nullptr) return nullptr;
    source = random_start_->snapshots();
  }
  return CurrentOver(*source, snapshots_->Current()->jobs);
}

std::optional<RandomStart::State> Service::random_start_status() const {
  const std::lock_guard lock(learner_mutex_);
  return random_start_ == nullptr ? std::nullopt : std::optional(random_start_->status());
}

void Service::ForgetCandidate(const std::string& id) {
  settled_.Forget(id);
  const std::lock_guard lock(learner_mutex_);
  if (learner_ != nullptr) learner_->Forget(id);
  if (random_start_ != nullptr) random_start_->Forget(id);
}

Status Service::StartWriter() {
  std::unique_ptr<Spool> spool;
  if (parts_.spool && options_.spool_bytes > 0) {
    std::error_code error;
    std::filesystem::create_directories(parts_.state, error);
    if (error) return IoError(fmt::format("{}: {}", parts_.state.string(), error.message()));
    DYNAJOB_ASSIGN_OR_RETURN(
        spool, Spool::Open(parts_.state / kSpoolFile, static_cast<size_t>(options_.spool_bytes)));
    for (const ResponseEvent& event : spool->events()) settled_.Add(event);
  }
  writer_ = std::make_unique<StoreWriter>(
      std::move(store_), std::move(spool), parts_.open_store, parts_.log,
      [this](const ResponseEvent& event, uint32_t key) {
        settled_.Add(event);
        const std::lock_guard lock(learner_mutex_);
        if (learner_ != nullptr) learner_->Add(event, key);
        if (random_start_ != nullptr) random_start_->Add(event, key);
      },
      StoreWriter::Options{});
  return Status::Ok();
}

void Service::DeclareMetrics() {
  metrics_.DeclareCounter("dynajob_http_requests_total", "Requests by operation and status.");
  metrics_.DeclareHistogram("dynajob_http_request_duration_seconds",
                            "Time from the first byte of a request to its answer, by operation.");
  metrics_.DeclareCounter("dynajob_requests_shed_total", "Requests refused for load, by reason.");
  metrics_.DeclareCounter("dynajob_recommendations_total", "Jobs shown, by source.");
  metrics_.DeclareCounter("dynajob_feedback_total", "Feedback events by kind and outcome.");
  metrics_.DeclareCounter("dynajob_model_activations_total", "Models activated, by outcome.");
  metrics_.DeclareCounter("dynajob_jobs_followed_total",
                          "Jobs that other programs changed in the store, by what happened.");
  DeclareLearningMetrics(metrics_);
  const auto gauge = [this](const char* name, const char* help, std::function<double()> value) {
    metrics_.DeclareGauge(name, help, std::move(value));
  };
  gauge("dynajob_jobs", "Jobs that can be ranked.",
        [this] { return static_cast<double>(snapshots_->Current()->jobs->size()); });
  gauge("dynajob_candidates", "People who can be ranked for.",
        [this] { return static_cast<double>(market_->candidate_count()); });
  gauge("dynajob_snapshot_age_seconds", "Age of the snapshot that requests rank with.",
        [this] { return static_cast<double>(NowMs() - snapshots_->Current()->created_ms) / 1000; });
  gauge("dynajob_store_up", "Whether the store answers (1) or is away (0).",
        [this] { return writer_->store_available() ? 1.0 : 0.0; });
  gauge("dynajob_store_last_contact_age_seconds", "Time since the store last answered.",
        [this] { return static_cast<double>(NowMs() - writer_->last_contact_ms()) / 1000; });
  gauge("dynajob_spooled_responses", "Responses on this server's disk, not yet in the store.",
        [this] { return static_cast<double>(writer_->spooled()); });
  gauge("dynajob_writes_waiting", "Writes that wait for the store.",
        [this] { return static_cast<double>(writer_->waiting()); });
  gauge("dynajob_learning_enabled", "Whether the policy learns (1) or not (0).",
        [this] { return learning().state == LearningState::kOff ? 0.0 : 1.0; });
  gauge("dynajob_learning_waiting", "Stored responses that are not learned yet.",
        [this] { return static_cast<double>(learning().waiting); });
  gauge("dynajob_learning_held_back", "Responses kept to judge snapshots by.",
        [this] { return static_cast<double>(learning().held_back); });
  gauge("dynajob_rankings_working", "Requests that are computed.",
        [this] { return static_cast<double>(gate_->load().working); });
  gauge("dynajob_rankings_waiting", "Requests that wait to be computed.",
        [this] { return static_cast<double>(gate_->load().waiting); });
}

}  // namespace dynajob
