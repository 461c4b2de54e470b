// The jobs of a catalog as ranking needs them, in a file that is mapped rather than parsed: vectors
// in float32 or float16, the facts that networks see, and ids. No texts.
//
// A table is a cache of a store under a key that says exactly what it was made from (RankingStore):
// another key, a damaged file or a file of another machine is a failure to open it, and then it is
// made anew. It is written beside its final name and renamed, and never changed afterwards, so that
// who has it mapped keeps what was there. What a crash or a disk did to its vectors is found by
// their checksums when they are first read.
#ifndef DYNAJOB_STORES_JOB_TABLE_H_
#define DYNAJOB_STORES_JOB_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/config.h"
#include "dynajob/core/result.h"

namespace dynajob {

enum class TablePrecision { kFloat32, kFloat16 };

// Immutable; safe for concurrent use.
class JobTable {
 public:
  // kNotFound: no such file. kFailedPrecondition: of another key. kCorruptData: not a table, or
  // damaged before its vectors.
  static Result<std::shared_ptr<const JobTable>> Map(const std::filesystem::path& path,
                                                     std::string_view key);
  // The same of bytes that the caller keeps.
  static Result<std::shared_ptr<const JobTable>> Parse(std::span<const std::byte> bytes,
                                                       std::string_view key);
  // Writes the jobs of `catalog`, readable and writable for whom `mode` says. float16 is the
  // nearest of each value; kInvalidArgument when one is beyond its range (65504).
  static Status Write(const std::filesystem::path& path, const Catalog& catalog,
                      TablePrecision precision, std::string_view key, unsigned mode = 0644);
  ~JobTable();
  JobTable(const JobTable&) = delete;
  JobTable& operator=(const JobTable&) = delete;

  size_t job_count() const { return job_count_; }
  size_t action_dim() const { return dimension_; }
  std::span<const FieldSlice> state_fields() const { return state_fields_; }
  std::span<const FieldSlice> action_fields() const { return action_fields_; }
  const std::string& embedder() const { return embedder_; }

  std::string_view IdAt(size_t row) const;
  bool IsOpen(size_t row, int64_t now_ms) const;
  // Sets the facts of a job that networks see and its dates; texts and id stay as they are.
  void CopyFacts(size_t row, Job& job) const;
  // The job's vector: the file's own where that is float32, else written to `scratch`, which has
  // room for it. kCorruptData when its block is not what was written.
  Result<std::span<const float>> Vector(size_t row, std::span<float> scratch) const;
  // Whether Vector() needs scratch.
  bool is_narrow() const { return bytes_per_value_ == 2; }

 private:
  JobTable() = default;
  Status Read(std::span<const std::byte> bytes, std::string_view key);
  Status ReadMeta(std::string_view text, std::string_view key);
  Status CheckRows() const;
  Status CheckBlock(size_t block) const;

  std::span<const std::byte> mapped_;  // empty unless this object mapped it
  std::span<const std::byte> bytes_;
  size_t job_count_ = 0;
  size_t dimension_ = 0;
  size_t bytes_per_value_ = 4;
  size_t facts_ = 0, offsets_ = 0, ids_ = 0, checksums_ = 0, vectors_ = 0;  // within bytes_
  size_t id_bytes_ = 0;
  std::vector<FieldSlice> state_fields_;
  std::vector<FieldSlice> action_fields_;
  std::string embedder_;
  // By block of jobs: whether its checksum was found right.
  std::unique_ptr<std::atomic<bool>[]> checked_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_JOB_TABLE_H_
