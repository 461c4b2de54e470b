#include "comparison_run.h"

#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/file.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/results_summary.h"

#include "candidate_set_access.h"
#include "label_audit_run.h"
#include "results_table.h"
#include "run_report.h"
#include "store_access.h"

namespace dynajob {
namespace {

constexpr size_t kAuditedPairs = 400;

// Wall-clock seconds of every arm, all seeds together; side by side with others where there are
// several workers.
nlohmann::ordered_json ArmSeconds(const ComparisonTraces& traces) {
  auto arms = nlohmann::ordered_json::array();
  for (const ProtocolTraces& protocol : traces.protocols) {
    for (const ArmTraces& arm : protocol.arms) {
      double training = 0;
      double online = 0;
      for (const ArmCost& cost : arm.cost_by_seed) {
        training += cost.training_s;
        online += cost.online_s;
      }
      arms.push_back({{"protocol", ToString(protocol.protocol)},
                      {"name", arm.name},
                      {"training_s", training},
                      {"online_s", online}});
    }
  }
  return arms;
}

Result<ComparisonTraces> Compare(Session& session, const Catalog& catalog, SimulatedUser& user,
                                 const CandidateSets* candidate_sets,
                                 const std::filesystem::path& directory) {
  const Labeller labeller{.user = &user.user(), .kind = std::string(user.kind())};
  Result<ComparisonTraces> traces =
      RunComparison(catalog, session.settings.experiment, labeller, &session.progress,
                    &session.cancellation, candidate_sets);
  session.progress.Clear();
  DYNAJOB_RETURN_IF_ERROR(user.Flush());
  DYNAJOB_RETURN_IF_ERROR(user.WriteReport(directory));
  if (!traces.ok()) {
    return user.Explain(traces.error(),
                        "labels that are bought stay in the store: the same command goes on from "
                        "them, with a larger limit where one was reached");
  }
  traces->llm_facts = user.ResultFacts();
  return traces;
}

// What labels of the surrogate are worth: they cost nothing, so it is known for every run of its.
// Labels of an endpoint are audited on request, and an audit of an earlier run says nothing of this
// one.
Status AuditFreeLabels(const Session& session, const Catalog& catalog, SimulatedUser& user,
                       const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / kLabelAuditFile;
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) return IoError(fmt::format("cannot remove {}: {}", file.string(), error.message()));
  if (user.kind() != "surrogate") return Status::Ok();
  DYNAJOB_ASSIGN_OR_RETURN(const KnownResponses known,
                           JudgedPairs(session, catalog, kAuditedPairs));
  const auto audit = AuditUser(session, catalog, user, known);
  // A market with too few pairs to say anything has no audit.
  if (!audit.ok() && audit.error().code == ErrorCode::kFailedPrecondition) return Status::Ok();
  if (!audit.ok()) return audit.error();
  return WriteFileAtomically(file, AuditJson(*audit));
}

void ReportFilledPools(const Session& session, const ComparisonTraces& traces) {
  if (!traces.candidate_sets) return;
  PoolCounts counts = traces.candidate_sets->training;
  counts += traces.candidate_sets->evaluation;
  if (counts.filled_up > 0) session.Message(FilledPoolsLine(counts));
}

}  // namespace

Result<std::string> CompareInto(Session& session, const Catalog& catalog, Store* store,
                                SimulatedUser& user, const std::filesystem::path& directory) {
  const ComparisonOptions& options = session.settings.experiment.comparison;
  if (std::filesystem::exists(directory / "model.json")) {
    return InvalidArgument(
        fmt::format("--out {}: holds a trained model; name another directory for the comparison",
                    directory.string()));
  }
  DYNAJOB_RETURN_IF_ERROR(MakeDirectory(directory));

  const double start = ProgressLine::SteadySeconds();
  DYNAJOB_ASSIGN_OR_RETURN(const SessionCandidateSets candidate_sets,
                           MakeRunCandidateSets(session, catalog, store));
  const std::string config = session.settings.registry().ToToml();
  DYNAJOB_ASSIGN_OR_RETURN(const ComparisonTraces traces,
                           Compare(session, catalog, user, candidate_sets.sets.get(), directory));
  const double compared = ProgressLine::SteadySeconds();
  ReportFilledPools(session, traces);
  const std::string results = ResultsJson(traces, options);
  const nlohmann::ordered_json timing = {{"schema", "dynajob.timing/1"},
                                         {"train_and_evaluate_s", compared - start},
                                         {"summarise_s", ProgressLine::SteadySeconds() - compared},
                                         {"workers", options.workers},
                                         {"processors", std::thread::hardware_concurrency()},
                                         {"version", DYNAJOB_VERSION},
                                         {"arms", ArmSeconds(traces)}};
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / "config.toml", config));
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / "results.json", results));
  DYNAJOB_RETURN_IF_ERROR(WriteFileAtomically(directory / "timing.json", timing.dump(1) + "\n"));
  DYNAJOB_RETURN_IF_ERROR(AuditFreeLabels(session, catalog, user, directory));
  DYNAJOB_RETURN_IF_ERROR(WriteRunReport(directory));
  return results;
}

Status PrintResults(const Session& session, const std::string& results_json) {
  if (session.flags.json) {
    session.Print(results_json);
    return Status::Ok();
  }
  DYNAJOB_ASSIGN_OR_RETURN(const ResultsSummary results, ParseResults(results_json));
  session.Print(ResultsText(results));
  return Status::Ok();
}

}  // namespace dynajob
