#include "line_reader.h"

#include <algorithm>
#include <cstring>

#include "row_reader.h"

namespace dynajob {

Result<LineReader::Outcome> LineReader::Next(std::string& line) {
  line.clear();
  bool any = false;  // of this line was read
  bool too_long = false;
  for (;;) {
    if (source_.available().empty()) {
      DYNAJOB_ASSIGN_OR_RETURN(const bool more, source_.Fill());
      if (!more) break;
    }
    if (!any) ++line_number_;
    any = true;
    const std::string_view text = source_.available();
    const size_t newline = text.find('\n');
    const size_t length = std::min(newline, text.size());
    if (!too_long && line.size() + length > max_line_bytes_) {
      too_long = true;
      line += text.substr(0, std::min(length, kKeptOfLongRow));
      if (line.size() > kKeptOfLongRow) line.resize(kKeptOfLongRow);
    }
    if (!too_long) line += text.substr(0, length);
    source_.Take(length + (newline != std::string_view::npos ? 1 : 0));
    if (newline != std::string_view::npos) return too_long ? Outcome::kTooLong : Outcome::kLine;
  }
  if (!source_.corruption().empty() && !cut_reported_) {
    cut_reported_ = true;
    if (!any) ++line_number_;  // the line that is missing
    return Outcome::kCut;
  }
  if (!any) return Outcome::kEnd;
  return too_long ? Outcome::kTooLong : Outcome::kLine;
}

}  // namespace dynajob
