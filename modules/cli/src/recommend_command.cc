#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "command.h"
#include "model_store.h"
#include "recommendation.h"
#include "store_access.h"

namespace dynajob {
namespace {

class RecommendCommand final : public Command {
 public:
  std::string name() const override { return "recommend"; }
  std::string description() const override { return "Rank the jobs of a store for one candidate"; }
  std::vector<std::string> examples() const override {
    return {
        "recommend --model runs/model --store market.db --candidate candidate-000001",
        "recommend --model runs/model --store market.db --candidate candidate-000001 -k 3 --json"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kK, Flag::kStrict}; }
  void Declare(CLI::App& app) override {
    app.add_option("--model", model_,
                   "Run directory of 'dynajob train', or store:NAME for a model in the store")
        ->type_name("RUN");
    app.add_option("--candidate", candidate_, "Id of the candidate")->type_name("ID");
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
    DYNAJOB_ASSIGN_OR_RETURN(const Catalog catalog, LoadSessionCatalog(session));
    DYNAJOB_ASSIGN_OR_RETURN(const size_t k, ParseK(session.flags.k, catalog));
    DYNAJOB_ASSIGN_OR_RETURN(const CandidateRow candidate, FindCandidateRow(catalog, candidate_));
    DYNAJOB_ASSIGN_OR_RETURN(const Model model, Model::Load(model_, catalog));
    DYNAJOB_ASSIGN_OR_RETURN(const auto cosine,
                             CosineReward::Create(catalog, session.settings.experiment.cosine));
    DYNAJOB_ASSIGN_OR_RETURN(const std::vector<Recommendation> recommendations,
                             RecommendJobs(model, catalog, *cosine, candidate, k));
    session.Print(session.flags.json ? RecommendationsJson(catalog, candidate, recommendations)
                                     : RecommendationsText(catalog, candidate, recommendations));
    return 0;
  }

 private:
  bool IsStored() const { return model_.starts_with(kStoredModelPrefix); }

  // Once fetched, the model is as any other, with its own configuration.
  Result<int> RunStored(Session& session) {
    DYNAJOB_ASSIGN_OR_RETURN(
        const auto fetched,
        FetchedModel::Fetch(session, std::string_view(model_).substr(kStoredModelPrefix.size())));
    model_ = fetched->directory().string();
    ConfigSources sources = BaseConfig();
    sources.file = session.flags.config;
    sources.settings = session.flags.set;
    if (session.flags.strict) sources.settings.emplace_back("mongo.strict=true");
    Settings settings;
    DYNAJOB_RETURN_IF_ERROR(settings.Load(sources));
    Session with_model{session.program,  session.flags,        settings,
                       session.terminal, session.cancellation, session.progress};
    return Run(with_model);
  }

  std::string model_;
  std::string candidate_;
};

}  // namespace

std::unique_ptr<Command> MakeRecommendCommand() { return std::make_unique<RecommendCommand>(); }

}  // namespace dynajob
