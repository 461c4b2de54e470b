#include "ranking_weights.h"

#include <algorithm>

namespace dynajob {
namespace {

// Jobs whose shares are computed together, a multiple of the rows of a tile of the kernels: the
// weights do not fit into the second cache and are read once for all of them.
constexpr size_t kBlockJobs = 96;

}  // namespace

RankingWeights::RankingWeights(const PairNetwork& network) : version_(network.version()) {
  const MlpShape& shape = network.shape();
  const float* parameters = network.parameters().data();
  action_weights_.Pack(FirstLayerWeights(shape, parameters, shape.state_dim, shape.action_dim),
                       nullptr, Precision::kBfloat16);
  bilinear_.Pack(
      {parameters + shape.bilinear_v, shape.bilinear_rank, shape.action_dim, shape.action_dim},
      nullptr, Precision::kBfloat16);
  layers_.Pack(shape, parameters, Precision::kBfloat16);
}

void RankingWeights::Shares(const PairEncoder& encoder, std::span<const JobView> jobs,
                            Bfloat16* out) const {
  thread_local Buffer encoded_room, rounded_room;
  const size_t in = action_weights_.in();
  const size_t first = action_weights_.out(), width = first + bilinear_.out();
  float* encoded = encoded_room.Get(kBlockJobs * in);
  for (size_t begin = 0; begin < jobs.size(); begin += kBlockJobs) {
    const size_t rows = std::min(kBlockJobs, jobs.size() - begin);
    for (size_t i = 0; i < rows; ++i) encoder.EncodeAction(jobs[begin + i], encoded + i * in);
    const Bfloat16* rounded = RoundRows(encoded, rows, in, rounded_room);
    Bfloat16* shares = out + begin * width;
    action_weights_.Multiply(rounded, PadPairs(in), rows, /*relu=*/false, shares, width);
    bilinear_.Multiply(rounded, PadPairs(in), rows, /*relu=*/false, shares + first, width);
  }
}

}  // namespace dynajob
