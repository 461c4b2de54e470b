#include "first_layer_table.h"

#include <algorithm>

#include "mlp.h"

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
  const MlpShape& shape = network.shape();
  const size_t bytes =
      network.encoder().catalog().job_count() * shape.first_width() * sizeof(float);
  return shape.cross_dim == 0 && shape.bilinear_rank == 0 && bytes <= kMaximumBytes;
}

void FirstLayerTable::Refresh(const PairNetwork& network, std::span<const JobRow> jobs) {
  const MlpShape& shape = network.shape();
  const size_t width = shape.first_width();
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
    const size_t count = std::min(kBlockJobs, job_count - begin);
    actions_.resize(count * shape.action_dim);
    for (size_t i = 0; i < count; ++i)
      network.encoder().EncodeAction(static_cast<JobRow>(begin + i),
                                     actions_.data() + i * shape.action_dim);
    float* rows = rows_.data() + begin * width;
    std::fill_n(rows, count * width, 0.0f);
    AddFirstLayer(shape, network.parameters().data(), shape.state_dim, shape.action_dim,
                  actions_.data(), count, rows);
  }
}

void FirstLayerTable::Evaluate(const PairNetwork& network, CandidateRow candidate,
                               std::span<const JobRow> jobs, std::span<float> out) {
  Refresh(network, jobs);
  const MlpShape& shape = network.shape();
  const size_t width = shape.first_width();
  const float* bias = network.parameters().data() + shape.layers.front().bias;
  state_.resize(shape.state_dim);
  from_state_.assign(bias, bias + width);
  network.encoder().EncodeState(candidate, state_.data());
  AddFirstLayer(shape, network.parameters().data(), 0, shape.state_dim, state_.data(), 1,
                from_state_.data());
  first_.resize(jobs.size() * width);
  for (size_t i = 0; i < jobs.size(); ++i) {
    const float* row = rows_.data() + jobs[i] * width;
    float* first = first_.data() + i * width;
    for (size_t j = 0; j < width; ++j) first[j] = row[j] + from_state_[j];
  }
  ForwardFromFirst(shape, network.parameters().data(), first_.data(), jobs.size(), out.data());
}

}  // namespace dynajob
