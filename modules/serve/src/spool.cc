#include "spool.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "dynajob/core/file.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kChecksumDigits = 8;

Error Failure(const std::filesystem::path& path, std::string_view what) {
  return IoError(fmt::format("spool {}: {}: {}", path.string(), what, strerror(errno)));
}

Status WriteAll(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure(path, "cannot write");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return fdatasync(fd) == 0 ? Status::Ok() : Status(Failure(path, "cannot flush"));
}

}  // namespace

std::string SpoolLine(const ResponseEvent& event) {
  Json json = {{"event_id", event.event_id},
               {"candidate_id", event.candidate_id},
               {"job_id", event.job_id},
               {"response", ToString(event.response)},
               {"timestamp_ms", event.timestamp_ms},
               {"model_version", event.model_version},
               {"kind", event.kind},
               {"request_id", event.request_id}};
  if (event.position) json["position"] = *event.position;
  if (event.propensity) json["propensity"] = *event.propensity;
  const std::string text = json.dump();
  return fmt::format("{:08x} {}\n", Crc32(text), text);
}

std::optional<ResponseEvent> ParseSpoolLine(std::string_view line) {
  if (line.size() < kChecksumDigits + 2 || line.back() != '\n' || line[kChecksumDigits] != ' ')
    return std::nullopt;
  const std::string_view text = line.substr(kChecksumDigits + 1, line.size() - kChecksumDigits - 2);
  if (line.substr(0, kChecksumDigits) != fmt::format("{:08x}", Crc32(text))) return std::nullopt;
  try {
    const Json json = Json::parse(text);
    ResponseEvent event;
    const auto response = ParseResponse(json.at("response").get<std::string>());
    if (!response) return std::nullopt;
    event.event_id = json.at("event_id");
    event.candidate_id = json.at("candidate_id");
    event.job_id = json.at("job_id");
    event.response = *response;
    event.timestamp_ms = json.at("timestamp_ms");
    event.model_version = json.at("model_version");
    event.kind = json.at("kind");
    event.request_id = json.at("request_id");
    if (json.contains("position")) event.position = json.at("position").get<int64_t>();
    if (json.contains("propensity")) event.propensity = json.at("propensity").get<double>();
    return event;
  } catch (const Json::exception&) {
    return std::nullopt;  // the caller says where
  }
}

Result<std::unique_ptr<Spool>> Spool::Open(const std::filesystem::path& path, size_t limit) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return Failure(path, "cannot open");
  std::unique_ptr<Spool> spool(new Spool(path, fd, limit));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0)
    return FailedPrecondition(fmt::format("spool {}: another process is using it", path.string()));
  DYNAJOB_RETURN_IF_ERROR(spool->Load());
  return spool;
}

Spool::~Spool() { close(fd_); }

Status Spool::Truncate(size_t size) {
  if (ftruncate(fd_, static_cast<off_t>(size)) != 0) return Failure(path_, "cannot shorten");
  if (fsync(fd_) != 0) return Failure(path_, "cannot flush");
  size_ = size;
  return Status::Ok();
}

Status Spool::Load() {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path_));
  size_t begin = 0;
  while (begin < bytes.size()) {
    const size_t newline = bytes.find('\n', begin);
    if (newline == std::string::npos) break;
    auto event = ParseSpoolLine(std::string_view(bytes).substr(begin, newline + 1 - begin));
    if (!event && bytes.find('\n', newline + 1) != std::string::npos)
      return CorruptData(
          fmt::format("spool {}: the line at byte {} is damaged", path_.string(), begin));
    if (!event) break;
    events_.push_back(std::move(*event));
    begin = newline + 1;
  }
  return Truncate(begin);
}

Status Spool::Append(std::span<const ResponseEvent> events) {
  std::string lines;
  for (const ResponseEvent& event : events) lines += SpoolLine(event);
  if (size_ + lines.size() > limit_)
    return Error{ErrorCode::kBudgetReached,
                 fmt::format("spool {}: {} bytes would pass its limit of {}", path_.string(),
                             size_ + lines.size(), limit_)};
  if (Status written = WriteAll(fd_, lines, path_); !written.ok()) {
    DYNAJOB_RETURN_IF_ERROR(Truncate(size_));
    return written;
  }
  size_ += lines.size();
  events_.insert(events_.end(), events.begin(), events.end());
  return Status::Ok();
}

Status Spool::Clear() {
  events_.clear();
  return Truncate(0);
}

}  // namespace dynajob
