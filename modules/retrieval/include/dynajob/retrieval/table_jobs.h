// The jobs of a mapped table (stores/job_table.h) as a network ranks them.
#ifndef DYNAJOB_RETRIEVAL_TABLE_JOBS_H_
#define DYNAJOB_RETRIEVAL_TABLE_JOBS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dynajob/retrieval/top_jobs.h"
#include "dynajob/stores/job_table.h"

namespace dynajob {

// Those that are open at a moment, in the order of the table.
class TableJobs final : public NetworkScoredJobs {
 public:
  TableJobs(const PairNetwork& network, const CandidateView& candidate,
            std::shared_ptr<const JobTable> table, int64_t now_ms);

  size_t size() const override { return size_; }
  size_t RowAt(size_t position) const { return rows_.empty() ? position : rows_[position]; }
  std::string IdAt(size_t position) const override {
    return std::string(table_->IdAt(RowAt(position)));
  }
  Status Views(std::span<const size_t> positions, std::span<JobView> views) const override;

 private:
  std::shared_ptr<const JobTable> table_;
  size_t size_;
  std::vector<uint32_t> rows_;  // empty when all are open
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_TABLE_JOBS_H_
