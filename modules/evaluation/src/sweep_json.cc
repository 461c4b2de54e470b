// sweep.json, schema dynajob.sweep/1 (docs/protocol.md).
#include <algorithm>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/sweep.h"

#include "arm_summary.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

// A comparison within a cell, or of one arm in two cells.
struct Entry {
  size_t protocol = 0;
  size_t cell_a = 0;
  size_t cell_b = 0;
  PairedComparison comparison;
};

class SweepSummary {
 public:
  SweepSummary(const SweepReport& report, const ComparisonOptions& options)
      : report_(report), options_(options) {
    bootstrap_.resamples = static_cast<size_t>(options.resamples);
    CompareWithinCells();
    CompareBetweenCells();
  }

  Json Summarise() const {
    Json json;
    json["schema"] = "dynajob.sweep/1";
    json["name"] = report_.name.empty() ? Json(nullptr) : Json(report_.name);
    json["question"] = report_.question.empty() ? Json(nullptr) : Json(report_.question);
    json["seeds"] = report_.cells.front().scores.seeds;
    json["llm"] = {{"kind", report_.llm_kind}};
    for (const auto& [name, value] : report_.llm_facts) json["llm"][name] = value;
    json["catalog"] = CatalogJson(report_.catalog);
    json["keys"] = Keys();
    json["cells"] = Json::array();
    for (size_t cell = 0; cell < report_.cells.size(); ++cell)
      json["cells"].push_back(CellJson(cell));
    json["contrasts"] = Json::array();
    for (const Entry& entry : between_) {
      Json contrast = {{"protocol", ToString(ProtocolAt(entry).protocol)},
                       {"arm", entry.comparison.a->name},
                       {"a", entry.cell_a},
                       {"b", entry.cell_b}};
      contrast.update(DifferenceJson(entry.comparison));
      json["contrasts"].push_back(std::move(contrast));
    }
    return json;
  }

 private:
  const ProtocolScores& ProtocolAt(const Entry& entry) const {
    return report_.cells[entry.cell_a].scores.protocols[entry.protocol];
  }
  size_t protocols() const { return report_.cells.front().scores.protocols.size(); }

  bool IsAsked(const PairedComparison& comparison) const {
    if (report_.pairs.empty()) return IsKeyComparison(comparison);
    return comparison.metric->name == std::string_view(kHeadlineMetric) &&
           std::find(report_.pairs.begin(), report_.pairs.end(),
                     std::pair(comparison.a->name, comparison.b->name)) != report_.pairs.end();
  }

  // In an asked pair the first comes first.
  PairedComparison Oriented(PairedComparison comparison) const {
    const bool turned =
        std::find(report_.pairs.begin(), report_.pairs.end(),
                  std::pair(comparison.b->name, comparison.a->name)) != report_.pairs.end();
    if (!turned) return comparison;
    return ComparePaired(*comparison.b, *comparison.a, *comparison.metric, bootstrap_);
  }

  // Whether the cell ran one of the two itself, so that the comparison is not that of another cell.
  bool IsOwn(size_t cell, const ProtocolScores& protocol, const PairedComparison& pair) const {
    for (size_t arm = 0; arm < protocol.arms.size(); ++arm) {
      const bool takes_part = &protocol.arms[arm] == pair.a || &protocol.arms[arm] == pair.b;
      if (takes_part && report_.cells[cell].origin[arm] == cell) return true;
    }
    return false;
  }

  void CompareWithinCells() {
    for (size_t i = 0; i < protocols(); ++i) {
      const size_t begin = within_.size();
      std::vector<char> asked;
      for (size_t cell = 0; cell < report_.cells.size(); ++cell) {
        const ProtocolScores& protocol = report_.cells[cell].scores.protocols[i];
        for (PairedComparison& comparison : CompareArms(protocol, bootstrap_)) {
          within_.push_back({i, cell, cell, Oriented(std::move(comparison))});
          const PairedComparison& kept = within_.back().comparison;
          asked.push_back(IsAsked(kept) && IsOwn(cell, protocol, kept) ? 1 : 0);
        }
      }
      std::vector<PairedComparison*> family;
      for (size_t k = 0; k < asked.size(); ++k)
        if (asked[k] != 0) family.push_back(&within_[begin + k].comparison);
      CorrectFamily(family);
    }
  }

