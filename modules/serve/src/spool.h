// Responses on the local disk, until the store is back: one JSON object a line, each with a
// checksum, appended and flushed.
//
// A line that was cut short by a crash was never acknowledged and is dropped when the spool is
// opened; a damaged line before the last is kCorruptData. Not safe for concurrent use, and one
// process at a time (a lock is held; a second process gets kFailedPrecondition).
#ifndef DYNAJOB_SERVE_SRC_SPOOL_H_
#define DYNAJOB_SERVE_SRC_SPOOL_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/stores/records.h"

namespace dynajob {

class Spool {
 public:
  // Makes the file when it is not there. `limit` counts bytes.
  static Result<std::unique_ptr<Spool>> Open(const std::filesystem::path& path, size_t limit);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();

  // All of them are on the disk when this returns, or none is kept. kBudgetReached when the limit
  // would be passed.
  Status Append(std::span<const ResponseEvent> events);
  // In order of arrival.
  const std::vector<ResponseEvent>& events() const { return events_; }
  // When all are in the store.
  Status Clear();

 private:
  Spool(std::filesystem::path path, int fd, size_t limit)
      : path_(std::move(path)), fd_(fd), limit_(limit) {}
  Status Load();
  Status Truncate(size_t size);

  std::filesystem::path path_;
  int fd_;
  size_t limit_;
  size_t size_ = 0;
  std::vector<ResponseEvent> events_;
};

// One line, and back; nullopt for what is not a whole line of this format.
std::string SpoolLine(const ResponseEvent& event);
std::optional<ResponseEvent> ParseSpoolLine(std::string_view line);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_SPOOL_H_
