// Configuration: option structs declare their keys, and one registry fills them from all sources.
//
// Precedence, highest first: command line (`--set key=value` and flags), environment
// (DYNAJOB_<KEY>, dots as underscores, upper case), TOML file, the default in the struct. An
// unknown key, a value of the wrong type or out of range is an error that names key, value and
// limit.
#ifndef DYNAJOB_CORE_CONFIG_H_
#define DYNAJOB_CORE_CONFIG_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// Where a value came from, for `--print-config`.
enum class ConfigSource { kDefault, kFile, kEnvironment, kCommandLine };

// Binds dotted keys ("agent.gamma") to variables that outlive it. Not safe for concurrent use.
class ConfigRegistry {
 public:
  // Inclusive bounds.
  void Add(std::string key, double* value, std::string help,
           double low = -std::numeric_limits<double>::infinity(),
           double high = std::numeric_limits<double>::infinity());
  void Add(std::string key, int64_t* value, std::string help,
           int64_t low = std::numeric_limits<int64_t>::min(),
           int64_t high = std::numeric_limits<int64_t>::max());
  void Add(std::string key, bool* value, std::string help);
  // `choices` empty: any text.
  void Add(std::string key, std::string* value, std::string help,
           std::vector<std::string> choices = {});
  void Add(std::string key, std::vector<int64_t>* value, std::string help, int64_t low,
           int64_t high);
  void Add(std::string key, std::vector<std::string>* value, std::string help);

  // An enumeration by its names.
  template <typename E>
  requires std::is_enum_v<E>
  void Add(std::string key, E* value, std::string help,
           std::vector<std::pair<std::string, E>> names) {
    std::vector<std::string> choices;
    for (const auto& [name, unused] : names) choices.push_back(name);
    AddChoice(
        std::move(key), std::move(help), std::move(choices),
        [value, names](size_t index) { *value = names[index].second; },
        [value, names] {
          for (size_t i = 0; i < names.size(); ++i)
            if (names[i].second == *value) return i;
          return size_t{0};
        });
  }

  // Each checks everything it is given and applies nothing when something is wrong.
  Status LoadFile(const std::filesystem::path& path);
  Status LoadToml(std::string_view text, std::string_view origin);
  Status LoadEnvironment();                 // of this process
  Status Set(std::string_view assignment);  // "key=value"; lists as "a,b,c"

  bool Knows(std::string_view key) const;
  // Every key with its value in force, as TOML. With `annotate`, help and source as comments.
  std::string ToToml(bool annotate = false) const;

 private:
  struct Entry {
    std::string key;
    std::string help;
    std::string limit;  // for messages, such as "0 to 1" or "replay, unseen"
    ConfigSource source = ConfigSource::kDefault;
    bool is_list = false;
    // Parses one value (lists: all items) and stores it; `dry_run` only checks.
    std::function<Status(std::span<const std::string> items, bool dry_run)> assign;
    std::function<std::string()> print;  // as TOML
  };

  void AddChoice(std::string key, std::string help, std::vector<std::string> choices,
                 std::function<void(size_t)> store, std::function<size_t()> load);
  void AddEntry(Entry entry);
  Entry* Find(std::string_view key);
  const Entry* Find(std::string_view key) const;
  Error UnknownKey(std::string_view key, std::string_view origin) const;

  std::vector<Entry> entries_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_CONFIG_H_
