#include "sweep_table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/evaluation/results_summary.h"

#include "results_table.h"
#include "text_table.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLabelWidth = 34;

// An end that is null is not known.
double End(const Json& json, const char* key, double unknown) {
  const Json& end = json.at(key);
  return end.is_null() ? unknown : end.get<double>();
}

Estimate ReadInterval(const Json& json, double value) {
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  return {value, End(json, "low", -kUnknown), End(json, "high", kUnknown)};
}

Estimate MetricOf(const Json& arm, const char* metric) {
  const Json& estimate = arm.at("metrics").at(metric);
  return ReadInterval(estimate, estimate.at("iqm").get<double>());
}

std::string Cell(const Estimate& estimate, bool sign = false) {
  const double magnitude =
      std::max(std::abs(estimate.value), std::isfinite(estimate.low) ? std::abs(estimate.low) : 0);
  return FormatInterval(estimate, DigitsFor(magnitude), sign);
}

class ProtocolTables {
 public:
  ProtocolTables(const Json& sweep, size_t index) : sweep_(sweep), index_(index) {}

  std::string Text() const {
    const Json& first = At(0);
    return fmt::format(
        "Protocol {}: {} unseen candidates per seed, {} recommendations each, {} seeds, {} cells\n"
        "(interquartile mean of the judge's expected reward [95 % interval])\n\n{}{}{}\n",
        first.at("name").get<std::string>(), first.at("candidates").get<uint64_t>(),
        first.at("steps").get<uint64_t>(), sweep_.at("seeds").size(), cells(), ArmTable(),
        WithinTable(), BetweenTable());
  }

 private:
  size_t cells() const { return sweep_.at("cells").size(); }
  const Json& At(size_t cell) const {
    return sweep_.at("cells").at(cell).at("protocols").at(index_);
  }
  std::string Label(size_t cell) const {
    const auto label = sweep_.at("cells").at(cell).at("label").get<std::string>();
    return Shorten(fmt::format("({}) {}", cell + 1, label), kLabelWidth);
  }

  // An arm that no key of the sweep touches has one row.
  std::string ArmTable() const {
    TextTable table({"<cell", "jumpstart", "cumulative reward", "asymptote"});
    for (size_t arm = 0; arm < At(0).at("arms").size(); ++arm) {
      std::set<size_t> runs;
      for (size_t cell = 0; cell < cells(); ++cell)
        runs.insert(At(cell).at("arms").at(arm).at("run_by").get<size_t>());
      table.AddHeading(
          fmt::format("-- {}", At(0).at("arms").at(arm).at("name").get<std::string>()));
      for (size_t cell = 0; cell < cells(); ++cell) {
        if (runs.size() == 1 && cell > 0) break;
        const Json& row = At(cell).at("arms").at(arm);
        table.AddRow({runs.size() == 1 ? "every cell" : Label(cell),
                      Cell(MetricOf(row, "jumpstart")), Cell(MetricOf(row, "cumulative_reward")),
                      Cell(MetricOf(row, "asymptote"))});
      }
    }
    return table.ToString();
  }

  static void AddDifference(TextTable& table, std::string what, const Json& comparison) {
    const Json& difference = comparison.at("difference");
    const double value = difference.at("iqm").get<double>();
    const Json& holm = comparison.at("holm");
    const double p = holm.at("p").get<double>();
    table.AddRow({std::move(what), Cell(ReadInterval(difference, value), true),
                  p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p),
                  std::string(Verdict(ReadInterval(holm, value)))});
  }

  // By pair, then by cell: how a difference changes along the sweep is what is asked.
  std::string WithinTable() const {
    TextTable table({"<cell", "difference", "Holm p", "<verdict"});
    std::set<std::pair<std::string, std::string>> seen;
    for (size_t cell = 0; cell < cells(); ++cell) {
      for (const Json& comparison : At(cell).at("comparisons")) {
        const auto pair =
            std::pair(comparison.at("a").get<std::string>(), comparison.at("b").get<std::string>());
        if (comparison.contains("holm") && seen.insert(pair).second) AddPair(table, pair);
      }
    }
    if (seen.empty()) return "";
    return "\nPaired differences in cumulative reward within a cell [95 % interval]; verdicts "
           "after\nHolm's correction over all of them\n\n" +
           table.ToString();
  }

  void AddPair(TextTable& table, const std::pair<std::string, std::string>& pair) const {
    table.AddHeading(fmt::format("-- {} vs {}", pair.first, pair.second));
    for (size_t cell = 0; cell < cells(); ++cell)
      for (const Json& comparison : At(cell).at("comparisons"))
        if (comparison.contains("holm") && comparison.at("a") == pair.first &&
            comparison.at("b") == pair.second)
          AddDifference(table, Label(cell), comparison);
  }

  std::string BetweenTable() const {
    TextTable table({"<cells", "difference", "Holm p", "<verdict"});
    bool any = false;
    for (const Json& first : At(0).at("arms")) {
      bool headed = false;
      for (const Json& contrast : sweep_.at("contrasts")) {
        const bool ours = contrast.at("protocol") == At(0).at("name") &&
                          contrast.at("arm") == first.at("name") && contrast.contains("holm");
        if (!ours) continue;
        if (!headed) table.AddHeading(fmt::format("-- {}", first.at("name").get<std::string>()));
        headed = any = true;
        AddDifference(table,
                      fmt::format("({}) vs ({})", contrast.at("a").get<size_t>() + 1,
                                  contrast.at("b").get<size_t>() + 1),
                      contrast);
      }
    }
    if (!any) return "";
    return "\nPaired differences in cumulative reward between cells, the same arm [95 % "
           "interval];\n"
           "verdicts after Holm's correction over all of them\n\n" +
           table.ToString();
  }

  const Json& sweep_;
  size_t index_;
};

}  // namespace

Result<std::string> SweepText(std::string_view sweep_json) {
  const Json json = Json::parse(sweep_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return CorruptData("sweep: not a JSON object, or cut short");
  try {
    if (json.at("schema") != "dynajob.sweep/1")
      return CorruptData(fmt::format("sweep: schema is {}, expected \"dynajob.sweep/1\"",
                                     json.at("schema").dump()));
    std::string text;
    if (json.at("question").is_string()) text = json.at("question").get<std::string>() + "\n\n";
    text += "Cells\n";
    for (size_t cell = 0; cell < json.at("cells").size(); ++cell)
      text += Shorten(fmt::format("  ({}) {}", cell + 1,
                                  json.at("cells").at(cell).at("label").get<std::string>()),
                      kTableWidth) +
              "\n";
    text += "\n";
    for (size_t i = 0; i < json.at("cells").at(0).at("protocols").size(); ++i)
      text += ProtocolTables(json, i).Text();
    return text + "Simulated throughout: the judge is a simulated user" +
           (json.at("llm").at("kind") == "surrogate"
                ? ", and \"llm\" is the surrogate, a rule-based\nstand-in and not an LLM.\n"
                : ".\n");
  } catch (const Json::exception& error) {
    return CorruptData(fmt::format("sweep: {}", error.what()));
  }
}

}  // namespace dynajob
