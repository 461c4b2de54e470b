#include "dynajob/core/config.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include "dynajob/core/file.h"
#include "dynajob/core/text.h"

namespace dynajob {
namespace {

std::string EnvironmentName(std::string_view key) {
  std::string name = "DYNAJOB_";
  for (const char c : key) {
    const bool lower = c >= 'a' && c <= 'z';
    name += lower ? static_cast<char>(c - 'a' + 'A') : (c == '.' || c == '-' ? '_' : c);
  }
  return name;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  if (Trim(text).empty()) return items;
  size_t start = 0;
  for (;;) {
    const size_t comma = text.find(',', start);
    items.emplace_back(Trim(text.substr(start, comma - start)));
    if (comma == std::string_view::npos) return items;
    start = comma + 1;
  }
}

std::string Quote(const std::string& text) {
  std::ostringstream out;
  out << toml::value<std::string>(text);
  return out.str();
}

template <typename T>
std::optional<T> ParseNumber(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Bounds(double low, double high) {
  if (std::isinf(low) && std::isinf(high)) return "a number";
  if (std::isinf(high)) return fmt::format("a number of at least {}", low);
  return fmt::format("a number from {} to {}", low, high);
}

std::string Bounds(int64_t low, int64_t high) {
  if (low == std::numeric_limits<int64_t>::min() && high == std::numeric_limits<int64_t>::max())
    return "a whole number";
  if (high == std::numeric_limits<int64_t>::max())
    return fmt::format("a whole number of at least {}", low);
  return fmt::format("a whole number from {} to {}", low, high);
}

template <typename T>
bool InRange(T value, T low, T high) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return false;
  }
  return value >= low && value <= high;
}

// Shortest text that reads back as the same double, always with a point or exponent (TOML float).
std::string PrintDouble(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".einf") == std::string::npos) text += ".0";
  return text;
}

// A TOML scalar as the text that `--set` would take.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (const auto* value = node.as_string()) return value->get();
  if (const auto* value = node.as_integer()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_floating_point()) return fmt::format("{}", value->get());
  if (const auto* value = node.as_boolean()) return value->get() ? "true" : "false";
  return std::nullopt;
}

struct Setting {
  std::string key;
  std::vector<std::string> items;
};

// Flattens tables to dotted keys.
Status Flatten(const toml::table& table, const std::string& prefix, std::vector<Setting>& out) {
  for (const auto& [name, node] : table) {
    const std::string key =
        prefix.empty() ? std::string(name.str()) : prefix + "." + std::string(name.str());
    if (const auto* child = node.as_table()) {
      DYNAJOB_RETURN_IF_ERROR(Flatten(*child, key, out));
      continue;
    }
    Setting setting{.key = key, .items = {}};
    if (const auto* array = node.as_array()) {
      for (const toml::node& item : *array) {
        const auto text = ScalarText(item);
        if (!text) return InvalidArgument(fmt::format("{}: lists hold plain values only", key));
        setting.items.push_back(*text);
      }
    } else if (const auto text = ScalarText(node)) {
      setting.items.push_back(*text);
    } else {
      return InvalidArgument(fmt::format("{}: dates and times are not settings", key));
    }
    out.push_back(std::move(setting));
  }
  return Status::Ok();
}

Error BadValue(std::string_view key, std::string_view value, std::string_view limit) {
  return InvalidArgument(fmt::format("{} = '{}' is not valid: must be {}", key, value, limit));
}

}  // namespace

void ConfigRegistry::AddEntry(Entry entry) {
  DYNAJOB_CHECK(!Knows(entry.key), "config key registered twice: " + entry.key);
  entries_.push_back(std::move(entry));
}

void ConfigRegistry::Add(std::string key, double* value, std::string help, double low,
                         double high) {
  const std::string limit = Bounds(low, high);
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    const auto parsed = ParseNumber<double>(items[0]);
    if (!parsed || !InRange(*parsed, low, high)) return BadValue(key, items[0], limit);
    if (!dry_run) *value = *parsed;
    return Status::Ok();
  };
  AddEntry(
      {.key = key, .help = std::move(help), .limit = limit, .assign = assign, .print = [value] {
         return PrintDouble(*value);
       }});
}

