#include "learned_log.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include "dynajob/core/file.h"
#include "dynajob/core/rng.h"

namespace dynajob {
namespace {

constexpr size_t kWord = sizeof(uint64_t);

Error Failure(const std::filesystem::path& path, std::string_view what) {
  return IoError(fmt::format("{}: {}: {}", path.string(), what, strerror(errno)));
}

}  // namespace

uint64_t LearnedLog::HashOf(std::string_view event_id) { return HashBytes(event_id); }

Result<std::unique_ptr<LearnedLog>> LearnedLog::Open(const std::filesystem::path& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return Failure(path, "cannot open");
  std::unique_ptr<LearnedLog> log(new LearnedLog(path, fd, 0));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0)
    return FailedPrecondition(fmt::format("{}: another process is using it", path.string()));
  const off_t bytes = lseek(fd, 0, SEEK_END);
  if (bytes < 0) return Failure(path, "cannot measure");
  log->size_ = static_cast<uint64_t>(bytes) / kWord;  // a last part was being written
  return log;
}

LearnedLog::~LearnedLog() { close(fd_); }

Status LearnedLog::Truncate(uint64_t size) {
  if (size > size_)
    return CorruptData(
        fmt::format("{}: {} events, the checkpoint has learned {}", path_.string(), size_, size));
  if (ftruncate(fd_, static_cast<off_t>(size * kWord)) != 0 || fdatasync(fd_) != 0)
    return Failure(path_, "cannot shorten");
  size_ = size;
  return Status::Ok();
}

Result<std::vector<uint64_t>> LearnedLog::Sorted() const {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_));
  std::vector<uint64_t> hashes(std::min<uint64_t>(size_, bytes.size() / kWord));
  // An empty vector may have no memory at all, which memcpy must not be given.
  if (!hashes.empty()) std::memcpy(hashes.data(), bytes.data(), hashes.size() * kWord);
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

Status LearnedLog::Append(std::span<const uint64_t> hashes) {
  std::string_view bytes(reinterpret_cast<const char*>(hashes.data()), hashes.size_bytes());
  while (!bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const Error error = Failure(path_, "cannot write");
      DYNAJOB_RETURN_IF_ERROR(Truncate(size_));  // what was written of it
      return error;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (fdatasync(fd_) != 0) return Failure(path_, "cannot flush");
  size_ += hashes.size();
  return Status::Ok();
}

}  // namespace dynajob
