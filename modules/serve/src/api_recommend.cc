// Rankings: for candidates that are stored and for profiles that are not.
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "dynajob/core/pair_facts.h"
#include "dynajob/core/time.h"

#include "api.h"
#include "ranking.h"
#include "record_json.h"

namespace dynajob {
namespace {

constexpr uint64_t kExplorationSeed = 1;
constexpr const char* kRandomStart = "random-start";

// What is asked for, however it was sent.
struct PageRequest {
  RankingRequest ranking;
  ServedCandidatePtr candidate;
  bool explain = false;
  bool random_start = false;  // ranked by that agent, for comparison only
};

Problem BadFilter(const std::string& value, std::string_view why) {
  return {.kind = kInvalid,
          .detail = fmt::format("'{}': {}", value.substr(0, 100), why),
          .parameter = "filter"};
}

// One condition; the reason when it is not valid.
std::optional<std::string> AddCondition(std::string_view field, const std::string& value,
                                        JobFilter& filter) {
  if (field == "location") {
    filter.locations.push_back(value);
  } else if (field == "sector") {
    filter.sectors.push_back(value);
  } else if (field == "work_mode") {
    const auto mode = ParseWorkMode(value);
    if (!mode || *mode == WorkMode::kUnknown) return "must be onsite, hybrid or remote";
    filter.work_modes.push_back(*mode);
  } else if (field == "posted_after") {
    const auto moment = ParseIso8601(value);
    if (!moment) return "must be a moment such as 2026-05-01T12:00:00Z";
    filter.posted_after_ms = moment->ms;
  } else {
    return "the fields are location, sector, work_mode and posted_after";
  }
  return std::nullopt;
}

size_t ToSize(const std::string& text) {
  size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);  // checked by the schema
  return value;
}

std::optional<Problem> ReadQuery(const Call& call, PageRequest& page) {
  page.ranking.count = ToSize(call.Query("n", "10"));
  page.ranking.offset = ToSize(call.Query("offset", "0"));
  page.explain = call.Query("explain", "false") == "true";
  page.random_start = call.Query("policy", "served") == kRandomStart;
  if (const auto excluded = call.query.find("exclude"); excluded != call.query.end())
    page.ranking.excluded.insert(excluded->second.begin(), excluded->second.end());
  const auto filters = call.query.find("filter");
  if (filters == call.query.end()) return std::nullopt;
  for (const std::string& condition : filters->second) {
    const size_t colon = condition.find(':');
    if (colon == std::string::npos) return BadFilter(condition, "must be FIELD:VALUE");
    if (const auto why = AddCondition(condition.substr(0, colon), condition.substr(colon + 1),
                                      page.ranking.filter))
      return BadFilter(condition, *why);
  }
  return std::nullopt;
}

std::optional<Problem> ReadJson(const Json& body, PageRequest& page) {
  page.ranking.count = body.value("n", size_t{10});
  page.ranking.offset = body.value("offset", size_t{0});
  page.explain = body.value("explain", false);
  page.random_start = body.value("policy", "served") == kRandomStart;
  for (const Json& id : body.value("exclude", Json::array()))
    page.ranking.excluded.insert(id.get<std::string>());
  if (!body.contains("filter")) return std::nullopt;
  for (const auto& [field, values] : body["filter"].items()) {
    const Json list = values.is_array() ? values : Json::array({values});
    for (const Json& value : list)
      if (const auto why = AddCondition(field, value.get<std::string>(), page.ranking.filter))
        return Problem{.kind = kInvalid, .detail = *why, .pointer = Descend("/filter", field)};
  }
  return std::nullopt;
}

Json Explain(Service& service, const Snapshot& snapshot, const ServedCandidate& candidate,
             const RankedJob& ranked) {
  const ServedJob& job = *ranked.job;
  Json json = {{"q", nullptr}, {"predicted_reward", nullptr}, {"uncertainty", nullptr}};
  if (snapshot.policy != nullptr) {
    const WorldModel& world = snapshot.policy->model.world_model();
    const JobView view = ViewOf(job);
    float reward = 0, deviation = 0;
    world.Predict(ViewOf(candidate), std::span(&view, 1), std::span(&reward, 1),
                  std::span(&deviation, 1));
    json["q"] = ranked.score;
    json["predicted_reward"] = reward;
    if (world.members().size() > 1) json["uncertainty"] = deviation;
  }
  const auto pairs = service.cosine_pairs();
  json["cosine"] = PairedCosine(pairs, candidate.vector(), job.vector());
  json["field_cosines"] = Json::object();
  for (size_t i = 0; i < pairs.size(); ++i)
    json["field_cosines"][service.cosine_names()[i]] =
        PairedCosine(pairs.subspan(i, 1), candidate.vector(), job.vector());
  const SkillMatch skills = MatchSkills(candidate.record(), job.record());
  json["matched_skills"] = skills.matched;
  json["missing_skills"] = skills.missing;
  return json;
}

Json Degraded(Service& service) {
  if (service.writer().store_available()) return nullptr;
  const int64_t since = service.writer().last_contact_ms();
  return {{"since", FormatIso8601(since)},
          {"age_seconds", static_cast<double>(NowMs() - since) / 1000}};
}

Json PageJson(Service& service, const Snapshot& snapshot, const PageRequest& page,
              const Ranking& ranking, const std::string& request_id) {
  const std::string& id = page.candidate->record().id;
  Json json = {{"request_id", page.random_start ? Json(nullptr) : Json(request_id)},
               {"candidate_id", id.empty() ? Json(nullptr) : Json(id)},
               {"model_version", snapshot.version()},
               {"eligible", ranking.eligible},
               {"degraded", Degraded(service)}};
  Json& list = json["recommendations"] = Json::array();
  for (size_t i = 0; i < ranking.jobs.size(); ++i) {
    const RankedJob& ranked = ranking.jobs[i];
    const Job& job = ranked.job->record();
    Json entry = {{"job_id", job.id}};
    if (!job.title.empty()) entry["title"] = job.title;
    if (!job.company.empty()) entry["company"] = job.company;
    if (!job.location.empty()) entry["location"] = job.location;
    entry["position"] = page.ranking.offset + i;
    entry["score"] = ranked.score;
    entry["source"] = ToString(ranked.source);
    entry["propensity"] = ranked.propensity;
    if (page.explain) entry["explanation"] = Explain(service, snapshot, *page.candidate, ranked);
    list.push_back(std::move(entry));
  }
  return json;
}

void Remember(Service& service, const Snapshot& snapshot, const PageRequest& page,
              const Ranking& ranking, const std::string& request_id) {
  ShownPage shown{page.candidate->record().id, snapshot.version(), page.ranking.offset, {}};
  std::map<std::string_view, double> counts;
  for (const RankedJob& ranked : ranking.jobs) {
    shown.jobs.push_back({ranked.job->record().id, ranked.propensity});
    ++counts[ToString(ranked.source)];
  }
  for (const auto& [source, count] : counts)
    service.metrics().Count("dynajob_recommendations_total", {{"source", std::string(source)}},
                            count);
  service.RememberPage(request_id, std::move(shown));
}

AdmissionGate::Ticket Enter(Service& service, const Call& call, const PageRequest& page) {
  return service.gate().Enter(page.explain ? WorkClass::kExplain : WorkClass::kRecommend,
                              call.deadline);
}

// Called with a place in the gate.
Reply Rank(Service& service, const Call& call, PageRequest page) {
  const std::shared_ptr<const Snapshot> snapshot =
      page.random_start ? service.random_start() : service.snapshots().Current();
  if (snapshot == nullptr)
    return Problem{.kind = kConflicting,
                   .detail =
                       "there is no agent that began with random weights: it needs "
                       "learn.random_start=true and a model that learns",
                   .parameter = "policy"};
  const std::string request_id = service.request_ids().Next();
  page.ranking.candidate = ViewOf(*page.candidate);
  page.ranking.filter.not_expired_at_ms = NowMs();
  page.ranking.excluded.merge(service.settled().Of(page.candidate->record().id));
  page.ranking.epsilon = page.random_start ? 0 : service.options().epsilon;
  page.ranking.deadline = call.deadline;
  const Result<Ranking> ranking =
      RankJobs(*snapshot, service.cosine_pairs(), page.ranking,
               Rng::Derive(kExplorationSeed, "serve-explore", HashBytes(request_id)));
  if (!ranking.ok()) {
    service.Log(ranking.error().message);
    return FromError(ranking.error());
  }
  if (ranking->late) return NotAdmitted(AdmissionGate::Outcome::kDeadline);
  if (!page.random_start) Remember(service, *snapshot, page, *ranking, request_id);
  return JsonResponse(PageJson(service, *snapshot, page, *ranking, request_id));
}

}  // namespace

