// Runs with what they have shown, and the labels that some of them paid for.
#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/time.h"

#include "api.h"
#include "run_archive.h"

namespace dynajob {
namespace {

Result<std::vector<ArchivedRun>> KnownRuns(Service& service) {
  using Runs = std::vector<RunRecord>;
  DYNAJOB_ASSIGN_OR_RETURN(const Runs stored,
                           service.Read<Runs>([](Store& store) { return store.ListRuns(); }));
  return ArchivedRuns(stored, service.parts().run);
}

Json Describe(const ArchivedRun& run) {
  const RunVerdicts verdicts = VerdictsOf(run);
  Json list = Json::array();
  for (const RunVerdicts::OfProtocol& verdict : verdicts.protocols)
    list.push_back({{"protocol", verdict.protocol}, {"winner", verdict.winner}});
  return {{"id", run.id},
          {"kind", run.kind},
          {"created", FormatIso8601(run.created_ms)},
          {"where", run.on_disk ? "disk" : "store"},
          {"verdicts", std::move(list)},
          {"labels_by", verdicts.llm_kind.empty() ? Json(nullptr) : Json(verdicts.llm_kind)},
          {"audited", !run.files.label_audit_json.empty()}};
}

Json ToJson(const ModelLabels& labels, const std::string& model) {
  uint64_t unusable = 0;
  Json defects = Json::object();
  for (const auto& [reason, count] : labels.defects) {
    defects[reason] = count;
    unusable += count;
  }
  return {{"model", model},
          {"answers", labels.answers},
          {"with_probabilities", labels.with_probabilities},
          {"unusable", unusable},
          {"defects", std::move(defects)},
          {"prompt_tokens", labels.prompt_tokens},
          {"completion_tokens", labels.completion_tokens},
          {"answers_without_usage", labels.answers_without_usage},
          {"known_cost_usd", labels.known_cost_usd},
          {"answers_of_unknown_cost", labels.answers_of_unknown_cost}};
}

}  // namespace

Reply ListRuns(Service& service, const Call&) {
  const Result<std::vector<ArchivedRun>> known = KnownRuns(service);
  if (!known.ok()) return FromError(known.error());
  Json runs = Json::array();
  for (const ArchivedRun& run : *known) runs.push_back(Describe(run));
  return JsonResponse({{"runs", runs}});
}

Reply GetRun(Service& service, const Call& call) {
  const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kExplain, call.deadline);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  const std::string& id = call.path.front();
  const Result<std::vector<ArchivedRun>> known = KnownRuns(service);
  if (!known.ok()) return FromError(known.error());
  const auto run = std::find_if(known->begin(), known->end(),
                                [&](const ArchivedRun& one) { return one.id == id; });
  if (run == known->end())
    return Problem{.kind = kNoSuchThing, .detail = fmt::format("there is no run '{}'", id)};
  const Result<std::string> report = ReportJson(run->files.Input(service.parts().version));
  if (!report.ok()) {
    service.Log(fmt::format("run '{}': {}", id, report.error().message));
    return Problem{.kind = kConflicting,
                   .detail =
                       "the run has no results that this version can show; the server's log "
                       "says why"};
  }
  Json json = Describe(*run);
  json["report"] = Json::parse(*report);
  return JsonResponse(json);
}

Reply ReadLabels(Service& service, const Call& call) {
  const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kBulk, call.deadline);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  const Result<std::optional<LabelSummary>> counted =
      service.labels().Get(service.parts().open_store);
  if (!counted.ok()) return FromError(counted.error());
  if (!*counted)
    return Problem{.kind = kTooBusy,
                   .detail = "the labels are being counted for somebody else",
                   .retry_after_seconds = 1};
  const LabelSummary& summary = **counted;
  Json models = Json::array();
  for (const auto& [model, labels] : summary.models) models.push_back(ToJson(labels, model));
  return JsonResponse({{"counted", FormatIso8601(summary.time_ms)},
                       {"models", std::move(models)},
                       {"endpoints", summary.endpoints},
                       {"unreadable", summary.unreadable}});
}

}  // namespace dynajob
