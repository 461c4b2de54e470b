// Wv v for jobs, the part of the first layer that does not depend on the state, computed on demand
// and kept for one version of a network: with it, the maximum over a candidate set costs a gather,
// an addition and the small layers instead of the wide first layer.
#ifndef DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
#define DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

class FirstLayerTable {
 public:
  // Whether a table for `network` is exact and small enough to keep: no products (their weights
  // meet the state in the first layer) and no bilinear term, at most 256 MiB.
  static bool Fits(const PairNetwork& network);

  // out[i] = network(candidate, jobs[i]), as PairNetwork::Evaluate. Rows are recomputed when
  // `network.version()` has changed.
  void Evaluate(const PairNetwork& network, CandidateRow candidate, std::span<const JobRow> jobs,
                std::span<float> out);

 private:
  void Refresh(const PairNetwork& network, std::span<const JobRow> jobs);

  std::vector<float> rows_;         // jobs x first width
  std::vector<uint64_t> versions_;  // of each block of jobs; 0 = never computed
  // Scratch.
  std::vector<float> actions_;
  std::vector<float> state_;
  std::vector<float> from_state_;
  std::vector<float> first_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
