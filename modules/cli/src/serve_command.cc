#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/serve/http_api.h"
#include "dynajob/serve/server.h"

#include "command.h"
#include "demo_config.h"
#include "demo_store.h"
#include "model_store.h"
#include "open_embedder.h"
#include "store_access.h"

namespace dynajob {
namespace {

class ServeCommand final : public Command {
 public:
  std::string name() const override { return "serve"; }
  std::string description() const override {
    return "Answer over HTTP: ranked jobs for anybody, responses stored without loss";
  }
  std::vector<std::string> examples() const override {
    return {"serve --demo", "serve --model runs/model --store market.db",
            "serve --model runs/model --store market.db --set serve.port=9000 "
            "--set serve.keys_file=keys.txt",
            "serve --print-http-api"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kOut, Flag::kStrict}; }
  void Declare(CLI::App& app) override {
    app.add_option("--model", model_,
                   "Run directory of 'dynajob train', or store:NAME for a model in the store; "
                   "without it jobs are ranked by cosine until a model is activated")
        ->type_name("RUN");
    app.add_flag("--demo", demo_,
                 "Serve the sample market of 'dynajob demo' (in --out, default runs/demo); makes "
                 "and trains it when it is not there");
    app.add_flag("--print-openapi", print_openapi_, "Print the API as OpenAPI 3.1, and exit");
    app.add_flag("--print-http-api", print_http_api_, "Print docs/http_api.md, and exit");
  }
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    if (demo_) {
      sources.built_in = kDemoConfig;
    } else if (!model_.empty() && !IsStored()) {
      sources.run_config = std::filesystem::path(model_) / "config.toml";
    }
    return sources;
  }

  Result<int> Run(Session& session) override {
    if (print_openapi_ || print_http_api_) {
      session.Print(print_openapi_ ? OpenApiJson(DYNAJOB_VERSION) : HttpApiMarkdown());
      return 0;
    }
    if (demo_) return RunDemo(session);
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    if (!IsStored())
      return Serve(session, store, model_, model_.empty() ? "" : PublishedName(model_),
                   RunAround(model_));
    const std::string name = model_.substr(kStoredModelPrefix.size());
    return RunWithStoredModel(session, name,
                              [&](Session& with_model, const std::filesystem::path& directory) {
                                return Serve(with_model, store, directory, name, {});
                              });
  }

 private:
  bool IsStored() const { return model_.starts_with(kStoredModelPrefix); }

  // The directory that a model lies in: where `demo` made the model, its comparison is there, too.
  static std::filesystem::path RunAround(const std::string& model) {
    if (model.empty()) return {};
    const auto path = std::filesystem::absolute(std::filesystem::path(model) / "");
    return path.lexically_normal().parent_path().parent_path();
  }

  // Serves what 'dynajob demo' has left, or makes as much of it as serving needs.
  Result<int> RunDemo(Session& session) {
    if (!model_.empty() || !session.flags.store.empty())
      return InvalidArgument(
          "--demo has a store and a model of its own: give no --store or --model");
    const std::filesystem::path out =
        session.flags.out.empty() ? kDemoDirectory : session.flags.out;
    const std::string store = DemoStorePath(out).string();
    const std::filesystem::path model = out / "model";
    if (!std::filesystem::exists(model / "model.json") || !std::filesystem::exists(store))
      DYNAJOB_RETURN_IF_ERROR(MakeDemo(session, out, store, model));
    // What is there was made with the settings that are recorded beside it.
    ConfigSources sources = BaseConfig();
    sources.run_config = model / "config.toml";
    sources.file = session.flags.config;
    sources.settings = session.flags.set;
    Settings settings;
    DYNAJOB_RETURN_IF_ERROR(settings.Load(sources));
    Session with_model{session.program,  session.flags,        settings,
                       session.terminal, session.cancellation, session.progress};
    return Serve(with_model, store, model, PublishedName(model), out);
  }

  static Status MakeDemo(Session& session, const std::filesystem::path& out,
                         const std::string& store, const std::filesystem::path& model) {
    session.Message(fmt::format("serve: making a sample market and a model in {}", out.string()));
    DYNAJOB_RETURN_IF_ERROR(MakeDemoStore(session, out));
    DYNAJOB_ASSIGN_OR_RETURN(const CatalogSpec spec, session.settings.catalog.ToSpec());
    DYNAJOB_ASSIGN_OR_RETURN(const auto opened, OpenStore(store, OpenMode::kReadOnly));
    DYNAJOB_ASSIGN_OR_RETURN(const Catalog catalog, opened->LoadCatalog(spec));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user, SimulatedUser::Open(session, catalog, store));
    const Status trained = TrainDemoModel(session, catalog, *user, model);
    session.progress.Clear();
    return trained;
  }

  static Result<int> Serve(Session& session, const std::string& store,
                           const std::filesystem::path& model, const std::string& model_name,
                           const std::filesystem::path& run) {
    const Settings& settings = session.settings;
    const bool is_database = IsMongoAddress(store);
    ServerParts parts;
    parts.open_store = [&settings, store] {
      return OpenStore(store, OpenMode::kReadWrite, settings.store);
    };
    DYNAJOB_ASSIGN_OR_RETURN(parts.spec, settings.catalog.ToSpec());
    parts.cosine = settings.experiment.cosine;
    DYNAJOB_ASSIGN_OR_RETURN(parts.embedder, OpenEmbedder(session));
    parts.embed = settings.embed;
    parts.model = model;
    parts.model_name = model_name;
    parts.run = run;
    parts.state = !settings.serve.state.empty() ? std::filesystem::path(settings.serve.state)
                  : is_database                 ? std::filesystem::path("runs/serve")
                                                : std::filesystem::path(store + ".serve");
    parts.spool = is_database;
    parts.learning = settings.learn;
    parts.online = settings.experiment.online;
    parts.rewards = settings.experiment.rewards;
    parts.version = DYNAJOB_VERSION;
    parts.log = [&session](const std::string& line) { session.Message("serve: " + line); };
    DYNAJOB_ASSIGN_OR_RETURN(const auto server, Server::Create(std::move(parts), settings.serve));
    session.Print(fmt::format("serving {} at {}\n", RedactAddress(store), server->url()));
    session.terminal.out->flush();
    DYNAJOB_RETURN_IF_ERROR(server->Run(session.cancellation));
    session.Message("serve: stopped");
    return 0;
  }

  std::string model_;
  bool demo_ = false;
  bool print_openapi_ = false;
  bool print_http_api_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeServeCommand() { return std::make_unique<ServeCommand>(); }

}  // namespace dynajob
