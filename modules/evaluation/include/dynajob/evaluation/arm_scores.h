// What is left of an experiment when its traces have been scored: one number per metric, seed and
// person. Everything that is summarised or compared is made of these; they are small enough to be
// kept, and seeds that ran apart can be put together.
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_ARM_SCORES_H_
#define DYNAJOB_EVALUATION_ARM_SCORES_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/statistics.h"
#include "dynajob/evaluation/survival.h"

namespace dynajob {

// What arms are compared on first; verdicts in words speak of it.
inline constexpr const char* kHeadlineMetric = "cumulative_reward";

// One arm in one protocol; tables have one row per seed and one column per person.
struct ArmScores {
  std::string name = {};
  std::string kind = {};                 // as ArmTraces
  std::vector<ScoreTable> metrics = {};  // in the order of Metrics()
  ScoreTable normalized{0, 0};
  std::vector<std::vector<SurvivalTime>> threshold = {};  // [seed][person]
  std::vector<ArmCost> cost = {};                         // by seed

  const ScoreTable& Of(const Metric& metric) const;
};

struct ProtocolScores {
  Protocol protocol = Protocol::kNewUser;
  std::vector<ArmScores> arms = {};
  ArmScores oracle = {};

  const ArmScores* FindArm(std::string_view name) const;  // nullptr when it did not take part
};

struct ExperimentScores {
  std::vector<uint64_t> seeds = {};
  std::vector<std::vector<std::string>> people = {};  // [seed]: ids, in the order of the columns
  JudgeReport judge = {};
  std::vector<ProtocolScores> protocols = {};
};

ScoreTable Scores(const ArmTraces& arm, const Metric& metric);
ProtocolScores ScoresOf(const ProtocolTraces& protocol, const ComparisonOptions& options,
                        double lowest_reward);
ExperimentScores ScoresOf(const ComparisonTraces& traces, const ComparisonOptions& options);

// Experiments of one seed each, with the same protocols, arms and number of people, as one. Fails
// with kFailedPrecondition when they differ in that. Requires at least one.
Result<ExperimentScores> MergeSeeds(std::vector<ExperimentScores> seeds);

// Text (JSON) that reads back as the same scores, bit by bit. Reading fails with kCorruptData.
std::string ScoresText(const ExperimentScores& scores);
Result<ExperimentScores> ParseScores(std::string_view text);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_ARM_SCORES_H_
