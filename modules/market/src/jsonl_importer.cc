#include "dynajob/market/jsonl_importer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

#include "jsonl_importer_convert.h"
#include "jsonl_importer_reader.h"
#include "jsonl_importer_row.h"

namespace dynajob {
namespace {

// How often progress is reported and cancellation polled, in lines.
constexpr uint64_t kLinesPerReport = 200;

// Every field name of both mappings, and which of them only one mapping has.
struct KnownFields {
  NameSet all;
  NameSet only_job;
  NameSet only_candidate;
  NameSet job_ids;
  NameSet candidate_ids;
};

NameSet NamesOf(std::initializer_list<const std::string*> properties) {
  NameSet names;
  for (const std::string* property : properties)
    for (std::string_view name : FieldNames(*property)) names.emplace(name);
  return names;
}

NameSet Without(const NameSet& names, const NameSet& others) {
  NameSet rest;
  for (const std::string& name : names)
    if (!others.contains(name)) rest.insert(name);
  return rest;
}

KnownFields CollectFields(const ImportOptions& options) {
  const JobFields& j = options.job;
  const CandidateFields& c = options.candidate;
  const NameSet job =
      NamesOf({&j.id, &j.title, &j.company, &j.sector, &j.description, &j.technical_skills,
               &j.soft_skills, &j.experience_requirements, &j.location, &j.latitude, &j.longitude,
               &j.work_mode, &j.seniority, &j.contract, &j.salary, &j.posted, &j.expires});
  const NameSet candidate = NamesOf({&c.id, &c.bio, &c.resume, &c.category, &c.hard_skills,
                                     &c.soft_skills, &c.location, &c.latitude, &c.longitude,
                                     &c.preferred_work_mode, &c.seniority, &c.expected_salary});
  KnownFields known;
  known.all = job;
  known.all.insert(candidate.begin(), candidate.end());
  known.only_job = Without(job, candidate);
  known.only_candidate = Without(candidate, job);
  known.job_ids = Without(NamesOf({&j.id}), candidate);
  known.candidate_ids = Without(NamesOf({&c.id}), job);
  return known;
}

size_t CountPresent(const Row& row, const NameSet& names) {
  size_t count = 0;
  for (const auto& [name, value] : row)
    count += names.contains(name) && value.kind != FieldValue::Kind::kNull ? 1 : 0;
  return count;
}

class Importer {
 public:
  Importer(const std::filesystem::path& path, const ImportOptions& options, const ImportSink& sink,
           const QuarantineWriter& quarantine)
      : options_(options), sink_(sink), quarantine_(quarantine), known_(CollectFields(options)) {
    report_.file = path.string();
    report_.kind = options.kind;
  }

  Result<ImportReport> Run(LineReader& reader, ProgressSink* progress,
                           const CancellationToken* cancellation) {
    std::string line;
    for (uint64_t lines = 0;; ++lines) {
      if (cancellation != nullptr && cancellation->cancelled())
        return Error{ErrorCode::kCancelled,
                     fmt::format("import of '{}' was cancelled after line {}", report_.file,
                                 reader.line_number())};
      if (lines % kLinesPerReport == 0) ReportProgress(progress, reader);
      DYNAJOB_ASSIGN_OR_RETURN(const LineReader::Outcome outcome, reader.Next(line));
      if (outcome == LineReader::Outcome::kEnd) break;
      line_number_ = reader.line_number();
      DYNAJOB_RETURN_IF_ERROR(TakeLine(outcome, line, reader));
    }
    DYNAJOB_RETURN_IF_ERROR(Flush());
    ReportProgress(progress, reader);
    if (report_.kind == ImportKind::kAuto && unknown_rows_ > 0)
      return InvalidArgument(fmt::format(
          "import.kind is auto, but no row of '{}' has a field that tells jobs from candidates, "
          "such as job_id, title, candidate_id or resume; set import.kind or the field names",
          report_.file));
    return std::move(report_);
  }

