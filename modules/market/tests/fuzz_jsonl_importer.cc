// libFuzzer entry over the importer and the parsers of text_facts.h. It is also called by
// jsonl_importer_fuzz_test.cc, so that every test run exercises it under the sanitizers in use.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

#include <unistd.h>

#include "dynajob/core/check.h"
#include "dynajob/core/text.h"
#include "dynajob/market/jsonl_importer.h"
#include "dynajob/market/text_facts.h"

namespace dynajob {
namespace {

void CheckTextFacts(std::string_view text) {
  const auto salary = ParseSalary(text);
  DYNAJOB_CHECK(!salary || (salary->low >= kMinYearlySalary && salary->high <= kMaxYearlySalary &&
                            salary->low <= salary->high),
                "a parsed salary is within the limits");
  const size_t half = text.size() / 2;
  const JobTerms terms = RejoinCutPhrase(text.substr(0, half), text.substr(half));
  DYNAJOB_CHECK(terms.salary.size() + terms.contract.size() <= 12 * text.size() + 64,
                "rejoined phrases are about as long as their pieces");
  (void)ParseContractText(text);
  (void)ParseWorkModeText(text);
  (void)SeniorityFromTitle(text);
  (void)SeniorityFromPosting(text);
  (void)SeniorityFromResume(text);
  DYNAJOB_CHECK(MaskBoilerplate(text).size() == text.size(), "masking keeps every place");
  const auto place = LocateUsPlace(text);
  DYNAJOB_CHECK(!place || (place->latitude > 15 && place->latitude < 72), "a place is in the US");
  const std::string plain = PlainText(text);
  DYNAJOB_CHECK(SanitizeUtf8(plain) == plain, "plain text is valid UTF-8");
  DYNAJOB_CHECK(SanitizeUtf8(RepairDoubleEncoding(SanitizeUtf8(text))).size() <= 3 * text.size(),
                "repair does not lengthen text");
}

// A file that goes away with its owner, also when a check throws.
struct TemporaryFile {
  std::filesystem::path path;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

void CheckImport(std::string_view bytes, ImportKind kind) {
  const TemporaryFile file{std::filesystem::temp_directory_path() /
                           ("dynajob_fuzz_importer_" + std::to_string(::getpid()))};
  std::ofstream(file.path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ImportOptions options;
  options.kind = kind;
  options.max_line_bytes = 2048;
  options.batch_rows = 2;
  uint64_t put = 0;
  const ImportSink sink{[&](std::vector<Job> jobs) {
                          put += jobs.size();
                          return Status::Ok();
                        },
                        [&](std::vector<Candidate> candidates) {
                          put += candidates.size();
                          return Status::Ok();
                        }};
  uint64_t quarantined = 0;
  const auto quarantine = [&](const QuarantinedRow& row) {
    ++quarantined;
    DYNAJOB_CHECK(row.line > 0 && !row.reason.empty(), "a quarantined row says where and why");
    DYNAJOB_CHECK(row.raw.size() <= kMaxRawBytes && SanitizeUtf8(row.raw) == row.raw,
                  "the raw row is short and valid UTF-8");
    return Status::Ok();
  };
  const auto report = ImportFile(file.path, options, sink, quarantine);
  if (!report.ok()) {
    // The kind of the rows, or all of the file: Parquet and the like, CSV with unknown columns.
    const std::string& message = report.error().message;
    const bool about_kind = message.starts_with("import.kind is auto");
    DYNAJOB_CHECK(report.error().code == ErrorCode::kInvalidArgument,
                  "bytes are refused: " + message);
    DYNAJOB_CHECK(!about_kind || kind == ImportKind::kAuto, "the kind was given: " + message);
    DYNAJOB_CHECK(about_kind || put == 0,
                  "a file is refused before any of it is taken: " + message);
    return;
  }
  DYNAJOB_CHECK(report->imported == put && report->quarantined == quarantined,
                "the report counts what the sink and the quarantine got");
  DYNAJOB_CHECK(report->rows == report->imported + report->duplicates + report->quarantined,
                "no row is lost");
}

}  // namespace
}  // namespace dynajob

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  dynajob::CheckTextFacts(bytes);
  dynajob::CheckImport(bytes, dynajob::ImportKind::kAuto);
  dynajob::CheckImport(bytes, dynajob::ImportKind::kJobs);
  dynajob::CheckImport(bytes, dynajob::ImportKind::kCandidates);
  return 0;
}
