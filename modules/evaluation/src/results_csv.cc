#include "dynajob/evaluation/results_csv.h"

#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dynajob {
namespace {

std::string Field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string Field(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }
std::string Field(const std::optional<double>& value) { return value ? Field(*value) : ""; }
std::string Field(uint64_t value) { return fmt::format("{}", value); }

template <typename... Fields>
std::string Row(const Fields&... fields) {
  const std::vector<std::string> row{Field(fields)...};
  return fmt::format("{}\r\n", fmt::join(row, ","));
}

// Rows of every arm under a head of names; `rows(protocol, arm)` gives those of one.
template <typename Rows>
CsvFile PerArm(const ResultsSummary& results, const char* name, const char* head,
               const Rows& rows) {
  CsvFile file{name, std::string("protocol,arm,") + head + "\r\n"};
  for (const ProtocolResult& protocol : results.protocols)
    for (const ArmResult& arm : protocol.arms) file.text += rows(protocol.name, arm);
  return file;
}

std::string MetricRows(const std::string& protocol, const ArmResult& arm) {
  std::string rows;
  const auto add = [&](std::string_view metric, const Estimate& estimate) {
    rows += Row(protocol, arm.name, arm.kind, metric, estimate.value, estimate.low, estimate.high);
  };
  for (const auto& [metric, estimate] : arm.metrics) add(metric, estimate);
  if (arm.optimality_gap) add("optimality_gap", *arm.optimality_gap);
  if (arm.negative_transfer) add("negative_transfer", *arm.negative_transfer);
  return rows;
}

std::string CurveRows(const std::string& protocol, const std::string& arm,
                      const std::vector<double>& position, const std::vector<Estimate>& estimates) {
  std::string rows;
  for (size_t i = 0; i < position.size(); ++i)
    rows +=
        Row(protocol, arm, position[i], estimates[i].value, estimates[i].low, estimates[i].high);
  return rows;
}

CsvFile Comparisons(const ResultsSummary& results) {
  CsvFile file{"comparisons.csv",
               "protocol,a,b,metric,difference,low,high,p,holm_low,holm_high,holm_p,"
               "probability_of_improvement,probability_low,probability_high\r\n"};
  const auto end = [](const std::optional<Estimate>& estimate, bool high) -> std::optional<double> {
    if (!estimate) return std::nullopt;
    return high ? estimate->high : estimate->low;
  };
  for (const ProtocolResult& protocol : results.protocols) {
    for (const ArmComparison& row : protocol.comparisons) {
      const Estimate& probability = row.probability_of_improvement;
      file.text += Row(protocol.name, row.a, row.b, row.metric, row.difference.value,
                       row.difference.low, row.difference.high, row.p,
                       end(row.holm_difference, false), end(row.holm_difference, true), row.holm_p,
                       probability.value, probability.low, probability.high);
    }
  }
  return file;
}

}  // namespace

std::vector<CsvFile> ResultsCsv(const ResultsSummary& results) {
  return {
      PerArm(results, "metrics.csv", "kind,metric,value,low,high", MetricRows),
      PerArm(results, "curves.csv", "step,iqm,low,high",
             [](const std::string& protocol, const ArmResult& arm) {
               return CurveRows(protocol, arm.name, arm.curve.step, arm.curve.reward);
             }),
      PerArm(results, "profiles.csv", "score,share,low,high",
             [](const std::string& protocol, const ArmResult& arm) {
               return arm.profile
                          ? CurveRows(protocol, arm.name, arm.profile->score, arm.profile->share)
                          : "";
             }),
      PerArm(results, "thresholds.csv", "median,median_low,median_high,reached",
             [](const std::string& protocol, const ArmResult& arm) {
               const ThresholdResult& threshold = arm.threshold;
               return Row(protocol, arm.name, threshold.median, threshold.low, threshold.high,
                          threshold.reached);
             }),
      Comparisons(results),
      PerArm(results, "cost.csv", "llm_calls,predicted_rewards,env_steps,updates",
             [](const std::string& protocol, const ArmResult& arm) {
               return Row(protocol, arm.name, arm.llm_calls, arm.predicted_rewards, arm.env_steps,
                          arm.updates);
             }),
  };
}

}  // namespace dynajob
