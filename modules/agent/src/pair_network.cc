#include "dynajob/agent/pair_network.h"

#include <algorithm>
#include <array>

#include "first_layer.h"
#include "mlp.h"
#include "optimizer.h"
#include "ranking_weights.h"

namespace dynajob {
namespace {

// Rows per tile when a network is evaluated on many jobs; keeps activations in the caches.
constexpr size_t kTileRows = 64;

// From how many jobs on it pays to fold a candidate's products into the weights of the whole action
// (first_width x action_dim numbers).
constexpr size_t kFoldJobs = 32;

AlignedFloats Aligned(const std::vector<float>& values) { return {values.begin(), values.end()}; }

std::unique_ptr<MlpGradient> MakeGradient(Backend backend, Precision precision) {
  return backend == Backend::kLibTorch ? MakeTorchGradient() : MakeFusedGradient(precision);
}

// Room for one tile. One per thread, so that one network can be evaluated by many; kept from call
// to call.
struct TileScratch {
  Buffer rows;      // inputs, a row per job
  Buffer features;  // the same, features x batch
  Buffer first;     // the first layer, features x batch
  std::array<const float*, kTileRows> pointers;
};
TileScratch& Scratch() {
  thread_local TileScratch scratch;
  return scratch;
}

// features x batch of what encode(i, row) writes for i < count.
template <typename Encode>
const float* EncodeFeatures(size_t count, size_t width, const Encode& encode) {
  TileScratch& scratch = Scratch();
  float* rows = scratch.rows.Get(count * width);
  for (size_t i = 0; i < count; ++i) {
    scratch.pointers[i] = rows + i * width;
    encode(i, rows + i * width);
  }
  float* features = scratch.features.Get(width * PadBatch(count));
  ChosenKernels().transpose(scratch.pointers.data(), count, width, nullptr, false, features,
                            PadBatch(count));
  return features;
}

}  // namespace

std::string_view KernelsInUse() { return ChosenKernels().name; }

// Reused from step to step.
struct PairNetwork::TrainingScratch {
  Buffer input;  // batch x input_dim
  std::vector<float> masks;
};

PairNetwork::PairNetwork(const PairEncoder& encoder, std::span<const int64_t> hidden,
                         const NetworkOptions& options, OptimizerKind optimizer, uint64_t seed)
    : encoder_(&encoder),
      optimizer_(optimizer),
      backend_(options.backend),
      precision_(options.precision),
      shape_(std::make_unique<MlpShape>(
          encoder.state_dim(), encoder.action_dim(), encoder.cross_dim(), hidden,
          options.interaction == Interaction::kBilinear ? static_cast<size_t>(options.bilinear_rank)
                                                        : 0,
          options.dropout)),
      gradient_(MakeGradient(backend_, precision_)),
      scratch_(std::make_unique<TrainingScratch>()),
      parameters_(Aligned(InitialParameters(*shape_, seed))) {
  KeepRounded();
}

PairNetwork::PairNetwork(const PairNetwork& other)
    : encoder_(other.encoder_),
      optimizer_(other.optimizer_),
      backend_(other.backend_),
      precision_(other.precision_),
      shape_(std::make_unique<MlpShape>(*other.shape_)),
      gradient_(MakeGradient(backend_, precision_)),
      scratch_(std::make_unique<TrainingScratch>()),
      parameters_(other.parameters_),
      optimizer_state_(other.optimizer_state_),
      version_(other.version_) {
  KeepRounded();
}

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
  if (count == 0) return;
  const bool all = count >= kFoldJobs;
  const CandidateLayer& layer = FoldCandidate(candidate, all);
  for (size_t begin = 0; begin < count; begin += kTileRows) {
    const size_t rows = std::min(kTileRows, count - begin);
    const auto jobs = [&](size_t i) { return job_at(begin + i); };
    float* first = Scratch().first.Get(shape_->first_width() * PadBatch(rows));
    const float* actions = EncodeFeatures(rows, encoder_->action_dim(), [&](size_t i, float* row) {
      encoder_->EncodeAction(jobs(i), row);
    });
    const bool more = encoder_->cross_dim() > 0;
    MultiplyBatch(layer.action_weights(), actions, rows, first, Start::kBias, layer.constant(),
                  !more);
    std::array<float, kTileRows + kBatchPad> bilinear{};
    if (shape_->bilinear_rank > 0) MultiplyBatch(layer.direction(), actions, rows, bilinear.data());
    if (more) AddCross(layer, candidate, rows, jobs, /*products=*/!all, first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    for (size_t i = 0; i < rows; ++i) out[begin + i] += bilinear[i];
  }
}

template <typename JobAt>
void PairNetwork::AddCross(const CandidateLayer& layer, const CandidateView& candidate, size_t rows,
                           const JobAt& job_at, bool products, float* first) const {
  const size_t facts = encoder_->fact_dim();
  if (products && encoder_->product_dim() > 0) {
    const float* paired = EncodeFeatures(rows, encoder_->product_dim(), [&](size_t i, float* row) {
      encoder_->EncodePairedAction(job_at(i), row);
    });
    MultiplyBatch(layer.paired_weights(), paired, rows, first, Start::kOld, nullptr, facts == 0);
  }
  if (facts > 0) {
    const float* features = EncodeFeatures(rows, facts, [&](size_t i, float* row) {
      encoder_->EncodeFacts(candidate, job_at(i), row);
    });
    const Rows weights =
        FirstLayerWeights(*shape_, parameters_.data(), shape_->input_dim() - facts, facts);
    MultiplyBatch(weights, features, rows, first, Start::kOld, nullptr, /*relu=*/true);
  } else if (!products) {
    const size_t values = shape_->first_width() * PadBatch(rows);
    for (size_t i = 0; i < values; ++i) first[i] = first[i] > 0.0f ? first[i] : 0.0f;
  }
}

void PairNetwork::Evaluate(CandidateRow candidate, std::span<const JobRow> jobs,
                           std::span<float> out) const {
  if (Rounds()) return EvaluateRounded(candidate, jobs, out);
  EvaluateEach(
      encoder_->CandidateAt(candidate), jobs.size(),
      [&](size_t i) { return encoder_->JobAt(jobs[i]); }, out);
}

void PairNetwork::Evaluate(const CandidateView& candidate, std::span<const JobView> jobs,
                           std::span<float> out) const {
  EvaluateEach(
      candidate, jobs.size(), [&](size_t i) { return jobs[i]; }, out);
}

size_t PairNetwork::share_width() const { return ShareWidth(*shape_); }
size_t PairNetwork::first_width() const { return shape_->first_width(); }

void PairNetwork::FirstLayerShares(std::span<const JobView> jobs, float* out) const {
  for (size_t begin = 0; begin < jobs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, jobs.size() - begin);
    const float* actions = EncodeFeatures(rows, encoder_->action_dim(), [&](size_t i, float* row) {
      encoder_->EncodeAction(jobs[begin + i], row);
    });
    dynajob::FirstLayerShares(*shape_, parameters_.data(), actions, rows,
                              out + begin * share_width());
  }
}