 private:
  Status TakeLine(LineReader::Outcome outcome, std::string_view line, const LineReader& reader) {
    if (outcome == LineReader::Outcome::kCorrupt) {
      report_.corrupt = reader.corruption();
      return Quarantine({"corrupt gzip", reader.corruption()}, line);
    }
    if (outcome == LineReader::Outcome::kTooLong)
      return Quarantine(
          {"line too long", fmt::format("the limit is {} bytes", options_.max_line_bytes)}, line);
    const std::string_view content = Trim(line);
    if (content.empty()) {
      ++report_.blank_lines;
      return Status::Ok();
    }
    if (const auto rejection = ParseRow(content, known_.all, row_))
      return Quarantine(*rejection, content);
    if (report_.kind == ImportKind::kAuto) DYNAJOB_RETURN_IF_ERROR(DecideKind());
    if (report_.kind == ImportKind::kAuto) {
      ++unknown_rows_;
      return Quarantine({"unknown fields", "no field of a job or a candidate"}, content);
    }
    return report_.kind == ImportKind::kJobs ? TakeJob(content) : TakeCandidate(content);
  }

  // Leaves the kind kAuto when the row has no field that tells.
  Status DecideKind() {
    const size_t job_ids = CountPresent(row_, known_.job_ids);
    const size_t candidate_ids = CountPresent(row_, known_.candidate_ids);
    const size_t job_fields = CountPresent(row_, known_.only_job);
    const size_t candidate_fields = CountPresent(row_, known_.only_candidate);
    if (job_fields + candidate_fields == 0) return Status::Ok();
    const bool ids_agree = (job_ids > 0) == (candidate_ids > 0);
    if (ids_agree && (job_ids > 0 || job_fields == candidate_fields))
      return InvalidArgument(fmt::format(
          "import.kind is auto, but line {} of '{}' has fields of both jobs and candidates; set "
          "import.kind to jobs or candidates",
          line_number_, report_.file));
    const bool is_job = ids_agree ? job_fields > candidate_fields : job_ids > 0;
    report_.kind = is_job ? ImportKind::kJobs : ImportKind::kCandidates;
    return Status::Ok();
  }

  Status TakeJob(std::string_view content) {
    Job job;
    ImportFacts facts;
    if (const auto rejection = ReadJob(row_, options_, job, facts))
      return Quarantine(*rejection, content);
    DYNAJOB_ASSIGN_OR_RETURN(const bool is_new, Register(job.id, content, facts));
    if (is_new) jobs_.push_back(std::move(job));
    return FlushWhenFull();
  }

  Status TakeCandidate(std::string_view content) {
    Candidate candidate;
    ImportFacts facts;
    if (const auto rejection = ReadCandidate(row_, options_, candidate, facts))
      return Quarantine(*rejection, content);
    DYNAJOB_ASSIGN_OR_RETURN(const bool is_new, Register(candidate.id, content, facts));
    if (is_new) candidates_.push_back(std::move(candidate));
    return FlushWhenFull();
  }

  // Counts a good row; whether its id is new. A repeated id is a duplicate or goes to quarantine.
  Result<bool> Register(std::string_view id, std::string_view content, const ImportFacts& facts) {
    const uint64_t hash = HashBytes(content);
    const auto [entry, is_new] = seen_.emplace(HashBytes(id), hash);
    if (is_new) {
      ++report_.rows;
      ++report_.imported;
      AddFacts(report_.facts, facts);
      return true;
    }
    if (entry->second == hash) {
      ++report_.rows;
      ++report_.duplicates;
      return false;
    }
    DYNAJOB_RETURN_IF_ERROR(
        Quarantine({"id repeated with different content",
                    fmt::format("id '{}' is that of an earlier row", id.substr(0, 100))},
                   content));
    return false;
  }

