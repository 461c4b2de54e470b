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

void PairNetwork::Evaluate(CandidateRow candidate, std::span<const JobRow> jobs,
                           std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const size_t state_dim = encoder_->state_dim();
  const size_t action_dim = encoder_->action_dim();
  const size_t cross_dim = encoder_->cross_dim();
  const size_t width = shape_->first_width();
  const size_t tile = std::min(kTileRows, jobs.size());

  // Scratch: state | tile x (action + cross + first layer) | Ws s + b.
  input_.resize(state_dim + tile * (action_dim + cross_dim + width) + width);
  float* state = input_.data();
  float* actions = state + state_dim;
  float* cross = actions + tile * action_dim;
  float* first = cross + tile * cross_dim;
  float* from_state = first + tile * width;

  encoder_->EncodeState(candidate, state);
  std::copy_n(parameters_.begin() + static_cast<std::ptrdiff_t>(shape_->layers.front().bias), width,
              from_state);
  AddFirstLayer(*shape_, parameters_.data(), 0, state_dim, state, 1, from_state);

  for (size_t begin = 0; begin < jobs.size(); begin += tile) {
    const size_t rows = std::min(tile, jobs.size() - begin);
    for (size_t i = 0; i < rows; ++i) {
      encoder_->EncodeAction(jobs[begin + i], actions + i * action_dim);
      encoder_->EncodeCross({candidate, jobs[begin + i]}, cross + i * cross_dim);
      std::copy_n(from_state, width, first + i * width);
    }
    AddFirstLayer(*shape_, parameters_.data(), state_dim, action_dim, actions, rows, first);
    AddFirstLayer(*shape_, parameters_.data(), state_dim + action_dim, cross_dim, cross, rows,
                  first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    AddBilinear(*shape_, parameters_.data(), state, actions, rows, out.data() + begin);
  }
}

void PairNetwork::Evaluate(std::span<const Pair> pairs, std::span<float> out) const {
  DYNAJOB_CHECK(pairs.size() == out.size(), "one output per pair");
  input_.resize(std::min(kTileRows, pairs.size()) * encoder_->input_dim());
  for (size_t begin = 0; begin < pairs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, pairs.size() - begin);
    encoder_->Encode(pairs.subspan(begin, rows), input_.data());
    Forward(*shape_, parameters_.data(), input_.data(), rows, out.data() + begin);
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
