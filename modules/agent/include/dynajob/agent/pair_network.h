// A scalar regression network over (candidate, job) pairs: the multilayer perceptron of the
// specification (Linear, ReLU, Dropout, … , Linear to one value) on the inputs of a PairEncoder,
// with its optimizer. The Q-network and the world model are both made of it.
#ifndef DYNAJOB_AGENT_PAIR_NETWORK_H_
#define DYNAJOB_AGENT_PAIR_NETWORK_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <vector>

#include "dynajob/agent/options.h"
#include "dynajob/agent/pair_encoder.h"
#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"
#include "dynajob/core/rng.h"

namespace dynajob {

class CandidateLayer;  // src/first_layer.h
class MlpGradient;     // src/mlp.h
struct MlpShape;       // src/mlp.h
class RankingWeights;  // src/ranking_weights.h

// Which matrix kernels this processor gets: "avx512_bf16", "avx512", "avx2" or "portable". All but
// the last give the same bits.
std::string_view KernelsInUse();

// Starts at a cache line, since a vector register's worth that crosses two is loaded twice.
template <typename T>
struct CacheLineAllocator {
  using value_type = T;
  static constexpr std::align_val_t kLine{64};
  CacheLineAllocator() = default;
  template <typename U>
  CacheLineAllocator(const CacheLineAllocator<U>&) {}
  T* allocate(size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* values, size_t) { ::operator delete(values, kLine); }
  bool operator==(const CacheLineAllocator&) const = default;
};
using AlignedFloats = std::vector<float, CacheLineAllocator<float>>;

// Loads LibTorch, for network.backend = libtorch; kFailedPrecondition when it cannot be. Once:
// later calls only repeat the outcome.
Status LoadTorchBackend();

// Flat optimizer state, for checkpoints.
struct OptimizerState {
  uint64_t updates = 0;
  AlignedFloats first_moment;
  AlignedFloats second_moment;
};

// Functions that are const are safe for concurrent use; the others are for one thread at a time.
// Borrows the encoder, which must outlive it.
class PairNetwork {
 public:
  // Weights and biases uniform in +-1/sqrt(fan_in) (PyTorch's default for Linear), drawn from
  // `seed`.
  PairNetwork(const PairEncoder& encoder, std::span<const int64_t> hidden,
              const NetworkOptions& options, OptimizerKind optimizer, uint64_t seed);
  PairNetwork(const PairNetwork& other);
  PairNetwork& operator=(const PairNetwork&) = delete;
  ~PairNetwork();

  // out[i] = f(candidate, jobs[i]), dropout off. What the candidate gives to the first layer is
  // computed once, products of paired fields included: they are linear in the job. Rows of the
  // catalog are evaluated in the network's precision, views in float32.
  void Evaluate(CandidateRow candidate, std::span<const JobRow> jobs, std::span<float> out) const;
  void Evaluate(const CandidateView& candidate, std::span<const JobView> jobs,
                std::span<float> out) const;
  // The same with what depends on the job alone, its share [Wv v | V v], computed before: for one
  // set of jobs and many candidates. A share holds for one version() of the network.
  size_t share_width() const;
  size_t first_width() const;  // of Wv v
  // Writes jobs x share_width(), row-major.
  void FirstLayerShares(std::span<const JobView> jobs, float* out) const;
  struct SharedJob {
    const float* share = nullptr;
    JobView job;
  };
  void EvaluateShares(const CandidateView& candidate, std::span<const SharedJob> jobs,
                      std::span<float> out) const;
  // For a candidate that was folded before (src/first_layer.h).
  void EvaluateShares(const CandidateLayer& layer, const CandidateView& candidate,
                      std::span<const SharedJob> jobs, std::span<float> out) const;
  // out[i] = f(pairs[i]), dropout off.
  void Evaluate(std::span<const Pair> pairs, std::span<float> out) const;

  // One optimizer step on the mean squared error over the batch; returns that error before the
  // step. `dropout` draws the masks (unused when the rate is 0).
  double Train(std::span<const Pair> pairs, std::span<const float> targets, double learning_rate,
               Rng dropout);

  // Replaces f by slope * f + intercept, exactly, by rescaling the output layer (van Hasselt et al.
  // 2016, "Learning values across many orders of magnitude", proposition 1). Moments of the output
  // layer are rescaled with it.
  void RescaleOutput(double slope, double intercept);

  // Increases with every change of the parameters.
  uint64_t version() const { return version_; }
  const PairEncoder& encoder() const { return *encoder_; }
  const MlpShape& shape() const { return *shape_; }
  Precision precision() const { return precision_; }
  // Of the present version; made when it is first asked for.
  std::shared_ptr<const RankingWeights> ForRanking() const;

  std::span<const float> parameters() const { return parameters_; }
  const OptimizerState& optimizer_state() const { return optimizer_state_; }
  // Requires equal sizes.
  void SetParameters(std::span<const float> parameters);
  void SetOptimizerState(OptimizerState state);

 private:
  // Into scratch of the calling thread; `all`: products into the weights of the whole action.
  CandidateLayer& FoldCandidate(const CandidateView& candidate, bool all) const;
  // out[i] = f(candidate, job_at(i)).
  template <typename JobAt>
  void EvaluateEach(const CandidateView& candidate, size_t count, const JobAt& job_at,
                    std::span<float> out) const;
  // Completes the first layer (first width x batch): products and facts of job_at(0), …, and ReLU.
  template <typename JobAt>
  void AddCross(const CandidateLayer& layer, const CandidateView& candidate, size_t rows,
                const JobAt& job_at, bool products, float* first) const;
  // Whether values are those of rounded operands: Precision::kBfloat16, but for bilinear terms.
  bool Rounds() const;
  // Makes the rounded copies follow parameters that no training step has made.
  void KeepRounded();
  // Evaluate with rounded operands; both give the same bits.
  void EvaluateRounded(CandidateRow candidate, std::span<const JobRow> jobs,
                       std::span<float> out) const;
  void EvaluateRounded(std::span<const Pair> pairs, std::span<float> out) const;
  struct TrainingScratch;

  const PairEncoder* encoder_;
  OptimizerKind optimizer_;
  Backend backend_;
  Precision precision_;
  std::unique_ptr<const MlpShape> shape_;
  std::unique_ptr<MlpGradient> gradient_;
  std::unique_ptr<TrainingScratch> scratch_;
  AlignedFloats parameters_;
  OptimizerState optimizer_state_;
  uint64_t version_ = 0;
  mutable std::atomic<std::shared_ptr<const RankingWeights>> for_ranking_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_PAIR_NETWORK_H_