void ConfigRegistry::Add(std::string key, int64_t* value, std::string help, int64_t low,
                         int64_t high) {
  const std::string limit = Bounds(low, high);
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    const auto parsed = ParseNumber<int64_t>(items[0]);
    if (!parsed || !InRange(*parsed, low, high)) return BadValue(key, items[0], limit);
    if (!dry_run) *value = *parsed;
    return Status::Ok();
  };
  AddEntry(
      {.key = key, .help = std::move(help), .limit = limit, .assign = assign, .print = [value] {
         return fmt::format("{}", *value);
       }});
}

void ConfigRegistry::Add(std::string key, bool* value, std::string help) {
  const std::string limit = "true or false";
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    if (items[0] != "true" && items[0] != "false") return BadValue(key, items[0], limit);
    if (!dry_run) *value = items[0] == "true";
    return Status::Ok();
  };
  AddEntry(
      {.key = key, .help = std::move(help), .limit = limit, .assign = assign, .print = [value] {
         return std::string(*value ? "true" : "false");
       }});
}

void ConfigRegistry::Add(std::string key, std::string* value, std::string help,
                         std::vector<std::string> choices) {
  const std::string limit =
      choices.empty() ? "text" : fmt::format("one of {}", fmt::join(choices, ", "));
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    if (!choices.empty() && std::find(choices.begin(), choices.end(), items[0]) == choices.end())
      return BadValue(key, items[0], limit);
    if (!dry_run) *value = items[0];
    return Status::Ok();
  };
  AddEntry(
      {.key = key, .help = std::move(help), .limit = limit, .assign = assign, .print = [value] {
         return Quote(*value);
       }});
}

void ConfigRegistry::Add(std::string key, std::vector<int64_t>* value, std::string help,
                         int64_t low, int64_t high) {
  const std::string limit = "a list, each item " + Bounds(low, high);
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    std::vector<int64_t> parsed_items;
    for (const std::string& item : items) {
      const auto parsed = ParseNumber<int64_t>(item);
      if (!parsed || !InRange(*parsed, low, high)) return BadValue(key, item, limit);
      parsed_items.push_back(*parsed);
    }
    if (!dry_run) *value = std::move(parsed_items);
    return Status::Ok();
  };
  AddEntry({.key = key,
            .help = std::move(help),
            .limit = limit,
            .is_list = true,
            .assign = assign,
            .print = [value] { return fmt::format("[{}]", fmt::join(*value, ", ")); }});
}

void ConfigRegistry::Add(std::string key, std::vector<std::string>* value, std::string help) {
  auto assign = [value](std::span<const std::string> items, bool dry_run) -> Status {
    if (!dry_run) value->assign(items.begin(), items.end());
    return Status::Ok();
  };
  auto print = [value] {
    std::vector<std::string> quoted;
    for (const std::string& item : *value) quoted.push_back(Quote(item));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  };
  AddEntry({.key = std::move(key),
            .help = std::move(help),
            .limit = "a list of texts",
            .is_list = true,
            .assign = assign,
            .print = print});
}

void ConfigRegistry::AddChoice(std::string key, std::string help, std::vector<std::string> choices,
                               std::function<void(size_t)> store, std::function<size_t()> load) {
  const std::string limit = fmt::format("one of {}", fmt::join(choices, ", "));
  auto assign = [=](std::span<const std::string> items, bool dry_run) -> Status {
    const auto found = std::find(choices.begin(), choices.end(), items[0]);
    if (found == choices.end()) return BadValue(key, items[0], limit);
    if (!dry_run) store(static_cast<size_t>(found - choices.begin()));
    return Status::Ok();
  };
  AddEntry({.key = key, .help = std::move(help), .limit = limit, .assign = assign, .print = [=] {
              return Quote(choices[load()]);
            }});
}

ConfigRegistry::Entry* ConfigRegistry::Find(std::string_view key) {
  return const_cast<Entry*>(std::as_const(*this).Find(key));
}

const ConfigRegistry::Entry* ConfigRegistry::Find(std::string_view key) const {
  for (const Entry& entry : entries_)
    if (entry.key == key) return &entry;
  return nullptr;
}

bool ConfigRegistry::Knows(std::string_view key) const { return Find(key) != nullptr; }

