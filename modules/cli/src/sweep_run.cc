#include "sweep_run.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"
#include "dynajob/core/parallel.h"
#include "dynajob/embeddings/record_fields.h"
#include "dynajob/market/generator.h"

#include "candidate_set_access.h"
#include "catalog_fingerprint.h"
#include "cell_store.h"
#include "open_embedder.h"
#include "run_report.h"
#include "simulated_user.h"
#include "store_access.h"
#include "store_report.h"
#include "sweep_cells.h"

namespace dynajob {
namespace {

// What a cell's file depends on besides what its text says; changes when scores would.
constexpr const char* kCellSchema = "dynajob.cell/1";

// What the cells of one group have in common.
struct Group {
  std::unique_ptr<Store> store;  // null: the sample market
  std::unique_ptr<Catalog> catalog;
  std::unique_ptr<SimulatedUser> user;
  SessionCandidateSets candidate_sets;
  std::string identity;
};

// One seed of one cell.
struct Unit {
  size_t cell = 0;
  size_t seed = 0;  // index
};

class SweepRun {
 public:
  SweepRun(Session& session, const Study& study, bool sample_market,
           const std::filesystem::path& directory)
      : session_(session),
        study_(study),
        sample_market_(sample_market),
        directory_(directory),
        store_(directory / "cells"),
        options_(session.settings.experiment.comparison) {}

  Result<std::string> Run();

 private:
  Status KeepMoment();
  Status WriteConfiguration() const;
  Result<Group> OpenGroup(size_t group);
  Result<Catalog> LoadGroupCatalog(Session& session, Group& group) const;
  Status RunGroup(size_t group);
  std::vector<Unit> UnitsOf(size_t group) const;
  Status RunUnit(const Group& group, const Unit& unit, PretrainedAgents& agents);
  ExperimentOptions OptionsOf(const Unit& unit) const;
  std::string IdentityOf(const Group& group, const ExperimentOptions& options) const;
  Result<std::vector<SweepCell>> Assemble();
  Status WriteTiming(double seconds) const;

  Session& session_;
  const Study& study_;
  bool sample_market_;
  std::filesystem::path directory_;
  CellStore store_;
  const ComparisonOptions& options_;
  std::vector<ResolvedCell> cells_;
  SweepPlan plan_;
  size_t groups_ = 0;
  std::vector<std::vector<ExperimentScores>> done_;  // [cell][seed]
  std::atomic<uint64_t> units_done_{0};
  std::atomic<uint64_t> taken_over_{0};
  SweepReport report_;
};

Result<std::string> SweepRun::Run() {
  const double start = ProgressLine::SteadySeconds();
  if (std::filesystem::exists(directory_ / "model.json"))
    return InvalidArgument(
        fmt::format("--out {}: holds a trained model; name another directory for the sweep",
                    directory_.string()));
  if (std::filesystem::exists(directory_ / "results.json"))
    return InvalidArgument(fmt::format(
        "--out {}: holds a comparison; name another directory for the sweep", directory_.string()));
  DYNAJOB_RETURN_IF_ERROR(KeepMoment());
  DYNAJOB_ASSIGN_OR_RETURN(cells_, ResolveCells(session_.settings, study_));
  std::vector<ExperimentOptions> experiments;
  std::vector<size_t> groups;
  for (const ResolvedCell& cell : cells_) {
    experiments.push_back(cell.settings->experiment);
    groups.push_back(cell.group);
    groups_ = std::max(groups_, cell.group + 1);
  }
  plan_ = PlanSweep(experiments, groups);
  done_.assign(cells_.size(), std::vector<ExperimentScores>(static_cast<size_t>(options_.seeds)));
  DYNAJOB_RETURN_IF_ERROR(store_.Open());
  DYNAJOB_RETURN_IF_ERROR(WriteConfiguration());
  session_.Message(fmt::format("sweep: {} cells, {} seeds, {} workers", cells_.size(),
                               options_.seeds, options_.workers));
  for (size_t group = 0; group < groups_; ++group) DYNAJOB_RETURN_IF_ERROR(RunGroup(group));
  session_.progress.Clear();
  if (taken_over_ > 0)
    session_.Message(fmt::format("sweep: {} of {} parts were there already", taken_over_.load(),
                                 units_done_.load()));
  report_.name = study_.name;
  report_.question = study_.question;
  report_.contrasts = study_.contrasts;
  report_.pairs = study_.pairs;
  DYNAJOB_ASSIGN_OR_RETURN(report_.cells, Assemble());
  const std::string json = SweepJson(report_, options_);
  DYNAJOB_RETURN_IF_ERROR(WriteConfiguration());
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory_ / "sweep.json", json));
  DYNAJOB_RETURN_IF_ERROR(WriteTiming(ProgressLine::SteadySeconds() - start));
  DYNAJOB_RETURN_IF_ERROR(WriteRunReport(directory_));
  return json;
}

