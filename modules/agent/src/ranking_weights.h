// The weights of one version of a network as ranking in bfloat16 needs them: rounded and packed
// once, for all candidates.
#ifndef DYNAJOB_AGENT_SRC_RANKING_WEIGHTS_H_
#define DYNAJOB_AGENT_SRC_RANKING_WEIGHTS_H_

#include <span>

#include "dynajob/agent/pair_network.h"

#include "packed_layers.h"

namespace dynajob {

// Immutable; safe for concurrent use.
class RankingWeights {
 public:
  explicit RankingWeights(const PairNetwork& network);

  // PairNetwork::version() of what it was made of.
  uint64_t version() const { return version_; }
  // Writes jobs x share_width(), row-major: [Wv v | V v].
  void Shares(const PairEncoder& encoder, std::span<const JobView> jobs, Bfloat16* out) const;
  const PackedLayers& layers() const { return layers_; }

 private:
  uint64_t version_;
  PackedMatrix action_weights_;
  PackedMatrix bilinear_;
  PackedLayers layers_;
};

}  // namespace dynajob

#endif  // DYNAJOB_AGENT_SRC_RANKING_WEIGHTS_H_
