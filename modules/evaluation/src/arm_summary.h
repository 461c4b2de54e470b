// One arm, and one comparison of two, as results files show them: point estimates with intervals.
// Shared by results.json and sweep.json.
#ifndef DYNAJOB_EVALUATION_SRC_ARM_SUMMARY_H_
#define DYNAJOB_EVALUATION_SRC_ARM_SUMMARY_H_

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/arm_scores.h"
#include "dynajob/evaluation/bootstrap.h"

#include "arm_comparisons.h"

namespace dynajob {

// {centre: value, "low", "high"}.
nlohmann::ordered_json EstimateJson(const Estimate& estimate, const char* centre);

// "metrics" of an arm of `protocol`.
nlohmann::ordered_json MetricsJson(const ArmScores& arm, const ProtocolScores& protocol,
                                   const BootstrapOptions& bootstrap);

// "cost" of an arm: totals over the seeds.
nlohmann::ordered_json CostJson(const ArmScores& arm);

// "metric", "difference", "p", "probability_of_improvement" and, where it was corrected, "holm".
nlohmann::ordered_json DifferenceJson(const PairedComparison& comparison);

// The same with the names of the arms, "a" and "b", in front.
nlohmann::ordered_json ComparisonJson(const PairedComparison& comparison);

// How many take part, and who of the store does not, by reason.
nlohmann::ordered_json CatalogJson(const CatalogReport& catalog);

// "response_shares" and "rank_correlation" of the judge.
nlohmann::ordered_json JudgeJson(const JudgeReport& judge);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_ARM_SUMMARY_H_
