// People whom other programs put into the store while this server runs: looked up when somebody
// asks for their recommendations, and served from then on.
#include <fmt/format.h>

#include "api.h"

namespace dynajob {
namespace {

struct Stored {
  std::optional<Candidate> candidate;
  std::vector<StoredVector> vectors;
};

Result<Stored> ReadStored(Store& store, const std::string& id) {
  Stored stored;
  DYNAJOB_ASSIGN_OR_RETURN(stored.candidate, store.GetCandidate(id));
  if (!stored.candidate) return stored;
  DYNAJOB_ASSIGN_OR_RETURN(stored.vectors, store.GetEmbeddings(EntityKind::kCandidate, id));
  return stored;
}

// With the vectors of the store, or such as this server makes.
std::variant<ServedCandidatePtr, Problem> Embedded(Service& service, const Call& call,
                                                   const Stored& stored) {
  const Catalog& catalog = service.market().catalog();
  Result<std::vector<float>> vector =
      AssembleVector(catalog.state_fields(), service.parts().spec.state_fields, stored.vectors,
                     catalog.embedder(), stored.candidate->id);
  if (vector.ok())
    return std::make_shared<const ServedCandidate>(*stored.candidate, std::move(*vector));
  const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kRecommend, call.deadline);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  auto embedded = EmbedOne(service, *stored.candidate, "");
  if (auto* problem = std::get_if<Problem>(&embedded)) {
    problem->pointer.reset();
    return std::move(*problem);
  }
  return std::get<EmbeddedRecord<Candidate>>(embedded).served;
}

Problem NobodyOf(const std::string& id) {
  return {.kind = kNoSuchThing,
          .detail = fmt::format("there is no candidate '{}' that can be ranked for", id)};
}

}  // namespace

std::variant<ServedCandidatePtr, Problem> FindNewcomer(Service& service, const Call& call) {
  const std::string& id = call.path.front();
  const Result<Stored> stored =
      service.Read<Stored>([&](Store& store) { return ReadStored(store, id); });
  if (!stored.ok()) return FromError(stored.error());
  if (!stored->candidate) return NobodyOf(id);
  auto embedded = Embedded(service, call, *stored);
  if (std::holds_alternative<Problem>(embedded)) return embedded;
  // Between two writes of this server: whoever is deleted through it stays so.
  bool gone = false;
  const Status served = service.writer().Run([&](Store& store) -> Status {
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Candidate> now, store.GetCandidate(id));
    gone = now != stored->candidate;
    if (!gone) service.market().Put(std::span(&std::get<ServedCandidatePtr>(embedded), 1));
    return Status::Ok();
  });
  if (!served.ok()) return FromError(served.error());
  if (!gone) return embedded;
  // Replaced through this server meanwhile, or deleted.
  if (auto candidate = service.market().FindCandidate(id)) return candidate;
  return NobodyOf(id);
}

}  // namespace dynajob