// A sweep that goes on stands at the moment at which it began: jobs may have expired since.
Status SweepRun::KeepMoment() {
  std::string& now = session_.settings.candidate_sets.now;
  if (!now.empty()) return Status::Ok();
  const Result<std::string> earlier = ReadFile(directory_ / "config.toml");
  if (!earlier.ok())
    return earlier.error().code == ErrorCode::kNotFound ? Status::Ok() : Status(earlier.error());
  const std::string kept = ValueOf(*earlier, "candidate_sets.now");
  if (kept.size() <= 2) return Status::Ok();
  now = kept.substr(1, kept.size() - 2);
  session_.Message(
      fmt::format("sweep: jobs are taken as of {}, when {} was begun", now, directory_.string()));
  return Status::Ok();
}

Status SweepRun::WriteConfiguration() const {
  DYNAJOB_RETURN_IF_ERROR(
      WriteFileAtomically(directory_ / "config.toml", session_.settings.registry().ToToml()));
  return WriteFileAtomically(directory_ / "study.toml", StudyToml(study_));
}

Result<Catalog> SweepRun::LoadGroupCatalog(Session& session, Group& group) const {
  if (!sample_market_) {
    DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
    group.store = std::move(loaded.store);
    return std::move(loaded.catalog);
  }
  const Settings& settings = session.settings;
  DYNAJOB_ASSIGN_OR_RETURN(Market market, GenerateMarket(settings.market));
  DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, OpenEmbedder(session));
  DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, settings.catalog.ToSpec());
  return BuildCatalog(std::move(market.candidates), std::move(market.jobs), *embedder,
                      settings.embed, spec);
}

Result<Group> SweepRun::OpenGroup(size_t index) {
  const auto first = std::find_if(cells_.begin(), cells_.end(),
                                  [&](const ResolvedCell& cell) { return cell.group == index; });
  std::string& moment = first->settings->candidate_sets.now;
  if (moment.empty()) moment = session_.settings.candidate_sets.now;
  Session session{session_.program,      session_.flags,    *first->settings, session_.terminal,
                  session_.cancellation, session_.progress, session_.ledger};
  Group group;
  DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, LoadGroupCatalog(session, group));
  group.catalog = std::make_unique<Catalog>(std::move(catalog));
  session_.Message(fmt::format("{}: {} candidates, {} jobs, {} + {} dimensions ({})",
                               sample_market_ ? "sample market" : ShownStore(session_),
                               group.catalog->candidate_count(), group.catalog->job_count(),
                               group.catalog->state_dim(), group.catalog->action_dim(),
                               group.catalog->embedder()));
  ReportExclusions(session_, *group.catalog);
  if (sample_market_) {
    DYNAJOB_ASSIGN_OR_RETURN(group.user, SimulatedUser::Surrogate(session, *group.catalog));
  } else {
    DYNAJOB_ASSIGN_OR_RETURN(const std::string address, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(group.user, SimulatedUser::Open(session, *group.catalog, address));
  }
  if (index == 0) session_.Message(group.user->Note());
  DYNAJOB_ASSIGN_OR_RETURN(group.candidate_sets,
                           MakeRunCandidateSets(session, *group.catalog, group.store.get()));
  // Closed before the user's connection: only the last one that writes leaves a whole file behind.
  group.store = nullptr;
  // The moment of the run, where it matters: written down at once, so that a resumed run has it.
  if (moment != session_.settings.candidate_sets.now) {
    session_.settings.candidate_sets.now = moment;
    DYNAJOB_RETURN_IF_ERROR(WriteConfiguration());
  }
  CatalogOptions fields = first->settings->catalog;
  CandidateSetOptions sets = first->settings->candidate_sets;
  ConfigRegistry registry;
  fields.Bind(registry);
  sets.Bind(registry);
  group.identity =
      fmt::format("{}\n{}\n{}\n{}\n{}\n", kCellSchema, DYNAJOB_VERSION,
                  CatalogFingerprint(*group.catalog), group.user->origin(), registry.ToToml());
  return group;
}

