#include "dynajob/market/skills_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "csv_record.h"
#include "format_guess.h"
#include "text_encoding.h"

namespace dynajob {
namespace {

constexpr size_t kMaxRecordBytes = 1 << 20;
constexpr size_t kMaxSkills = 1'000'000;
constexpr size_t kMaxPhraseBytes = 200;

// Where a table holds what.
struct Layout {
  std::string_view format;
  std::string_view phrase;   // folded names of columns
  std::string_view aliases;  // may be empty
  std::string_view type;     // "
  bool soft = false;
};
constexpr auto kLayouts = std::to_array<Layout>({
    {"ESCO", "preferredlabel", "altlabels", "skilltype", false},
    {"O*NET technology skills", "example", "", "", false},
    {"O*NET skills", "elementname", "", "", true},
    {"table", "skill", "aliases", "", false},
});

std::optional<size_t> ColumnOf(const std::vector<std::string>& folded, std::string_view name) {
  const auto found = std::find(folded.begin(), folded.end(), name);
  if (name.empty() || found == folded.end()) return std::nullopt;
  return static_cast<size_t>(found - folded.begin());
}

// Without a note in parentheses at the end.
std::string CleanPhrase(std::string_view text) {
  const std::string valid = SanitizeUtf8(text);
  std::string_view phrase = Trim(valid);
  if (phrase.ends_with(')')) {
    const size_t open = phrase.rfind(" (");
    if (open != std::string_view::npos && open > 0) phrase = Trim(phrase.substr(0, open));
  }
  return std::string(phrase.size() <= kMaxPhraseBytes ? phrase : std::string_view());
}

// Collects skills; O*NET names one once for every occupation.
class Collector {
 public:
  explicit Collector(SkillsFile& file) : file_(file) {}

  Status Add(std::string_view phrase_text, std::string_view aliases, bool soft) {
    std::string phrase = CleanPhrase(phrase_text);
    if (phrase.empty()) {
      ++file_.skipped_rows;
      return Status::Ok();
    }
    const auto [entry, is_new] = index_.emplace(phrase, file_.skills.size());
    if (is_new) {
      if (file_.skills.size() == kMaxSkills)
        return InvalidArgument(fmt::format("it has more than {} skills", kMaxSkills));
      file_.skills.push_back({std::move(phrase), {}, soft});
    }
    AddAliases(aliases, file_.skills[entry->second]);
    return Status::Ok();
  }

 private:
  static void AddAliases(std::string_view aliases, ImportedSkill& skill) {
    while (!aliases.empty()) {
      const size_t end = std::min(aliases.find_first_of("\n|"), aliases.size());
      std::string alias = CleanPhrase(aliases.substr(0, end));
      const bool known =
          alias.empty() || alias == skill.phrase ||
          std::find(skill.spellings.begin(), skill.spellings.end(), alias) != skill.spellings.end();
      if (!known && skill.spellings.size() < 100) skill.spellings.push_back(std::move(alias));
      aliases.remove_prefix(std::min(end + 1, aliases.size()));
    }
  }

  SkillsFile& file_;
  std::unordered_map<std::string, size_t> index_;
};

Status ReadTable(ByteSource& source, const CsvDialect& dialect, const Layout& layout,
                 const std::vector<std::string>& folded, SkillsFile& file) {
  const size_t phrase = *ColumnOf(folded, layout.phrase);
  const auto aliases = ColumnOf(folded, layout.aliases);
  const auto type = ColumnOf(folded, layout.type);
  Collector collector(file);
  CsvRecordReader records(source, dialect, kMaxRecordBytes);
  std::vector<std::string> fields;
  for (bool header = true;; header = false) {
    DYNAJOB_ASSIGN_OR_RETURN(const auto outcome, records.Next(fields));
    if (outcome == CsvRecordReader::Outcome::kEnd) return Status::Ok();
    if (outcome == CsvRecordReader::Outcome::kBlank || header) continue;
    if (outcome != CsvRecordReader::Outcome::kRecord || fields.size() <= phrase) {
      ++file.skipped_rows;
      continue;
    }
    const bool attitude = type && *type < fields.size() && fields[*type] == "attitude";
    DYNAJOB_RETURN_IF_ERROR(collector.Add(fields[phrase],
                                          aliases && *aliases < fields.size()
                                              ? std::string_view(fields[*aliases])
                                              : std::string_view(),
                                          layout.soft || attitude));
  }
}

// One skill a line; '#' begins a comment.
Status ReadList(ByteSource& source, SkillsFile& file) {
  Collector collector(file);
  CsvRecordReader records(source, {.delimiter = '\0', .quote = '\0'}, kMaxRecordBytes);
  std::vector<std::string> fields;
  for (;;) {
    DYNAJOB_ASSIGN_OR_RETURN(const auto outcome, records.Next(fields));
    if (outcome == CsvRecordReader::Outcome::kEnd) return Status::Ok();
    if (outcome != CsvRecordReader::Outcome::kRecord) {
      file.skipped_rows += outcome == CsvRecordReader::Outcome::kBlank ? 0 : 1;
      continue;
    }
    const std::string_view line = Trim(records.raw());
    if (line.starts_with('#')) continue;
    const size_t bar = std::min(line.find('|'), line.size());
    DYNAJOB_RETURN_IF_ERROR(collector.Add(line.substr(0, bar), line.substr(bar), false));
  }
}

Status Read(ByteSource& source, SkillsFile& file) {
  if (!IsUtf8Sample(source.available())) source.Reinterpret(TextEncoding::kWindows1252);
  NameSet names;
  for (const Layout& layout : kLayouts)
    for (const std::string_view name : {layout.phrase, layout.aliases, layout.type})
      if (!name.empty()) names.emplace(name);
  DYNAJOB_ASSIGN_OR_RETURN(const CsvDialect dialect, GuessDialect(source.available(), {}, names));
  std::vector<std::string> folded = FirstRecord(source.available(), dialect);
  for (std::string& name : folded) name = FoldName(name);
  for (const Layout& layout : kLayouts) {
    if (!ColumnOf(folded, layout.phrase)) continue;
    // A list whose first skill is "skill" is not a table.
    if (folded.size() == 1 && layout.format != "table") continue;
    file.format = layout.format;
    return ReadTable(source, dialect, layout, folded, file);
  }
  file.format = "list";
  return ReadList(source, file);
}

}  // namespace

Result<SkillsFile> ReadSkillsFile(const std::filesystem::path& path) {
  DYNAJOB_ASSIGN_OR_RETURN(const auto source, ByteSource::Open(path));
  SkillsFile file;
  const Status read = Read(*source, file);
  if (!read.ok())
    return Error{read.error().code,
                 fmt::format("skills file '{}': {}", path.string(), read.error().message)};
  if (!source->corruption().empty())
    return CorruptData(fmt::format("skills file '{}': {}", path.string(), source->corruption()));
  if (file.skills.empty())
    return InvalidArgument(fmt::format(
        "skills file '{}' holds no skill: it must have a column preferredLabel (ESCO), Example or "
        "Element Name (O*NET) or skill, or one skill a line",
        path.string()));
  return file;
}

}  // namespace dynajob
