#include "first_layer_table.h"

#include <algorithm>

namespace dynajob {
namespace {

constexpr size_t kMaximumBytes = size_t{256} << 20;

// Jobs are computed in blocks of neighbours, as many as the kernels take at once. (That has no
// influence on the values: an element of a product has the same bits whatever is computed beside
// it, so that a resumed or copied learner, whose table is empty, does not drift from the original.)
constexpr size_t kBlockJobs = 64;

bool Together(const PairNetwork& network) {
  return network.encoder().cross_dim() == 0 && network.share_width() == network.first_width();
}
bool Rounds(const PairNetwork& network) {
  return Together(network) && network.precision() == Precision::kBfloat16;
}

}  // namespace

bool FirstLayerTable::Fits(const PairNetwork& network) {
  const size_t job_count = network.encoder().catalog().job_count();
  const size_t bytes = Rounds(network) ? sizeof(Bfloat16) : sizeof(float);
  return job_count * network.share_width() * bytes <= kMaximumBytes;
}

void FirstLayerTable::Begin(const PairNetwork& network) {
  version_ = network.version() + 1;
  together_ = Together(network);
  rounded_ = Rounds(network);
  width_ = network.share_width();
  const size_t job_count = network.encoder().catalog().job_count();
  known_.assign((job_count + kBlockJobs - 1) / kBlockJobs, false);
  if (rounded_)
    rounded_rows_.resize(job_count * width_);
  else
    rows_.resize(job_count * width_);
  if (!together_) return;
  const MlpShape& shape = network.shape();
  const float* parameters = network.parameters().data();
  state_weights_.Pack(FirstLayerWeights(shape, parameters, 0, shape.state_dim),
                      parameters + shape.layers.front().bias, network.precision());
  action_weights_.Pack(FirstLayerWeights(shape, parameters, shape.state_dim, shape.action_dim),
                       nullptr, network.precision());
  layers_.Pack(shape, parameters, network.precision());
}

void FirstLayerTable::Refresh(const PairNetwork& network, std::span<const JobRow> jobs) {
  for (const JobRow job : jobs) {
    const size_t block = job / kBlockJobs;
    if (known_[block]) continue;
    known_[block] = true;
    const size_t begin = block * kBlockJobs;
    RefreshBlock(network, begin,
                 std::min(begin + kBlockJobs, network.encoder().catalog().job_count()));
  }
}

void FirstLayerTable::RefreshBlock(const PairNetwork& network, size_t begin, size_t end) {
  const PairEncoder& encoder = network.encoder();
  if (!together_) {
    block_.clear();
    for (size_t i = begin; i < end; ++i) block_.push_back(encoder.JobAt(static_cast<JobRow>(i)));
    network.FirstLayerShares(block_, rows_.data() + begin * width_);
    return;
  }
  const size_t in = action_weights_.in(), rows = end - begin;
  float* encoded = encoded_.Get(kBlockJobs * in);
  for (size_t i = 0; i < rows; ++i)
    encoder.EncodeAction(static_cast<JobRow>(begin + i), encoded + i * in);
  if (rounded_) {
    const Bfloat16* rounded = RoundRows(encoded, rows, in, rounded_input_);
    action_weights_.Multiply(rounded, PadPairs(in), rows, false,
                             rounded_rows_.data() + begin * width_, width_);
  } else {
    action_weights_.Multiply(encoded, in, rows, false, rows_.data() + begin * width_, width_);
  }
}

void FirstLayerTable::Constants(const PairNetwork& network, std::span<const NextSet> sets) {
  const size_t in = state_weights_.in();
  float* constants = constants_.Get(sets.size() * width_);
  for (size_t begin = 0; begin < sets.size(); begin += kBlockJobs) {
    const size_t rows = std::min(kBlockJobs, sets.size() - begin);
    float* encoded = encoded_.Get(kBlockJobs * in);
    for (size_t i = 0; i < rows; ++i)
      network.encoder().EncodeState(sets[begin + i].candidate, encoded + i * in);
    float* out = constants + begin * width_;
    if (rounded_)
      state_weights_.Multiply(RoundRows(encoded, rows, in, rounded_input_), PadPairs(in), rows,
                              false, out, width_);
    else
      state_weights_.Multiply(encoded, in, rows, false, out, width_);
  }
}

template <typename Number>
void FirstLayerTable::EvaluateTogether(std::span<const NextSet> sets,
                                       const std::vector<Number>& table, std::span<float> out) {
  thread_local std::vector<FirstLayerRow<Number>> rows;
  rows.clear();
  const float* constant = constants_.Get(sets.size() * width_);
  for (const NextSet& set : sets) {
    for (const JobRow job : set.jobs) rows.push_back({table.data() + job * width_, constant});
    constant += width_;
  }
  layers_.Evaluate(rows, out);
}

void FirstLayerTable::EvaluateOneByOne(const PairNetwork& network, std::span<const NextSet> sets,
                                       std::span<float> out) {
  for (const NextSet& set : sets) {
    shared_.clear();
    for (const JobRow job : set.jobs)
      shared_.push_back(
          {.share = rows_.data() + job * width_, .job = network.encoder().JobAt(job)});
    network.EvaluateShares(network.encoder().CandidateAt(set.candidate), shared_,
                           out.first(set.jobs.size()));
    out = out.subspan(set.jobs.size());
  }
}

void FirstLayerTable::Evaluate(const PairNetwork& network, std::span<const NextSet> sets,
                               std::span<float> out) {
  if (version_ != network.version() + 1) Begin(network);
  for (const NextSet& set : sets) Refresh(network, set.jobs);
  if (!together_) return EvaluateOneByOne(network, sets, out);
  Constants(network, sets);
  if (rounded_)
    EvaluateTogether(sets, rounded_rows_, out);
  else
    EvaluateTogether(sets, rows_, out);
}

}  // namespace dynajob
