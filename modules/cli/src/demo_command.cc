#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/embeddings/embed_store.h"
#include "dynajob/market/generator.h"

#include "candidate_set_access.h"
#include "command.h"
#include "comparison_run.h"
#include "demo_config.h"
#include "open_embedder.h"
#include "recommendation.h"
#include "store_access.h"
#include "store_report.h"
#include "training_run.h"

namespace dynajob {
namespace {

// Says that a directory was made by this command, so that it may be replaced.
constexpr const char* kMarker = ".dynajob-demo";
constexpr size_t kShownJobs = 5;

// Generates `count` entities and hands them over in batches.
template <typename Entity, typename Generate, typename Put>
Status PutGenerated(const Session& session, const char* stage, int64_t count,
                    const Generate& generate, const Put& put) {
  constexpr size_t kBatch = 500;
  std::vector<Entity> batch;
  for (int64_t i = 0; i < count; ++i) {
    if (session.cancellation.cancelled())
      return Error{ErrorCode::kCancelled, "the demo was cancelled"};
    batch.push_back(generate(static_cast<uint64_t>(i)));
    if (batch.size() < kBatch && i + 1 < count) continue;
    DYNAJOB_RETURN_IF_ERROR(put(batch));
    batch.clear();
    session.progress.Report(
        {stage, static_cast<uint64_t>(i + 1), static_cast<uint64_t>(count), {}});
  }
  return Status::Ok();
}

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
    return {Flag::kOut, Flag::kArms, Flag::kSeed, Flag::kSeeds, Flag::kWorkers};
  }
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    sources.built_in = kDemoConfig;
    return sources;
  }

  Result<int> Run(Session& session) override {
    const std::filesystem::path out = session.flags.out.empty() ? "runs/demo" : session.flags.out;
    const std::filesystem::path store_path = out / "market.db";
    DYNAJOB_RETURN_IF_ERROR(PrepareDirectory(out));
    session.Message(fmt::format("demo: a sample market of {} candidates and {} jobs in {}",
                                session.settings.market.candidates, session.settings.market.jobs,
                                store_path.string()));
    DYNAJOB_RETURN_IF_ERROR(MakeStore(session, store_path));
    DYNAJOB_ASSIGN_OR_RETURN(const Catalog catalog, Load(session, store_path));
    session.Message(
        fmt::format("demo: comparing {} arms", session.settings.experiment.comparison.arms.size()));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string results,
                             CompareInto(session, catalog, nullptr, out));
    session.Message("demo: training one reusable hybrid model");
    DYNAJOB_RETURN_IF_ERROR(Train(session, catalog, out / "model"));
    session.progress.Clear();
    DYNAJOB_RETURN_IF_ERROR(PrintResults(session, results));
    if (!session.flags.json) DYNAJOB_RETURN_IF_ERROR(ShowJobs(session, catalog, out / "model"));
    session.Message(NextSteps(session.program, out, catalog.candidate(0).id));
    return 0;
  }

 private:
  // Removes what an earlier demo left, and only that.
  static Status PrepareDirectory(const std::filesystem::path& out) {
    const bool ours = std::filesystem::exists(out / kMarker);
    for (const char* name : {"market.db", "model", "results.json", "config.toml"}) {
      if (!ours && std::filesystem::exists(out / name))
        return InvalidArgument(
            fmt::format("--out {}: holds {}, which is not of a demo; choose another directory",
                        out.string(), name));
    }
    DYNAJOB_RETURN_IF_ERROR(MakeDirectory(out));
    DYNAJOB_RETURN_IF_ERROR(
        WriteFileAtomically(out / kMarker, "made by 'dynajob demo', which replaces the content\n"));
    for (const char* name : {"market.db", "market.db-wal", "market.db-shm", "market.db-journal",
                             "results.json", "report.html", "timing.json"}) {
      std::error_code error;
      std::filesystem::remove(out / name, error);
      if (error)
        return IoError(
            fmt::format("cannot replace {}: {}", (out / name).string(), error.message()));
    }
    return Status::Ok();
  }

  static Status MakeStore(Session& session, const std::filesystem::path& path) {
    const MarketOptions& market = session.settings.market;
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenStore(path.string(), OpenMode::kCreate));
    DYNAJOB_RETURN_IF_ERROR(PutGenerated<Candidate>(
        session, "generate candidates", market.candidates,
        [&](uint64_t i) { return GenerateCandidate(market, i); },
        [&](const std::vector<Candidate>& batch) { return store->PutCandidates(batch); }));
    DYNAJOB_RETURN_IF_ERROR(PutGenerated<Job>(
        session, "generate jobs", market.jobs, [&](uint64_t i) { return GenerateJob(market, i); },
        [&](const std::vector<Job>& batch) { return store->PutJobs(batch); }));
    DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, OpenEmbedder(session.settings));
    DYNAJOB_ASSIGN_OR_RETURN(const EmbedReport report,
                             EmbedStore(*store, *embedder, session.settings.embed,
                                        &session.progress, &session.cancellation));
    session.Message(fmt::format("demo: embedded with {}", report.embedder));
    return Status::Ok();
  }

  static Result<Catalog> Load(const Session& session, const std::filesystem::path& path) {
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenStore(path.string(), OpenMode::kReadOnly));
    DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, store->LoadCatalog(spec));
    DYNAJOB_RETURN_IF_ERROR(CheckReadyForCompare(catalog, session.settings.experiment.comparison));
    return catalog;
  }

  static Status Train(Session& session, const Catalog& catalog,
                      const std::filesystem::path& directory) {
    TrainingRequest request;
    request.strategy = Strategy::kHybrid;
    request.directory = directory;
    request.force = true;
    const Result<TrainingOutcome> outcome = TrainInto(session, catalog, nullptr, request);
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
    const std::string store = (out / "market.db").string();
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
