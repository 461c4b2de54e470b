#include "dynajob/evaluation/metrics.h"

#include <algorithm>
#include <array>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

double SumOver(const Trace& trace, size_t begin, double (*value)(const StepOutcome&)) {
  double sum = 0;
  for (size_t i = begin; i < trace.steps.size(); ++i) sum += value(trace.steps[i]);
  return sum;
}

double MeanOver(const Trace& trace, size_t begin, double (*value)(const StepOutcome&)) {
  const size_t count = trace.steps.size() - begin;
  return count == 0 ? 0 : SumOver(trace, begin, value) / static_cast<double>(count);
}

double ExpectedReward(const StepOutcome& step) { return step.expected_reward; }

constexpr std::array<Metric, 9> kMetrics = {{
    {"jumpstart", [](const Trace& t) { return t.jumpstart; }},
    {"cumulative_reward", [](const Trace& t) { return SumOver(t, 0, ExpectedReward); }},
    {"average_reward", [](const Trace& t) { return MeanOver(t, 0, ExpectedReward); }},
    {"regret",
     [](const Trace& t) {
       return SumOver(t, 0, [](const StepOutcome& s) { return s.best_in_set - s.expected_reward; });
     }},
    {"apply_rate",
     [](const Trace& t) {
       return MeanOver(t, 0, [](const StepOutcome& s) { return s.apply_probability; });
     }},
    {"asymptote",
     [](const Trace& t) {
       const size_t fifth = std::max<size_t>(1, t.steps.size() / 5);
       return MeanOver(t, t.steps.size() - std::min(fifth, t.steps.size()), ExpectedReward);
     }},
    {"ndcg@10", [](const Trace& t) { return t.ndcg_at_10; }},
    {"mrr", [](const Trace& t) { return t.reciprocal_rank; }},
    {"hit@10", [](const Trace& t) { return t.hit_at_10; }},
}};

double WindowMean(const Trace& trace, size_t end, size_t window) {
  double sum = 0;
  for (size_t i = end - window; i < end; ++i) sum += trace.steps[i].expected_reward;
  return sum / static_cast<double>(window);
}

}  // namespace

std::span<const Metric> Metrics() { return kMetrics; }

const Metric& FindMetric(std::string_view name) {
  const auto found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                  [&](const Metric& metric) { return metric.name == name; });
  DYNAJOB_CHECK(found != kMetrics.end(), "unknown metric " + std::string(name));
  return *found;
}

double NormalizedScore(const Trace& trace, const Trace& oracle, double lowest_reward) {
  const double best = MeanOver(oracle, 0, ExpectedReward) - lowest_reward;
  return best > 0 ? (MeanOver(trace, 0, ExpectedReward) - lowest_reward) / best : 1;
}

SurvivalTime StepsToThreshold(const Trace& trace, const Trace& oracle, double share,
                              size_t window) {
  const size_t steps = std::min(trace.steps.size(), oracle.steps.size());
  for (size_t end = window; end <= steps; ++end) {
    if (WindowMean(trace, end, window) >= share * WindowMean(oracle, end, window))
      return {.time = static_cast<double>(end), .reached = true};
  }
  return {.time = static_cast<double>(steps), .reached = false};
}

}  // namespace dynajob
