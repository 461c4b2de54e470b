// libFuzzer entry over every format, dialect, encoding and compression of the importer.
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/market/jsonl_importer.h"

#include "fuzz_testing.h"

namespace dynajob {
namespace {

// A file that goes away with its owner, also when a check throws.
struct TemporaryFile {
  std::filesystem::path path;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

void CheckImport(const std::filesystem::path& path, const ImportOptions& options) {
  uint64_t put = 0;
  uint64_t duplicates = 0;
  PostingIndex postings;
  const ImportSink sink{.put_jobs =
                            [&](const std::vector<Job>& jobs) {
                              put += jobs.size();
                              for (const Job& job : jobs)
                                DYNAJOB_CHECK(!job.id.empty() && IsCleanUtf8(job.description),
                                              "a job has an id and a text");
                              return Status::Ok();
                            },
                        .put_candidates =
                            [&](const std::vector<Candidate>& candidates) {
                              put += candidates.size();
                              return Status::Ok();
                            },
                        .postings = &postings,
                        .put_duplicate =
                            [&](const DuplicatePosting& duplicate) {
                              ++duplicates;
                              DYNAJOB_CHECK(duplicate.id != duplicate.duplicate_of,
                                            "a posting is no duplicate of itself");
                              return Status::Ok();
                            },
                        .announce =
                            [](const ImportPlan& plan) {
                              DYNAJOB_CHECK(!plan.ToText().empty(), "a plan says something");
                            }};
  uint64_t quarantined = 0;
  const auto quarantine = [&](const QuarantinedRow& row) {
    ++quarantined;
    DYNAJOB_CHECK(row.line > 0 && !row.reason.empty(), "a quarantined row says where and why");
    DYNAJOB_CHECK(row.raw.size() <= kMaxRawBytes && IsCleanUtf8(row.raw),
                  "the raw row is short and valid UTF-8");
    return Status::Ok();
  };
  const auto report = ImportFile(path, options, sink, quarantine);
  if (!report.ok()) {
    DYNAJOB_CHECK(report.error().code == ErrorCode::kInvalidArgument,
                  "a file can only be refused: " + report.error().message);
    return;
  }
  DYNAJOB_CHECK(report->imported == put && report->quarantined == quarantined &&
                    report->same_postings == duplicates,
                "the report counts what was handed over");
  DYNAJOB_CHECK(report->rows == report->imported + report->duplicates + report->same_postings -
                                    report->linked + report->quarantined,
                "no row is lost");
}

}  // namespace

void FuzzRowReaders(std::string_view bytes) {
  const TemporaryFile file{std::filesystem::temp_directory_path() /
                           ("dynajob_fuzz_readers_" + std::to_string(::getpid()))};
  std::ofstream(file.path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ImportOptions options;
  options.max_line_bytes = 1024;
  options.batch_rows = 2;
  options.missing_id = MissingIdPolicy::kGenerate;
  for (const ImportFormat format :
       {ImportFormat::kAuto, ImportFormat::kJson, ImportFormat::kHtml, ImportFormat::kCsv}) {
    options.format = format;
    options.kind = format == ImportFormat::kAuto ? ImportKind::kAuto : ImportKind::kJobs;
    options.duplicates =
        format == ImportFormat::kJson ? DuplicatePolicy::kLink : DuplicatePolicy::kSkip;
    CheckImport(file.path, options);
  }
}

}  // namespace dynajob

DYNAJOB_FUZZ_ENTRY(FuzzRowReaders)
