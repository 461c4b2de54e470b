#include "dynajob/agent/pair_network.h"

#include <algorithm>

#include "first_layer.h"
#include "mlp.h"
#include "optimizer.h"

namespace dynajob {
namespace {

// Rows per tile when a network is evaluated on many jobs; keeps activations in the caches.
constexpr size_t kTileRows = 256;

// From how many jobs on it pays to fold a candidate's products into the weights of the whole action
// (first_width x action_dim numbers).
constexpr size_t kFoldJobs = 32;

std::unique_ptr<MlpGradient> MakeGradient(Backend backend) {
  return backend == Backend::kLibTorch ? MakeTorchGradient() : MakeFusedGradient();
}

// Room for the inputs and activations of one evaluation. One per thread, so that one network can be
// evaluated by many; kept from call to call.
float* Scratch(size_t values) {
  thread_local std::vector<float> scratch;
  if (scratch.size() < values) scratch.resize(values);
  return scratch.data();
}

}  // namespace

PairNetwork::PairNetwork(const PairEncoder& encoder, std::span<const int64_t> hidden,
                         const NetworkOptions& options, OptimizerKind optimizer, uint64_t seed)
    : encoder_(&encoder),
      optimizer_(optimizer),
      backend_(options.backend),
      shape_(std::make_unique<MlpShape>(
          encoder.state_dim(), encoder.action_dim(), encoder.cross_dim(), hidden,
          options.interaction == Interaction::kBilinear ? static_cast<size_t>(options.bilinear_rank)
                                                        : 0,
          options.dropout)),
      gradient_(MakeGradient(backend_)),
      parameters_(InitialParameters(*shape_, seed)) {}

PairNetwork::PairNetwork(const PairNetwork& other)
    : encoder_(other.encoder_),
      optimizer_(other.optimizer_),
      backend_(other.backend_),
      shape_(std::make_unique<MlpShape>(*other.shape_)),
      gradient_(MakeGradient(backend_)),
      parameters_(other.parameters_),
      optimizer_state_(other.optimizer_state_),
      version_(other.version_) {}

PairNetwork::~PairNetwork() = default;

CandidateLayer& PairNetwork::FoldCandidate(const CandidateView& candidate, bool all) const {
  thread_local CandidateLayer layer;
  if (all) {
    layer.FoldIntoActionWeights(*encoder_, *shape_, parameters_.data(), candidate);
  } else {
    layer.Fold(*encoder_, *shape_, parameters_.data(), candidate);
  }
  return layer;
}

template <typename JobAt>
void PairNetwork::EvaluateEach(const CandidateView& candidate, size_t count, const JobAt& job_at,
                               std::span<float> out) const {
  DYNAJOB_CHECK(count == out.size(), "one output per job");
  const size_t action_dim = encoder_->action_dim();
  const size_t width = shape_->first_width();
  const size_t tile = std::min(kTileRows, count);
  const bool all = count >= kFoldJobs;
  const CandidateLayer& layer = FoldCandidate(candidate, all);

  float* actions = Scratch(tile * (action_dim + width + encoder_->cross_dim()));
  float* first = actions + tile * action_dim;
  float* cross = first + tile * width;
  for (size_t begin = 0; begin < count; begin += tile) {
    const size_t rows = std::min(tile, count - begin);
    for (size_t i = 0; i < rows; ++i) {
      encoder_->EncodeAction(job_at(begin + i), actions + i * action_dim);
      std::copy_n(layer.constant(), width, first + i * width);
    }
    const auto jobs = [&](size_t i) { return job_at(begin + i); };
    AddLinear({actions, rows, action_dim, action_dim}, layer.action_weights(), first, width);
    if (!all) AddProducts(layer, rows, jobs, cross, first);
    AddFacts(candidate, rows, jobs, cross, first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    AddLinear({actions, rows, action_dim, action_dim}, layer.direction(), out.data() + begin, 1);
  }
}

template <typename JobAt>
void PairNetwork::AddProducts(const CandidateLayer& layer, size_t rows, const JobAt& job_at,
                              float* scratch, float* first) const {
  const size_t products = encoder_->product_dim();
  if (products == 0) return;
  for (size_t i = 0; i < rows; ++i) encoder_->EncodePairedAction(job_at(i), scratch + i * products);
  AddLinear({scratch, rows, products, products}, layer.paired_weights(), first,
            shape_->first_width());
}

template <typename JobAt>
void PairNetwork::AddFacts(const CandidateView& candidate, size_t rows, const JobAt& job_at,
                           float* scratch, float* first) const {
  const size_t facts = encoder_->fact_dim();
  if (facts == 0) return;
  for (size_t i = 0; i < rows; ++i)
    encoder_->EncodeFacts(candidate, job_at(i), scratch + i * facts);
  const size_t column = shape_->input_dim() - facts;
  AddLinear({scratch, rows, facts, facts},
            FirstLayerWeights(*shape_, parameters_.data(), column, facts), first,
            shape_->first_width());
}

template <typename JobAt, typename ShareAt>
void PairNetwork::EvaluateEachShare(const CandidateView& candidate, const JobAt& job_at,
                                    const ShareAt& share_at, std::span<float> out) const {
  const size_t width = shape_->first_width();
  const size_t tile = std::min(kTileRows, out.size());
  const CandidateLayer& layer = FoldCandidate(candidate, /*all=*/false);
  float* first = Scratch(tile * (width + encoder_->cross_dim()));
  float* cross = first + tile * width;
  for (size_t begin = 0; begin < out.size(); begin += tile) {
    const size_t rows = std::min(tile, out.size() - begin);
    for (size_t i = 0; i < rows; ++i) {
      const float* share = share_at(begin + i);
      const float* constant = layer.constant();
      for (size_t j = 0; j < width; ++j) first[i * width + j] = share[j] + constant[j];
    }
    const auto jobs = [&](size_t i) { return job_at(begin + i); };
    AddProducts(layer, rows, jobs, cross, first);
    AddFacts(candidate, rows, jobs, cross, first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    for (size_t i = 0; i < rows; ++i) {
      const float* projected = share_at(begin + i) + width;
      for (size_t k = 0; k < shape_->bilinear_rank; ++k)
        out[begin + i] += projected[k] * layer.projection()[k];
    }
  }
}

void PairNetwork::Evaluate(CandidateRow candidate, std::span<const JobRow> jobs,
                           std::span<float> out) const {
  EvaluateEach(
      encoder_->CandidateAt(candidate), jobs.size(),
      [&](size_t i) { return encoder_->JobAt(jobs[i]); }, out);
}

void PairNetwork::Evaluate(const CandidateView& candidate, std::span<const JobView> jobs,
                           std::span<float> out) const {
  EvaluateEach(
      candidate, jobs.size(), [&](size_t i) { return jobs[i]; }, out);
}

bool PairNetwork::SharesFirstLayer() const { return shape_->cross_dim == 0; }

size_t PairNetwork::share_width() const { return ShareWidth(*shape_); }

void PairNetwork::FirstLayerShares(std::span<const JobView> jobs, float* out) const {
  const size_t action_dim = encoder_->action_dim();
  float* actions = Scratch(std::min(kTileRows, jobs.size()) * action_dim);
  for (size_t begin = 0; begin < jobs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, jobs.size() - begin);
    for (size_t i = 0; i < rows; ++i)
      encoder_->EncodeAction(jobs[begin + i], actions + i * action_dim);
    dynajob::FirstLayerShares(*shape_, parameters_.data(), actions, rows,
                              out + begin * share_width());
  }
}

void PairNetwork::EvaluateShares(const CandidateView& candidate, MatrixView shares,
                                 std::span<float> out) const {
  DYNAJOB_CHECK(SharesFirstLayer(), "products and facts need the jobs, not only their shares");
  DYNAJOB_CHECK(shares.rows == out.size() && shares.cols == share_width(),
                "one share and one output per job");
  EvaluateEachShare(
      candidate, [](size_t) { return JobView{}; },
      [&](size_t i) { return shares.data + i * shares.cols; }, out);
}

void PairNetwork::EvaluateShares(const CandidateView& candidate, std::span<const SharedJob> jobs,
                                 std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  EvaluateEachShare(
      candidate, [&](size_t i) { return jobs[i].job; }, [&](size_t i) { return jobs[i].share; },
      out);
}

void PairNetwork::Evaluate(std::span<const Pair> pairs, std::span<float> out) const {
  DYNAJOB_CHECK(pairs.size() == out.size(), "one output per pair");
  float* input = Scratch(std::min(kTileRows, pairs.size()) * encoder_->input_dim());
  for (size_t begin = 0; begin < pairs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, pairs.size() - begin);
    encoder_->Encode(pairs.subspan(begin, rows), input);
    Forward(*shape_, parameters_.data(), input, rows, out.data() + begin);
  }
}

double PairNetwork::Train(std::span<const Pair> pairs, std::span<const float> targets,
                          double learning_rate, Rng dropout) {
  DYNAJOB_CHECK(!pairs.empty() && pairs.size() == targets.size(), "one target per pair");
  input_.resize(pairs.size() * encoder_->input_dim());
  encoder_->Encode(pairs, input_.data());
  gradients_.resize(parameters_.size());
  const std::vector<float> masks = DropoutMasks(*shape_, pairs.size(), dropout);
  const double loss =
      gradient_->Compute(*shape_, parameters_,
                         std::span<const float>(input_).first(pairs.size() * encoder_->input_dim()),
                         targets, masks, gradients_);
  ApplyOptimizer(optimizer_, learning_rate, gradients_, parameters_, optimizer_state_);
  ++version_;
  return loss;
}

void PairNetwork::RescaleOutput(double slope, double intercept) {
  const LinearShape& last = shape_->layers.back();
  const auto factor = static_cast<float>(slope);
  const auto scale = [&](std::vector<float>& values, float by, size_t begin, size_t end) {
    if (values.empty()) return;
    for (size_t i = begin; i < end; ++i) values[i] *= by;
  };
  // The output layer's weight and bias are neighbours; of the bilinear term one side is enough.
  const size_t end = last.bias + 1;
  const size_t bilinear_end = shape_->bilinear_u + shape_->bilinear_rank * shape_->state_dim;
  scale(parameters_, factor, last.weight, end);
  scale(parameters_, factor, shape_->bilinear_u, bilinear_end);
  parameters_[last.bias] += static_cast<float>(intercept);
  for (const auto& [begin, stop] :
       {std::pair{last.weight, end}, std::pair{shape_->bilinear_u, bilinear_end}}) {
    scale(optimizer_state_.first_moment, factor, begin, stop);
    scale(optimizer_state_.second_moment, factor * factor, begin, stop);
  }
  ++version_;
}

void PairNetwork::SetParameters(std::span<const float> parameters) {
  DYNAJOB_CHECK(parameters.size() == parameters_.size(), "parameter counts differ");
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  ++version_;
}

void PairNetwork::SetOptimizerState(OptimizerState state) {
  DYNAJOB_CHECK(state.second_moment.empty() || state.second_moment.size() == parameters_.size(),
                "optimizer state does not fit the network");
  optimizer_state_ = std::move(state);
}

}  // namespace dynajob
