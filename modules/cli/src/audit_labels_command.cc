#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "dynajob/evaluation/judge.h"
#include "dynajob/evaluation/label_audit.h"

#include "command.h"
#include "simulated_user.h"
#include "store_access.h"

namespace dynajob {
namespace {

constexpr size_t kPairsAtOnce = 50;  // between two progress reports
constexpr int64_t kMostPairs = 1'000'000;

// Pairs whose response is known, and the response.
struct KnownResponses {
  std::vector<Pair> pairs;
  std::vector<ResponseProbabilities> truths;
};

Result<KnownResponses> FromJudge(const Session& session, const Catalog& catalog, size_t count) {
  const ExperimentOptions& experiment = session.settings.experiment;
  const auto seed = static_cast<uint64_t>(experiment.comparison.seed);
  DYNAJOB_ASSIGN_OR_RETURN(const Judge judge,
                           Judge::Create(catalog, experiment.judge, experiment.rewards, seed));
  KnownResponses known;
  known.pairs = SampleAuditPairs(catalog, count, seed);
  for (const Pair& pair : known.pairs) known.truths.push_back(judge.Probabilities(pair));
  return known;
}

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
            "audit-labels --store market.db --set surrogate.corruption=0.3 --json"};
  }
  std::vector<Flag> flags() const override {
    return {Flag::kStore, Flag::kSeed, Flag::kStrict, Flag::kLlm};
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
                                                             ? FromJudge(session, catalog, count)
                                                             : FromStore(session, catalog, count));
    DYNAJOB_ASSIGN_OR_RETURN(const std::string store, StoreAddress(session));
    DYNAJOB_ASSIGN_OR_RETURN(const auto user,
                             SimulatedUser::Open(session, catalog, store, Refusals::kAllow));
    session.Message(fmt::format(
        "audit-labels: {} pairs against the {}\n{}", known.pairs.size(),
        against_ == "judge" ? "judge, who is simulated" : "responses of people", user->Note()));
    DYNAJOB_ASSIGN_OR_RETURN(const LabelAudit audit, Audit(session, catalog, *user, known));
    session.Print(session.flags.json ? AuditJson(audit) + "\n" : AuditText(audit));
    if (const std::string spent = user->Spent(); !spent.empty()) session.Message(spent);
    return 0;
  }

 private:
  static Result<LabelAudit> Audit(Session& session, const Catalog& catalog, SimulatedUser& user,
                                  const KnownResponses& known) {
    const ExperimentOptions& experiment = session.settings.experiment;
    // The surrogate as it is meant to be, whatever this run's own surrogate is made to do.
    SurrogateOptions clean = experiment.surrogate;
    clean.corruption = 0;
    clean.positivity_bias = 0;
    DYNAJOB_ASSIGN_OR_RETURN(const auto reference, SurrogateUser::Create(catalog, clean));
    auto audited = CollectAuditedPairs(
        known.pairs, known.truths,
        [&](std::span<const Pair> pairs, std::span<std::optional<ResponseProbabilities>> labels) {
          return Buy(session, user, pairs, labels);
        },
        reference.get());
    session.progress.Clear();
    DYNAJOB_RETURN_IF_ERROR(user.Flush());
    if (!audited.ok()) {
      return user.Explain(audited.error(),
                          "labels that are bought stay in the store: the same command goes on "
                          "from them, with a larger limit where one was reached");
    }
    AuditOptions options;
    options.seed = static_cast<uint64_t>(experiment.comparison.seed);
    return AuditLabels(*audited, experiment.rewards, options);
  }

  static Status Buy(Session& session, SimulatedUser& user, std::span<const Pair> pairs,
                    std::span<std::optional<ResponseProbabilities>> labels) {
    user.user().Prefetch(pairs);
    for (size_t begin = 0; begin < pairs.size(); begin += kPairsAtOnce) {
      if (session.cancellation.cancelled())
        return Error{ErrorCode::kCancelled, "the audit was cancelled; its labels are kept"};
      const size_t count = std::min(kPairsAtOnce, pairs.size() - begin);
      DYNAJOB_RETURN_IF_ERROR(
          user.user().Labels(pairs.subspan(begin, count), labels.subspan(begin, count)));
      session.progress.Report({"label", begin + count, pairs.size(), {}});
    }
    return Status::Ok();
  }

  std::string against_ = "judge";
  int64_t pairs_ = 400;
};

}  // namespace

std::unique_ptr<Command> MakeAuditLabelsCommand() { return std::make_unique<AuditLabelsCommand>(); }

}  // namespace dynajob
