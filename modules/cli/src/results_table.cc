#include "results_table.h"

#include <algorithm>
#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "progress_line.h"
#include "text_table.h"

namespace dynajob {
namespace {

const Estimate* FindMetric(const ArmResult& arm, const std::string& name) {
  const auto found = arm.metrics.find(name);
  return found == arm.metrics.end() ? nullptr : &found->second;
}

// A metric with its interval, the same number of decimals in all rows.
class IntervalColumn {
 public:
  IntervalColumn(const ProtocolResult& protocol, std::string metric) : metric_(std::move(metric)) {
    double magnitude = 0;
    for (const ArmResult& arm : protocol.arms) {
      if (const Estimate* estimate = FindMetric(arm, metric_))
        magnitude = std::max({magnitude, std::abs(estimate->low), std::abs(estimate->high)});
    }
    digits_ = DigitsFor(magnitude);
  }

  std::string Cell(const ArmResult& arm) const {
    const Estimate* estimate = FindMetric(arm, metric_);
    return estimate == nullptr ? "-" : FormatInterval(*estimate, digits_);
  }

 private:
  std::string metric_;
  int digits_ = 3;
};

std::string Percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.0f} %", 100 * *share) : "-";
}

// Learners, then references, each under its heading.
template <typename AddArm>
void AddByKind(const ProtocolResult& protocol, TextTable& table, const AddArm& add) {
  for (const char* kind : {"learner", "reference"}) {
    bool any = false;
    for (const ArmResult& arm : protocol.arms) {
      if (arm.kind != kind) continue;
      if (!any) table.AddHeading(fmt::format("-- {}s", kind));
      any = true;
      add(arm);
    }
  }
}

std::string RewardTable(const ProtocolResult& protocol) {
  const IntervalColumn jumpstart(protocol, "jumpstart"), reward(protocol, "cumulative_reward"),
      asymptote(protocol, "asymptote");
  TextTable table({"<arm", "jumpstart", "cumulative reward", "asymptote", "of oracle"});
  AddByKind(protocol, table, [&](const ArmResult& arm) {
    table.AddRow({arm.name, jumpstart.Cell(arm), reward.Cell(arm), asymptote.Cell(arm),
                  Percent(arm.asymptote_share_of_oracle)});
  });
  return table.ToString();
}

std::string QualityTable(const ProtocolResult& protocol) {
  const IntervalColumn regret(protocol, "regret"), apply(protocol, "apply_rate"),
      ndcg(protocol, "ndcg@10");
  TextTable table({"<arm", "regret", "apply rate", "NDCG@10", "threshold", "labels"});
  AddByKind(protocol, table, [&](const ArmResult& arm) {
    const std::string steps =
        arm.threshold_steps ? fmt::format("{:g}", *arm.threshold_steps) : "never";
    table.AddRow({arm.name, regret.Cell(arm), apply.Cell(arm), ndcg.Cell(arm),
                  fmt::format("{}, {}", steps, Percent(arm.threshold_reached)),
                  ShortCount(static_cast<double>(arm.llm_calls))});
  });
  return table.ToString();
}

std::string ComparisonTable(const ProtocolResult& protocol) {
  const std::vector<ArmComparison> comparisons = KeyComparisons(protocol);
  if (comparisons.empty()) return "";
  double magnitude = 0;
  for (const ArmComparison& comparison : comparisons)
    magnitude = std::max(
        {magnitude, std::abs(comparison.difference.low), std::abs(comparison.difference.high)});
  TextTable table({"<arms", "difference", "P(improvement)", "<verdict"});
  for (const ArmComparison& comparison : comparisons) {
    table.AddRow({fmt::format("{} vs {}", comparison.a, comparison.b),
                  FormatInterval(comparison.difference, DigitsFor(magnitude), /*sign=*/true),
                  FormatInterval(comparison.probability_of_improvement, 2),
                  std::string(Verdict(comparison.difference))});
  }
  return "\nPaired differences in cumulative reward [95 % interval]\n\n" + table.ToString();
}

std::string Wrapped(const std::string& text, const std::string& indent) {
  std::istringstream words(text);
  std::string line = indent, result, word;
  while (words >> word) {
    if (line.size() > indent.size() && line.size() + 1 + DisplayWidth(word) > kTableWidth) {
      result += line + "\n";
      line = indent;
    }
    line += (line.size() > indent.size() ? " " : "") + word;
  }
  return result + line + "\n";
}

std::string JudgeText(const ResultsSummary& results) {
  if (results.response_shares.empty()) return "";
  std::vector<std::string> shares, correlations;
  for (const auto& [response, share] : results.response_shares)
    shares.push_back(fmt::format("{} {:.0f} %", response, 100 * share));
  for (const auto& [source, correlation] : results.rank_correlations)
    correlations.push_back(fmt::format("{} {:.2f}", source, correlation));
  return Wrapped(fmt::format("Judge: responses {}; rank correlation with its expected reward: {}.",
                             fmt::join(shares, ", "), fmt::join(correlations, ", ")),
                 "");
}

}  // namespace

std::string FormatInterval(const Estimate& estimate, int digits, bool sign) {
  if (sign)
    return fmt::format("{:+.{}f} [{:+.{}f},{:+.{}f}]", estimate.value, digits, estimate.low, digits,
                       estimate.high, digits);
  return fmt::format("{:.{}f} [{:.{}f},{:.{}f}]", estimate.value, digits, estimate.low, digits,
                     estimate.high, digits);
}

int DigitsFor(double magnitude) {
  if (magnitude <= 1) return 3;
  if (magnitude < 100) return 2;
  return magnitude < 1000 ? 1 : 0;
}

std::string ResultsText(const ResultsSummary& results) {
  std::string text;
  for (const ProtocolResult& protocol : results.protocols) {
    text += fmt::format(
        "Protocol {}: {} unseen candidates per seed, {} recommendations each, {} seeds\n"
        "(interquartile mean of the judge's expected reward [95 % interval])\n\n{}\n{}{}\n",
        protocol.name, protocol.candidates, protocol.steps, results.seeds.size(),
        RewardTable(protocol), QualityTable(protocol), ComparisonTable(protocol));
  }
  text += Wrapped(
      "threshold: median steps to the threshold (compare.threshold_share of the "
      "oracle) and the share of people who reached it; labels: pairs the llm was "
      "asked about, all seeds.",
      "");
  text += JudgeText(results) + "\n";
  for (const ProtocolResult& protocol : results.protocols)
    text += Wrapped(WinnerSentence(protocol), "");
  return text + Wrapped(SimulationNote(results), "");
}

}  // namespace dynajob
