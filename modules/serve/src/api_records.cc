// Jobs and candidates: stored, embedded, and served from then on.
#include <type_traits>

#include <fmt/format.h>

#include "api.h"
#include "record_json.h"

namespace dynajob {
namespace {

template <typename Record>
constexpr EntityKind kKindOf =
    std::is_same_v<Record, Job> ? EntityKind::kJob : EntityKind::kCandidate;

template <typename Record>
Result<std::optional<Record>> Get(Store& store, const std::string& id) {
  if constexpr (std::is_same_v<Record, Job>) {
    return store.GetJob(id);
  } else {
    return store.GetCandidate(id);
  }
}

Status Put(Store& store, std::span<const Job> jobs) { return store.PutJobs(jobs); }
Status Put(Store& store, std::span<const Candidate> people) { return store.PutCandidates(people); }

// Makes what was stored visible to the next request. Called by the writer's thread.
template <typename Record>
void Publish(Service& service, std::span<const std::shared_ptr<const Served<Record>>> served) {
  service.market().Put(served);
  if constexpr (std::is_same_v<Record, Job>) {
    for (const auto& job : served) service.NoteWritten(job->record().id);
    service.snapshots().Publish(service.market().jobs());
  }
}

template <typename Record>
Problem Unknown(const std::string& id) {
  return {.kind = kNoSuchThing,
          .detail = fmt::format("there is no {} '{}'", ToString(kKindOf<Record>), id)};
}

struct PutCounts {
  size_t created = 0, replaced = 0, unchanged = 0;
};

template <typename Record>
Status StoreAndPublish(Store& store, Service& service, const std::vector<Record>& records,
                       const std::vector<EmbeddingRow>& rows,
                       std::span<const std::shared_ptr<const Served<Record>>> served,
                       PutCounts& counts) {
  for (const Record& record : records) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Record> stored, Get<Record>(store, record.id));
    ++(!stored ? counts.created : *stored == record ? counts.unchanged : counts.replaced);
  }
  DYNAJOB_RETURN_IF_ERROR(Put(store, std::span<const Record>(records)));
  DYNAJOB_RETURN_IF_ERROR(
      store.PutEmbeddings(kKindOf<Record>, service.parts().embedder->id(), rows));
  Publish<Record>(service, served);
  return Status::Ok();
}

// What is served of an entity; null when nothing is.
template <typename Record>
std::shared_ptr<const Served<Record>> FindServed(Service& service, const std::string& id) {
  if constexpr (std::is_same_v<Record, Job>) {
    return service.market().FindJob(id);
  } else {
    return service.market().FindCandidate(id);
  }
}

// One attempt to change a record. `raced`: somebody else changed it meanwhile.
template <typename Record>
Reply PatchOnce(Service& service, const Call& call, const std::string& id, bool& raced) {
  const Result<std::optional<Record>> stored =
      service.Read<std::optional<Record>>([&](Store& store) { return Get<Record>(store, id); });
  if (!stored.ok()) return FromError(stored.error());
  if (!*stored) return Unknown<Record>(id);
  Record patched;
  if (auto problem = ReadRecord(MergePatch(ToJson(**stored), call.body), "", patched))
    return *problem;
  // Outside of the writer's thread: with a large model this takes a while, and responses wait for
  // that thread.
  EmbeddedRecord<Record> done;
  {
    const AdmissionGate::Ticket ticket = service.gate().Enter(WorkClass::kRecommend, call.deadline);
    if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
    auto embedded = EmbedOne(service, patched, "");
    if (auto* problem = std::get_if<Problem>(&embedded)) return *problem;
    done = std::move(std::get<EmbeddedRecord<Record>>(embedded));
  }
  bool gone = false;
  const Status status = service.writer().Run([&](Store& store) -> Status {
    DYNAJOB_ASSIGN_OR_RETURN(const std::optional<Record> now, Get<Record>(store, id));
    gone = !now;
    raced = now && *now != **stored;
    if (gone || raced) return Status::Ok();
    PutCounts unused_counts;
    return StoreAndPublish<Record>(store, service, {patched}, done.rows, std::span(&done.served, 1),
                                   unused_counts);
  });
  if (!status.ok()) return FromError(status.error());
  if (gone) return Unknown<Record>(id);
  return JsonResponse(ToJson(patched));
}

}  // namespace

