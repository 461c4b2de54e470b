// Every arm against every other, and the few comparisons that the product is about as one family
// with Holm's correction.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_
#define DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/evaluation/arm_scores.h"
#include "dynajob/evaluation/bootstrap.h"

namespace dynajob {

// The questions: each warm start against the cold one, against each other and against its frozen
// twin, learners against the strong references. In the order in which reports show them.
std::vector<std::pair<std::string_view, std::string_view>> KeyPairs();

// a - b, paired by seed and candidate.
struct PairedComparison {
  const ArmScores* a = nullptr;
  const ArmScores* b = nullptr;
  const Metric* metric = nullptr;
  Inference difference;
  Estimate probability_of_improvement;
  // Of the key pairs in the headline metric only; corrected for all of these that took part.
  std::optional<double> holm_p;
  std::optional<Estimate> holm_interval;  // of the difference
};

// In one metric, uncorrected.
PairedComparison ComparePaired(const ArmScores& a, const ArmScores& b, const Metric& metric,
                               const BootstrapOptions& options);

// All pairs of arms, each once, in each compared metric (ComparedMetrics). In a key pair `a` is the
// first. Uncorrected.
std::vector<PairedComparison> CompareArms(const ProtocolScores& protocol,
                                          const BootstrapOptions& options);
std::span<const char* const> ComparedMetrics();

// Whether the comparison is one of KeyPairs in the headline metric.
bool IsKeyComparison(const PairedComparison& comparison);

// Holm's correction over these comparisons as one family.
void CorrectFamily(std::span<PairedComparison* const> family);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_COMPARISONS_H_
