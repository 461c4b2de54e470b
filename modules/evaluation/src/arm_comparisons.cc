#include "arm_comparisons.h"

#include <algorithm>

#include "dynajob/evaluation/holm.h"

namespace dynajob {
namespace {

constexpr const char* kComparedMetrics[] = {kHeadlineMetric, "jumpstart", "asymptote", "ndcg@10"};

bool IsKeyPair(std::string_view a, std::string_view b) {
  const auto pairs = KeyPairs();
  return std::find(pairs.begin(), pairs.end(), std::pair(a, b)) != pairs.end();
}

// So that each pair is compared once, the arm that one would expect to be better first; arms that
// are not on the list come before the weakest, as they were named.
std::vector<const ArmScores*> InExpectedOrder(const std::vector<ArmScores>& arms) {
  constexpr std::string_view kFirst[] = {"oracle",     "hybrid",         "cosine",
                                         "llm",        "hybrid-frozen",  "cosine-frozen",
                                         "llm-frozen", "surrogate-rank", "cosine-rank"};
  constexpr std::string_view kLast[] = {"baseline", "random"};
  const auto rank = [&](const ArmScores* arm) -> std::ptrdiff_t {
    const auto first = std::find(std::begin(kFirst), std::end(kFirst), arm->name);
    const auto last = std::find(std::begin(kLast), std::end(kLast), arm->name);
    const std::ptrdiff_t position = first - std::begin(kFirst);
    return last == std::end(kLast) ? position : position + 1 + (last - std::begin(kLast));
  };
  std::vector<const ArmScores*> ordered;
  for (const ArmScores& arm : arms) ordered.push_back(&arm);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const ArmScores* a, const ArmScores* b) { return rank(a) < rank(b); });
  return ordered;
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> KeyPairs() {
  return {{"hybrid", "baseline"},      {"cosine", "baseline"},      {"llm", "baseline"},
          {"hybrid", "llm"},           {"hybrid", "cosine"},        {"cosine", "llm"},
          {"hybrid", "hybrid-frozen"}, {"cosine", "cosine-frozen"}, {"llm", "llm-frozen"},
          {"hybrid", "cosine-rank"},   {"cosine", "cosine-rank"},   {"llm", "cosine-rank"},
          {"baseline", "cosine-rank"}, {"hybrid", "linucb-cosine"}, {"cosine", "linucb-cosine"},
          {"llm", "linucb-cosine"},    {"baseline", "linucb"},      {"hybrid", "greedy-model"}};
}

PairedComparison ComparePaired(const ArmScores& a, const ArmScores& b, const Metric& metric,
                               const BootstrapOptions& options) {
  const ScoreTable& scores_a = a.Of(metric);
  const ScoreTable& scores_b = b.Of(metric);
  return {&a,
          &b,
          &metric,
          ClusterBootstrap(Difference(scores_a, scores_b), options),
          ShareInterval(Improvements(scores_a, scores_b), options),
          std::nullopt,
          std::nullopt};
}

std::span<const char* const> ComparedMetrics() { return kComparedMetrics; }

std::vector<PairedComparison> CompareArms(const ProtocolScores& protocol,
                                          const BootstrapOptions& options) {
  const std::vector<const ArmScores*> ordered = InExpectedOrder(protocol.arms);
  std::vector<PairedComparison> comparisons;
  for (size_t i = 0; i < ordered.size(); ++i) {
    for (size_t j = i + 1; j < ordered.size(); ++j) {
      const bool turned = IsKeyPair(ordered[j]->name, ordered[i]->name);
      const ArmScores& a = *ordered[turned ? j : i];
      const ArmScores& b = *ordered[turned ? i : j];
      for (const char* name : kComparedMetrics)
        comparisons.push_back(ComparePaired(a, b, FindMetric(name), options));
    }
  }
  return comparisons;
}

bool IsKeyComparison(const PairedComparison& comparison) {
  return comparison.metric->name == std::string_view(kHeadlineMetric) &&
         IsKeyPair(comparison.a->name, comparison.b->name);
}

void CorrectFamily(std::span<PairedComparison* const> family) {
  std::vector<double> p_values;
  for (const PairedComparison* comparison : family)
    p_values.push_back(comparison->difference.PValue());
  const std::vector<double> adjusted = HolmAdjusted(p_values);
  const std::vector<double> confidences = HolmConfidences(p_values, 1 - kConfidence);
  for (size_t i = 0; i < family.size(); ++i) {
    family[i]->holm_p = adjusted[i];
    family[i]->holm_interval = family[i]->difference.Interval(confidences[i]);
  }
}

}  // namespace dynajob
