#include "format_guess.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/core/text.h"

#include "csv_record.h"
#include "text_encoding.h"

namespace dynajob {
namespace {

constexpr size_t kSniffedRecords = 100;
constexpr auto kDelimiters = std::to_array<char>({',', '\t', ';', '|'});

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The extension in lower case, of what is within a compressed file.
std::string Extension(std::string_view path) {
  std::string name = ToLowerAscii(path.substr(path.find_last_of('/') + 1));
  for (const std::string_view suffix : {".gz", ".gzip", ".zst", ".zstd"})
    if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  const size_t dot = name.rfind('.');
  return dot == std::string::npos ? std::string() : name.substr(dot + 1);
}

struct Refused {
  std::string_view magic;
  std::string_view what;
};
// Formats that look like nothing else; the hint names a way out.
constexpr auto kRefused = std::to_array<Refused>(
    {{"PAR1",
      "Parquet, which dynajob cannot read (Debian 12 has no Parquet library); convert it first, "
      "such as with DuckDB: COPY (SELECT * FROM 'jobs.parquet') TO 'jobs.jsonl.gz'"},
     {"PK\x03\x04", "a ZIP archive or a spreadsheet; unpack it, or save the sheet as CSV"},
     {"\xD0\xCF\x11\xE0", "an old spreadsheet or document; save it as CSV"},
     {"%PDF", "a PDF; import needs text with named fields, such as CSV or JSON"},
     {"BZh", "bzip2; unpack it with bunzip2, or pipe it: bzcat FILE | dynajob import -"},
     {"\xFD"
      "7zXZ",
      "xz; unpack it with unxz, or pipe it: xzcat FILE | dynajob import -"}});

std::string_view FirstLine(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  return Trim(text.substr(0, text.find('\n')));
}

// Records that are whole within the sample.
std::vector<std::vector<std::string>> SampleRecords(std::string_view sample,
                                                    const CsvDialect& dialect, size_t limit,
                                                    bool& broken) {
  std::vector<std::vector<std::string>> records;
  CsvSplitter splitter(dialect);
  broken = false;
  while (!sample.empty() && records.size() < limit) {
    splitter.Begin();
    size_t used = 0;
    const auto state = splitter.Feed(sample, used);
    broken = broken || state == CsvSplitter::State::kBrokenQuote;
    if (state == CsvSplitter::State::kMore && splitter.Finish() != CsvSplitter::State::kRecord)
      break;
    sample.remove_prefix(used);
    const auto& fields = splitter.fields();
    if (fields.size() > 1 || (fields.size() == 1 && !fields[0].empty())) records.push_back(fields);
  }
  return records;
}

size_t KnownColumns(const std::vector<std::string>& columns, const NameSet& names) {
  const std::vector<std::string> mapped = MapColumns(columns, names);
  return static_cast<size_t>(
      std::count_if(mapped.begin(), mapped.end(), [](const auto& name) { return !name.empty(); }));
}

// How well a dialect explains the sample: known columns first, then how many records agree on the
// number of fields, then how many fields there are.
double Score(std::string_view sample, const CsvDialect& dialect, const NameSet& names) {
  bool broken = false;
  const auto records = SampleRecords(sample, dialect, kSniffedRecords, broken);
  if (records.empty()) return 0;
  std::map<size_t, size_t> counts;
  for (const auto& record : records) ++counts[record.size()];
  size_t usual = 0;
  size_t agree = 0;
  for (const auto& [fields, count] : counts)
    if (count >= agree) {
      usual = fields;
      agree = count;
    }
  if (usual < 2) return 0;
  const double share = static_cast<double>(agree) / static_cast<double>(records.size());
  return 10.0 * static_cast<double>(KnownColumns(records[0], names)) + 5.0 * share +
         0.01 * static_cast<double>(std::min<size_t>(usual, 50)) - (broken ? 4 : 0);
}

Result<char> OneCharacter(std::string_view key, const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  if (text == "none") return '\0';
  if (text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\n' &&
      !IsAlnum(text[0]))
    return text[0];
  return InvalidArgument(
      fmt::format("import.csv.{} is '{}'; it must be 'auto', 'tab' or one ASCII sign", key, text));
}

// Whether some field begins and some field ends with this quote.
bool QuotesFields(std::string_view sample, char quote) {
  constexpr std::string_view kEdges = ",;\t|\r\n";
  bool opens = false;
  bool closes = false;
  for (size_t i = sample.find(quote); i != std::string_view::npos; i = sample.find(quote, i + 1)) {
    opens = opens || i == 0 || kEdges.find(sample[i - 1]) != std::string_view::npos;
    closes =
        closes || i + 1 == sample.size() || kEdges.find(sample[i + 1]) != std::string_view::npos;
  }
  return opens && closes;
}

// "sep=;" in the first line, as spreadsheets write it.
std::string_view SeparatorLine(std::string_view sample) {
  const std::string_view line = sample.substr(0, sample.find('\n'));
  const std::string_view trimmed = Trim(line);
  return trimmed.size() == 5 && trimmed.starts_with("sep=") ? sample.substr(0, line.size() + 1)
                                                            : std::string_view();
}

}  // namespace

std::string FoldName(std::string_view name) {
  std::string folded;
  for (const char c : ToLowerAscii(name))
    if (IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80) folded += c;
  return folded;
}

std::vector<std::string> MapColumns(const std::vector<std::string>& columns, const NameSet& names) {
  std::map<std::string, std::string> by_fold;
  for (const std::string& name : names) by_fold.emplace(FoldName(name), name);
  std::vector<std::string> mapped(columns.size());
  std::set<std::string> taken;
  // A column that is written as the field is called comes first.
  for (size_t i = 0; i < columns.size(); ++i)
    if (names.contains(columns[i]) && taken.insert(columns[i]).second) mapped[i] = columns[i];
  for (size_t i = 0; i < columns.size(); ++i) {
    if (!mapped[i].empty()) continue;
    const auto found = by_fold.find(FoldName(columns[i]));
    if (found != by_fold.end() && taken.insert(found->second).second) mapped[i] = found->second;
  }
  return mapped;
}

std::vector<std::string> FirstRecord(std::string_view sample, const CsvDialect& dialect) {
  bool broken = false;
  const auto records = SampleRecords(sample, dialect, 1, broken);
  return records.empty() ? std::vector<std::string>() : records[0];
}

Result<ImportFormat> GuessFormat(std::string_view path, std::string_view sample,
                                 const NameSet& names) {
  for (const Refused& refused : kRefused)
    if (sample.starts_with(refused.magic))
      return InvalidArgument(fmt::format("import file '{}' is {}", path, refused.what));
  const std::string extension = Extension(path);
  if (extension == "jsonl" || extension == "ndjson") return ImportFormat::kJsonl;
  if (extension == "csv" || extension == "tsv" || extension == "psv") return ImportFormat::kCsv;
  const std::string_view line = FirstLine(sample);
  if (line.starts_with('<')) return ImportFormat::kHtml;
  if (line.starts_with('[')) return ImportFormat::kJson;
  if (line.starts_with('{')) {
    const bool goes_on = line.ends_with('{') || line.ends_with('[') || line.ends_with(',');
    return goes_on ? ImportFormat::kJson : ImportFormat::kJsonl;
  }
  const CsvDialect dialect = *GuessDialect(sample, {}, names);
  const bool has_header = KnownColumns(FirstRecord(sample, dialect), names) >= 2;
  return has_header ? ImportFormat::kCsv : ImportFormat::kJsonl;
}

Result<CsvDialect> GuessDialect(std::string_view sample, const CsvOptions& options,
                                const NameSet& names) {
  CsvDialect best;
  if (sample.find('\n') == std::string_view::npos && sample.find('\r') != std::string_view::npos)
    best.line_end = '\r';
  best.backslash = sample.find("\\\"") != std::string_view::npos &&
                   sample.find("\"\"") == std::string_view::npos;
  std::vector<char> delimiters(kDelimiters.begin(), kDelimiters.end());
  // Apostrophes are common in text: they are quotes only where nothing else is.
  char quote = !QuotesFields(sample, '"') && QuotesFields(sample, '\'') ? '\'' : '"';
  const std::string_view separator = SeparatorLine(sample);
  if (options.delimiter != "auto") {
    DYNAJOB_ASSIGN_OR_RETURN(const char given, OneCharacter("delimiter", options.delimiter));
    delimiters = {given};
  } else if (!separator.empty()) {
    delimiters = {separator[4]};
  }
  if (options.quote != "auto") {
    DYNAJOB_ASSIGN_OR_RETURN(quote, OneCharacter("quote", options.quote));
  }
  sample.remove_prefix(separator.size());
  double best_score = -1;
  CsvDialect tried = best;
  tried.quote = quote;
  for (const char delimiter : delimiters) {
    tried.delimiter = delimiter;
    const double score = Score(sample, tried, names);
    if (score <= best_score) continue;
    best_score = score;
    best = tried;
  }
  return best;
}

Result<std::vector<std::string>> OpenCsv(ByteSource& source, const CsvOptions& options,
                                         const NameSet& names, ImportPlan& plan) {
  const bool guess = options.encoding == "auto";
  if (source.encoding() == TextEncoding::kUtf8 &&
      (guess ? !IsUtf8Sample(source.available()) : options.encoding == "windows-1252"))
    source.Reinterpret(TextEncoding::kWindows1252);
  plan.encoding = ToString(source.encoding());
  const std::string_view sample = source.available();
  DYNAJOB_ASSIGN_OR_RETURN(plan.dialect, GuessDialect(sample, options, names));
  source.Take(SeparatorLine(sample).size());
  std::vector<std::string> columns = FirstRecord(source.available(), plan.dialect);
  if (!options.columns.empty()) columns = options.columns;
  const std::vector<std::string> mapped = MapColumns(columns, names);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (mapped[i].empty())
      plan.ignored.push_back(SanitizeUtf8(columns[i]));
    else
      plan.mapped.emplace_back(SanitizeUtf8(columns[i]), mapped[i]);
  }
  if (plan.mapped.empty() && !columns.empty())
    return InvalidArgument(fmt::format(
        "import file '{}': none of its columns ({}) is a field that import knows; name them with "
        "import.job.title=COLUMN and so on, or with import.csv.columns=id,title,…",
        plan.file, SanitizeUtf8(fmt::format("{}", fmt::join(columns, ", ")).substr(0, 300))));
  return mapped;
}

}  // namespace dynajob
