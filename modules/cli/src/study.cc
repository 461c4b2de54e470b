#include "study.h"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "dynajob/core/file.h"

#include "built_in_studies.h"

namespace dynajob {
namespace {

// Reads one study; every failure names the file.
class StudyReader {
 public:
  explicit StudyReader(std::string_view origin) : origin_(origin) {}

  Result<Study> Read(const toml::table& table) {
    for (const auto& [key, unused] : table) {
      static const std::set<std::string_view> kKnown = {"name",  "question",  "pairs",
                                                        "cells", "contrasts", "config"};
      if (!kKnown.contains(key.str())) return Bad(fmt::format("unknown entry '{}'", key.str()));
    }
    Study study{.name = table["name"].value_or(std::string()),
                .question = table["question"].value_or(std::string()),
                .cells = {},
                .contrasts = {},
                .pairs = {},
                .config = {}};
    if (study.name.empty()) return Bad("'name' is missing");
    DYNAJOB_RETURN_IF_ERROR(ReadCells(table, study));
    DYNAJOB_RETURN_IF_ERROR(ReadContrasts(table, study));
    DYNAJOB_RETURN_IF_ERROR(ReadPairs(table, study));
    if (const toml::table* config = table["config"].as_table()) {
      std::ostringstream text;
      text << *config << "\n";
      study.config = text.str();
    }
    return study;
  }

 private:
  Error Bad(std::string_view what) const {
    return InvalidArgument(fmt::format("study {}: {}", origin_, what));
  }

  static std::optional<std::string> Scalar(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    // As short as it can be written: 0.2, not the seventeen digits of toml++.
    if (const auto* number = node.as_floating_point()) return fmt::format("{}", number->get());
    if (!node.is_value() || node.is_date() || node.is_time() || node.is_date_time())
      return std::nullopt;
    std::ostringstream text;
    node.visit([&](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) text << value;
    });
    return text.str();
  }

  // A plain value, or a list of them.
  Result<SweepValue> Value(std::string_view key, const toml::node& node) const {
    SweepValue value;
    if (const toml::array* list = node.as_array()) {
      value.is_list = true;
      for (const toml::node& item : *list) {
        const auto text = Scalar(item);
        if (!text) return Bad(fmt::format("{}: lists hold plain values only", key));
        value.items.push_back(*text);
      }
      return value;
    }
    const auto text = Scalar(node);
    if (!text) return Bad(fmt::format("{}: not a value of a config key", key));
    value.items.push_back(*text);
    return value;
  }

  Status ReadCells(const toml::table& table, Study& study) const {
    const toml::array* grids = table["cells"].as_array();
    if (grids == nullptr || grids->empty()) return Bad("no [[cells]]");
    for (const toml::node& node : *grids) {
      const toml::table* grid = node.as_table();
      if (grid == nullptr) return Bad("'cells' must be written as [[cells]]");
      DYNAJOB_RETURN_IF_ERROR(ReadGrid(*grid, study));
    }
    return Status::Ok();
  }

  Status ReadGrid(const toml::table& grid, Study& study) const {
    std::vector<SweepAxis> axes;
    const std::string label = grid["label"].value_or(std::string());
    for (const auto& [name, node] : grid) {
      if (name.str() == "label") continue;
      SweepAxis& axis = axes.emplace_back(SweepAxis{std::string(name.str()), {}});
      const toml::array* values = node.as_array();
      if (values == nullptr) {
        DYNAJOB_ASSIGN_OR_RETURN(SweepValue value, Value(axis.key, node));
        axis.values.push_back(std::move(value));
        continue;
      }
      for (const toml::node& item : *values) {
        DYNAJOB_ASSIGN_OR_RETURN(SweepValue value, Value(axis.key, item));
        axis.values.push_back(std::move(value));
      }
      if (axis.values.empty()) return Bad(fmt::format("{}: no values", axis.key));
    }
    DYNAJOB_ASSIGN_OR_RETURN(std::vector<SweepOverrides> cells, GridCells(axes));
    std::set<std::string> shown_already;
    for (SweepOverrides& overrides : cells) {
      std::string shown = label.empty() ? CellLabel(overrides) : Filled(label, overrides);
      if (!shown_already.insert(shown).second)
        return Bad(fmt::format("label '{}' stands for several cells", shown));
      study.cells.push_back({std::move(shown), std::move(overrides)});
    }
    return Status::Ok();
  }

  // Each "{key}" as its value.
  static std::string Filled(std::string label, const SweepOverrides& overrides) {
    for (const auto& [key, value] : overrides) {
      const std::string place = "{" + key + "}";
      for (size_t at = label.find(place); at != std::string::npos; at = label.find(place))
        label.replace(at, place.size(), fmt::format("{}", fmt::join(value.items, ",")));
    }
    return label;
  }

  Status ReadContrasts(const toml::table& table, Study& study) const {
    const toml::array* contrasts = table["contrasts"].as_array();
    if (contrasts == nullptr) {
      study.contrasts = AgainstFirst(study.cells.size());
      return Status::Ok();
    }
    for (const toml::node& node : *contrasts) {
      const toml::table* contrast = node.as_table();
      if (contrast == nullptr) return Bad("'contrasts' must be written as [[contrasts]]");
      DYNAJOB_ASSIGN_OR_RETURN(const size_t a, FindCell(*contrast, "a", study));
      DYNAJOB_ASSIGN_OR_RETURN(const size_t b, FindCell(*contrast, "b", study));
      study.contrasts.push_back({a, b});
    }
    return Status::Ok();
  }

