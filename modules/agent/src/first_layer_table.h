// The jobs' shares of the first layer, which do not depend on the state, computed on demand and
// kept for one version of a network: with them, the maximum over a candidate set costs a gather, an
// addition and the small layers instead of the wide first layer (with products, their part of it).
#ifndef DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
#define DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dynajob/agent/pair_network.h"

namespace dynajob {

class FirstLayerTable {
 public:
  // Whether a table for `network` is small enough to keep, at most 256 MiB.
  static bool Fits(const PairNetwork& network);

  // out[i] = network(candidate, jobs[i]), as PairNetwork::Evaluate. Rows are recomputed when
  // `network.version()` has changed.
  void Evaluate(const PairNetwork& network, CandidateRow candidate, std::span<const JobRow> jobs,
                std::span<float> out);

 private:
  void Refresh(const PairNetwork& network, std::span<const JobRow> jobs);

  std::vector<float> rows_;         // jobs x share width
  std::vector<uint64_t> versions_;  // of each block of jobs; 0 = never computed
  // Scratch.
  std::vector<JobView> block_;
  std::vector<PairNetwork::SharedJob> shared_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_FIRST_LAYER_TABLE_H_
