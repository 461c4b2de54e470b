#include "dynajob/retrieval/table_jobs.h"

#include <utility>

namespace dynajob {

TableJobs::TableJobs(const PairNetwork& network, const CandidateView& candidate,
                     std::shared_ptr<const JobTable> table, int64_t now_ms)
    : NetworkScoredJobs(network, candidate), table_(std::move(table)) {
  const size_t count = table_->job_count();
  size_t open = 0;
  while (open < count && table_->IsOpen(open, now_ms)) ++open;
  size_ = open;
  if (open == count) return;
  for (size_t row = 0; row < count; ++row)
    if (table_->IsOpen(row, now_ms)) rows_.push_back(static_cast<uint32_t>(row));
  size_ = rows_.size();
}

Status TableJobs::Views(std::span<const size_t> positions, std::span<JobView> views) const {
  thread_local std::vector<float> scratch;
  thread_local std::vector<Job> records;
  const size_t width = table_->is_narrow() ? table_->action_dim() : 0;
  if (scratch.size() < positions.size() * width) scratch.resize(positions.size() * width);
  const bool with_facts = network().encoder().fact_dim() > 0;
  if (with_facts && records.size() < positions.size()) records.resize(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    const size_t row = RowAt(positions[i]);
    DYNAJOB_ASSIGN_OR_RETURN(views[i].action,
                             table_->Vector(row, std::span(scratch).subspan(i * width, width)));
    views[i].record = nullptr;
    if (!with_facts) continue;
    table_->CopyFacts(row, records[i]);
    views[i].record = &records[i];
  }
  return Status::Ok();
}

}  // namespace dynajob