  Status Quarantine(const Rejection& rejection, std::string_view raw) {
    ++report_.rows;
    ++report_.quarantined;
    ++report_.quarantined_by_reason[rejection.reason];
    if (!quarantine_) return Status::Ok();
    // Sanitising can lengthen the text, so it is cut again, at the start of a character.
    std::string text = SanitizeUtf8(raw.substr(0, kMaxRawBytes));
    size_t size = std::min(text.size(), kMaxRawBytes);
    while (size < text.size() && size > 0 &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80)
      --size;
    text.resize(size);
    return quarantine_({report_.file, line_number_, rejection.reason,
                        SanitizeUtf8(rejection.detail), std::move(text)});
  }

  Status FlushWhenFull() {
    const auto full = static_cast<size_t>(options_.batch_rows);
    return jobs_.size() >= full || candidates_.size() >= full ? Flush() : Status::Ok();
  }

  Status Flush() {
    if (!jobs_.empty()) DYNAJOB_RETURN_IF_ERROR(sink_.put_jobs(std::exchange(jobs_, {})));
    if (!candidates_.empty())
      DYNAJOB_RETURN_IF_ERROR(sink_.put_candidates(std::exchange(candidates_, {})));
    return Status::Ok();
  }

  void ReportProgress(ProgressSink* progress, const LineReader& reader) const {
    if (progress == nullptr) return;
    progress->Report(
        {"import", reader.bytes_read(), reader.file_bytes(), fmt::format("{} rows", report_.rows)});
  }

  const ImportOptions& options_;
  const ImportSink& sink_;
  const QuarantineWriter& quarantine_;
  const KnownFields known_;
  ImportReport report_;
  Row row_;
  uint64_t line_number_ = 0;
  uint64_t unknown_rows_ = 0;
  std::vector<Job> jobs_;
  std::vector<Candidate> candidates_;
  std::unordered_map<uint64_t, uint64_t> seen_;  // hash of the id -> hash of the row
};

// The shared state of the copies of one JsonlQuarantineWriter.
class QuarantineFile {
 public:
  explicit QuarantineFile(std::filesystem::path path) : path_(std::move(path)) {}
  ~QuarantineFile() {
    if (file_ != nullptr) std::fclose(file_);
  }
  QuarantineFile(const QuarantineFile&) = delete;
  QuarantineFile& operator=(const QuarantineFile&) = delete;

  Status Write(const QuarantinedRow& row) {
    if (file_ == nullptr) file_ = std::fopen(path_.c_str(), "wb");
    if (file_ == nullptr) return Failure("be created");
    const nlohmann::ordered_json json = {{"file", SanitizeUtf8(row.file)},
                                         {"line", row.line},
                                         {"reason", SanitizeUtf8(row.reason)},
                                         {"detail", SanitizeUtf8(row.detail)},
                                         {"raw", SanitizeUtf8(row.raw)}};
    const std::string text = json.dump() + "\n";
    // Flushed row by row: the quarantine must be complete even when the import fails later.
    const bool written =
        std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fflush(file_) == 0;
    return written ? Status::Ok() : Failure("be written");
  }

 private:
  Status Failure(std::string_view what) const {
    return IoError(fmt::format("quarantine file '{}' cannot {}: {}", path_.string(), what,
                               std::strerror(errno)));
  }

  std::filesystem::path path_;
  std::FILE* file_ = nullptr;
};

}  // namespace

QuarantineWriter JsonlQuarantineWriter(std::filesystem::path path) {
  auto file = std::make_shared<QuarantineFile>(std::move(path));
  return [file](const QuarantinedRow& row) { return file->Write(row); };
}

Result<ImportReport> ImportFile(const std::filesystem::path& path, const ImportOptions& options,
                                const ImportSink& sink, const QuarantineWriter& quarantine,
                                ProgressSink* progress, const CancellationToken* cancellation) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_CHECK(sink.put_jobs && sink.put_candidates, "an import sink takes jobs and candidates");
  DYNAJOB_ASSIGN_OR_RETURN(const std::unique_ptr<LineReader> reader,
                           LineReader::Open(path, static_cast<size_t>(options.max_line_bytes)));
  return Importer(path, options, sink, quarantine).Run(*reader, progress, cancellation);
}

}  // namespace dynajob
