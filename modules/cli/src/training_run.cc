#include "training_run.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/agent/trainer.h"
#include "dynajob/core/file.h"
#include "dynajob/core/rng.h"

#include "candidate_set_access.h"
#include "catalog_fingerprint.h"
#include "progress_log.h"
#include "store_access.h"

namespace dynajob {
namespace {

// What a checkpoint says about its training, and a resumed training has to agree with.
constexpr const char* kStrategyKey = "dynajob.strategy";
constexpr const char* kSeedKey = "dynajob.seed";
constexpr const char* kCatalogKey = "dynajob.catalog";
constexpr const char* kLlmKey = "dynajob.llm";
constexpr const char* kConfigKey = "dynajob.config";

class TrainingRun {
 public:
  TrainingRun(Session& session, const Catalog& catalog, Store* store, SimulatedUser& user,
              const TrainingRequest& request)
      : session_(session),
        catalog_(catalog),
        store_(store),
        user_(user),
        request_(request),
        experiment_(session.settings.experiment),
        seed_(static_cast<uint64_t>(experiment_.comparison.seed)) {}

  Result<TrainingOutcome> Run();

 private:
  Status CheckDirectory() const;
  Status Prepare();
  Status PreparePools();
  Status Resume();
  Status RunTrainer();
  Error Stop(const Error& error);
  Status SaveCheckpointNow() const;
  Status WriteLlmReport() const;
  std::map<std::string, std::string> Identity() const;
  bool UsesLlm() const {
    return request_.strategy == Strategy::kLlm || request_.strategy == Strategy::kHybrid;
  }

