#include "dynajob/agent/linear_score.h"

#include <algorithm>
#include <array>

#include "dynajob/core/check.h"

#include "first_layer.h"
#include "mlp.h"

namespace dynajob {
namespace {

constexpr size_t kTileRows = 64;

// The transposed weights of a layer times `deltas` (features x batch).
void MultiplyTransposed(const LinearShape& layer, const float* parameters, const float* deltas,
                        size_t rows, float* out) {
  const size_t stride = PadBatch(rows);
  ChosenKernels().multiply({.m = layer.in,
                            .n = stride,
                            .k = layer.out,
                            .a = parameters + layer.weight,
                            .a_row = 1,
                            .a_col = layer.in,
                            .b = deltas,
                            .b_row = stride,
                            .c = out,
                            .c_row = stride});
}

// sum[j] += sum over the batch of df/dz_j, z the first layer before its ReLU. `first` (features x
// batch) is that layer behind it.
void AddFirstLayerGradients(const MlpShape& shape, const float* parameters, const float* first,
                            size_t rows, std::span<double> sum) {
  const size_t stride = PadBatch(rows);
  const size_t hidden = shape.layers.size() - 1;
  std::vector<std::vector<float>> activations(hidden);
  activations[0].assign(first, first + shape.first_width() * stride);
  for (size_t i = 1; i < hidden; ++i) {
    const LinearShape& layer = shape.layers[i];
    activations[i].resize(layer.out * stride);
    MultiplyBatch({parameters + layer.weight, layer.out, layer.in, layer.in},
                  activations[i - 1].data(), rows, activations[i].data(), Start::kBias,
                  parameters + layer.bias, /*relu=*/true);
  }
  std::vector<float> deltas(stride, 1.0f), below;
  for (size_t i = hidden; i-- > 0;) {
    const LinearShape& above = shape.layers[i + 1];
    below.assign(above.in * stride, 0.0f);
    MultiplyTransposed(above, parameters, deltas.data(), rows, below.data());
    for (size_t j = 0; j < below.size(); ++j)
      if (!(activations[i][j] > 0)) below[j] = 0;
    deltas.swap(below);
  }
  for (size_t j = 0; j < sum.size(); ++j)
    for (size_t row = 0; row < rows; ++row) sum[j] += static_cast<double>(deltas[j * stride + row]);
}

// The first layer of `jobs` behind its ReLU, features x batch.
void FirstLayer(const PairNetwork& network, const CandidateLayer& layer,
                const CandidateView& candidate, std::span<const JobView> jobs, Buffer& out) {
  const PairEncoder& encoder = network.encoder();
  const MlpShape& shape = network.shape();
  const size_t stride = PadBatch(jobs.size());
  std::vector<float> actions(encoder.action_dim() * stride), row(encoder.action_dim());
  std::vector<float> facts(encoder.fact_dim() * stride), fact_row(encoder.fact_dim());
  for (size_t i = 0; i < jobs.size(); ++i) {
    encoder.EncodeAction(jobs[i], row.data());
    for (size_t j = 0; j < row.size(); ++j) actions[j * stride + i] = row[j];
    encoder.EncodeFacts(candidate, jobs[i], fact_row.data());
    for (size_t j = 0; j < fact_row.size(); ++j) facts[j * stride + i] = fact_row[j];
  }
  float* first = out.Get(shape.first_width() * stride);
  const bool has_facts = encoder.fact_dim() > 0;
  MultiplyBatch(layer.action_weights(), actions.data(), jobs.size(), first, Start::kBias,
                layer.constant(), !has_facts);
  if (!has_facts) return;
  const Rows weights =
      FirstLayerWeights(shape, network.parameters().data(), shape.input_dim() - encoder.fact_dim(),
                        encoder.fact_dim());
  MultiplyBatch(weights, facts.data(), jobs.size(), first, Start::kOld, nullptr, /*relu=*/true);
}

// sum over the rows of `weights` of gradient[row] times the row.
std::vector<float> Combine(const Rows& weights, std::span<const double> gradient) {
  std::vector<double> sum(weights.width, 0.0);
  for (size_t row = 0; row < weights.rows; ++row) {
    const float* weight = weights.data + row * weights.stride;
    for (size_t i = 0; i < sum.size(); ++i)
      sum[i] += gradient[row] * static_cast<double>(weight[i]);
  }
  return {sum.begin(), sum.end()};
}

}  // namespace

LinearScore::LinearScore(const PairNetwork& network, const CandidateView& candidate,
                         std::span<const JobView> references)
    : encoder_(&network.encoder()), candidate_(candidate) {
  DYNAJOB_CHECK(!references.empty(), "a slope needs a job to be taken at");
  const MlpShape& shape = network.shape();
  const float* parameters = network.parameters().data();
  CandidateLayer layer;
  layer.FoldIntoActionWeights(*encoder_, shape, parameters, candidate);
  std::vector<double> gradient(shape.first_width(), 0.0);
  Buffer first;
  for (size_t begin = 0; begin < references.size(); begin += kTileRows) {
    const auto jobs = references.subspan(begin, std::min(kTileRows, references.size() - begin));
    FirstLayer(network, layer, candidate, jobs, first);
    AddFirstLayerGradients(shape, parameters, first.Get(0), jobs.size(), gradient);
  }
  for (double& value : gradient) value /= static_cast<double>(references.size());

  action_ = Combine(layer.action_weights(), gradient);
  if (shape.bilinear_rank > 0)
    for (size_t i = 0; i < action_.size(); ++i) action_[i] += layer.direction().data[i];
  // The network sees encoded vectors: the gains of the fields become part of the weights.
  const std::vector<float> ones(encoder_->action_dim(), 1.0f);
  std::vector<float> gains(encoder_->action_dim());
  encoder_->EncodeAction({ones, nullptr}, gains.data());
  for (size_t i = 0; i < action_.size(); ++i) action_[i] *= gains[i];
  const size_t facts = encoder_->fact_dim();
  facts_ =
      Combine(FirstLayerWeights(shape, parameters, shape.input_dim() - facts, facts), gradient);
}

void LinearScore::Evaluate(std::span<const JobView> jobs, std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const Kernels& kernels = ChosenKernels();
  std::vector<float> facts(facts_.size());
  for (size_t i = 0; i < jobs.size(); ++i) {
    DYNAJOB_CHECK(jobs[i].action.size() == action_.size(), "an action of another length");
    out[i] = 0;
    kernels.add_dots(jobs[i].action.data(), 1, action_.size(), action_.size(), action_.data(),
                     &out[i]);
    if (facts_.empty()) continue;
    encoder_->EncodeFacts(candidate_, jobs[i], facts.data());
    for (size_t f = 0; f < facts.size(); ++f) out[i] += facts_[f] * facts[f];
  }
}

}  // namespace dynajob
