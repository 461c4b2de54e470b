// Metrics of a run, all on the judge's expected reward of what was recommended (docs/protocol.md).
#ifndef DYNAJOB_EVALUATION_METRICS_H_
#define DYNAJOB_EVALUATION_METRICS_H_

#include <span>
#include <string>
#include <vector>

#include "dynajob/evaluation/judged_environment.h"
#include "dynajob/evaluation/survival.h"

namespace dynajob {

// One arm, one seed, one candidate.
struct Trace {
  double jumpstart = 0;   // mean expected reward of the greedy choice over fresh candidate sets,
                          // before any online step
  double ndcg_at_10 = 0;  // of the arm's ranking of all evaluation jobs, before any online step
  double reciprocal_rank = 0;
  double hit_at_10 = 0;
  std::vector<StepOutcome> steps;
};

// A per-candidate score.
struct Metric {
  const char* name;
  double (*score)(const Trace& trace);
};

// jumpstart, cumulative_reward, average_reward, regret, apply_rate, asymptote (mean over the last
// fifth of the steps), ndcg@10, mrr, hit@10.
std::span<const Metric> Metrics();
const Metric& FindMetric(std::string_view name);

// The average reward as a share of the greedy oracle's, both above `lowest_reward` (that of a
// certain IGNORE): 0 when everything is ignored, 1 when as good as the oracle, which met the same
// candidate. Made for performance profiles and the optimality gap, which need one scale for all
// people. 1 when the oracle has nothing above `lowest_reward` either.
double NormalizedScore(const Trace& trace, const Trace& oracle, double lowest_reward);

// Steps until the mean of the last `window` steps first reached `share` of the greedy oracle's mean
// over the same steps; censored at the last step. `oracle` met the same candidate.
SurvivalTime StepsToThreshold(const Trace& trace, const Trace& oracle, double share, size_t window);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_METRICS_H_