  Session& session_;
  const Catalog& catalog_;
  Store* store_;
  SimulatedUser& user_;
  const TrainingRequest& request_;
  const ExperimentOptions& experiment_;
  uint64_t seed_;
  std::string catalog_fingerprint_;
  std::vector<CandidateRow> candidates_;
  SessionCandidateSets candidate_sets_;
  std::unique_ptr<SplitPools> pools_;
  std::optional<PairEncoder> encoder_;
  std::unique_ptr<CosineReward> cosine_;
  std::unique_ptr<SimulatedUserReward> llm_;
  std::unique_ptr<Trainer> trainer_;
};

Status TrainingRun::CheckDirectory() const {
  const std::filesystem::path& directory = request_.directory;
  if (request_.resume || request_.force) return Status::Ok();
  if (std::filesystem::exists(directory / "model.json"))
    return InvalidArgument(
        fmt::format("--out {}: there is a model already; --force replaces it", directory.string()));
  if (std::filesystem::exists(directory / "checkpoint.json"))
    return InvalidArgument(
        fmt::format("--out {}: there is an unfinished training; --resume continues it, --force "
                    "starts again",
                    directory.string()));
  return Status::Ok();
}

Status TrainingRun::Prepare() {
  catalog_fingerprint_ = CatalogFingerprint(catalog_);
  candidates_ = AllRows(catalog_.candidate_count());
  DYNAJOB_RETURN_IF_ERROR(PreparePools());
  DYNAJOB_ASSIGN_OR_RETURN(encoder_, PairEncoder::Create(catalog_, experiment_.trainer.network));
  DYNAJOB_ASSIGN_OR_RETURN(cosine_, CosineReward::Create(catalog_, experiment_.cosine));
  DYNAJOB_ASSIGN_OR_RETURN(
      llm_,
      SimulatedUserReward::Create(catalog_, user_.user(), experiment_.rewards, experiment_.labels));
  const TrainerInputs inputs{.encoder = &*encoder_,
                             .candidates = candidates_,
                             .jobs = pools_->open_jobs(),
                             .pools = pools_.get(),
                             .cosine = cosine_.get(),
                             .llm = llm_.get()};
  DYNAJOB_ASSIGN_OR_RETURN(trainer_,
                           Trainer::Create(inputs, experiment_.trainer, request_.strategy, seed_));
  return Status::Ok();
}

Status TrainingRun::PreparePools() {
  const std::filesystem::path recorded = request_.directory / "config.toml";
  CandidateSetOptions& options = session_.settings.candidate_sets;
  if (request_.resume && options.now.empty() && std::filesystem::exists(recorded)) {
    Settings before;
    ConfigSources sources;
    sources.file = recorded;
    DYNAJOB_RETURN_IF_ERROR(before.Load(sources));
    options.now = before.candidate_sets.now;
  }
  DYNAJOB_ASSIGN_OR_RETURN(candidate_sets_, MakeRunCandidateSets(session_, catalog_, store_));
  const PretrainOptions& pretrain = experiment_.trainer.pretrain;
  DYNAJOB_ASSIGN_OR_RETURN(
      pools_,
      candidate_sets_.sets->Over(
          AllRows(catalog_.job_count()),
          static_cast<size_t>(pretrain.candidate_set_size + pretrain.episode_steps - 1), seed_));
  return Status::Ok();
}

std::map<std::string, std::string> TrainingRun::Identity() const {
  return {{kStrategyKey, std::string(ToString(request_.strategy))},
          {kSeedKey, fmt::format("{}", seed_)},
          {kCatalogKey, catalog_fingerprint_},
          {kLlmKey, UsesLlm() ? user_.origin() : std::string()},
          {kConfigKey, session_.settings.TrainingToml()}};
}

Status TrainingRun::Resume() {
  Result<TensorBundle> bundle = LoadCheckpoint(request_.directory);
  if (!bundle.ok() && bundle.error().code == ErrorCode::kNotFound)
    return NotFound(fmt::format("--resume: there is no checkpoint in {}; start without --resume",
                                request_.directory.string()));
  if (!bundle.ok()) return bundle.error();
  const std::map<std::string, std::string> now = Identity();
  std::vector<std::string> differences;
  for (const auto& [key, what] : {std::pair{kStrategyKey, "--strategy"},
                                  {kSeedKey, "--seed"},
                                  {kLlmKey, "who labels"},
                                  {kCatalogKey, "the store's content"}}) {
    const std::string& before = bundle->metadata()[key];
    if (before != now.at(key))
      differences.push_back(fmt::format("{}: {} -> {}", what, before, now.at(key)));
  }
  for (std::string& key : DifferingKeys(bundle->metadata()[kConfigKey], now.at(kConfigKey)))
    differences.push_back(std::move(key));
  if (!differences.empty())
    return InvalidArgument(
        fmt::format("--resume: {} was trained with other settings, so the result would be neither: "
                    "{}",
                    request_.directory.string(), fmt::join(differences, "; ")));
  return trainer_->Load(*bundle);
}

Status TrainingRun::SaveCheckpointNow() const {
  TensorBundle bundle = trainer_->Save();
  for (const auto& [key, value] : Identity()) bundle.metadata()[key] = value;
  return SaveCheckpoint(request_.directory, trainer_->agent().counts().env_steps, bundle);
}

Status TrainingRun::RunTrainer() {
  const uint64_t resumed_at = trainer_->agent().counts().env_steps;
  DYNAJOB_ASSIGN_OR_RETURN(ProgressLog log, ProgressLog::Open(request_.directory, resumed_at));
  const double start = ProgressLine::SteadySeconds();
  Status logged;
  Trainer::Hooks hooks;
  hooks.interval = static_cast<uint64_t>(session_.settings.train.checkpoint_steps);
  hooks.cancellation = &session_.cancellation;
  hooks.progress = [&](const TrainingProgress& progress) {
    const Status written = log.Write(progress, ProgressLine::SteadySeconds() - start);
    if (logged.ok()) logged = written;
    session_.progress.Report({"train", progress.steps, progress.total_steps,
                              fmt::format("{}, reward {:.3f}, loss {:.4f}", progress.phase,
                                          progress.mean_episode_reward, progress.loss)});
  };
  hooks.checkpoint = [&](const Trainer&) -> Status {
    DYNAJOB_RETURN_IF_ERROR(logged);
    return SaveCheckpointNow();
  };
  const Status status = trainer_->Run(hooks);
  return status.ok() ? status : Stop(status.error());
}

// After an error that a later run may not meet, the work so far is kept.
Error TrainingRun::Stop(const Error& error) {
  const bool cancelled = error.code == ErrorCode::kCancelled;
  const bool at_limit = error.code == ErrorCode::kBudgetReached;
  if (!cancelled && !at_limit && error.code != ErrorCode::kLlmUnavailable) return error;
  for (const Status& kept : {SaveCheckpointNow(), user_.Flush(), WriteLlmReport()})
    if (!kept.ok()) return kept.error();
  const std::string where =
      fmt::format("a checkpoint is in {}: the same command with --resume{} continues",
                  request_.directory.string(), at_limit ? " and a larger limit" : "");
  const uint64_t steps = trainer_->agent().counts().env_steps;
  if (cancelled) return Error{error.code, fmt::format("stopped after {} steps; {}", steps, where)};
  return user_.Explain(error, fmt::format("stopped after {} steps and {} labels; {}", steps,
                                          trainer_->labels_bought(), where));
}

Status TrainingRun::WriteLlmReport() const {
  return UsesLlm() ? user_.WriteReport(request_.directory) : Status::Ok();
}

Result<TrainingOutcome> TrainingRun::Run() {
  const double start = ProgressLine::SteadySeconds();
  const std::filesystem::path& directory = request_.directory;
  DYNAJOB_RETURN_IF_ERROR(CheckDirectory());
  DYNAJOB_RETURN_IF_ERROR(Prepare());
  if (request_.resume) DYNAJOB_RETURN_IF_ERROR(Resume());
  DYNAJOB_RETURN_IF_ERROR(MakeDirectory(directory));
  // A model that is being replaced keeps its configuration until the new one is there.
  const std::string config = session_.settings.registry().ToToml();
  if (!std::filesystem::exists(directory / "model.json"))
    DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / "config.toml", config));
  DYNAJOB_RETURN_IF_ERROR(RunTrainer());
  DYNAJOB_RETURN_IF_ERROR(user_.Flush());
  DYNAJOB_RETURN_IF_ERROR(WriteLlmReport());
  if (const PoolCounts counts = pools_->counts(); counts.filled_up > 0)
    session_.Message(FilledPoolsLine(counts));
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / "config.toml", config));
  const ModelInfo info{.strategy = request_.strategy,
                       .seed = seed_,
                       .llm_kind = UsesLlm() ? user_.origin() : std::string(),
                       .labels = trainer_->labels_bought(),
                       .network = experiment_.trainer.network,
                       .learner = experiment_.trainer.learner};
  DYNAJOB_RETURN_IF_ERROR(SaveModel(directory, trainer_->agent(), info));
  const LearnerCounts& counts = trainer_->agent().counts();
  return TrainingOutcome{.steps = counts.env_steps,
                         .updates = counts.q_updates,
                         .labels = trainer_->labels_bought(),
                         .predicted_rewards = trainer_->predicted_rewards(),
                         .unanswered = trainer_->unanswered(),
                         .seconds = ProgressLine::SteadySeconds() - start};
}

}  // namespace

Result<TrainingOutcome> TrainInto(Session& session, const Catalog& catalog, Store* store,
                                  SimulatedUser& user, const TrainingRequest& request) {
  return TrainingRun(session, catalog, store, user, request).Run();
}

}  // namespace dynajob
