#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/file.h"
#include "dynajob/evaluation/logged_policy.h"

#include "command.h"
#include "model_store.h"
#include "store_access.h"
#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

std::string Interval(const Estimate& estimate, const char* sign = "") {
  return fmt::format(fmt::runtime(fmt::format("{{:{0}.3f}} [{{:{0}.3f}},{{:{0}.3f}}]", sign)),
                     estimate.value, estimate.low, estimate.high);
}

std::string ToText(const OffPolicyResult& result) {
  const SupportCheck& support = result.support;
  std::string text =
      fmt::format("{} decisions about {} people; reward per decision [95 % interval]\n\n",
                  support.decisions, support.people);
  TextTable table({"<estimate", "reward", "less the log's", "<"});
  table.AddRow({"the log itself", Interval(result.logged), "", ""});
  for (const OffPolicyEstimate& estimate : result.estimates) {
    const bool absent = !estimate.absent.empty();
    table.AddRow({estimate.name, absent ? "-" : Interval(estimate.value),
                  absent ? "" : Interval(estimate.difference, "+"), estimate.absent});
  }
  text += table.ToString();
  text += fmt::format(
      "\nsupport: effective sample {:.0f} of {}; mean weight {}; largest weight {:.1f} % of all\n",
      support.effective_decisions, support.decisions, Interval(support.mean_weight),
      100 * support.largest_weight_share);
  return text;
}

Json ToJson(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

std::string ToJsonText(const OffPolicyResult& result, const DecisionLog& log) {
  const SupportCheck& support = result.support;
  Json json = {{"schema", "dynajob.off_policy/1"},
               {"decisions", support.decisions},
               {"people", support.people},
               {"left_out", log.left_out},
               {"support",
                {{"effective_decisions", support.effective_decisions},
                 {"mean_weight", ToJson(support.mean_weight)},
                 {"largest_weight_share", support.largest_weight_share}}},
               {"logged", ToJson(result.logged)}};
  for (const OffPolicyEstimate& estimate : result.estimates) {
    Json& entry = json["estimates"][estimate.name];
    if (!estimate.absent.empty())
      entry["absent"] = estimate.absent;
    else
      entry = {{"value", ToJson(estimate.value)}, {"difference", ToJson(estimate.difference)}};
  }
  return json.dump(2) + "\n";
}

class EvaluateLogsCommand final : public Command {
 public:
  std::string name() const override { return "evaluate-logs"; }
  std::string description() const override {
    return "What would a model have earned? Judge it by the log of what was shown before";
  }
  std::vector<std::string> examples() const override {
    return {"evaluate-logs --model runs/model --store market.db",
            "evaluate-logs --model runs/model --store market.db --set off_policy.epsilon=0.1",
            "evaluate-logs --model runs/model --store market.db --log clicks.jsonl --json",
            "evaluate-logs --log decisions_with_target_probability.jsonl"};
  }
  std::vector<Flag> flags() const override { return {Flag::kStore, Flag::kStrict}; }
  void Declare(CLI::App& app) override {
    app.add_option("--model", model_,
                   "Run directory of 'dynajob train', or store:NAME for a model in the store")
        ->type_name("RUN");
    app.add_option("--log", log_,
                   "Lines of JSON with candidate_id, job_id, reward or response, and propensity; "
                   "else the responses of the store (docs/protocol.md)")
        ->type_name("FILE");
  }
  // The model's own configuration, so that fields are those it was trained with.
  ConfigSources BaseConfig() const override {
    ConfigSources sources;
    if (!model_.empty() && !IsStored())
      sources.run_config = std::filesystem::path(model_) / "config.toml";
    return sources;
  }

  Result<int> Run(Session& session) override {
    if (IsStored()) {
      const std::string name = model_.substr(kStoredModelPrefix.size());
      return RunWithStoredModel(session, name,
                                [this](Session& with_model, const std::filesystem::path& model) {
                                  model_ = model.string();
                                  return Run(with_model);
                                });
    }
    if (log_.empty() && model_.empty())
      return InvalidArgument("--model is required: the policy that the log is to judge");
    if (!log_.empty()) {
      DYNAJOB_ASSIGN_OR_RETURN(DecisionLog log, ReadLog(session));
      const bool stated =
          !log.decisions.empty() && log.decisions.front().target_probability.has_value();
      if (!stated) return JudgeByModel(session, std::move(log));
      if (!model_.empty())
        return InvalidArgument(fmt::format(
            "--model with {}: the log says target_probability, so it judges that policy", log_));
      return Report(session, StatedDecisions(log), /*has_reward_model=*/false, log);
    }
    return JudgeByModel(session, std::nullopt);
  }

 private:
  bool IsStored() const { return model_.starts_with(kStoredModelPrefix); }

  Result<DecisionLog> ReadLog(const Session& session) const {
    DYNAJOB_ASSIGN_OR_RETURN(const std::string text, ReadFile(log_));
    auto log = ParseDecisionLog(text, session.settings.experiment.rewards);
    if (!log.ok()) return Error{log.error().code, fmt::format("{}: {}", log_, log.error().message)};
    return log;
  }

  // `log`: as read from a file; else what the store holds.
  Result<int> JudgeByModel(Session& session, std::optional<DecisionLog> log) const {
    if (model_.empty())
      return InvalidArgument(fmt::format(
          "--model is required: {} does not say target_probability of the policy to judge", log_));
    DYNAJOB_ASSIGN_OR_RETURN(const StoreAndCatalog loaded, LoadSessionCatalog(session));
    DYNAJOB_ASSIGN_OR_RETURN(const Model model, Model::Load(model_, loaded.catalog));
    if (!log) {
      std::vector<ResponseEvent> events;
      DYNAJOB_RETURN_IF_ERROR(loaded.store->ForEachResponse([&](ResponseEvent event) {
        events.push_back(std::move(event));
        return Status::Ok();
      }));
      log = DecisionsOf(events, session.settings.experiment.rewards);
    }
    const RankingModel ranking = {
        .values = [&](CandidateRow candidate, std::span<const JobRow> jobs,
                      std::span<float> out) { model.QValues(candidate, jobs, out); },
        .rewards = [&](CandidateRow candidate, std::span<const JobRow> jobs,
                       std::span<float> out) { model.PredictedRewards(candidate, jobs, out); }};
    DYNAJOB_ASSIGN_OR_RETURN(
        const std::vector<OffPolicySample> samples,
        JudgeDecisions(loaded.catalog, *log, ranking, session.settings.off_policy.epsilon));
    return Report(session, samples, /*has_reward_model=*/true, *log);
  }

  static Result<int> Report(Session& session, const std::vector<OffPolicySample>& samples,
                            bool has_reward_model, const DecisionLog& log) {
    for (const auto& [reason, count] : log.left_out)
      session.Message(fmt::format("left out: {} {}", count, reason));
    const OffPolicyResult result =
        EvaluateOffPolicy(samples, has_reward_model, session.settings.off_policy);
    if (!result.support.objections.empty()) {
      std::string message = "the log cannot judge this policy";
      for (const std::string& objection : result.support.objections) message += "; " + objection;
      return FailedPrecondition(message);
    }
    session.Print(session.flags.json ? ToJsonText(result, log) : ToText(result));
    return 0;
  }

  std::string model_;
  std::string log_;
};

}  // namespace

std::unique_ptr<Command> MakeEvaluateLogsCommand() {
  return std::make_unique<EvaluateLogsCommand>();
}

}  // namespace dynajob
