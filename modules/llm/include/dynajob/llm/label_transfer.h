// Moves cached labels between stores as JSON lines: {"key":…,"value":{…}}, in order of the keys.
#ifndef DYNAJOB_LLM_LABEL_TRANSFER_H_
#define DYNAJOB_LLM_LABEL_TRANSFER_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>

#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

namespace dynajob {

inline constexpr size_t kMaxLabelLineBytes = 1 << 20;

// Calls `write` with each line, line break included; stops at its first error. Returns the number
// of lines. kCorruptData, naming the key, for a record that is not a label of this program.
Result<uint64_t> ExportLabels(Store& store, const std::function<Status(std::string_view)>& write);

struct LabelImportReport {
  uint64_t lines = 0;  // blank ones not counted; the sum of the three below
  uint64_t imported = 0;
  uint64_t known = 0;        // in the store already with the same value
  uint64_t quarantined = 0;  // malformed, or another value under a known key
};

// A line that was not imported, by its 1-based number.
struct QuarantinedLabel {
  uint64_t line = 0;
  std::string reason;
};

// Reads to the end in bounded memory. A label that the store has under the same key is never
// replaced: runs that used it could not be repeated. Stops at the first error of the store, of
// `quarantine` or of the stream (kIo).
Result<LabelImportReport> ImportLabels(
    Store& store, std::istream& lines,
    const std::function<Status(const QuarantinedLabel&)>& quarantine);

}  // namespace dynajob

#endif  // DYNAJOB_LLM_LABEL_TRANSFER_H_
