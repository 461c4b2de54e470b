// Whom and what the learner knows: rows of its catalog, which grows with what is answered.
#include <algorithm>

#include "dynajob/core/rng.h"

#include "learner.h"

namespace dynajob {

// Everybody and everything of the batch gets rows before any of it is learned: each growth of the
// catalog costs a copy.
Result<std::vector<Learner::Met>> Learner::Meet(std::vector<Incoming> batch) {
  const size_t people = catalog_.people().size(), jobs = catalog_.jobs().size();
  RefreshPool();
  std::vector<Met> met;
  for (Incoming& incoming : batch) {
    const ServedCandidatePtr person = parts_.market->FindCandidate(incoming.event.candidate_id);
    const ServedJobPtr job = parts_.market->FindJob(incoming.event.job_id);
    if (person != nullptr && job != nullptr) {
      catalog_.Add(person);
      catalog_.Add(job);
    }
    met.push_back({std::move(incoming), person, job});
  }
  for (const Experience& experience : held_.all()) {  // whichever of them is displaced
    catalog_.Add(experience.person);
    catalog_.Add(experience.job);
    for (const ServedJobPtr& next : experience.next_set) catalog_.Add(next);
  }
  if (catalog_.people().size() == people && catalog_.jobs().size() == jobs) return met;
  const size_t bound = 2 * mind_.agent->replay().capacity() + pool_.size();
  const bool crowded = catalog_.people().size() > bound || catalog_.jobs().size() > 2 * bound;
  DYNAJOB_RETURN_IF_ERROR(Grow(crowded ? CompactRows({}) : SameRows()));
  return met;
}

AgentSnapshot::RowMap Learner::SameRows() const {
  AgentSnapshot::RowMap rows;
  for (CandidateRow row = 0; row < mind_.catalog->candidate_count(); ++row)
    rows.candidates.emplace_back(row);
  for (JobRow row = 0; row < mind_.catalog->job_count(); ++row) rows.jobs.emplace_back(row);
  return rows;
}

// What is referred to stays, but for the people who are forgotten.
AgentSnapshot::RowMap Learner::CompactRows(const std::unordered_set<std::string>& forgotten) {
  std::vector<bool> people(catalog_.people().size()), jobs(catalog_.jobs().size());
  const auto mark = [&](const ReplayBuffer& buffer) {
    for (size_t i = 0; i < buffer.size(); ++i) {
      people[buffer.at(i).pair.candidate] = true;
      jobs[buffer.at(i).pair.job] = true;
      for (const JobRow job : buffer.at(i).next_set) jobs[job] = true;
    }
  };
  mark(mind_.agent->replay());
  if (mind_.agent->rehearsal() != nullptr) mark(*mind_.agent->rehearsal());
  for (size_t row = mind_.catalog->candidate_count(); row < people.size(); ++row)
    people[row] = true;
  for (size_t row = mind_.catalog->job_count(); row < jobs.size(); ++row) jobs[row] = true;
  for (const ServedJobPtr& job : pool_) jobs[catalog_.Add(job)] = true;
  for (const Experience& experience : held_.all()) {
    people[catalog_.Add(experience.person)] = true;
    jobs[catalog_.Add(experience.job)] = true;
  }
  for (size_t row = 0; row < people.size(); ++row)
    if (forgotten.contains(catalog_.people()[row]->record().id)) people[row] = false;
  AgentSnapshot::RowMap rows = catalog_.Compact([&](CandidateRow row) { return people[row]; },
                                                [&](JobRow row) { return jobs[row]; });
  rows.candidates.resize(mind_.catalog->candidate_count());
  rows.jobs.resize(mind_.catalog->job_count());
  return rows;
}

Status Learner::ForgetPeople(const std::unordered_set<std::string>& ids) {
  bool known = false;
  for (const std::string& id : ids) {
    held_.Forget(id);
    known = known || catalog_.FindPerson(id).has_value();
  }
  std::erase_if(impressions_, [&](const Impression& impression) {
    return ids.contains(impression.incoming.event.candidate_id);
  });
  unsaved_ = true;
  return known ? Grow(CompactRows(ids)) : Status::Ok();
}

Result<Learner::Mind> Learner::MakeMind() const {
  Mind mind;
  DYNAJOB_ASSIGN_OR_RETURN(Catalog catalog, catalog_.Build());
  mind.catalog = std::make_unique<const Catalog>(std::move(catalog));
  const ModelInfo& info = base_->model.info();
  DYNAJOB_ASSIGN_OR_RETURN(PairEncoder encoder, PairEncoder::Create(*mind.catalog, info.network));
  mind.encoder = std::make_unique<const PairEncoder>(std::move(encoder));
  mind.agent = std::make_unique<DynaQAgent>(*mind.encoder, info.network, info.learner, info.seed);
  return mind;
}

Status Learner::Grow(const AgentSnapshot::RowMap& rows) {
  DYNAJOB_ASSIGN_OR_RETURN(Mind next, MakeMind());
  AgentSnapshot::Transfer(*mind_.agent, rows, *next.agent);
  mind_ = std::move(next);
  return Status::Ok();
}

// The jobs with the lowest hashes: a sample that changes little when the market does.
void Learner::RefreshPool() {
  const std::shared_ptr<const JobSet> jobs = parts_.market->jobs();
  if (jobs == pool_source_) return;
  pool_source_ = jobs;
  std::vector<std::pair<uint64_t, size_t>> hashed;
  for (size_t i = 0; i < jobs->size(); ++i)
    hashed.emplace_back(HashBytes((*jobs)[i]->record().id), i);
  const size_t count = std::min(hashed.size(), static_cast<size_t>(parts_.options.pool_jobs));
  std::nth_element(hashed.begin(), hashed.begin() + static_cast<std::ptrdiff_t>(count),
                   hashed.end());
  hashed.resize(count);
  std::sort(hashed.begin(), hashed.end());
  pool_.clear();
  for (const auto& [hash, index] : hashed) pool_.push_back((*jobs)[index]);
  for (const ServedJobPtr& job : pool_) catalog_.Add(job);
}

}  // namespace dynajob
