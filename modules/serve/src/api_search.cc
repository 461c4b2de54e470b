// GET /v1/jobs: the catalog by words.
#include "api.h"
#include "job_search.h"

namespace dynajob {

Reply SearchJobs(Service& service, const Call& call) {
  // Work that can be asked for as often as explanations, and is shed with them.
  const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kExplain, call.deadline);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  const size_t offset = std::stoul(call.Query("offset", "0"));
  const size_t count = std::stoul(call.Query("n", "20"));
  const JobMatches matches = service.search().Find(service.snapshots().Current()->jobs,
                                                   call.Query("query", ""), offset, count);
  Json jobs = Json::array();
  for (const ServedJobPtr& served : matches.jobs) {
    const Job& job = served->record();
    Json& entry = jobs.emplace_back(Json{{"id", job.id}});
    const std::pair<const char*, const std::string&> texts[] = {{"title", job.title},
                                                                {"company", job.company},
                                                                {"location", job.location},
                                                                {"sector", job.sector}};
    for (const auto& [name, text] : texts)
      if (!text.empty()) entry[name] = text;
    entry["technical_skills"] = job.technical_skills;
  }
  return JsonResponse({{"total", matches.total}, {"offset", offset}, {"jobs", std::move(jobs)}});
}

}  // namespace dynajob
