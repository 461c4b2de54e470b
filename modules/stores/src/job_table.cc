#include "dynajob/stores/job_table.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dynajob/core/file.h"
#include "dynajob/core/half.h"

#include "job_table_format.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

std::string_view AsText(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Sections need not lie at addresses that suit their type when bytes are a test's own.
template <typename T>
T Load(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

Result<std::vector<FieldSlice>> ReadFields(const Json& list, size_t dimension) {
  constexpr size_t kMost = 1 << 20;
  std::vector<FieldSlice> fields;
  size_t offset = 0;
  for (const Json& field : list) {
    const auto length = field.at(1).get<uint64_t>();
    if (length == 0 || length > kMost || fields.size() > kMost)
      return CorruptData("a field's length");
    fields.push_back({field.at(0).get<std::string>(), offset, length});
    offset += length;
  }
  if (dimension != 0 && offset != dimension) return CorruptData("fields that do not add up");
  return fields;
}

}  // namespace

std::optional<JobTableLayout> JobTableLayout::Of(const JobTableHeader& header) {
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();
  constexpr uint64_t kMostBytes = uint64_t{1} << 40;
  if (header.jobs > kMost || header.dimension == 0 || header.dimension > (1u << 20) ||
      header.meta_bytes > kMostBytes || header.id_bytes > kMostBytes ||
      (header.bytes_per_value != 2 && header.bytes_per_value != 4))
    return std::nullopt;
  JobTableLayout layout;
  size_t at = sizeof(JobTableHeader);
  const auto place = [&](size_t bytes, size_t alignment) {
    const size_t begin = (at + alignment - 1) / alignment * alignment;
    at = begin + bytes;
    return begin;
  };
  layout.blocks = (header.jobs + kBlockJobs - 1) / kBlockJobs;
  layout.meta = place(header.meta_bytes, 1);
  layout.facts = place(header.jobs * sizeof(JobTableFacts), 64);
  layout.offsets = place((header.jobs + 1) * sizeof(uint64_t), 64);
  layout.ids = place(header.id_bytes, 64);
  layout.checksums = place(layout.blocks * sizeof(uint64_t), 64);
  layout.vectors = place(header.jobs * header.dimension * header.bytes_per_value, 4096);
  layout.end = at;
  return layout;
}

uint64_t JobTableChecksum(std::span<const std::byte> bytes) {
  // Fletcher's two sums in 16 lanes, so that it costs no more than reading.
  constexpr size_t kLanes = 16, kStep = kLanes * sizeof(uint32_t);
  uint32_t first[kLanes] = {}, second[kLanes] = {}, words[kLanes];
  size_t i = 0;
  for (; i + kStep <= bytes.size(); i += kStep) {
    std::memcpy(words, bytes.data() + i, kStep);
    for (size_t lane = 0; lane < kLanes; ++lane) first[lane] += words[lane];
    for (size_t lane = 0; lane < kLanes; ++lane) second[lane] += first[lane];
  }
  uint64_t sum = bytes.size();
  const auto mix = [&](uint64_t value) {
    sum = (sum ^ value) * 0x9e3779b97f4a7c15ull ^ (sum >> 29);
  };
  for (size_t lane = 0; lane < kLanes; ++lane) mix(uint64_t{second[lane]} << 32 | first[lane]);
  for (; i < bytes.size(); ++i) mix(static_cast<uint64_t>(bytes[i]) + 1);
  return sum;
}

Result<std::shared_ptr<const JobTable>> JobTable::Map(const std::filesystem::path& path,
                                                      std::string_view key) {
  const auto failure = [&](const char* what) {
    return IoError(
        fmt::format("{}: {}: {}", path.string(), what, std::generic_category().message(errno)));
  };
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return NotFound(path.string() + ": there is no such file");
  if (file < 0) return failure("cannot open it");
  struct stat status {};
  const bool is_known = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
  const auto size = static_cast<size_t>(status.st_size);
  void* memory =
      is_known && size > 0 ? ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : nullptr;
  ::close(file);
  if (memory == MAP_FAILED) return failure("cannot map it");
  if (memory == nullptr) return CorruptData(path.string() + ": not a job table");
  std::shared_ptr<JobTable> table(new JobTable);
  table->mapped_ = {static_cast<const std::byte*>(memory), size};
  const Status read = table->Read(table->mapped_, key);
  if (!read.ok()) return Error{read.error().code, path.string() + ": " + read.error().message};
  return std::shared_ptr<const JobTable>(std::move(table));
}

Result<std::shared_ptr<const JobTable>> JobTable::Parse(std::span<const std::byte> bytes,
                                                        std::string_view key) {
  std::shared_ptr<JobTable> table(new JobTable);
  DYNAJOB_RETURN_IF_ERROR(table->Read(bytes, key));
  return std::shared_ptr<const JobTable>(std::move(table));
}

JobTable::~JobTable() {
  if (!mapped_.empty()) ::munmap(const_cast<std::byte*>(mapped_.data()), mapped_.size());
}

Status JobTable::Read(std::span<const std::byte> bytes, std::string_view key) {
  if (bytes.size() < sizeof(JobTableHeader)) return CorruptData("not a job table");
  const auto header = Load<JobTableHeader>(bytes, 0);
  if (header.magic != JobTableHeader::kMagic)
    return CorruptData("not a job table, or one of another machine or version");
  if (header.header_crc != Crc32(AsText(bytes.first(offsetof(JobTableHeader, header_crc)))))
    return CorruptData("a damaged job table: wrong checksum of its header");
  const auto layout = JobTableLayout::Of(header);
  if (!layout || layout->end != header.file_bytes || bytes.size() != header.file_bytes)
    return CorruptData("a damaged job table: it has another length than it says");
  const std::string_view index =
      AsText(bytes.subspan(sizeof(JobTableHeader), layout->vectors - sizeof(JobTableHeader)));
  if (header.index_crc != Crc32(index))
    return CorruptData("a damaged job table: wrong checksum before its vectors");
  bytes_ = bytes;
  job_count_ = header.jobs;
  dimension_ = header.dimension;
  bytes_per_value_ = header.bytes_per_value;
  id_bytes_ = header.id_bytes;
  facts_ = layout->facts, offsets_ = layout->offsets, ids_ = layout->ids;
  checksums_ = layout->checksums, vectors_ = layout->vectors;
  DYNAJOB_RETURN_IF_ERROR(ReadMeta(AsText(bytes.subspan(layout->meta, header.meta_bytes)), key));
  DYNAJOB_RETURN_IF_ERROR(CheckRows());
  checked_ = std::make_unique<std::atomic<bool>[]>(layout->blocks);
  return Status::Ok();
}

Status JobTable::ReadMeta(std::string_view text, std::string_view key) {
  try {
    const Json meta = Json::parse(text);
    if (meta.at("key").get<std::string>() != key)
      return FailedPrecondition("a job table of something else, or of an earlier state");
    embedder_ = meta.at("embedder").get<std::string>();
    DYNAJOB_ASSIGN_OR_RETURN(state_fields_, ReadFields(meta.at("state_fields"), 0));
    DYNAJOB_ASSIGN_OR_RETURN(action_fields_, ReadFields(meta.at("action_fields"), dimension_));
    return Status::Ok();
  } catch (const Json::exception& error) {
    return CorruptData(fmt::format("a damaged job table: {}", error.what()));
  }
}

Status JobTable::CheckRows() const {
  uint64_t before = 0;
  for (size_t row = 0; row <= job_count_; ++row) {
    const auto offset = Load<uint64_t>(bytes_, offsets_ + row * sizeof(uint64_t));
    if (offset < before || offset > id_bytes_ || (row == 0 && offset != 0))
      return CorruptData("a damaged job table: ids that overlap");
    before = offset;
  }
  for (size_t row = 0; row < job_count_; ++row) {
    const auto facts = Load<JobTableFacts>(bytes_, facts_ + row * sizeof(JobTableFacts));
    for (const double value :
         {facts.latitude, facts.longitude, facts.salary_low, facts.salary_high})
      if (!std::isfinite(value)) return CorruptData("a damaged job table: a fact is not finite");
    if (facts.work_mode > static_cast<uint8_t>(WorkMode::kRemote) ||
        facts.seniority > static_cast<uint8_t>(Seniority::kExecutive) ||
        facts.contract > static_cast<uint8_t>(ContractType::kInternship))
      return CorruptData("a damaged job table: a fact that there is not");
  }
  return Status::Ok();
}

std::string_view JobTable::IdAt(size_t row) const {
  DYNAJOB_CHECK(row < job_count_, "row out of range");
  const auto begin = Load<uint64_t>(bytes_, offsets_ + row * sizeof(uint64_t));
  const auto end = Load<uint64_t>(bytes_, offsets_ + (row + 1) * sizeof(uint64_t));
  return AsText(bytes_.subspan(ids_ + begin, end - begin));
}

bool JobTable::IsOpen(size_t row, int64_t now_ms) const {
  DYNAJOB_CHECK(row < job_count_, "row out of range");
  const auto facts = Load<JobTableFacts>(bytes_, facts_ + row * sizeof(JobTableFacts));
  return (facts.known & JobTableFacts::kExpires) == 0 || facts.expires_ms > now_ms;
}

void JobTable::CopyFacts(size_t row, Job& job) const {
  DYNAJOB_CHECK(row < job_count_, "row out of range");
  const auto facts = Load<JobTableFacts>(bytes_, facts_ + row * sizeof(JobTableFacts));
  const auto known = [&](uint8_t flag) { return (facts.known & flag) != 0; };
  job.position.reset();
  if (known(JobTableFacts::kHasPosition)) job.position = GeoPoint{facts.latitude, facts.longitude};
  job.salary.reset();
  if (known(JobTableFacts::kHasSalary))
    job.salary = SalaryRange{facts.salary_low, facts.salary_high};
  job.posted_ms.reset();
  if (known(JobTableFacts::kHasPosted)) job.posted_ms = facts.posted_ms;
  job.expires_ms.reset();
  if (known(JobTableFacts::kExpires)) job.expires_ms = facts.expires_ms;
  job.work_mode = static_cast<WorkMode>(facts.work_mode);
  job.seniority = static_cast<Seniority>(facts.seniority);
  job.contract = static_cast<ContractType>(facts.contract);
}

Status JobTable::CheckBlock(size_t block) const {
  if (checked_[block].load(std::memory_order_relaxed)) return Status::Ok();
  const size_t begin = block * JobTableLayout::kBlockJobs;
  const size_t rows = std::min(JobTableLayout::kBlockJobs, job_count_ - begin);
  const size_t row_bytes = dimension_ * bytes_per_value_;
  const auto wanted = Load<uint64_t>(bytes_, checksums_ + block * sizeof(uint64_t));
  if (JobTableChecksum(bytes_.subspan(vectors_ + begin * row_bytes, rows * row_bytes)) != wanted)
    return CorruptData(
        fmt::format("a damaged job table: wrong checksum of the vectors of jobs '{}' "
                    "to '{}'",
                    IdAt(begin), IdAt(begin + rows - 1)));
  checked_[block].store(true, std::memory_order_relaxed);
  return Status::Ok();
}

Result<std::span<const float>> JobTable::Vector(size_t row, std::span<float> scratch) const {
  DYNAJOB_CHECK(row < job_count_, "row out of range");
  DYNAJOB_RETURN_IF_ERROR(CheckBlock(row / JobTableLayout::kBlockJobs));
  const std::byte* at = bytes_.data() + vectors_ + row * dimension_ * bytes_per_value_;
  if (bytes_per_value_ == 4) return std::span(reinterpret_cast<const float*>(at), dimension_);
  DYNAJOB_CHECK(scratch.size() >= dimension_, "no room for the vector");
  const std::span<float> out = scratch.first(dimension_);
  WidenHalves({reinterpret_cast<const uint16_t*>(at), dimension_}, out);
  return std::span<const float>(out);
}

}  // namespace dynajob