template <typename Record>
std::variant<EmbeddedRecord<Record>, Problem> EmbedOne(Service& service, const Record& record,
                                                       const std::string& pointer) {
  const ServerParts& parts = service.parts();
  const Catalog& catalog = service.market().catalog();
  if (parts.embedder == nullptr)
    return Problem{
        .kind = kConflicting,
        .detail = fmt::format("the catalog was embedded with '{}', which this server does not have",
                              catalog.embedder())};
  std::map<std::string, FieldCounts> unused_counts;
  PhraseCache phrases;
  Result<std::vector<EmbeddingRow>> rows =
      EmbedRecords(std::span(&record, 1), *parts.embedder, parts.embed, phrases, unused_counts);
  if (!rows.ok()) return FromError(rows.error());
  const bool is_job = std::is_same_v<Record, Job>;
  Result<std::vector<float>> vector =
      AssembleVector(is_job ? catalog.action_fields() : catalog.state_fields(),
                     is_job ? parts.spec.action_fields : parts.spec.state_fields, *rows, record.id);
  if (!vector.ok())
    return Problem{.kind = kInvalid, .detail = vector.error().message, .pointer = pointer};
  return EmbeddedRecord<Record>{std::move(*rows),
                                std::make_shared<const Served<Record>>(record, std::move(*vector))};
}

template std::variant<EmbeddedRecord<Candidate>, Problem> EmbedOne(Service&, const Candidate&,
                                                                   const std::string&);

template <typename Record>
Reply PutRecords(Service& service, const Call& call) {
  std::vector<Record> records;
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < call.body.size(); ++i) {
    const std::string pointer = Descend("", std::to_string(i));
    Record record;
    if (auto problem = ReadRecord(call.body[i], pointer, record)) return *problem;
    if (const auto [first, is_new] = places.emplace(record.id, i); !is_new)
      return Problem{.kind = kInvalid,
                     .detail = fmt::format("'{}' is at /{} already", record.id, first->second),
                     .pointer = Descend(pointer, "id")};
    records.push_back(std::move(record));
  }
  std::vector<EmbeddingRow> rows;
  std::vector<std::shared_ptr<const Served<Record>>> served;
  {
    const AdmissionGate::Ticket ticket = service.gate().Enter(
        records.size() > 1 ? WorkClass::kBulk : WorkClass::kRecommend, call.deadline);
    if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
    for (size_t i = 0; i < records.size(); ++i) {
      auto embedded = EmbedOne(service, records[i], Descend("", std::to_string(i)));
      if (auto* problem = std::get_if<Problem>(&embedded)) return *problem;
      auto& done = std::get<EmbeddedRecord<Record>>(embedded);
      std::move(done.rows.begin(), done.rows.end(), std::back_inserter(rows));
      served.push_back(std::move(done.served));
    }
  }
  PutCounts counts;
  const Status stored = service.writer().Run([&](Store& store) -> Status {
    return StoreAndPublish<Record>(store, service, records, rows, served, counts);
  });
  if (!stored.ok()) return FromError(stored.error());
  return JsonResponse({{"created", counts.created},
                       {"replaced", counts.replaced},
                       {"unchanged", counts.unchanged}});
}

template <typename Record>
Reply GetRecord(Service& service, const Call& call) {
  const std::string& id = call.path.front();
  const Result<std::optional<Record>> stored =
      service.Read<std::optional<Record>>([&](Store& store) { return Get<Record>(store, id); });
  if (stored.ok()) return *stored ? Reply(JsonResponse(ToJson(**stored))) : Unknown<Record>(id);
  // The store is away; what is served is known all the same.
  const std::shared_ptr<const Served<Record>> served = FindServed<Record>(service, id);
  return served ? Reply(JsonResponse(ToJson(served->record()))) : FromError(stored.error());
}

// Changes at the same time all take effect: who finds the record changed begins again.
template <typename Record>
Reply PatchRecord(Service& service, const Call& call) {
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    bool raced = false;
    Reply reply = PatchOnce<Record>(service, call, call.path.front(), raced);
    if (!raced) return reply;
  }
  return Problem{.kind = kConflicting, .detail = "others keep changing it; send it again"};
}

template <typename Record>
Reply DeleteRecord(Service& service, const Call& call) {
  const std::string& id = call.path.front();
  bool found = false;
  const Status status = service.writer().Run([&](Store& store) -> Status {
    DYNAJOB_ASSIGN_OR_RETURN(found, store.Delete(kKindOf<Record>, id));
    if constexpr (std::is_same_v<Record, Job>) {
      service.NoteWritten(id);
      service.market().RemoveJob(id);
      service.snapshots().Publish(service.market().jobs());
    } else {
      service.market().RemoveCandidate(id);
      service.ForgetCandidate(id);
    }
    return Status::Ok();
  });
  if (!status.ok()) return FromError(status.error());
  if (!found) return Unknown<Record>(id);
  HttpResponse response;
  response.status = 204;
  response.content_type.clear();
  return response;
}

template Reply PutRecords<Job>(Service&, const Call&);
template Reply PutRecords<Candidate>(Service&, const Call&);
template Reply GetRecord<Job>(Service&, const Call&);
template Reply GetRecord<Candidate>(Service&, const Call&);
template Reply PatchRecord<Job>(Service&, const Call&);
template Reply PatchRecord<Candidate>(Service&, const Call&);
template Reply DeleteRecord<Job>(Service&, const Call&);
template Reply DeleteRecord<Candidate>(Service&, const Call&);

}  // namespace dynajob
