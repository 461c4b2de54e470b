// libFuzzer entry over JobTable::Parse. It is also called by job_table_test with seeded mutations,
// under a name of its own, since that program has another entry. Checksums are put right first, so
// that what lies behind them is reached: whatever the bytes are, an error with a reason, or a table
// all of whose jobs can be read.
#include "fuzz_job_table.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "dynajob/core/file.h"
#include "dynajob/stores/job_table.h"

#include "job_table_format.h"

namespace {

using dynajob::JobTable;
using dynajob::JobTableHeader;
using dynajob::JobTableLayout;

void Require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_job_table: %s\n", what);
  std::abort();
}

void PutChecksumsRight(std::string& bytes) {
  if (bytes.size() < sizeof(JobTableHeader)) return;
  JobTableHeader header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.file_bytes = bytes.size();
  const auto layout = JobTableLayout::Of(header);
  if (layout && layout->vectors <= bytes.size())
    header.index_crc = dynajob::Crc32(
        std::string_view(bytes).substr(sizeof(header), layout->vectors - sizeof(header)));
  header.header_crc = dynajob::Crc32(
      {reinterpret_cast<const char*>(&header), offsetof(JobTableHeader, header_crc)});
  std::memcpy(bytes.data(), &header, sizeof(header));
}

void ReadAll(const std::string& bytes) {
  const auto table = JobTable::Parse(std::as_bytes(std::span(bytes)), "key");
  if (!table.ok()) {
    Require(!table.error().message.empty(), "no reason given");
    return;
  }
  const JobTable& jobs = **table;
  std::vector<float> scratch(jobs.action_dim());
  size_t id_bytes = 0;
  for (size_t row = 0; row < jobs.job_count(); ++row) {
    id_bytes += jobs.IdAt(row).size();
    dynajob::Job job;
    jobs.CopyFacts(row, job);
    static_cast<void>(jobs.IsOpen(row, 0));
    const auto vector = jobs.Vector(row, scratch);
    if (vector.ok()) Require(vector->size() == jobs.action_dim(), "a vector of another length");
  }
  Require(id_bytes <= bytes.size(), "more ids than bytes");
}

}  // namespace

int FuzzJobTable(const uint8_t* data, size_t size) {
  std::string bytes(data, data + size);
  ReadAll(bytes);
  PutChecksumsRight(bytes);
  ReadAll(bytes);
  return 0;
}

#ifdef DYNAJOB_LIBFUZZER
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  return FuzzJobTable(data, size);
}
#endif
