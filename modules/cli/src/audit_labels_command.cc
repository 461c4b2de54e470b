#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/core/file.h"
#include "dynajob/evaluation/label_audit.h"

#include "command.h"
#include "label_audit_run.h"
#include "simulated_user.h"
#include "store_access.h"

namespace dynajob {
namespace {

constexpr int64_t kMostPairs = 1'000'000;

// What people did, the last time where they did it twice; a random choice where there is more than
// `count`.
Result<KnownResponses> FromStore(const Session& session, const Catalog& catalog, size_t count) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto store, OpenSessionStore(session, OpenMode::kReadOnly));
  std::map<std::pair<CandidateRow, JobRow>, Response> responses;
  DYNAJOB_RETURN_IF_ERROR(store->ForEachResponse([&](const ResponseEvent& event) {
    const auto candidate = catalog.FindCandidate(event.candidate_id);
    const auto job = catalog.FindJob(event.job_id);
    if (candidate && job) responses[{*candidate, *job}] = event.response;
    return Status::Ok();
  }));
  if (responses.empty()) {
    return FailedPrecondition(fmt::format(
        "{}: holds no responses of people to compare labels with; --against judge compares them "
        "with the simulated judge",
        store->name()));
  }
  std::vector<std::pair<Pair, Response>> all;
  for (const auto& [rows, response] : responses)
    all.push_back({{rows.first, rows.second}, response});
  const auto seed = static_cast<uint64_t>(session.settings.experiment.comparison.seed);
  Rng rng = Rng::Derive(seed, "audited-responses");
  rng.Shuffle(std::span(all));
  all.resize(std::min(all.size(), count));
  KnownResponses known;
  for (const auto& [pair, response] : all) {
    known.pairs.push_back(pair);
    known.truths.emplace_back()[static_cast<size_t>(response)] = 1;
  }
  return known;
}

class AuditLabelsCommand final : public Command {
 public:
  std::string name() const override { return "audit-labels"; }
  std::string description() const override {
    return "Will the LLM's labels help? Compare some with responses that are known";
  }
  std::vector<std::string> examples() const override {
    return {"audit-labels --store market.db --llm endpoint --set llm.model=NAME --pairs 300",
            "audit-labels --store jobs.db --against responses --llm endpoint "
            "--set llm.model=NAME",
            "audit-labels --store market.db --config runs/llm/config.toml --llm endpoint --out "
            "runs/llm",
            "audit-labels --store market.db --set surrogate.corruption=0.3 --json"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kStore, Flag::kOut, Flag::kSeed, Flag::kStrict, Flag::kLlm};
  }
  void Declare(CLI::App& app) override {
    app.add_option("--against", against_,
                   "judge (of a market) or responses (of people, from the store)")
        ->type_name("WHAT")
        ->capture_default_str();
    app.add_option("--pairs", pairs_, "How many pairs are labelled, at most")
        ->type_name("N")
        ->capture_default_str();
  }

  Result<int> Run(Session& session) override {
    if (pairs_ < 10 || pairs_ > kMostPairs)
      return InvalidArgument(fmt::format("--pairs {}: must be from 10 to {}", pairs_, kMostPairs));
    if (against_ != "judge" && against_ != "responses")
      return InvalidArgument(
          fmt::format("--against '{}' is not valid: must be judge or responses", against_));
    DYNAJOB_ASSIGN_OR_RETURN(StoreAndCatalog loaded, LoadSessionCatalog(session));
    loaded.store.reset();
    const Catalog& catalog = loaded.catalog;
    const auto count = static_cast<size_t>(pairs_);
    DYNAJOB_ASSIGN_OR_RETURN(const KnownResponses known, against_ == "judge"
                                                             ? JudgedPairs(session, catalog, count)
                                                             : FromStore(session, catalog, count));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user,
                             SimulatedUser::Open(session, catalog, store, Refusals::kAllow));
    session.Message(fmt::format(
        "audit-labels: {} pairs against the {}\n{}", known.pairs.size(),
        against_ == "judge" ? "judge, who is simulated" : "responses of people", user->Note()));
    DYNAJOB_ASSIGN_OR_RETURN(const LabelAudit audit, AuditUser(session, catalog, *user, known));
    if (!session.flags.out.empty()) DYNAJOB_RETURN_IF_ERROR(Keep(session, audit));
    session.Print(session.flags.json ? AuditJson(audit) + "\n" : AuditText(audit));
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    return 0;
  }

 private:
  // Where `report` finds it.
  static Status Keep(const Session& session, const LabelAudit& audit) {
    const std::filesystem::path directory = session.flags.out;
    DYNAJOB_RETURN_IF_ERROR(MakeDirectory(directory));
    return WriteFileAtomically(directory / kLabelAuditFile, AuditJson(audit));
  }

  std::string against_ = "judge";
  int64_t pairs_ = 400;
};

}  // namespace

std::unique_ptr<Command> MakeAuditLabelsCommand() { return std::make_unique<AuditLabelsCommand>(); }

}  // namespace dynajob
