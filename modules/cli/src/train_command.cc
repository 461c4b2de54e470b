#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/stores/open_store.h"

#include "command.h"
#include "model_store.h"
#include "store_access.h"
#include "store_report.h"
#include "training_run.h"

namespace dynajob {
namespace {

class TrainCommand final : public Command {
 public:
  std::string name() const override { return "train"; }
  std::string description() const override {
    return "Train one reusable model on everything in a store";
  }
  std::vector<std::string> examples() const override {
    return {"train --strategy hybrid --store market.db --out runs/model",
            "train --strategy hybrid --store market.db --out runs/model --resume",
            "train --strategy llm --llm endpoint --store market.db --out runs/llm "
            "--set llm.model=NAME --set llm.max_calls=5000",
            "train --strategy cosine --store market.db --out runs/cosine "
            "--set pretrain.cosine.steps=8000"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kStore, Flag::kOut, Flag::kSeed, Flag::kStrict, Flag::kLlm};
  }
  void Declare(CLI::App& app) override {
    app.add_option("--strategy", strategy_,
                   "baseline, cosine, llm or hybrid; --llm says who labels")
        ->type_name("NAME");
    app.add_flag("--resume", resume_, "Continue from the checkpoint in --out, to the same result");
    app.add_flag("--force", force_,
                 "Replace a model that is in --out, or in the store under its name");
    app.add_option("--publish", publish_,
                   "Put the model into the store under this name (MongoDB: always, by default "
                   "under the name of the directory)")
        ->type_name("NAME");
    app.add_flag("--no-publish", no_publish_, "Do not put the model into the store");
  }

  Result<int> Run(Session& session) override {
    DYNAJOB_ASSIGN_OR_RETURN(const TrainingRequest request, Request(session));
    DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
    const Catalog& catalog = loaded.catalog;
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<std::string> published_name,
                             NameToPublish(session));
    // Before hours of training. A resumed training has its name already.
    if (published_name && publish_.empty() && !force_ && !resume_)
      DYNAJOB_RETURN_IF_ERROR(CheckNameIsFree(*loaded.store, *published_name));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user, OpenUser(session, catalog, store));
    // Closed before the user's connection: only the last one that writes leaves a whole file
    // behind.
    const std::unique_ptr<Store> reader = std::move(loaded.store);
    session.Message(fmt::format("train: {} on {} candidates and {} jobs{}", strategy_,
                                catalog.candidate_count(), catalog.job_count(), LlmLine(*user)));
    ReportExclusions(session, catalog);
    DYNAJOB_ASSIGN_OR_RETURN(const TrainingOutcome outcome,
                             TrainInto(session, catalog, reader.get(), *user, request));
    session.progress.Clear();
    Report(session, *user, outcome);
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    if (published_name) DYNAJOB_RETURN_IF_ERROR(Publish(session, *published_name));
    return 0;
  }

 private:
  Result<TrainingRequest> Request(const Session& session) const {
    if (strategy_.empty())
      return InvalidArgument("--strategy is required: one of baseline, cosine, llm, hybrid");
    TrainingRequest request;
    request.directory = session.flags.out;
    request.resume = resume_;
    request.force = force_;
    DYNAJOB_ASSIGN_OR_RETURN(request.strategy, ParseStrategy(strategy_));
    if (session.flags.out.empty())
      return InvalidArgument("--out is required: a directory for the model, such as runs/model");
    if (!publish_.empty() && no_publish_)
      return InvalidArgument("--publish and --no-publish exclude each other");
    if (request.resume && request.force)
      return InvalidArgument("--resume and --force exclude each other");
    return request;
  }

  // A database that several processes share gets the model unless told otherwise.
  Result<std::optional<std::string>> NameToPublish(const Session& session) const {
    DYNAJOB_ASSIGN_OR_RETURN(const std::string address, StoreAddress(session));
    if (!publish_.empty()) return std::optional(publish_);
    if (no_publish_ || !IsMongoAddress(address)) return std::optional<std::string>();
    return std::optional(PublishedName(session.flags.out));
  }

  Status Publish(const Session& session, const std::string& name) const {
    const Status published = PublishModel(session, session.flags.out, name);
    if (!published.ok())
      return Error{published.error().code,
                   fmt::format("the model is in {}, but could not be published: {}",
                               session.flags.out, published.error().message)};
    session.Message(
        fmt::format("published: {} recommend --model {}{} --store {} --candidate ID -k 10",
                    session.program, kStoredModelPrefix, name, ShownStore(session)));
    return Status::Ok();
  }

  bool UsesLlm() const { return strategy_ == "llm" || strategy_ == "hybrid"; }
  std::string LlmLine(const SimulatedUser& user) const {
    return UsesLlm() ? fmt::format("\n{}", user.Note()) : std::string();
  }

  // Nobody is asked, and no endpoint needed, where no label is used.
  Result<std::unique_ptr<SimulatedUser>> OpenUser(const Session& session, const Catalog& catalog,
                                                  const std::string& store) const {
    return UsesLlm() ? SimulatedUser::Open(session, catalog, store)
                     : SimulatedUser::Surrogate(session, catalog);
  }

  void Report(const Session& session, const SimulatedUser& user,
              const TrainingOutcome& outcome) const {
    if (session.flags.json) {
      const nlohmann::ordered_json json = {{"model", session.flags.out},
                                           {"strategy", strategy_},
                                           {"llm", UsesLlm() ? user.kind() : ""},
                                           {"env_steps", outcome.steps},
                                           {"updates", outcome.updates},
                                           {"labels", outcome.labels},
                                           {"predicted_rewards", outcome.predicted_rewards},
                                           {"unanswered", outcome.unanswered},
                                           {"seconds", outcome.seconds}};
      session.Print(json.dump(1) + "\n");
      return;
    }
    session.Print(fmt::format(
        "trained {} in {:.1f} s: {} steps, {} updates, {} labels{}{}\nmodel: {}\n", strategy_,
        outcome.seconds, outcome.steps, outcome.updates, outcome.labels, Shortfall(outcome),
        LlmLine(user), (std::filesystem::path(session.flags.out) / "model.safetensors").string()));
    session.Message(fmt::format("next: {} recommend --model {} --store {} --candidate ID -k 10",
                                session.program, session.flags.out, ShownStore(session)));
  }

  // What labels did not cover.
  static std::string Shortfall(const TrainingOutcome& outcome) {
    std::string text;
    if (outcome.predicted_rewards > 0)
      text += fmt::format(", {} rewards from the world model", outcome.predicted_rewards);
    if (outcome.unanswered > 0)
      text += fmt::format(", {} steps without a usable answer", outcome.unanswered);
    return text;
  }

  std::string strategy_;
  bool resume_ = false;
  bool force_ = false;
  std::string publish_;
  bool no_publish_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeTrainCommand() { return std::make_unique<TrainCommand>(); }

}  // namespace dynajob