// Seeds that run side by side come before the next cell, so that workers meet on different seeds
// and rarely wait for one another's warm starts.
std::vector<Unit> SweepRun::UnitsOf(size_t group) const {
  const auto seeds = static_cast<size_t>(options_.seeds);
  const auto block = static_cast<size_t>(options_.workers);
  std::vector<Unit> units;
  for (size_t begin = 0; begin < seeds; begin += block)
    for (size_t cell = 0; cell < cells_.size(); ++cell)
      for (size_t seed = begin; seed < std::min(seeds, begin + block); ++seed)
        if (cells_[cell].group == group) units.push_back({cell, seed});
  return units;
}

Status SweepRun::RunGroup(size_t index) {
  DYNAJOB_ASSIGN_OR_RETURN(const Group group, OpenGroup(index));
  PretrainedAgents agents(plan_.shared_training.at(index));
  const std::vector<Unit> units = UnitsOf(index);
  std::vector<std::atomic<size_t>> left(static_cast<size_t>(options_.seeds));
  for (const Unit& unit : units) ++left[unit.seed];
  const Status status =
      ParallelFor(units.size(), static_cast<size_t>(options_.workers), [&](size_t i) {
        const Status done = RunUnit(group, units[i], agents);
        if (--left[units[i].seed] == 0)
          agents.Forget(static_cast<uint64_t>(options_.seed) + units[i].seed);
        return done;
      });
  session_.progress.Clear();
  DYNAJOB_RETURN_IF_ERROR(group.user->Flush());
  if (groups_ == 1) DYNAJOB_RETURN_IF_ERROR(group.user->WriteReport(directory_));
  if (!status.ok())
    return group.user->Explain(
        status.error(),
        "labels that are bought stay in the store: the same command goes on from "
        "them, with a larger limit where one was reached");
  if (index == 0) {
    report_.llm_kind = std::string(group.user->kind());
    report_.llm_facts = group.user->ResultFacts();
    report_.catalog = {group.catalog->candidate_count(), group.catalog->job_count(),
                       group.catalog->exclusions()};
  }
  return Status::Ok();
}

ExperimentOptions SweepRun::OptionsOf(const Unit& unit) const {
  ExperimentOptions options = cells_[unit.cell].settings->experiment;
  options.comparison.seeds = 1;
  options.comparison.seed += static_cast<int64_t>(unit.seed);
  options.comparison.workers = 1;
  options.comparison.resamples = ComparisonOptions().resamples;
  options.comparison.arms = plan_.ArmsToRun(unit.cell, options_.arms);
  // The oracle runs in any case: thresholds and shares need it.
  if (options.comparison.arms.empty()) options.comparison.arms = {"oracle"};
  return options;
}

std::string SweepRun::IdentityOf(const Group& group, const ExperimentOptions& options) const {
  ExperimentOptions copy = options;
  ConfigRegistry registry;
  copy.Bind(registry);
  return group.identity + registry.ToToml();
}