  Result<size_t> FindCell(const toml::table& contrast, std::string_view side,
                          const Study& study) const {
    const toml::table* wanted = contrast[side].as_table();
    if (wanted == nullptr) return Bad(fmt::format("a contrast without '{}'", side));
    SweepOverrides overrides;
    for (const auto& [name, node] : *wanted) {
      DYNAJOB_ASSIGN_OR_RETURN(SweepValue value, Value(name.str(), node));
      overrides.emplace_back(std::string(name.str()), std::move(value));
    }
    const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
    std::sort(overrides.begin(), overrides.end(), by_key);
    for (size_t cell = 0; cell < study.cells.size(); ++cell) {
      SweepOverrides own = study.cells[cell].overrides;
      std::sort(own.begin(), own.end(), by_key);
      if (own == overrides) return cell;
    }
    return Bad(fmt::format("a contrast with a cell that is not there: {}", CellLabel(overrides)));
  }

  Status ReadPairs(const toml::table& table, Study& study) const {
    const toml::array* pairs = table["pairs"].as_array();
    if (pairs == nullptr) return Status::Ok();
    const std::vector<std::string> known = KnownArms();
    for (const toml::node& node : *pairs) {
      const toml::array* pair = node.as_array();
      if (pair == nullptr || pair->size() != 2) return Bad("'pairs' holds pairs of arms");
      std::vector<std::string> names;
      for (const toml::node& name : *pair) {
        names.push_back(name.value_or(std::string()));
        if (std::find(known.begin(), known.end(), names.back()) == known.end())
          return Bad(fmt::format("'{}' in 'pairs' is not an arm", names.back()));
      }
      study.pairs.emplace_back(names[0], names[1]);
    }
    return Status::Ok();
  }

  std::string origin_;
};

std::string Quoted(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

std::string ValueToml(const SweepValue& value) {
  std::vector<std::string> items;
  for (const std::string& item : value.items) items.push_back(Quoted(item));
  return value.is_list ? fmt::format("[{}]", fmt::join(items, ", ")) : items.front();
}

}  // namespace

std::vector<std::string> BuiltInStudies() {
  std::vector<std::string> names;
  for (const BuiltInStudy& study : kBuiltInStudies) names.emplace_back(study.name);
  return names;
}

Result<Study> ParseStudy(std::string_view toml, std::string_view origin) {
  try {
    return StudyReader(origin).Read(toml::parse(toml));
  } catch (const toml::parse_error& error) {
    return InvalidArgument(
        fmt::format("study {}:{}: {}", origin, error.source().begin.line, error.description()));
  }
}

Result<Study> LoadStudy(const std::string& name_or_path) {
  for (const BuiltInStudy& study : kBuiltInStudies)
    if (name_or_path == study.name) return ParseStudy(study.toml, study.name);
  Result<std::string> text = ReadFile(name_or_path);
  if (text.ok()) return ParseStudy(*text, name_or_path);
  if (text.error().code != ErrorCode::kNotFound) return text.error();
  return InvalidArgument(
      fmt::format("--study '{}': neither a file nor a study that is part of dynajob: {}",
                  name_or_path, fmt::join(BuiltInStudies(), ", ")));
}

Result<Study> StudyOfAxes(const std::vector<std::string>& sweeps) {
  std::vector<SweepAxis> axes;
  for (const std::string& text : sweeps) {
    DYNAJOB_ASSIGN_OR_RETURN(SweepAxis axis, ParseSweepAxis(text));
    axes.push_back(std::move(axis));
  }
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<SweepOverrides> cells, GridCells(axes));
  Study study;
  for (SweepOverrides& overrides : cells) {
    std::string label = CellLabel(overrides);
    study.cells.push_back({std::move(label), std::move(overrides)});
  }
  study.contrasts = AgainstFirst(study.cells.size());
  return study;
}

std::string StudyToml(const Study& study) {
  std::string text =
      fmt::format("name = {}\nquestion = {}\n", Quoted(study.name.empty() ? "sweep" : study.name),
                  Quoted(study.question));
  std::vector<std::string> pairs;
  for (const auto& [a, b] : study.pairs)
    pairs.push_back(fmt::format("[{}, {}]", Quoted(a), Quoted(b)));
  if (!pairs.empty()) text += fmt::format("pairs = [{}]\n", fmt::join(pairs, ", "));
  const auto entries = [](const SweepOverrides& overrides, bool axis) {
    std::vector<std::string> parts;
    for (const auto& [key, value] : overrides)
      parts.push_back(fmt::format("{} = {}{}{}", Quoted(key), axis ? "[" : "", ValueToml(value),
                                  axis ? "]" : ""));
    return parts;
  };
  for (const StudyCell& cell : study.cells)
    text += fmt::format("\n[[cells]]\nlabel = {}\n{}\n", Quoted(cell.label),
                        fmt::join(entries(cell.overrides, true), "\n"));
  for (const SweepContrast& contrast : study.contrasts)
    text += fmt::format("\n[[contrasts]]\na = {{{}}}\nb = {{{}}}\n",
                        fmt::join(entries(study.cells[contrast.a].overrides, false), ", "),
                        fmt::join(entries(study.cells[contrast.b].overrides, false), ", "));
  return text;
}

}  // namespace dynajob
