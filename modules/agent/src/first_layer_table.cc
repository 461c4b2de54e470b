#include "first_layer_table.h"

#include <algorithm>

namespace dynajob {
namespace {

constexpr size_t kMaximumBytes = size_t{256} << 20;

// Jobs are computed in fixed blocks of neighbours. The last bits of a BLAS product depend on how
// many rows are multiplied at once; computing just the rows that are out of date would let them
// depend on what was asked for before, and a resumed or copied learner would drift from the
// original.
constexpr size_t kBlockJobs = 32;

}  // namespace

bool FirstLayerTable::Fits(const PairNetwork& network) {
  const size_t job_count = network.encoder().catalog().job_count();
  return job_count * network.share_width() * sizeof(float) <= kMaximumBytes;
}

void FirstLayerTable::Refresh(const PairNetwork& network, std::span<const JobRow> jobs) {
  const size_t width = network.share_width();
  const size_t job_count = network.encoder().catalog().job_count();
  if (rows_.size() != job_count * width) {
    versions_.assign((job_count + kBlockJobs - 1) / kBlockJobs, 0);
    rows_.assign(job_count * width, 0.0f);
  }
  // Versions are stored plus one, so that 0 stays "never".
  const uint64_t wanted = network.version() + 1;
  for (const JobRow job : jobs) {
    const size_t block = job / kBlockJobs;
    if (versions_[block] == wanted) continue;
    versions_[block] = wanted;
    const size_t begin = block * kBlockJobs;
    const size_t end = std::min(begin + kBlockJobs, job_count);
    block_.clear();
    for (size_t i = begin; i < end; ++i)
      block_.push_back(network.encoder().JobAt(static_cast<JobRow>(i)));
    network.FirstLayerShares(block_, rows_.data() + begin * width);
  }
}

void FirstLayerTable::Evaluate(const PairNetwork& network, CandidateRow candidate,
                               std::span<const JobRow> jobs, std::span<float> out) {
  Refresh(network, jobs);
  const size_t width = network.share_width();
  shared_.clear();
  for (const JobRow job : jobs)
    shared_.push_back({.share = rows_.data() + job * width, .job = network.encoder().JobAt(job)});
  network.EvaluateShares(network.encoder().CandidateAt(candidate), shared_, out);
}

}  // namespace dynajob
