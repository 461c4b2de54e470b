// The file of a job table (dynajob/stores/job_table.h), for machines of one byte order: it is a
// cache, and a machine of another order finds another mark and makes its own.
//
//   header | meta (JSON) | facts | offsets of ids | ids | checksums of blocks | vectors
//
// Sections begin at multiples of 64 bytes, the vectors at one of 4096. Everything before the
// vectors has a CRC-32 that is checked when the file is opened; the vectors have a checksum for
// every block of jobs that is checked when the block is first read.
#ifndef DYNAJOB_STORES_SRC_JOB_TABLE_FORMAT_H_
#define DYNAJOB_STORES_SRC_JOB_TABLE_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace dynajob {

struct JobTableHeader {
  static constexpr uint64_t kMagic = 0x3142415454424f4a;  // "JOBTTAB1" in this byte order
  uint64_t magic = kMagic;
  uint64_t jobs = 0;
  uint32_t dimension = 0;        // of a job's vector
  uint32_t bytes_per_value = 0;  // 4: float32, 2: float16
  uint64_t meta_bytes = 0;
  uint64_t id_bytes = 0;
  uint64_t file_bytes = 0;
  uint32_t index_crc = 0;   // of [sizeof(header), vectors)
  uint32_t header_crc = 0;  // of what is before it here
};
static_assert(sizeof(JobTableHeader) == 56);

// The facts of a job that ranking needs.
struct JobTableFacts {
  static constexpr uint8_t kHasPosition = 1, kHasSalary = 2, kHasPosted = 4, kExpires = 8;
  double latitude = 0, longitude = 0;
  double salary_low = 0, salary_high = 0;
  int64_t posted_ms = 0, expires_ms = 0;
  uint8_t known = 0;  // which of the above
  uint8_t work_mode = 0, seniority = 0, contract = 0;
  uint32_t unused = 0;
};
static_assert(sizeof(JobTableFacts) == 56);

// Where the sections are.
struct JobTableLayout {
  static constexpr size_t kBlockJobs = 64;
  size_t meta = 0, facts = 0, offsets = 0, ids = 0, checksums = 0, vectors = 0, end = 0;
  size_t blocks = 0;

  // nullopt when the numbers cannot be those of a file.
  static std::optional<JobTableLayout> Of(const JobTableHeader& header);
};

// Sees any change of a word, and words that changed places; not made against adversaries.
uint64_t JobTableChecksum(std::span<const std::byte> bytes);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_JOB_TABLE_FORMAT_H_
