// Writing a job table.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "dynajob/core/file.h"
#include "dynajob/core/tensor_bundle.h"
#include "dynajob/stores/job_table.h"

#include "job_table_format.h"

namespace dynajob {
namespace {

// A file under a temporary name, which is removed unless it gets its own.
class NewFile {
 public:
  NewFile(const std::filesystem::path& path, unsigned mode)
      : path_(path.string()), temporary_(fmt::format("{}.tmp-{}", path_, ::getpid())) {
    ::unlink(temporary_.c_str());
    file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file_ < 0) error_ = errno;
    // What the mask of this process would have taken away, the store's file has as well.
    if (file_ >= 0 && ::fchmod(file_, mode) != 0) error_ = errno;
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (file_ >= 0) ::close(file_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  // Errors are kept for Commit().
  void WriteAt(size_t at, std::string_view bytes) {
    while (error_ == 0 && !bytes.empty()) {
      const ssize_t written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) {
        error_ = errno;
        return;
      }
      at += static_cast<size_t>(written);
      bytes.remove_prefix(static_cast<size_t>(written));
    }
  }
  Status Commit() {
    if (error_ == 0 && ::close(std::exchange(file_, -1)) != 0) error_ = errno;
    if (error_ == 0 && ::rename(temporary_.c_str(), path_.c_str()) != 0) error_ = errno;
    if (error_ != 0)
      return IoError(
          fmt::format("cannot write {}: {}", path_, std::generic_category().message(error_)));
    temporary_.clear();
    return Status::Ok();
  }

 private:
  std::string path_;
  std::string temporary_;
  int file_ = -1;
  int error_ = 0;
};

JobTableFacts FactsOf(const Job& job) {
  JobTableFacts facts;
  const auto set = [&](uint8_t flag) { facts.known = static_cast<uint8_t>(facts.known | flag); };
  if (job.position) {
    set(JobTableFacts::kHasPosition);
    facts.latitude = job.position->latitude, facts.longitude = job.position->longitude;
  }
  if (job.salary) {
    set(JobTableFacts::kHasSalary);
    facts.salary_low = job.salary->low, facts.salary_high = job.salary->high;
  }
  if (job.posted_ms) {
    set(JobTableFacts::kHasPosted);
    facts.posted_ms = *job.posted_ms;
  }
  if (job.expires_ms) {
    set(JobTableFacts::kExpires);
    facts.expires_ms = *job.expires_ms;
  }
  facts.work_mode = static_cast<uint8_t>(job.work_mode);
  facts.seniority = static_cast<uint8_t>(job.seniority);
  facts.contract = static_cast<uint8_t>(job.contract);
  return facts;
}

std::string Meta(const Catalog& catalog, std::string_view key) {
  const auto fields = [](std::span<const FieldSlice> slices) {
    nlohmann::json list = nlohmann::json::array();
    for (const FieldSlice& slice : slices) list.push_back({slice.name, slice.dimension});
    return list;
  };
  return nlohmann::json{{"key", key},
                        {"embedder", catalog.embedder()},
                        {"state_fields", fields(catalog.state_fields())},
                        {"action_fields", fields(catalog.action_fields())}}
      .dump();
}

template <typename T>
void Put(std::string& bytes, size_t at, const T& value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

// The vectors of rows [begin, end) as they are written.
Result<std::string> BlockBytes(const Catalog& catalog, size_t begin, size_t end,
                               TablePrecision precision) {
  const size_t values = (end - begin) * catalog.action_dim();
  const std::span<const float> rows(catalog.actions().data + begin * catalog.action_dim(), values);
  if (precision == TablePrecision::kFloat32)
    return std::string(reinterpret_cast<const char*>(rows.data()), rows.size_bytes());
  constexpr float kGreatest = 65504;
  for (size_t i = 0; i < values; ++i)
    if (std::abs(rows[i]) > kGreatest)
      return InvalidArgument(fmt::format(
          "job '{}': {} does not fit into float16; use catalog_cache.precision = float32",
          catalog.job(static_cast<JobRow>(begin + i / catalog.action_dim())).id, rows[i]));
  return NarrowFloats(rows);
}

}  // namespace

Status JobTable::Write(const std::filesystem::path& path, const Catalog& catalog,
                       TablePrecision precision, std::string_view key, unsigned mode) {
  const std::string meta = Meta(catalog, key);
  const size_t count = catalog.job_count();
  JobTableHeader header;
  header.jobs = count;
  header.dimension = static_cast<uint32_t>(catalog.action_dim());
  header.bytes_per_value = precision == TablePrecision::kFloat32 ? 4 : 2;
  header.meta_bytes = meta.size();
  for (size_t i = 0; i < count; ++i)
    header.id_bytes += catalog.job(static_cast<JobRow>(i)).id.size();
  const auto layout = JobTableLayout::Of(header);
  if (!layout) return InvalidArgument("the catalog is too large for a job table");
  header.file_bytes = layout->end;

  std::string index(layout->vectors, '\0');  // with the header in front
  index.replace(layout->meta, meta.size(), meta);
  uint64_t offset = 0;
  for (size_t i = 0; i < count; ++i) {
    const Job& job = catalog.job(static_cast<JobRow>(i));
    Put(index, layout->facts + i * sizeof(JobTableFacts), FactsOf(job));
    Put(index, layout->offsets + i * sizeof(uint64_t), offset);
    index.replace(layout->ids + offset, job.id.size(), job.id);
    offset += job.id.size();
  }
  Put(index, layout->offsets + count * sizeof(uint64_t), offset);

  NewFile file(path, mode);
  const size_t row_bytes = catalog.action_dim() * header.bytes_per_value;
  for (size_t block = 0; block < layout->blocks; ++block) {
    const size_t begin = block * JobTableLayout::kBlockJobs;
    const size_t end = std::min(begin + JobTableLayout::kBlockJobs, count);
    DYNAJOB_ASSIGN_OR_RETURN(const std::string bytes, BlockBytes(catalog, begin, end, precision));
    Put(index, layout->checksums + block * sizeof(uint64_t),
        JobTableChecksum(std::as_bytes(std::span(bytes))));
    file.WriteAt(layout->vectors + begin * row_bytes, bytes);
  }
  header.index_crc = Crc32(std::string_view(index).substr(sizeof(header)));
  header.header_crc =
      Crc32({reinterpret_cast<const char*>(&header), offsetof(JobTableHeader, header_crc)});
  Put(index, 0, header);
  file.WriteAt(0, index);
  return file.Commit();
}

}  // namespace dynajob
