#include <fmt/format.h>

#include "candidate_set_access.h"
#include "command.h"
#include "comparison_run.h"
#include "demo_config.h"
#include "demo_store.h"
#include "recommendation.h"
#include "store_access.h"
#include "store_report.h"
#include "training_run.h"

namespace dynajob {
namespace {

constexpr size_t kShownJobs = 5;

class DemoCommand final : public Command {
 public:
  std::string name() const override { return "demo"; }
  std::string description() const override {
    return "All of it on a sample market: generate, embed, compare, train, recommend";
  }
  std::vector<std::string> examples() const override {
    return {"demo", "demo --out runs/noisy --set surrogate.corruption=0.3",
            "demo --out runs/quick --seeds 2 --set compare.candidates=8"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kOut, Flag::kArms, Flag::kSeed, Flag::kSeeds, Flag::kWorkers, Flag::kLlm};
  }
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    sources.built_in = kDemoConfig;
    return sources;
  }

  Result<int> Run(Session& session) override {
    const std::filesystem::path out = session.flags.out.empty() ? "runs/demo" : session.flags.out;
    const std::filesystem::path store_path = DemoStorePath(out);
    DYNAJOB_RETURN_IF_ERROR(MakeDemoStore(session, out));
    DYNAJOB_ASSIGN_OR_RETURN(const Catalog catalog, Load(session, store_path));
    session.Message(
        fmt::format("demo: comparing {} arms", session.settings.experiment.comparison.arms.size()));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user,
                             SimulatedUser::Open(session, catalog, store_path.string()));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string results,
                             CompareInto(session, catalog, nullptr, *user, out));
    session.Message("demo: training one reusable hybrid model");
    DYNAJOB_RETURN_IF_ERROR(Train(session, catalog, *user, out / "model"));
    session.progress.Clear();
    DYNAJOB_RETURN_IF_ERROR(PrintResults(session, results));
    if (!session.flags.json) DYNAJOB_RETURN_IF_ERROR(ShowJobs(session, catalog, out / "model"));
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    session.Message(NextSteps(session.program, out, catalog.candidate(0).id));
    return 0;
  }

 private:
  static Result<Catalog> Load(const Session& session, const std::filesystem::path& path) {
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenStore(path.string(), OpenMode::kReadOnly));
    DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, store->LoadCatalog(spec));
    DYNAJOB_RETURN_IF_ERROR(CheckReadyForCompare(catalog, session.settings.experiment.comparison));
    return catalog;
  }

  static Status Train(Session& session, const Catalog& catalog, SimulatedUser& user,
                      const std::filesystem::path& directory) {
    TrainingRequest request;
    request.strategy = Strategy::kHybrid;
    request.directory = directory;
    request.force = true;
    const Result<TrainingOutcome> outcome = TrainInto(session, catalog, nullptr, user, request);
    return outcome.ok() ? Status::Ok() : Status(outcome.error());
  }

  static Status ShowJobs(const Session& session, const Catalog& catalog,
                         const std::filesystem::path& directory) {
    DYNAJOB_ASSIGN_OR_RETURN(const Model model, Model::Load(directory, catalog));
    DYNAJOB_ASSIGN_OR_RETURN(const auto cosine,
                             CosineReward::Create(catalog, session.settings.experiment.cosine));
    DYNAJOB_ASSIGN_OR_RETURN(
        const std::vector<Recommendation> jobs,
        RecommendJobs(model, catalog, *cosine, 0, AllRows(catalog.job_count()), kShownJobs));
    session.Print("\nThe hybrid model recommends\n" + RecommendationsText(catalog, 0, jobs));
    return Status::Ok();
  }

  static std::string NextSteps(const std::string& program, const std::filesystem::path& out,
                               const std::string& candidate) {
    const std::string store = DemoStorePath(out).string();
    const std::string config = (out / "config.toml").string();
    return fmt::format(
        "\nresults: {0}\nreport:  {1}\ntry next:\n"
        "  {2} recommend --model {3} --store {4} --candidate {5} -k 10\n"
        "  {2} validate --store {4} --config {6}\n"
        "  {2} compare --store {4} --config {6} --out {7} --set surrogate.corruption=0.5",
        (out / "results.json").string(), (out / "report.html").string(), program,
        (out / "model").string(), store, candidate, config, (out / "noisy").string());
  }
};

}  // namespace

std::unique_ptr<Command> MakeDemoCommand() { return std::make_unique<DemoCommand>(); }

}  // namespace dynajob
