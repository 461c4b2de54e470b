#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/embeddings/embed_store.h"
#include "dynajob/embeddings/phrase_embedder.h"

#include "command.h"
#include "open_embedder.h"
#include "spending_text.h"
#include "store_access.h"
#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const std::map<std::string, FieldCounts>& fields) {
  Json json = Json::object();
  for (const auto& [name, counts] : fields)
    json[name] = {{"made", counts.made},
                  {"from_fallback", counts.from_fallback},
                  {"skipped", counts.skipped}};
  return json;
}

Json ToJson(const Spending& spending) {
  Json json = {{"calls", spending.paid},
               {"failed_calls", spending.failed},
               {"tokens", spending.prompt_tokens},
               {"calls_without_tokens", spending.paid_without_usage},
               {"cost_usd", nullptr}};
  if (const auto cost = spending.cost_usd()) json["cost_usd"] = *cost;
  return json;
}

std::string ToText(const Spending& spending) {
  return fmt::format("endpoint: {} calls paid, {} failed; tokens {}; cost {}", spending.paid,
                     spending.failed, TokenText(spending), CostText(spending));
}

std::string ToText(const EmbedReport& report) {
  TextTable table({"<field", "vectors", "of these from longer text", "without text"});
  for (const auto& [kind, fields] :
       {std::pair{"candidate", &report.candidate_fields}, std::pair{"job", &report.job_fields}}) {
    for (const auto& [name, counts] : *fields)
      table.AddRow({fmt::format("{}.{}", kind, name), fmt::format("{}", counts.made),
                    fmt::format("{}", counts.from_fallback), fmt::format("{}", counts.skipped)});
  }
  return fmt::format(
      "embedder: {}\n{}{}", report.embedder,
      report.kept == 0 ? ""
                       : fmt::format("kept as they are: the vectors of {} records\n", report.kept),
      table.ToString());
}

class EmbedCommand final : public Command {
 public:
  std::string name() const override { return "embed"; }
  std::string description() const override {
    return "Make the embeddings of everything in a store: lexical, by a local model, or by an "
           "endpoint";
  }
  std::vector<std::string> examples() const override {
    return {"embed --store market.db",
            "embed --store market.db --model minilm",
            "embed --store market.db --model minilm --missing",
            "embed --store market.db --model ~/models/bge-small-en-v1.5",
            "embed --store market.db --model endpoint --set "
            "embeddings.endpoint_base_url=http://localhost:8000/v1 --set "
            "embeddings.endpoint_model=bge-small-en-v1.5",
            "embed --store market.db --set embeddings.dimension=128",
            "embed --store market.db --set embeddings.fallback_to_text=false --json"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kEmbeddingModel}; }

  void Declare(CLI::App& app) override {
    CLI::Option* replace =
        app.add_flag("--replace", replace_, "Replace vectors that another program made");
    app.add_flag("--missing", missing_,
                 "Only what has no vectors by this model yet: new records, or those that an "
                 "interrupted run did not reach")
        ->excludes(replace);
  }

  Result<int> Run(Session& session) override {
    EmbedOptions options = session.settings.embed;
    options.replace_foreign = replace_;
    options.only_missing = missing_;
    DYNAJOB_ASSIGN_OR_RETURN(const auto embedder, OpenEmbedder(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadWrite));
    const auto report =
        EmbedStore(*store, *embedder, options, &session.progress, &session.cancellation);
    session.progress.Clear();
    const std::optional<Spending> spending = SpendingOf(*embedder);
    if (spending) session.Message(ToText(*spending));  // also of work that failed
    if (!report.ok()) return report.error();
    if (const auto* phrases = dynamic_cast<const PhraseEmbedder*>(embedder.get());
        phrases != nullptr && phrases->stood_in() > 0)
      session.Message(fmt::format(
          "{} sentences are not the sample market's and were placed by their spelling; for real "
          "data use --model minilm",
          phrases->stood_in()));
    if (session.flags.json) {
      Json json = {{"embedder", report->embedder},
                   {"kept", report->kept},
                   {"candidate", ToJson(report->candidate_fields)},
                   {"job", ToJson(report->job_fields)}};
      if (spending) json["endpoint"] = ToJson(*spending);
      session.Print(json.dump(1) + "\n");
    } else {
      session.Print(ToText(*report));
    }
    session.Message(
        fmt::format("next: {} validate --store {}", session.program, ShownStore(session)));
    return 0;
  }

 private:
  bool replace_ = false;
  bool missing_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeEmbedCommand() { return std::make_unique<EmbedCommand>(); }

}  // namespace dynajob
