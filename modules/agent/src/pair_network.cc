#include "dynajob/agent/pair_network.h"

#include <algorithm>

#include "mlp.h"
#include "optimizer.h"

namespace dynajob {
namespace {

// Rows per tile when a network is evaluated on many jobs; keeps activations in the caches.
constexpr size_t kTileRows = 256;

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

template <typename JobAt>
void PairNetwork::EvaluateEach(const CandidateView& candidate, size_t count, const JobAt& job_at,
                               std::span<float> out) const {
  DYNAJOB_CHECK(count == out.size(), "one output per job");
  const size_t state_dim = encoder_->state_dim();
  const size_t action_dim = encoder_->action_dim();
  const size_t cross_dim = encoder_->cross_dim();
  const size_t width = shape_->first_width();
  const size_t tile = std::min(kTileRows, count);

  // Scratch: state | tile x (action + cross + first layer) | Ws s + b.
  float* state = Scratch(state_dim + tile * (action_dim + cross_dim + width) + width);
  float* actions = state + state_dim;
  float* cross = actions + tile * action_dim;
  float* first = cross + tile * cross_dim;
  float* from_state = first + tile * width;

  encoder_->EncodeState(candidate, state);
  std::copy_n(parameters_.begin() + static_cast<std::ptrdiff_t>(shape_->layers.front().bias), width,
              from_state);
  AddFirstLayer(*shape_, parameters_.data(), 0, state_dim, state, 1, from_state);

  for (size_t begin = 0; begin < count; begin += tile) {
    const size_t rows = std::min(tile, count - begin);
    for (size_t i = 0; i < rows; ++i) {
      const JobView job = job_at(begin + i);
      encoder_->EncodeAction(job, actions + i * action_dim);
      encoder_->EncodeCross(candidate, job, cross + i * cross_dim);
      std::copy_n(from_state, width, first + i * width);
    }
    AddFirstLayer(*shape_, parameters_.data(), state_dim, action_dim, actions, rows, first);
    AddFirstLayer(*shape_, parameters_.data(), state_dim + action_dim, cross_dim, cross, rows,
                  first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    AddBilinear(*shape_, parameters_.data(), state, actions, rows, out.data() + begin);
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

bool PairNetwork::SharesFirstLayer() const {
  return shape_->cross_dim == 0 && shape_->bilinear_rank == 0;
}

size_t PairNetwork::share_width() const { return shape_->first_width(); }

void PairNetwork::FirstLayerShares(std::span<const JobView> jobs, float* out) const {
  const size_t action_dim = encoder_->action_dim();
  const size_t width = shape_->first_width();
  float* actions = Scratch(std::min(kTileRows, jobs.size()) * action_dim);
  for (size_t begin = 0; begin < jobs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, jobs.size() - begin);
    for (size_t i = 0; i < rows; ++i)
      encoder_->EncodeAction(jobs[begin + i], actions + i * action_dim);
    float* shares = out + begin * width;
    std::fill_n(shares, rows * width, 0.0f);
    AddFirstLayer(*shape_, parameters_.data(), shape_->state_dim, action_dim, actions, rows,
                  shares);
  }
}

void PairNetwork::EvaluateShares(const CandidateView& candidate, MatrixView shares,
                                 std::span<float> out) const {
  DYNAJOB_CHECK(SharesFirstLayer(), "the first layer of this network depends on both sides");
  DYNAJOB_CHECK(shares.rows == out.size() && shares.cols == shape_->first_width(),
                "one output per row of shares");
  const size_t width = shape_->first_width();
  float* state = Scratch(shape_->state_dim + width + std::min(kTileRows, shares.rows) * width);
  float* from_state = state + shape_->state_dim;
  float* first = from_state + width;
  encoder_->EncodeState(candidate, state);
  std::copy_n(parameters_.begin() + static_cast<std::ptrdiff_t>(shape_->layers.front().bias), width,
              from_state);
  AddFirstLayer(*shape_, parameters_.data(), 0, shape_->state_dim, state, 1, from_state);
  for (size_t begin = 0; begin < shares.rows; begin += kTileRows) {
    const size_t rows = std::min(kTileRows, shares.rows - begin);
    for (size_t i = 0; i < rows; ++i) {
      const float* share = shares.data + (begin + i) * width;
      for (size_t j = 0; j < width; ++j) first[i * width + j] = share[j] + from_state[j];
    }
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
  }
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
