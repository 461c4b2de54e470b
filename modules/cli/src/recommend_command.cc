#include <algorithm>
#include <chrono>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/stores/live_catalog.h"

#include "candidate_set_access.h"
#include "command.h"
#include "model_store.h"
#include "recommendation.h"
#include "store_access.h"
#include "table_ranking.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;

// How long --follow waits for changes before it looks whether it should end.
constexpr milliseconds kFollowInterval(200);
// Between attempts while the store cannot be reached; doubled after each.
constexpr milliseconds kFirstPause(400);
constexpr milliseconds kLongestPause(10'000);

class RecommendCommand final : public Command {
 public:
  std::string name() const override { return "recommend"; }
  std::string description() const override { return "Rank the jobs of a store for one candidate"; }
  std::vector<std::string> examples() const override {
    return {
        "recommend --model runs/model --store market.db --candidate candidate-000001",
        "recommend --model runs/model --store market.db --candidate candidate-000001 -k 3 --json",
        "recommend --model runs/model --store market.db --candidate candidate-000001 --follow",
        "recommend --model runs/model --store market.db --candidate candidate-000001 "
        "--set ranking.exact_below=0",
        "recommend --model runs/model --store market.db --candidate candidate-000001 "
        "--set candidate_sets.source=filtered --set candidate_sets.location=candidate"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kK, Flag::kStrict}; }
  void Declare(CLI::App& app) override {
    app.add_option("--model", model_,
                   "Run directory of 'dynajob train', or store:NAME for a model in the store")
        ->type_name("RUN");
    app.add_option("--candidate", candidate_, "Id of the candidate")->type_name("ID");
    app.add_flag("--follow", follow_,
                 "Rank again whenever the jobs of the store change, until interrupted; with "
                 "--json one line each");
  }
  // The model's own configuration, so that fields and pairs are those it was trained with.
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    if (!model_.empty() && !IsStored())
      sources.run_config = std::filesystem::path(model_) / "config.toml";
    return sources;
  }

  Result<int> Run(Session& session) override {
    if (model_.empty())
      return InvalidArgument("--model is required: a run directory of 'dynajob train'");
    if (candidate_.empty())
      return InvalidArgument("--candidate is required: the id of a candidate");
    if (IsStored()) return RunStored(session);
    if (follow_) return Follow(session);
    DYNAJOB_ASSIGN_OR_RETURN(bool is_ranked, RankFromTable(session, model_, candidate_));
    if (is_ranked) return 0;
    DYNAJOB_ASSIGN_OR_RETURN(const StoreAndCatalog loaded, LoadAndKeepTable(session));
    // With narrower vectors in the table, so that the first answer is that of all later ones.
    if (session.settings.catalog_cache.precision == CatalogCache::kFloat16) {
      DYNAJOB_ASSIGN_OR_RETURN(is_ranked, RankFromTable(session, model_, candidate_));
      if (is_ranked) return 0;
    }
    DYNAJOB_ASSIGN_OR_RETURN(const size_t k, ParseK(session.flags.k, loaded.catalog.job_count()));
    DYNAJOB_RETURN_IF_ERROR(Rank(session, loaded.catalog, loaded.store.get(), k));
    return 0;
  }

 private:
  Status Rank(Session& session, const Catalog& catalog, Store* store, size_t k) const {
    DYNAJOB_ASSIGN_OR_RETURN(const CandidateRow candidate, FindCandidateRow(catalog, candidate_));
    DYNAJOB_ASSIGN_OR_RETURN(const Model model, Model::Load(model_, catalog));
    DYNAJOB_ASSIGN_OR_RETURN(const SessionCandidateSets candidate_sets,
                             MakeCandidateSets(session, catalog, store, std::span(&candidate, 1),
                                               SessionNowMs(session)));
    const auto seed = static_cast<uint64_t>(session.settings.experiment.comparison.seed);
    DYNAJOB_ASSIGN_OR_RETURN(const auto pools,
                             candidate_sets.sets->Over(AllRows(catalog.job_count()), k, seed));
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<Recommendation> recommendations,
                             RecommendJobs(model, catalog, *candidate_sets.cosine, candidate,
                                           pools->Pool(candidate), k, session.settings.ranking));
    if (const PoolCounts counts = pools->counts(); counts.jobs_added > 0)
      session.Message(fmt::format(
          "candidate sets: fewer than {} jobs match, so {} open ones were added at random", k,
          counts.jobs_added));
    if (recommendations.size() < k)
      session.Message(fmt::format("-k {}: only {} jobs are open", k, recommendations.size()));
    session.Print(session.flags.json
                      ? RecommendationsJson(catalog, candidate, recommendations, follow_)
                      : RecommendationsText(catalog, candidate, recommendations));
    session.terminal.out->flush();
    return Status::Ok();
  }

  Result<int> Follow(Session& session) const {
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
    DYNAJOB_ASSIGN_OR_RETURN(const auto live,
                             LiveCatalog::Open(*store, spec, SessionNowMs(session)));
    session.Message(
        fmt::format("following {} ({}); interrupt to end", store->name(), live->method()));
    DYNAJOB_ASSIGN_OR_RETURN(const size_t k,
                             ParseK(session.flags.k, live->snapshot()->job_count()));
    DYNAJOB_RETURN_IF_ERROR(Rank(session, *live->snapshot(), store.get(), k));
    bool is_ranked = true;
    milliseconds pause(0);  // while the store cannot be reached
    while (!session.cancellation.cancelled()) {
      const Status status = FollowOnce(session, *live, *store, k, is_ranked);
      if (status.ok()) {
        if (pause > milliseconds(0))
          session.Message(fmt::format("{}: it can be reached again", store->name()));
        pause = milliseconds(0);
        continue;
      }
      if (status.error().code != ErrorCode::kStoreUnreachable) return status.error();
      if (pause == milliseconds(0))
        session.Message(fmt::format("{}; trying again", status.error().message));
      pause = std::clamp(2 * pause, kFirstPause, kLongestPause);
      for (milliseconds waited(0); waited < pause && !session.cancellation.cancelled();
           waited += kFollowInterval)
        std::this_thread::sleep_for(kFollowInterval);
    }
    return ExitCode(ErrorCode::kCancelled);
  }

  // Takes changes in, and ranks unless that was done since the last one.
  Status FollowOnce(Session& session, LiveCatalog& live, Store& store, size_t k,
                    bool& is_ranked) const {
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogUpdate update,
                             live.Refresh(kFollowInterval, SessionNowMs(session)));
    for (const std::string& notice : update.notices) session.Message(notice);
    if (update.reloaded)
      session.Message("the store no longer has all changes, so the jobs were loaded again");
    if (update.published()) {
      is_ranked = false;
      session.Message(fmt::format("jobs: {} new, {} changed, {} gone; {} wait for embeddings",
                                  update.added.size(), update.changed.size(), update.removed.size(),
                                  live.waiting().size()));
    }
    if (is_ranked || live.snapshot()->job_count() == 0) return Status::Ok();
    DYNAJOB_RETURN_IF_ERROR(Rank(session, *live.snapshot(), &store, k));
    is_ranked = true;
    return Status::Ok();
  }

  bool IsStored() const { return model_.starts_with(kStoredModelPrefix); }

  // Once fetched, the model is as any other, with its own configuration.
  Result<int> RunStored(Session& session) {
    const std::string name = model_.substr(kStoredModelPrefix.size());
    return RunWithStoredModel(session, name,
                              [this](Session& with_model, const std::filesystem::path& directory) {
                                model_ = directory.string();
                                return Run(with_model);
                              });
  }

  std::string model_;
  std::string candidate_;
  bool follow_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeRecommendCommand() { return std::make_unique<RecommendCommand>(); }

}  // namespace dynajob
