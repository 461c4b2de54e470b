#include "page_log.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "dynajob/core/file.h"

namespace dynajob {
namespace {

constexpr const char* kNewer = "shown.pages";
constexpr const char* kOlder = "shown.pages.old";
constexpr size_t kHeader = 2 * sizeof(uint32_t);  // length and checksum of what follows

// Numbers as they lie in memory: the file is read by the machine that wrote it.
template <typename Number>
void PutNumber(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof(number));
}
void PutText(std::string& out, std::string_view text) {
  PutNumber(out, static_cast<uint32_t>(text.size()));
  out += text;
}

// Takes values off the front; `ok` is false once something was missing.
struct Reader {
  std::string_view bytes;
  bool ok = true;

  template <typename Number>
  Number TakeNumber() {
    Number number{};
    ok = ok && bytes.size() >= sizeof(number);
    if (!ok) return number;
    std::memcpy(&number, bytes.data(), sizeof(number));
    bytes.remove_prefix(sizeof(number));
    return number;
  }
  std::string TakeText() {
    const auto size = TakeNumber<uint32_t>();
    ok = ok && bytes.size() >= size;
    if (!ok) return {};
    std::string text(bytes.substr(0, size));
    bytes.remove_prefix(size);
    return text;
  }
};

Error Failure(const std::filesystem::path& path, std::string_view what) {
  return IoError(fmt::format("{}: {}: {}", path.string(), what, strerror(errno)));
}

}  // namespace

std::string PageRecord(std::string_view request_id, const ShownPage& page) {
  std::string content;
  PutText(content, request_id);
  PutText(content, page.candidate_id);
  PutText(content, page.model_version);
  PutNumber(content, static_cast<uint64_t>(page.offset));
  PutNumber(content, static_cast<uint32_t>(page.jobs.size()));
  for (const ShownJob& job : page.jobs) {
    PutText(content, job.job_id);
    PutNumber(content, job.propensity);
  }
  std::string record;
  PutNumber(record, static_cast<uint32_t>(content.size()));
  PutNumber(record, Crc32(content));
  return record + content;
}

std::optional<std::pair<std::string, ShownPage>> TakePageRecord(std::string_view& bytes) {
  Reader header{bytes};
  const auto size = header.TakeNumber<uint32_t>();
  const auto checksum = header.TakeNumber<uint32_t>();
  if (!header.ok || header.bytes.size() < size) return std::nullopt;
  Reader content{header.bytes.substr(0, size)};
  if (Crc32(content.bytes) != checksum) return std::nullopt;
  std::pair<std::string, ShownPage> record;
  auto& [request_id, page] = record;
  request_id = content.TakeText();
  page.candidate_id = content.TakeText();
  page.model_version = content.TakeText();
  page.offset = content.TakeNumber<uint64_t>();
  const auto jobs = content.TakeNumber<uint32_t>();
  for (uint32_t i = 0; i < jobs && content.ok; ++i) {
    ShownJob job;
    job.job_id = content.TakeText();
    job.propensity = content.TakeNumber<double>();
    page.jobs.push_back(std::move(job));
  }
  if (!content.ok || !content.bytes.empty()) return std::nullopt;
  bytes.remove_prefix(kHeader + size);
  return record;
}

Result<std::unique_ptr<PageLog>> PageLog::Open(
    const std::filesystem::path& directory, size_t capacity,
    const std::function<void(std::string, ShownPage)>& visit) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return IoError(fmt::format("{}: {}", directory.string(), error.message()));
  std::unique_ptr<PageLog> log(new PageLog(directory, capacity));
  size_t whole = 0;
  for (const char* name : {kOlder, kNewer}) {
    const Result<std::string> file = ReadFile(directory / name);
    if (!file.ok() && file.error().code != ErrorCode::kNotFound) return file.error();
    std::string_view bytes = file.ok() ? std::string_view(*file) : std::string_view();
    log->pages_ = 0;
    while (auto record = TakePageRecord(bytes)) {
      visit(std::move(record->first), std::move(record->second));
      ++log->pages_;
    }
    whole = file.ok() ? file->size() - bytes.size() : 0;
  }
  DYNAJOB_RETURN_IF_ERROR(log->OpenNewer(false));
  if (ftruncate(log->fd_, static_cast<off_t>(whole)) != 0)
    return Failure(directory / kNewer, "cannot shorten");
  return log;
}

PageLog::~PageLog() {
  if (fd_ >= 0) close(fd_);
}

Status PageLog::OpenNewer(bool truncate) {
  const std::filesystem::path path = directory_ / kNewer;
  fd_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (truncate ? O_TRUNC : 0),
             0600);
  return fd_ >= 0 ? Status::Ok() : Status(Failure(path, "cannot open"));
}

Status PageLog::Append(std::string_view request_id, const ShownPage& page) {
  if (pages_ >= capacity_ || fd_ < 0) {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
    std::error_code error;
    std::filesystem::rename(directory_ / kNewer, directory_ / kOlder, error);
    if (error) return IoError(fmt::format("{}: {}", directory_.string(), error.message()));
    DYNAJOB_RETURN_IF_ERROR(OpenNewer(true));
    pages_ = 0;
  }
  const std::string record = PageRecord(request_id, page);
  const ssize_t written = write(fd_, record.data(), record.size());
  if (written == static_cast<ssize_t>(record.size())) {
    ++pages_;
    return Status::Ok();
  }
  const Error failure = Failure(directory_ / kNewer, "cannot write");
  // Half a record would hide those behind it: the file ends here, and the next page begins another.
  pages_ = capacity_;
  return failure;
}

}  // namespace dynajob
