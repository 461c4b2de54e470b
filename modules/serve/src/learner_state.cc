// Where the learner begins, what it saves and how it goes on after a restart.
#include <algorithm>
#include <bit>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/time.h"

#include "learner.h"

namespace dynajob {
namespace {

using std::chrono::steady_clock;
using Json = nlohmann::json;

constexpr const char* kLogFile = "learned.log";

template <typename Record>
Json IdsOf(const std::vector<std::shared_ptr<const Served<Record>>>& rows) {
  Json ids = Json::array();
  for (const auto& row : rows) ids.push_back(row->record().id);
  return ids;
}

// In the place of what is gone, so that the rows of a checkpoint can be read.
template <typename Record>
std::shared_ptr<const Served<Record>> Placeholder(std::string id, size_t dimension) {
  Record record;
  record.id = std::move(id);
  return std::make_shared<const Served<Record>>(std::move(record), std::vector<float>(dimension));
}

Json OrNull(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }
std::optional<double> ToReal(const Json& json) {
  return json.is_number() ? std::optional(json.get<double>()) : std::nullopt;
}

Json PointsToJson(const std::deque<LearningPoint>& points) {
  Json list = Json::array();
  for (const LearningPoint& point : points)
    list.push_back({point.time_ms, point.responses, OrNull(point.reward), OrNull(point.explored),
                    OrNull(point.q_loss), OrNull(point.model_loss), OrNull(point.error),
                    OrNull(point.error_before), point.rolled_back, point.version});
  return list;
}

std::deque<LearningPoint> PointsFromJson(const Json& list) {
  std::deque<LearningPoint> points;
  for (const Json& json : list)
    points.push_back({.time_ms = json.at(0),
                      .responses = json.at(1),
                      .reward = ToReal(json.at(2)),
                      .explored = ToReal(json.at(3)),
                      .q_loss = ToReal(json.at(4)),
                      .model_loss = ToReal(json.at(5)),
                      .error = ToReal(json.at(6)),
                      .error_before = ToReal(json.at(7)),
                      .rolled_back = json.at(8),
                      .version = json.at(9)});
  return points;
}

}  // namespace

Status Learner::Begin() {
  std::error_code error;
  std::filesystem::create_directories(parts_.directory, error);
  if (error)
    return IoError(fmt::format("cannot create {}: {}", parts_.directory.string(), error.message()));
  DYNAJOB_ASSIGN_OR_RETURN(learned_log_, LearnedLog::Open(parts_.directory / kLogFile));
  const Status resumed = Resume();
  if (resumed.ok()) return Publish();
  if (resumed.error().code != ErrorCode::kNotFound)
    parts_.log(
        fmt::format("learning: begins again with model {}, since its checkpoint cannot be used: {}",
                    base_->version, resumed.error().message));
  DYNAJOB_RETURN_IF_ERROR(learned_log_->Truncate(0));
  catalog_ = LearnerCatalog(parts_.market->catalog());
  own_ = {};
  held_ = HeldBack(static_cast<size_t>(parts_.options.held_back));
  admitted_.clear();
  limits_ = LearningLimits(parts_.options);
  DYNAJOB_RETURN_IF_ERROR(Rehearse());
  good_ = Capture();
  return Status::Ok();
}

// What the model knows, as transitions over people and jobs of the catalog (pseudo-rehearsal,
// Robins 1995): the replay buffer of its training is gone. Their rewards are those that its
// Q-values imply, so that rehearsal by itself changes nothing. Those that its world model predicts
// would teach the policy to rank as that does, which is worse (docs/findings.md).
Status Learner::Rehearse() {
  const Catalog& market = parts_.market->catalog();
  const uint64_t seed = base_->model.info().seed;
  RefreshPool();
  const auto pairs = static_cast<size_t>(parts_.options.rehearsal_pairs);
  Rng rng = Rng::Derive(seed, "serve-rehearsal");
  std::vector<Experience> experiences;
  for (size_t i = 0; i < pairs && settings_.rehearsal > 0 && !pool_.empty(); ++i) {
    const auto row = static_cast<CandidateRow>(rng.Below(market.candidate_count()));
    const ServedCandidatePtr person = parts_.market->FindCandidate(market.candidate(row).id);
    if (person == nullptr) continue;
    Experience& experience = experiences.emplace_back();
    experience.person = person;
    experience.job = pool_[rng.Below(pool_.size())];
    experience.next_set = DrawNextSet(person->record().id, experience.job->record().id, rng());
    catalog_.Add(person);
  }
  if (catalog_.people().empty())  // a catalog has somebody
    catalog_.Add(
        std::make_shared<const ServedCandidate>(market.candidate(0), market.states().Row(0)));
  if (catalog_.jobs().empty())
    catalog_.Add(std::make_shared<const ServedJob>(market.job(0), market.actions().Row(0)));
  DYNAJOB_ASSIGN_OR_RETURN(mind_, MakeMind());
  DynaQAgent& agent = *mind_.agent;
  agent.q_network().online().SetParameters(base_->model.q_network().parameters());
  const WorldModel& world = base_->model.world_model();
  for (size_t i = 0; i < world.members().size(); ++i)
    agent.world_model().members()[i].SetParameters(world.members()[i].parameters());
  agent.SyncTarget();
  for (const Experience& experience : experiences) {
    std::vector<JobRow> next_set;
    for (const ServedJobPtr& job : experience.next_set) next_set.push_back(catalog_.Add(job));
    agent.Observe({catalog_.Add(experience.person), catalog_.Add(experience.job)},
                  ImpliedReward(base_->model.q_network(), agent.options().gamma, experience),
                  next_set);
  }
  agent.BeginPhase(settings_, /*keep_for_rehearsal=*/true);
  return Status::Ok();
}

Status Learner::Resume() {
  DYNAJOB_ASSIGN_OR_RETURN(const TensorBundle bundle, LoadCheckpoint(parts_.directory));
  DYNAJOB_ASSIGN_OR_RETURN(const auto counts, bundle.LongWords("serve.counts"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto limits, bundle.LongWords("serve.limits"));
  DYNAJOB_ASSIGN_OR_RETURN(const auto admitted, bundle.LongWords("serve.admitted"));
  constexpr size_t kOldCounts = 7;  // before repeated answers were counted
  if (counts.size() != kOldCounts && counts.size() != kOldCounts + 1)
    return CorruptData("serve.counts has another length");
  std::unordered_set<uint32_t> gone_people, gone_jobs;
  try {
    const Json ids = Json::parse(bundle.metadata().at("serve"));
    const Market& market = *parts_.market;
    for (const Json& json : ids.at("people")) {
      const auto id = json.get<std::string>();
      const ServedCandidatePtr person = market.FindCandidate(id);
      if (person == nullptr) gone_people.insert(static_cast<uint32_t>(catalog_.people().size()));
      catalog_.AddRow(person ? person : Placeholder<Candidate>(id, market.catalog().state_dim()));
    }
    for (const Json& json : ids.at("jobs")) {
      const auto id = json.get<std::string>();
      const ServedJobPtr job = market.FindJob(id);
      if (job == nullptr) gone_jobs.insert(static_cast<uint32_t>(catalog_.jobs().size()));
      catalog_.AddRow(job ? job : Placeholder<Job>(id, market.catalog().action_dim()));
    }
    own_.points = PointsFromJson(ids.at("points"));
    own_.rollbacks = PointsFromJson(ids.at("rollbacks"));
  } catch (const std::exception& error) {
    return CorruptData(fmt::format("the checkpoint's notes: {}", error.what()));
  }
  DYNAJOB_ASSIGN_OR_RETURN(mind_, MakeMind());
  DYNAJOB_RETURN_IF_ERROR(AgentSnapshot::Load(bundle, *mind_.agent));
  DYNAJOB_RETURN_IF_ERROR(learned_log_->Truncate(counts[0]));
  own_.learned = counts[1];
  own_.revised = counts[2];
  own_.limited = counts[3];
  own_.unusable = counts[4];
  own_.published = counts[5];
  own_.rolled_back = counts[6];
  own_.repeated = counts.size() > kOldCounts ? counts[kOldCounts] : 0;
  limits_.Load(limits);
  admitted_ = {admitted.begin(), admitted.end()};
  mind_.agent->ChangeSettings(settings_);  // as the options say now
  if (gone_people.empty() && gone_jobs.empty()) return Status::Ok();
  return Grow(catalog_.Compact([&](CandidateRow row) { return !gone_people.contains(row); },
                               [&](JobRow row) { return !gone_jobs.contains(row); }));
}

Status Learner::Backlog(Store& store) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<uint64_t> learned, learned_log_->Sorted());
  const size_t most = mind_.agent->replay().capacity();
  const int64_t now = NowMs();
  size_t skipped = 0;
  DYNAJOB_RETURN_IF_ERROR(store.ForEachResponse([&](const ResponseEvent& event) {
    const uint64_t hash = LearnedLog::HashOf(event.event_id);
    if (std::binary_search(learned.begin(), learned.end(), hash)) return Status::Ok();
    incoming_.push_back({event, 0, std::min(now, event.timestamp_ms)});
    if (incoming_.size() <= most) return Status::Ok();
    // The replay buffer would lose the oldest in any case.
    Done(LearnedLog::HashOf(incoming_.front().event.event_id));
    incoming_.pop_front();
    ++skipped;
    return Status::Ok();
  }));
  if (!incoming_.empty())
    parts_.log(
        fmt::format("learning: {} stored responses are not learned yet{}", incoming_.size(),
                    skipped == 0 ? "" : fmt::format(", {} older ones never will be", skipped)));
  return Status::Ok();
}

