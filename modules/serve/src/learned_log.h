// Which responses are learned: hashes of their event ids in a file that only grows. A checkpoint of
// the learner names how much of the file belongs to it; what comes after was learned by a process
// that died before its next checkpoint, and is learned again.
#ifndef DYNAJOB_SERVE_SRC_LEARNED_LOG_H_
#define DYNAJOB_SERVE_SRC_LEARNED_LOG_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// Not safe for concurrent use. One process at a time: a lock is held.
class LearnedLog {
 public:
  // Makes the file when it is not there. kFailedPrecondition: another process has it.
  static Result<std::unique_ptr<LearnedLog>> Open(const std::filesystem::path& path);
  LearnedLog(const LearnedLog&) = delete;
  LearnedLog& operator=(const LearnedLog&) = delete;
  ~LearnedLog();

  static uint64_t HashOf(std::string_view event_id);

  // Events in the file.
  uint64_t size() const { return size_; }
  // Drops what comes after the first `size`. kCorruptData when there are fewer.
  Status Truncate(uint64_t size);
  // All, ascending. 64 bits are enough: of ten million events two share a hash with a probability
  // of 3 in a million, and then one of them is not learned.
  Result<std::vector<uint64_t>> Sorted() const;
  // On the disk when this returns.
  Status Append(std::span<const uint64_t> hashes);

 private:
  LearnedLog(std::filesystem::path path, int fd, uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}

  std::filesystem::path path_;
  int fd_;
  uint64_t size_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LEARNED_LOG_H_