Reply Recommend(Service& service, const Call& call) {
  PageRequest page;
  if (auto problem = ReadQuery(call, page)) return *problem;
  page.candidate = service.market().FindCandidate(call.path.front());
  if (page.candidate == nullptr) {
    auto newcomer = FindNewcomer(service, call);
    if (auto* problem = std::get_if<Problem>(&newcomer)) return *problem;
    page.candidate = std::get<ServedCandidatePtr>(newcomer);
  }
  const AdmissionGate::Ticket ticket = Enter(service, call, page);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  return Rank(service, call, std::move(page));
}

Reply RecommendProfile(Service& service, const Call& call) {
  PageRequest page;
  if (auto problem = ReadJson(call.body, page)) return *problem;
  Candidate candidate;
  if (auto problem = ReadRecord(call.body["candidate"], "/candidate", candidate)) return *problem;
  // To embed is work, too.
  const AdmissionGate::Ticket ticket = Enter(service, call, page);
  if (ticket.outcome() != AdmissionGate::Outcome::kAdmitted) return NotAdmitted(ticket.outcome());
  auto embedded = EmbedOne(service, candidate, "/candidate");
  if (auto* problem = std::get_if<Problem>(&embedded)) return *problem;
  page.candidate = std::get<EmbeddedRecord<Candidate>>(embedded).served;
  return Rank(service, call, std::move(page));
}

}  // namespace dynajob
