#include "dynajob/core/file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

namespace dynajob {
namespace {

std::string ErrnoText(int error) { return std::generic_category().message(error); }

// Closes on destruction; Close() reports what close(2) says.
class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int Close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result;
  }

 private:
  int fd_;
};

// Writes, flushes and closes; returns 0 or errno.
int WriteAll(FileDescriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  if (::fsync(file.get()) != 0) return errno;
  return file.Close() == 0 ? 0 : errno;
}

}  // namespace

Status WriteFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
  const std::filesystem::path temporary =
      path.string() + fmt::format(".tmp-{}", static_cast<long>(::getpid()));
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (file.get() < 0) {
    return IoError(fmt::format("cannot create {}: {}", temporary.string(), ErrnoText(errno)));
  }
  int error = WriteAll(file, bytes);
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return IoError(fmt::format("cannot write {} ({} bytes): {}; the previous version is untouched",
                               path.string(), bytes.size(), ErrnoText(error)));
  }
  // The rename itself must survive a power loss.
  const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
  FileDescriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    return IoError(fmt::format("cannot flush directory {}: {}", parent.string(), ErrnoText(errno)));
  }
  return Status::Ok();
}

Result<std::string> ReadFile(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return NotFound("no such file: " + path.string());
  if (std::filesystem::is_directory(path, ignored)) {
    return IoError("is a directory, not a file: " + path.string());
  }
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream contents;
  contents << stream.rdbuf();
  if (!stream || !contents) {
    // An empty file sets failbit on the output stream without being an error.
    if (std::filesystem::file_size(path, ignored) == 0) return std::string();
    return IoError(fmt::format("cannot read {}: {}", path.string(), ErrnoText(errno)));
  }
  return std::move(contents).str();
}

uint32_t Crc32(std::string_view bytes) {
  return static_cast<uint32_t>(
      ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace dynajob
