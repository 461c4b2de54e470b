// What a file to import is made of: its format, dialect and columns, guessed from its start and
// told before the first row is read.
#ifndef DYNAJOB_MARKET_IMPORT_FORMAT_H_
#define DYNAJOB_MARKET_IMPORT_FORMAT_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

enum class ImportFormat {
  kAuto,
  kJsonl,  // one JSON object a line
  kJson,   // an array of objects, or objects over several lines
  kHtml,   // pages with schema.org JobPosting in <script type="application/ld+json">
  kCsv     // separated values, in any dialect
};
std::string_view ToString(ImportFormat format);  // "auto", "jsonl", …

// Overrides of what is otherwise guessed from the first 64 KiB.
struct CsvOptions {
  std::string delimiter = "auto";    // "auto", "tab" or one ASCII character
  std::string quote = "auto";        // "auto", "none" or one ASCII character
  std::string encoding = "auto";     // "auto", "utf-8" or "windows-1252"; UTF-16 needs its mark
  std::vector<std::string> columns;  // names of the columns instead of those in the first row
  bool header = true;                // the first row holds names

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "import.csv.…"
};

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';        // '\0': no quoting
  char line_end = '\n';    // '\r' for files without any '\n'
  bool backslash = false;  // '\' makes the next character plain, instead of doubled quotes
  bool operator==(const CsvDialect&) const = default;
};

// How a file is going to be read.
struct ImportPlan {
  std::string file;
  ImportFormat format = ImportFormat::kAuto;
  std::string compression;  // "none", "gzip" or "zstd"
  std::string encoding;     // "UTF-8", …
  // For CSV only.
  CsvDialect dialect = {};
  std::vector<std::pair<std::string, std::string>> mapped = {};  // column -> field name
  std::vector<std::string> ignored = {};                         // columns

  // One paragraph for people, without a line end.
  std::string ToText() const;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_IMPORT_FORMAT_H_
