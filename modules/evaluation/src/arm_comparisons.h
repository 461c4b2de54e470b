// Every arm against every other, and the few comparisons that the product is about as one family
// with Holm's correction.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_
#define DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/evaluation/bootstrap.h"
#include "dynajob/evaluation/comparison.h"

namespace dynajob {

// What arms are compared on first; verdicts in words speak of it.
inline constexpr const char* kHeadlineMetric = "cumulative_reward";

// The questions: each warm start against the cold one, against each other and against its frozen
// twin, learners against the strong references. In the order in which reports show them.
std::vector<std::pair<std::string_view, std::string_view>> KeyPairs();

// One row per seed, one column per candidate.
ScoreTable Scores(const ArmTraces& arm, const Metric& metric);

// a - b, paired by seed and candidate.
struct PairedComparison {
  const ArmTraces* a = nullptr;
  const ArmTraces* b = nullptr;
  const Metric* metric = nullptr;
  Inference difference;
  Estimate probability_of_improvement;
  // Of the key pairs in the headline metric only; corrected for all of these that took part.
  std::optional<double> holm_p;
  std::optional<Estimate> holm_interval;  // of the difference
};

// All pairs of arms, each once, in each compared metric. In a key pair `a` is the first.
std::vector<PairedComparison> CompareArms(const ProtocolTraces& protocol,
                                          const BootstrapOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_
