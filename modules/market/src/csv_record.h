// Records of separated values (RFC 4180 and the dialects around it), in constant memory.
#ifndef DYNAJOB_MARKET_SRC_CSV_RECORD_H_
#define DYNAJOB_MARKET_SRC_CSV_RECORD_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/market/import_format.h"

#include "byte_source.h"

namespace dynajob {

// Cuts text into fields, in pieces of any size.
class CsvSplitter {
 public:
  enum class State { kMore, kRecord, kBrokenQuote };

  explicit CsvSplitter(const CsvDialect& dialect) : dialect_(dialect) {}

  void Begin();
  // Takes characters from `text`, `used` of them, to the end of the record (the line end included)
  // or of the text.
  State Feed(std::string_view text, size_t& used);
  // The text is over: completes the last record; kBrokenQuote within quotes.
  State Finish();

  std::vector<std::string>& fields() { return fields_; }

 private:
  enum class Place { kFieldStart, kPlain, kQuoted, kAfterQuote };
  State Character(char c);
  void EndField();

  CsvDialect dialect_;
  Place place_ = Place::kFieldStart;
  bool escaped_ = false;
  std::string field_;
  std::vector<std::string> fields_;
};

// Borrows its source. Not safe for concurrent use.
class CsvRecordReader {
 public:
  enum class Outcome { kRecord, kBlank, kTooLong, kBrokenQuote, kCut, kEnd };

  CsvRecordReader(ByteSource& source, const CsvDialect& dialect, size_t max_record_bytes)
      : source_(source), dialect_(dialect), splitter_(dialect), max_bytes_(max_record_bytes) {}

  // After a broken quote or too long a record reading goes on behind the first line of it, so that
  // one stray quote costs one line. kIo when the file cannot be read any further.
  Result<Outcome> Next(std::vector<std::string>& fields);

  uint64_t line() const { return line_; }        // where the last record begins, from 1
  std::string_view raw() const { return raw_; }  // of the last record, without its line end

 private:
  Result<Outcome> GiveUpLine(Outcome outcome);
  Status TakeRestOfLine();

  ByteSource& source_;
  CsvDialect dialect_;
  CsvSplitter splitter_;
  size_t max_bytes_;
  std::string raw_;
  uint64_t line_ = 0;
  uint64_t next_line_ = 1;
  bool cut_reported_ = false;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_CSV_RECORD_H_
