#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/core/file.h"
#include "dynajob/core/time.h"

#include "command.h"
#include "comparison_run.h"
#include "store_access.h"
#include "store_report.h"
#include "sweep_run.h"
#include "sweep_table.h"

namespace dynajob {
namespace {

class CompareCommand final : public Command {
 public:
  std::string name() const override { return "compare"; }
  std::string description() const override {
    return "Train every arm and compare them on unseen candidates, with intervals";
  }
  std::vector<std::string> examples() const override {
    return {"compare --store market.db --out runs/first",
            "compare --store market.db --out runs/quick --seeds 2 --arms baseline,hybrid,oracle",
            "compare --store market.db --out runs/llm --llm endpoint --set llm.model=NAME",
            "compare --store market.db --out runs/llm --llm replay --set llm.model=NAME",
            "compare --store market.db --out runs/noisy --set surrogate.corruption=0.3 --json",
            "compare --store market.db --out runs/planning --sweep agent.planning_steps=0,5,20 "
            "--sweep agent.search_control=replay,unseen",
            "compare --store market.db --out runs/layers --sweep "
            "'network.q_layers=[64],[128,64]' --seeds 20",
            "compare --study label-noise",
            "compare --study budget --store market.db --out runs/budget --seeds 20 --seed 101"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kStore, Flag::kOut,     Flag::kArms,   Flag::kSeed,
            Flag::kSeeds, Flag::kWorkers, Flag::kStrict, Flag::kLlm};
  }
  void Declare(CLI::App& app) override {
    app.add_option("--publish", publish_,
                   "Put configuration and results into the store's runs under this name, in place "
                   "of what has it")
        ->type_name("NAME");
    app.add_option("--sweep", sweeps_,
                   "Compare at each of these values of a config key; repeatable, for every "
                   "combination. Goes on where it was stopped")
        ->type_name("KEY=A,B,C")
        ->allow_extra_args(false);
    app.add_option("--study", study_,
                   fmt::format("A sweep that is kept with its configuration: {}, or a file of that "
                               "form. Without --store on the sample market",
                               fmt::join(BuiltInStudies(), ", ")))
        ->type_name("NAME|FILE");
  }
  // A study's own. What is wrong with it is said by Run.
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    if (study_.empty()) return sources;
    const Result<Study> study = LoadStudy(study_);
    if (study.ok()) sources.built_in = study->config;
    return sources;
  }
  Result<int> Run(Session& session) override {
    if (!sweeps_.empty() || !study_.empty()) return Sweep(session);
    if (session.flags.out.empty())
      return InvalidArgument("--out is required: a directory for the results, such as runs/first");
    const std::filesystem::path directory = session.flags.out;
    DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
    const Catalog& catalog = loaded.catalog;
    session.Message(fmt::format("compare: {} candidates, {} jobs, {} + {} dimensions ({})",
                                catalog.candidate_count(), catalog.job_count(), catalog.state_dim(),
                                catalog.action_dim(), catalog.embedder()));
    ReportExclusions(session, catalog);
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user, SimulatedUser::Open(session, catalog, store));
    // Closed before the user's connection: only the last one that writes leaves a whole file
    // behind.
    const std::unique_ptr<Store> reader = std::move(loaded.store);
    session.Message(user->Note());
    DYNAJOB_ASSIGN_OR_RETURN(const std::string results,
                             CompareInto(session, catalog, reader.get(), *user, directory));
    DYNAJOB_RETURN_IF_ERROR(PrintResults(session, results));
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    session.Message(fmt::format("results: {}\nreport:  {}", (directory / "results.json").string(),
                                (directory / "report.html").string()));
    if (!publish_.empty()) DYNAJOB_RETURN_IF_ERROR(Publish(session, directory, results));
    return 0;
  }

 private:
  Result<Study> StudyToRun() const {
    if (!sweeps_.empty() && !study_.empty())
      return InvalidArgument(
          "--study and --sweep exclude each other: a study says itself what is swept");
    return study_.empty() ? StudyOfAxes(sweeps_) : LoadStudy(study_);
  }

  Result<int> Sweep(Session& session) const {
    DYNAJOB_ASSIGN_OR_RETURN(const Study study, StudyToRun());
    if (!publish_.empty())
      return InvalidArgument("--publish is for one comparison, not for a sweep");
    if (session.flags.out.empty() && study_.empty())
      return InvalidArgument("--out is required: a directory for the results, such as runs/sweep");
    std::filesystem::path directory = session.flags.out;
    if (directory.empty()) directory = std::filesystem::path("runs") / study.name;
    const bool sample_market = !study_.empty() && !StoreAddress(session).ok();
    if (sample_market && session.settings.llm.source != LlmSource::kSurrogate)
      return InvalidArgument("--store is required with --llm: it is where labels are kept");
    DYNAJOB_ASSIGN_OR_RETURN(const std::string sweep,
                             SweepInto(session, study, sample_market, directory));
    if (session.flags.json) {
      session.Print(sweep);
    } else {
      DYNAJOB_ASSIGN_OR_RETURN(const std::string text, SweepText(sweep));
      session.Print(text);
    }
    session.Message(fmt::format("results: {}\nreport:  {}", (directory / "sweep.json").string(),
                                (directory / "report.html").string()));
    return 0;
  }

  Status Publish(const Session& session, const std::filesystem::path& directory,
                 const std::string& results) const {
    DYNAJOB_ASSIGN_OR_RETURN(const std::string config, ReadFile(directory / "config.toml"));
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadWrite));
    DYNAJOB_RETURN_IF_ERROR(store->PutRun({publish_, "compare", NowMs(), config, results}));
    session.Message(fmt::format("published: run '{}' in {}", publish_, store->name()));
    return Status::Ok();
  }

  std::string publish_;
  std::vector<std::string> sweeps_;
  std::string study_;
};

}  // namespace

std::unique_ptr<Command> MakeCompareCommand() { return std::make_unique<CompareCommand>(); }

}  // namespace dynajob
