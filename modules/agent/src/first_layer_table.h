// The jobs' shares of the first layer, which do not depend on the state, computed on demand and
// kept for one version of a network: with them, the maximum over a candidate set costs a gather, an
// addition and the small layers instead of the wide first layer (with products, their part of it).
#ifndef DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
#define DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dynajob/agent/q_network.h"

#include "packed_layers.h"

namespace dynajob {

class FirstLayerTable {
 public:
  // Whether a table for `network` is small enough to keep, at most 256 MiB.
  static bool Fits(const PairNetwork& network);

  // The values of all sets, one after the other: network(candidate, job), as PairNetwork::Evaluate,
  // in the network's precision. Rows are recomputed when `network.version()` has changed.
  void Evaluate(const PairNetwork& network, std::span<const NextSet> sets, std::span<float> out);

 private:
  // Begins a version: packs its weights, forgets its rows.
  void Begin(const PairNetwork& network);
  void Refresh(const PairNetwork& network, std::span<const JobRow> jobs);
  void RefreshBlock(const PairNetwork& network, size_t begin, size_t end);
  void EvaluateOneByOne(const PairNetwork& network, std::span<const NextSet> sets,
                        std::span<float> out);
  // Ws s + b of every set, a row each.
  void Constants(const PairNetwork& network, std::span<const NextSet> sets);
  template <typename Number>
  void EvaluateTogether(std::span<const NextSet> sets, const std::vector<Number>& table,
                        std::span<float> out);

  uint64_t version_ = 0;  // of the network plus one, so that 0 is "none"
  size_t width_ = 0;      // of a row
  bool rounded_ = false;
  // With inputs that are concatenated only, all sets are evaluated together.
  bool together_ = false;
  std::vector<float> rows_;  // jobs x width
  std::vector<Bfloat16> rounded_rows_;
  std::vector<bool> known_;  // of each block of jobs
  PackedMatrix state_weights_;
  PackedMatrix action_weights_;
  PackedLayers layers_;
  // Scratch.
  std::vector<JobView> block_;
  std::vector<PairNetwork::SharedJob> shared_;
  Buffer encoded_;
  Buffer rounded_input_;
  Buffer constants_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