void PairNetwork::EvaluateShares(const CandidateView& candidate, std::span<const SharedJob> jobs,
                                 std::span<float> out) const {
  if (jobs.empty()) return;
  EvaluateShares(FoldCandidate(candidate, /*all=*/false), candidate, jobs, out);
}

void PairNetwork::EvaluateShares(const CandidateLayer& layer, const CandidateView& candidate,
                                 std::span<const SharedJob> jobs, std::span<float> out) const {
  DYNAJOB_CHECK(jobs.size() == out.size(), "one output per job");
  const size_t width = shape_->first_width();
  const bool more = encoder_->cross_dim() > 0;
  TileScratch& scratch = Scratch();
  for (size_t begin = 0; begin < out.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, out.size() - begin);
    for (size_t i = 0; i < rows; ++i) scratch.pointers[i] = jobs[begin + i].share;
    float* first = scratch.first.Get(width * PadBatch(rows));
    ChosenKernels().transpose(scratch.pointers.data(), rows, width, layer.constant(), !more, first,
                              PadBatch(rows));
    const auto job_at = [&](size_t i) { return jobs[begin + i].job; };
    if (more) AddCross(layer, candidate, rows, job_at, /*products=*/true, first);
    ForwardFromFirst(*shape_, parameters_.data(), first, rows, out.data() + begin);
    if (shape_->bilinear_rank == 0) continue;
    for (size_t i = 0; i < rows; ++i)
      ChosenKernels().add_dots(jobs[begin + i].share + width, 1, shape_->bilinear_rank, 0,
                               layer.projection(), &out[begin + i]);
  }
}

void PairNetwork::Evaluate(std::span<const Pair> pairs, std::span<float> out) const {
  DYNAJOB_CHECK(pairs.size() == out.size(), "one output per pair");
  if (Rounds()) return EvaluateRounded(pairs, out);
  float* input = Scratch().rows.Get(std::min(kTileRows, pairs.size()) * encoder_->input_dim());
  for (size_t begin = 0; begin < pairs.size(); begin += kTileRows) {
    const size_t rows = std::min(kTileRows, pairs.size() - begin);
    encoder_->Encode(pairs.subspan(begin, rows), input);
    Forward(*shape_, parameters_.data(), input, rows, out.data() + begin);
  }
}

double PairNetwork::Train(std::span<const Pair> pairs, std::span<const float> targets,
                          double learning_rate, Rng dropout) {
  DYNAJOB_CHECK(!pairs.empty() && pairs.size() == targets.size(), "one target per pair");
  const size_t inputs = pairs.size() * encoder_->input_dim();
  float* input = scratch_->input.Get(inputs);
  encoder_->Encode(pairs, input);
  DropoutMasks(*shape_, pairs.size(), dropout, scratch_->masks);
  const Update update = BeginUpdate(optimizer_, learning_rate, parameters_, optimizer_state_);
  const double loss = gradient_->Step(
      *shape_, update, version_, std::span<const float>(input, inputs), targets, scratch_->masks);
  ++version_;
  return loss;
}

void PairNetwork::RescaleOutput(double slope, double intercept) {
  const LinearShape& last = shape_->layers.back();
  const auto factor = static_cast<float>(slope);
  const auto scale = [&](AlignedFloats& values, float by, size_t begin, size_t end) {
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
  KeepRounded();
}

std::shared_ptr<const RankingWeights> PairNetwork::ForRanking() const {
  std::shared_ptr<const RankingWeights> weights = for_ranking_.load();
  if (weights == nullptr || weights->version() != version_) {
    weights = std::make_shared<const RankingWeights>(*this);
    for_ranking_.store(weights);
  }
  return weights;
}

void PairNetwork::SetParameters(std::span<const float> parameters) {
  DYNAJOB_CHECK(parameters.size() == parameters_.size(), "parameter counts differ");
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  ++version_;
  KeepRounded();
}

void PairNetwork::SetOptimizerState(OptimizerState state) {
  DYNAJOB_CHECK(state.second_moment.empty() || state.second_moment.size() == parameters_.size(),
                "optimizer state does not fit the network");
  optimizer_state_ = std::move(state);
}

}  // namespace dynajob
