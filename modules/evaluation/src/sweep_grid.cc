// The grid of a sweep: what is written on the command line, and the cells that follow from it.
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/core/text.h"
#include "dynajob/evaluation/sweep.h"

namespace dynajob {
namespace {

Error Bad(std::string_view text, std::string_view what) {
  return InvalidArgument(fmt::format("--sweep '{}': {}", text, what));
}

// Reads values from left to right.
class ValueReader {
 public:
  ValueReader(std::string_view whole, std::string_view rest) : whole_(whole), rest_(rest) {}

  Result<std::vector<SweepValue>> Read() {
    std::vector<SweepValue> values;
    for (;;) {
      SkipBlanks();
      DYNAJOB_ASSIGN_OR_RETURN(SweepValue value, ReadValue());
      values.push_back(std::move(value));
      SkipBlanks();
      if (rest_.empty()) return values;
      if (rest_.front() != ',')
        return Bad(whole_, fmt::format("a comma is missing before '{}'", rest_));
      rest_.remove_prefix(1);
    }
  }

 private:
  void SkipBlanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }

  Result<SweepValue> ReadValue() {
    if (!rest_.starts_with('[')) {
      DYNAJOB_ASSIGN_OR_RETURN(std::string item, ReadItem(",[]"));
      return SweepValue{{std::move(item)}, false};
    }
    rest_.remove_prefix(1);
    SweepValue list{{}, true};
    SkipBlanks();
    while (!rest_.starts_with(']')) {
      DYNAJOB_ASSIGN_OR_RETURN(std::string item, ReadItem(",[]"));
      list.items.push_back(std::move(item));
      SkipBlanks();
      if (rest_.starts_with(',')) {
        rest_.remove_prefix(1);
        SkipBlanks();
        continue;
      }
      if (!rest_.starts_with(']')) return Bad(whole_, "a list in brackets is not closed with ']'");
    }
    rest_.remove_prefix(1);
    return list;
  }

  // Up to one of `ends`, or in quotes.
  Result<std::string> ReadItem(std::string_view ends) {
    if (rest_.starts_with('"')) return ReadQuoted();
    const size_t end = std::min(rest_.find_first_of(ends), rest_.size());
    const std::string item(Trim(rest_.substr(0, end)));
    rest_.remove_prefix(end);
    if (item.empty())
      return Bad(whole_, "a value is empty; write \"\" for an empty text, [] for an empty list");
    return item;
  }

  Result<std::string> ReadQuoted() {
    std::string item;
    for (size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        return item;
      }
      if (rest_[i] == '\\' && i + 1 < rest_.size()) ++i;
      item += rest_[i];
    }
    return Bad(whole_, "a text in quotes is not closed with '\"'");
  }

  std::string_view whole_;
  std::string_view rest_;
};

std::string QuotedToml(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string Plain(const SweepValue& value) {
  return value.is_list ? fmt::format("[{}]", fmt::join(value.items, ",")) : value.items.front();
}

std::string_view WithoutSection(std::string_view key) { return key.substr(key.rfind('.') + 1); }

}  // namespace

Result<SweepAxis> ParseSweepAxis(std::string_view text) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos)
    return Bad(text, "not of the form KEY=VALUE,VALUE,…, such as agent.planning_steps=0,5,20");
  SweepAxis axis{.key = std::string(Trim(text.substr(0, equals))), .values = {}};
  if (axis.key.empty()) return Bad(text, "a config key is missing before '='");
  DYNAJOB_ASSIGN_OR_RETURN(axis.values, ValueReader(text, text.substr(equals + 1)).Read());
  for (auto value = axis.values.begin(); value != axis.values.end(); ++value)
    if (std::find(axis.values.begin(), value, *value) != value)
      return Bad(text, fmt::format("the value {} is there twice", Plain(*value)));
  return axis;
}

std::string AssignmentToml(const std::string& key, const SweepValue& value) {
  // All items as texts: the registry reads each as the key's type.
  std::vector<std::string> quoted;
  for (const std::string& item : value.items) quoted.push_back(QuotedToml(item));
  const std::string right =
      value.is_list ? fmt::format("[{}]", fmt::join(quoted, ", ")) : quoted.front();
  return fmt::format("{} = {}\n", key, right);
}

Result<std::vector<SweepOverrides>> GridCells(std::span<const SweepAxis> axes) {
  std::set<std::string> keys;
  std::vector<SweepOverrides> cells(1);
  for (const SweepAxis& axis : axes) {
    if (!keys.insert(axis.key).second)
      return InvalidArgument(fmt::format(
          "--sweep: '{}' is named twice; put all its values into one --sweep", axis.key));
    std::vector<SweepOverrides> more;
    for (const SweepOverrides& cell : cells) {
      for (const SweepValue& value : axis.values) {
        more.push_back(cell);
        more.back().emplace_back(axis.key, value);
        if (more.size() > kMostCells)
          return InvalidArgument(fmt::format(
              "--sweep: the grid has more than {} cells; sweep fewer values", kMostCells));
      }
    }
    cells = std::move(more);
  }
  return cells;
}

std::string CellLabel(const SweepOverrides& overrides) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : overrides) {
    const auto same_end = std::count_if(overrides.begin(), overrides.end(), [&](const auto& other) {
      return WithoutSection(other.first) == WithoutSection(key);
    });
    parts.push_back(fmt::format("{}={}", same_end > 1 ? std::string_view(key) : WithoutSection(key),
                                Plain(value)));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace dynajob