Status SweepRun::RunUnit(const Group& group, const Unit& unit, PretrainedAgents& agents) {
  const ExperimentOptions options = OptionsOf(unit);
  const std::string identity = IdentityOf(group, options);
  ExperimentScores& scores = done_[unit.cell][unit.seed];
  DYNAJOB_ASSIGN_OR_RETURN(std::optional<ExperimentScores> found, store_.Find(identity));
  if (found) {
    scores = *std::move(found);
    ++taken_over_;
  } else {
    // The surrogate is the cell's own: its settings may be what is swept.
    Labeller labeller;
    if (group.user->kind() != labeller.kind)
      labeller = {.user = &group.user->user(), .kind = std::string(group.user->kind())};
    const Result<ComparisonTraces> traces =
        RunComparison(*group.catalog, options, labeller, nullptr, &session_.cancellation,
                      group.candidate_sets.sets.get(), &agents);
    if (!traces.ok())
      return Error{traces.error().code,
                   fmt::format("cell '{}', seed {}: {}", cells_[unit.cell].label,
                               options.comparison.seed, traces.error().message)};
    scores = ScoresOf(*traces, options.comparison);
    DYNAJOB_RETURN_IF_ERROR(store_.Put(identity, scores));
  }
  const uint64_t now = ++units_done_;
  session_.progress.Report(
      {"sweep", now, cells_.size() * static_cast<uint64_t>(options_.seeds), "cells x seeds"});
  return Status::Ok();
}

// Every cell with all its arms, those that another cell ran included.
Result<std::vector<SweepCell>> SweepRun::Assemble() {
  std::vector<ExperimentScores> merged;
  for (std::vector<ExperimentScores>& seeds : done_) {
    DYNAJOB_ASSIGN_OR_RETURN(ExperimentScores scores, MergeSeeds(std::move(seeds)));
    merged.push_back(std::move(scores));
  }
  std::vector<SweepCell> cells;
  for (size_t i = 0; i < cells_.size(); ++i) {
    SweepCell& cell =
        cells.emplace_back(SweepCell{.label = cells_[i].label,
                                     .overrides = cells_[i].overrides,
                                     .steps = cells_[i].settings->experiment.comparison.steps,
                                     .scores = merged[i],
                                     .origin = plan_.origin[i]});
    for (size_t p = 0; p < cell.scores.protocols.size(); ++p) {
      std::vector<ArmScores> arms;
      for (size_t arm = 0; arm < options_.arms.size(); ++arm)
        arms.push_back(*merged[cell.origin[arm]].protocols[p].FindArm(options_.arms[arm]));
      cell.scores.protocols[p].arms = std::move(arms);
    }
  }
  return cells;
}

Status SweepRun::WriteTiming(double seconds) const {
  auto cells = nlohmann::ordered_json::array();
  for (const SweepCell& cell : report_.cells) {
    double training = 0, online = 0;
    for (size_t p = 0; p < cell.scores.protocols.size(); ++p) {
      const std::vector<ArmScores>& arms = cell.scores.protocols[p].arms;
      for (size_t arm = 0; arm < arms.size(); ++arm) {
        if (cell.origin[arm] != static_cast<size_t>(&cell - report_.cells.data())) continue;
        for (const ArmCost& cost : arms[arm].cost) {
          if (p == 0) training += cost.training_s;
          online += cost.online_s;
        }
      }
    }
    cells.push_back({{"label", cell.label}, {"training_s", training}, {"online_s", online}});
  }
  const nlohmann::ordered_json timing = {{"schema", "dynajob.timing/1"},
                                         {"sweep_s", seconds},
                                         {"parts_taken_over", taken_over_.load()},
                                         {"parts", units_done_.load()},
                                         {"workers", options_.workers},
                                         {"processors", std::thread::hardware_concurrency()},
                                         {"version", DYNAJOB_VERSION},
                                         {"cells", cells}};
  return WriteFileAtomically(directory_ / "timing.json", timing.dump(1) + "\n");
}

}  // namespace

Result<std::string> SweepInto(Session& session, const Study& study, bool sample_market,
                              const std::filesystem::path& directory) {
  return SweepRun(session, study, sample_market, directory).Run();
}

}  // namespace dynajob
