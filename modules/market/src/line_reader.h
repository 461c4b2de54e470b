// Lines of a text, in constant memory.
#ifndef DYNAJOB_MARKET_SRC_LINE_READER_H_
#define DYNAJOB_MARKET_SRC_LINE_READER_H_

#include <cstdint>
#include <string>

#include "dynajob/core/result.h"

#include "byte_source.h"

namespace dynajob {

// Borrows its source. Not safe for concurrent use.
class LineReader {
 public:
  enum class Outcome {
    kLine,     // `line` is a whole line without its "\n"
    kTooLong,  // `line` is the start of a line that was skipped
    kCut,      // the source is corrupt: `line` is what is left of an unfinished line
    kEnd
  };

  LineReader(ByteSource& source, size_t max_line_bytes)
      : source_(source), max_line_bytes_(max_line_bytes) {}

  // kIo when the file cannot be read any further. After kCut and kEnd only kEnd follows.
  Result<Outcome> Next(std::string& line);

  uint64_t line_number() const { return line_number_; }  // of the last line, from 1

 private:
  ByteSource& source_;
  size_t max_line_bytes_;
  bool cut_reported_ = false;
  uint64_t line_number_ = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_LINE_READER_H_