Error ConfigRegistry::UnknownKey(std::string_view key, std::string_view origin) const {
  const Entry* nearest = nullptr;
  size_t best = 0;
  for (const Entry& entry : entries_) {
    const size_t distance = EditDistance(key, entry.key);
    if (nearest == nullptr || distance < best) {
      nearest = &entry;
      best = distance;
    }
  }
  std::string message = fmt::format("{}: unknown config key '{}'", origin, key);
  if (nearest != nullptr && best <= std::max<size_t>(3, key.size() / 3))
    message += fmt::format("; did you mean '{}'?", nearest->key);
  return InvalidArgument(message + " (dynajob doctor --config-keys lists all)");
}

namespace {

Status CheckArity(bool is_list, const Setting& setting) {
  if (is_list || setting.items.size() == 1) return Status::Ok();
  return InvalidArgument(
      fmt::format("{} takes one value, not a list of {}", setting.key, setting.items.size()));
}

}  // namespace

Status ConfigRegistry::LoadToml(std::string_view text, std::string_view origin) {
  std::vector<Setting> settings;
  try {
    DYNAJOB_RETURN_IF_ERROR(Flatten(toml::parse(text), "", settings));
  } catch (const toml::parse_error& error) {
    return InvalidArgument(
        fmt::format("{}:{}: {}", origin, error.source().begin.line, error.description()));
  }
  for (const bool dry_run : {true, false}) {
    for (const Setting& setting : settings) {
      Entry* entry = Find(setting.key);
      if (entry == nullptr) return UnknownKey(setting.key, origin);
      DYNAJOB_RETURN_IF_ERROR(CheckArity(entry->is_list, setting));
      const Status status = entry->assign(setting.items, dry_run);
      if (!status.ok())
        return InvalidArgument(fmt::format("{}: {}", origin, status.error().message));
      if (!dry_run) entry->source = ConfigSource::kFile;
    }
  }
  return Status::Ok();
}

Status ConfigRegistry::LoadFile(const std::filesystem::path& path) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return LoadToml(text, path.string());
}

Status ConfigRegistry::LoadEnvironment() {
  for (Entry& entry : entries_) {
    const std::string name = EnvironmentName(entry.key);
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) continue;
    const std::vector<std::string> items =
        entry.is_list ? SplitList(value) : std::vector<std::string>{value};
    const Status status = entry.assign(items, /*dry_run=*/false);
    if (!status.ok())
      return InvalidArgument(fmt::format("environment {}: {}", name, status.error().message));
    entry.source = ConfigSource::kEnvironment;
  }
  return Status::Ok();
}

Status ConfigRegistry::Set(std::string_view assignment) {
  const size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return InvalidArgument(fmt::format("--set '{}' is not of the form key=value", assignment));
  }
  const std::string key(Trim(assignment.substr(0, equals)));
  const std::string_view value = Trim(assignment.substr(equals + 1));
  Entry* entry = Find(key);
  if (entry == nullptr) return UnknownKey(key, "--set");
  const std::vector<std::string> items =
      entry->is_list ? SplitList(value) : std::vector<std::string>{std::string(value)};
  DYNAJOB_RETURN_IF_ERROR(entry->assign(items, /*dry_run=*/false));
  entry->source = ConfigSource::kCommandLine;
  return Status::Ok();
}

std::string ConfigRegistry::ToToml(bool annotate) const {
  // One [section] per key prefix, in order of registration.
  std::vector<std::string> sections;
  std::map<std::string, std::string> bodies;
  for (const Entry& entry : entries_) {
    const size_t dot = entry.key.rfind('.');
    const std::string section = dot == std::string::npos ? "" : entry.key.substr(0, dot);
    const std::string name = dot == std::string::npos ? entry.key : entry.key.substr(dot + 1);
    if (!bodies.contains(section)) sections.push_back(section);
    std::string& body = bodies[section];
    body += fmt::format("{} = {}", name, entry.print());
    if (annotate) {
      constexpr const char* kSources[] = {"default", "file", "environment", "command line"};
      body += fmt::format("  # {}: {} ({})", kSources[static_cast<size_t>(entry.source)],
                          entry.help, entry.limit);
    }
    body += "\n";
  }
  std::string text = bodies.contains("") ? bodies[""] : "";
  for (const std::string& section : sections) {
    if (section.empty()) continue;
    text += fmt::format("{}[{}]\n{}", text.empty() ? "" : "\n", section, bodies[section]);
  }
  return text;
}

}  // namespace dynajob
