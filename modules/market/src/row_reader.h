// One way to read rows, whatever the format: each reader turns a text into rows of named values and
// says where each row is. A row that cannot be read is an outcome, not a failure.
#ifndef DYNAJOB_MARKET_SRC_ROW_READER_H_
#define DYNAJOB_MARKET_SRC_ROW_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/market/jsonl_importer.h"

#include "byte_source.h"
#include "jsonl_importer_row.h"

namespace dynajob {

// What is kept of a row that is too long: enough for the quarantine.
inline constexpr size_t kKeptOfLongRow = 8 << 10;

// Borrows its source. Not safe for concurrent use.
class RowReader {
 public:
  enum class Outcome {
    kRow,
    kBlank,     // an empty line
    kRejected,  // see rejection()
    kCut,       // the source is corrupt from here on
    kEnd
  };

  virtual ~RowReader() = default;

  // kIo when the file cannot be read any further. After kCut and kEnd only kEnd follows.
  virtual Result<Outcome> Next(Row& row) = 0;

  // Of the last row: where it begins (1-based line of the decoded text), its text or the start of
  // it, and why it is none (after kRejected).
  virtual uint64_t line() const = 0;
  virtual std::string_view raw() const = 0;
  virtual const Rejection& rejection() const = 0;
};

// Rows with `wanted` fields of at most `max_row_bytes` each.
std::unique_ptr<RowReader> MakeJsonLinesReader(ByteSource& source, const NameSet& wanted,
                                               size_t max_row_bytes);
// The elements of a JSON array, or JSON values one after another, over any number of lines.
std::unique_ptr<RowReader> MakeJsonReader(ByteSource& source, const NameSet& wanted,
                                          size_t max_row_bytes);
// The schema.org postings in the <script type="application/ld+json"> elements of HTML.
std::unique_ptr<RowReader> MakeHtmlReader(ByteSource& source, const NameSet& wanted,
                                          size_t max_row_bytes);
// `columns`: the row's name for each column, empty for a column that is not wanted.
std::unique_ptr<RowReader> MakeCsvReader(ByteSource& source, const CsvDialect& dialect,
                                         std::vector<std::string> columns, size_t max_row_bytes);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_ROW_READER_H_
