#include "dynajob/rewards/user_simulator.h"

#include <algorithm>
#include <vector>

#include "dynajob/core/check.h"

namespace dynajob {

Status UserSimulator::Labels(std::span<const Pair> pairs,
                             std::span<std::optional<ResponseProbabilities>> labels) {
  DYNAJOB_CHECK(pairs.size() == labels.size(), "one label per pair");
  std::vector<ResponseProbabilities> probabilities(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(Probabilities(pairs, probabilities));
  std::copy(probabilities.begin(), probabilities.end(), labels.begin());
  return Status::Ok();
}

}  // namespace dynajob