  void CompareBetweenCells() {
    for (size_t i = 0; i < protocols(); ++i) {
      const size_t begin = between_.size();
      for (const SweepContrast& contrast : report_.contrasts) AddContrast(i, contrast);
      std::vector<PairedComparison*> family;
      for (size_t k = begin; k < between_.size(); ++k)
        if (between_[k].comparison.metric->name == std::string_view(kHeadlineMetric))
          family.push_back(&between_[k].comparison);
      CorrectFamily(family);
    }
  }

  // Cells that meet other people cannot be paired; arms that both cells share do not differ.
  void AddContrast(size_t protocol, const SweepContrast& contrast) {
    const SweepCell& a = report_.cells[contrast.a];
    const SweepCell& b = report_.cells[contrast.b];
    if (a.scores.people != b.scores.people) return;
    const ProtocolScores& arms_a = a.scores.protocols[protocol];
    const ProtocolScores& arms_b = b.scores.protocols[protocol];
    for (size_t arm = 0; arm < arms_a.arms.size(); ++arm) {
      if (a.origin[arm] == b.origin[arm]) continue;
      for (const char* metric : ComparedMetrics())
        between_.push_back(
            {protocol, contrast.a, contrast.b,
             ComparePaired(arms_a.arms[arm], arms_b.arms[arm], FindMetric(metric), bootstrap_)});
    }
  }

  // Every key that a cell sets, in the order in which they come.
  Json Keys() const {
    Json keys = Json::array();
    for (const SweepCell& cell : report_.cells)
      for (const auto& [key, value] : cell.overrides)
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    return keys;
  }

  Json CellJson(size_t index) const {
    const SweepCell& cell = report_.cells[index];
    Json overrides = Json::object();
    for (const auto& [key, value] : cell.overrides) overrides[key] = value;
    Json json = {{"label", cell.label},
                 {"overrides", overrides},
                 {"judge", JudgeJson(cell.scores.judge)},
                 {"protocols", Json::array()}};
    for (size_t i = 0; i < cell.scores.protocols.size(); ++i)
      json["protocols"].push_back(ProtocolJson(index, i));
    return json;
  }

  Json ProtocolJson(size_t index, size_t protocol_index) const {
    const SweepCell& cell = report_.cells[index];
    const ProtocolScores& protocol = cell.scores.protocols[protocol_index];
    Json json = {{"name", ToString(protocol.protocol)},
                 {"steps", cell.steps},
                 {"candidates", cell.scores.people.front().size()},
                 {"arms", Json::array()},
                 {"comparisons", Json::array()}};
    for (size_t arm = 0; arm < protocol.arms.size(); ++arm) {
      const ArmScores& scores = protocol.arms[arm];
      json["arms"].push_back({{"name", scores.name},
                              {"kind", scores.kind},
                              {"run_by", cell.origin[arm]},
                              {"metrics", MetricsJson(scores, protocol, bootstrap_)},
                              {"cost", CostJson(scores)}});
    }
    for (const Entry& entry : within_)
      if (entry.protocol == protocol_index && entry.cell_a == index)
        json["comparisons"].push_back(ComparisonJson(entry.comparison));
    return json;
  }

  const SweepReport& report_;
  const ComparisonOptions& options_;
  BootstrapOptions bootstrap_;
  std::vector<Entry> within_;
  std::vector<Entry> between_;
};

}  // namespace

std::vector<SweepContrast> AgainstFirst(size_t cells) {
  std::vector<SweepContrast> contrasts;
  for (size_t cell = 1; cell < cells; ++cell) contrasts.push_back({cell, 0});
  return contrasts;
}

std::string SweepJson(const SweepReport& report, const ComparisonOptions& options) {
  return SweepSummary(report, options).Summarise().dump(1) + "\n";
}

}  // namespace dynajob
