#include "first_layer_table.h"

#include <algorithm>

#include "mlp.h"

namespace dynajob {
namespace {

constexpr size_t kMaximumBytes = size_t{256} << 20;

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
  if (versions_.size() != job_count) {
    versions_.assign(job_count, 0);
    rows_.assign(job_count * width, 0.0f);
  }
  // Row versions are stored plus one, so that 0 stays "never".
  const uint64_t wanted = network.version() + 1;
  stale_.clear();
  for (const JobRow job : jobs) {
    if (versions_[job] == wanted) continue;
    versions_[job] = wanted;
    stale_.push_back(job);
  }
  if (stale_.empty()) return;
  actions_.resize(stale_.size() * shape.action_dim);
  computed_.assign(stale_.size() * width, 0.0f);
  for (size_t i = 0; i < stale_.size(); ++i)
    network.encoder().EncodeAction(stale_[i], actions_.data() + i * shape.action_dim);
  AddFirstLayer(shape, network.parameters().data(), shape.state_dim, shape.action_dim,
                actions_.data(), stale_.size(), computed_.data());
  for (size_t i = 0; i < stale_.size(); ++i)
    std::copy_n(computed_.begin() + static_cast<std::ptrdiff_t>(i * width), width,
                rows_.begin() + static_cast<std::ptrdiff_t>(stale_[i] * width));
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