Status Learner::Save() {
  DYNAJOB_RETURN_IF_ERROR(learned_log_->Append(fresh_));
  fresh_.clear();
  TensorBundle bundle;
  AgentSnapshot::Save(*mind_.agent, bundle);
  const std::vector<uint64_t> counts = {learned_log_->size(), own_.learned,  own_.revised,
                                        own_.limited,         own_.unusable, own_.published,
                                        own_.rolled_back,     own_.repeated};
  bundle.Put("serve.counts", std::span<const uint64_t>(counts));
  const std::vector<uint64_t> limits = limits_.Save();
  bundle.Put("serve.limits", std::span<const uint64_t>(limits));
  std::vector<uint64_t> admitted;
  for (const Experience& experience : held_.all()) admitted.push_back(experience.event);
  bundle.Put("serve.admitted", std::span<const uint64_t>(admitted));
  bundle.metadata()["serve"] = Json{{"people", IdsOf(catalog_.people())},
                                    {"jobs", IdsOf(catalog_.jobs())},
                                    {"points", PointsToJson(own_.points)},
                                    {"rollbacks", PointsToJson(own_.rollbacks)}}
                                   .dump();
  return SaveCheckpoint(parts_.directory, learned_log_->size(), bundle);
}

void Learner::SaveWhenDue(bool now) {
  const SteadyTime begin = steady_clock::now();
  // Between two snapshots the weights have not been tried yet.
  if (failed_ || !unsaved_ || changed_since_snapshot_) return;
  if (!now && begin < next_checkpoint_) return;
  if (const Status saved = Save(); !saved.ok()) {
    parts_.log("learning: no checkpoint: " + saved.error().message);
  } else {
    unsaved_ = false;
  }
  constexpr int kCostFactor = 20;  // of the time, at most one part in so many
  const auto cost = steady_clock::now() - begin;
  next_checkpoint_ =
      begin + std::max<steady_clock::duration>(
                  std::chrono::seconds(parts_.options.checkpoint_seconds), kCostFactor * cost);
}

}  // namespace dynajob
