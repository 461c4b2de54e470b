#include "learner_catalog.h"

#include <algorithm>

namespace dynajob {
namespace {

// Ids are rows: somebody who has changed is there twice.
Candidate FactsOf(const Candidate& person, size_t row) {
  Candidate facts;
  facts.id = std::to_string(row);
  facts.position = person.position;
  facts.preferred_work_mode = person.preferred_work_mode;
  facts.seniority = person.seniority;
  facts.expected_salary = person.expected_salary;
  return facts;
}

Job FactsOf(const Job& job, size_t row) {
  Job facts;
  facts.id = std::to_string(row);
  facts.position = job.position;
  facts.work_mode = job.work_mode;
  facts.seniority = job.seniority;
  facts.salary = job.salary;
  return facts;
}

template <typename Record>
void Fill(const std::vector<std::shared_ptr<const Served<Record>>>& rows,
          std::vector<Record>& records, Matrix& vectors) {
  for (size_t row = 0; row < rows.size(); ++row) {
    records.push_back(FactsOf(rows[row]->record(), row));
    std::ranges::copy(rows[row]->vector(), vectors.Row(row).begin());
  }
}

}  // namespace

template <typename Record>
uint32_t LearnerCatalog::Rows<Record>::Add(const std::shared_ptr<const Served<Record>>& served) {
  if (const auto known = by_object.find(served); known != by_object.end()) return known->second;
  const auto next = static_cast<uint32_t>(rows.size());
  const auto [place, inserted] = by_id.try_emplace(served->record().id, next);
  const bool same =
      !inserted && std::ranges::equal(rows[place->second]->vector(), served->vector());
  if (!same) {
    place->second = next;
    rows.push_back(served);
  }
  by_object.emplace(served, place->second);
  return place->second;
}

template <typename Record>
void LearnerCatalog::Rows<Record>::AddRow(const std::shared_ptr<const Served<Record>>& served) {
  const auto row = static_cast<uint32_t>(rows.size());
  by_id.insert_or_assign(served->record().id, row);
  by_object.insert_or_assign(served, row);
  rows.push_back(served);
}

template <typename Record>
std::optional<uint32_t> LearnerCatalog::Rows<Record>::Find(std::string_view id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() ? std::nullopt : std::optional(found->second);
}

template <typename Record>
std::vector<std::optional<uint32_t>> LearnerCatalog::Rows<Record>::Compact(
    const std::function<bool(uint32_t)>& keep) {
  std::vector<std::optional<uint32_t>> moved(rows.size());
  const auto before = std::move(rows);
  rows.clear();
  by_id.clear();
  by_object.clear();
  for (uint32_t row = 0; row < before.size(); ++row) {
    if (!keep(row)) continue;
    moved[row] = static_cast<uint32_t>(rows.size());
    AddRow(before[row]);
  }
  return moved;
}

template struct LearnerCatalog::Rows<Candidate>;
template struct LearnerCatalog::Rows<Job>;

Result<Catalog> LearnerCatalog::Build() const {
  Catalog::Data data;
  data.embedder = market_->embedder();
  data.state_fields.assign(market_->state_fields().begin(), market_->state_fields().end());
  data.action_fields.assign(market_->action_fields().begin(), market_->action_fields().end());
  data.states = Matrix(people_.rows.size(), market_->state_dim());
  data.actions = Matrix(jobs_.rows.size(), market_->action_dim());
  Fill(people_.rows, data.candidates, data.states);
  Fill(jobs_.rows, data.jobs, data.actions);
  return Catalog::Create(std::move(data));
}

AgentSnapshot::RowMap LearnerCatalog::Compact(const std::function<bool(CandidateRow)>& keep_person,
                                              const std::function<bool(JobRow)>& keep_job) {
  return {people_.Compact(keep_person), jobs_.Compact(keep_job)};
}

}  // namespace dynajob
