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
  IntervalColumn(const ProtocolResult& protocol, std::string metric, int most_digits = 3)
      : metric_(std::move(metric)) {
    double magnitude = 0;
    for (const ArmResult& arm : protocol.arms) {
      if (const Estimate* estimate = FindMetric(arm, metric_))
        magnitude = std::max({magnitude, std::abs(estimate->low), std::abs(estimate->high)});
    }
    digits_ = std::min(most_digits, DigitsFor(magnitude));
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
  TextTable table({"<arm", "jumpstart", "cumulative reward", "asymptote", "oracle %"});
  AddByKind(protocol, table, [&](const ArmResult& arm) {
    table.AddRow({arm.name, jumpstart.Cell(arm), reward.Cell(arm), asymptote.Cell(arm),
                  Percent(arm.asymptote_share_of_oracle)});
  });
  return table.ToString();
}

std::string QualityTable(const ProtocolResult& protocol) {
  const IntervalColumn regret(protocol, "regret"), apply(protocol, "apply_rate", 2),
      ndcg(protocol, "ndcg@10", 2);
  TextTable table({"<arm", "regret", "apply rate", "NDCG@10", "gap"});
  AddByKind(protocol, table, [&](const ArmResult& arm) {
    table.AddRow({arm.name, regret.Cell(arm), apply.Cell(arm), ndcg.Cell(arm),
                  arm.optimality_gap ? FormatInterval(*arm.optimality_gap, 2) : "-"});
  });
  return table.ToString();
}

// "12 [8,never], 71 %".
std::string ThresholdCell(const ThresholdResult& threshold) {
  const auto steps = [](const std::optional<double>& median) {
    return median ? fmt::format("{:g}", *median) : "never";
  };
  const std::string interval =
      threshold.low ? fmt::format(" [{},{}]", steps(threshold.low), steps(threshold.high)) : "";
  return fmt::format("{}{}, {}", steps(threshold.median), interval, Percent(threshold.reached));
}

std::string ShareCell(const std::optional<Estimate>& share) {
  if (!share) return "-";
  if (!std::isfinite(share->low)) return Percent(share->value);
  return fmt::format("{} [{:.0f},{:.0f}]", Percent(share->value), 100 * share->low,
                     100 * share->high);
}

std::string CostTable(const ProtocolResult& protocol) {
  TextTable table({"<arm", "threshold", "worse than cold", "labels", "steps", "updates"});
  AddByKind(protocol, table, [&](const ArmResult& arm) {
    table.AddRow({arm.name, ThresholdCell(arm.threshold), ShareCell(arm.negative_transfer),
                  ShortCount(static_cast<double>(arm.llm_calls)),
                  ShortCount(static_cast<double>(arm.env_steps)),
                  ShortCount(static_cast<double>(arm.updates))});
  });
  return table.ToString();
}

std::string PValue(double p) { return p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

std::string ComparisonTable(const ProtocolResult& protocol) {
  const std::vector<ArmComparison> comparisons = KeyComparisons(protocol);
  if (comparisons.empty()) return "";
  double magnitude = 0;
  for (const ArmComparison& comparison : comparisons)
    magnitude = std::max(
        {magnitude, std::abs(comparison.difference.low), std::abs(comparison.difference.high)});
  TextTable table({"<arms", "difference", "P(improvement)", "Holm p", "<verdict"});
  for (const ArmComparison& comparison : comparisons) {
    table.AddRow({fmt::format("{} vs {}", comparison.a, comparison.b),
                  FormatInterval(comparison.difference, DigitsFor(magnitude), /*sign=*/true),
                  FormatInterval(comparison.probability_of_improvement, 2),
                  comparison.holm_p ? PValue(*comparison.holm_p) : "-",
                  std::string(Verdict(comparison.Decisive()))});
  }
  return "\nPaired differences in cumulative reward [95 % interval]; verdicts after Holm's "
         "correction\n\n" +
         table.ToString();
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
        "(interquartile mean of the judge's expected reward [95 % interval])\n\n{}\n{}\n{}{}\n",
        protocol.name, protocol.candidates, protocol.steps, results.seeds.size(),
        RewardTable(protocol), QualityTable(protocol), CostTable(protocol),
        ComparisonTable(protocol));
  }
  text += Wrapped(
      "gap: how far the reward, on a scale from ignored (0) to the oracle's (1), falls short of 1; "
      "threshold: median steps to compare.threshold_share of the oracle's reward and the share of "
      "people who got there; worse than cold: share of people for whom the baseline did better; "
      "labels, steps, updates: pairs the llm was asked about, environment steps and Q updates, "
      "pre-training included, all seeds.",
      "");
  text += JudgeText(results) + "\n";
  for (const ProtocolResult& protocol : results.protocols)
    text += Wrapped(WinnerSentence(protocol), "");
  for (const ProtocolResult& protocol : results.protocols)
    if (const std::string verdicts = VerdictSentence(protocol); !verdicts.empty())
      text += Wrapped(verdicts, "");
  return text + Wrapped(SimulationNote(results), "");
}

}  // namespace dynajob
