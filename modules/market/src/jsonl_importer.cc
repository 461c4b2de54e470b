#include "dynajob/market/jsonl_importer.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"
#include "dynajob/core/text.h"

#include "field_reader.h"
#include "format_guess.h"
#include "hash_index.h"
#include "jsonl_importer_convert.h"
#include "jsonl_importer_row.h"
#include "row_reader.h"

namespace dynajob {
namespace {

// How often progress is reported and cancellation polled, in rows.
constexpr uint64_t kRowsPerReport = 200;

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
    report_.file = path == "-" ? "standard input" : path.string();
    report_.kind = options.kind;
  }

  Result<ImportReport> Run(ByteSource& source, ProgressSink* progress,
                           const CancellationToken* cancellation) {
    DYNAJOB_ASSIGN_OR_RETURN(const std::unique_ptr<RowReader> reader, OpenReader(source));
    for (uint64_t rows = 0;; ++rows) {
      if (cancellation != nullptr && cancellation->cancelled())
        return Error{ErrorCode::kCancelled,
                     fmt::format("import of '{}' was cancelled after line {}", report_.file,
                                 reader->line())};
      if (rows % kRowsPerReport == 0) ReportProgress(progress, source);
      DYNAJOB_ASSIGN_OR_RETURN(const RowReader::Outcome outcome, reader->Next(row_));
      if (outcome == RowReader::Outcome::kEnd) break;
      line_number_ = reader->line();
      DYNAJOB_RETURN_IF_ERROR(TakeRow(outcome, *reader, source));
    }
    DYNAJOB_RETURN_IF_ERROR(Flush());
    ReportProgress(progress, source);
    if (report_.kind == ImportKind::kAuto && unknown_rows_ > 0)
      return InvalidArgument(fmt::format(
          "import.kind is auto, but no row of '{}' has a field that tells jobs from candidates, "
          "such as job_id, title, candidate_id or resume; set import.kind or the field names",
          report_.file));
    return std::move(report_);
  }

 private:
  Result<std::unique_ptr<RowReader>> OpenReader(ByteSource& source) {
    ImportPlan plan{.file = report_.file,
                    .format = options_.format,
                    .compression = std::string(ToString(source.compression())),
                    .encoding = std::string(ToString(source.encoding()))};
    if (plan.format == ImportFormat::kAuto) {
      DYNAJOB_ASSIGN_OR_RETURN(plan.format,
                               GuessFormat(report_.file, source.available(), known_.all));
    }
    const auto max_bytes = static_cast<size_t>(options_.max_line_bytes);
    std::unique_ptr<RowReader> reader;
    if (plan.format == ImportFormat::kCsv) {
      DYNAJOB_ASSIGN_OR_RETURN(std::vector<std::string> columns,
                               OpenCsv(source, options_.csv, known_.all, plan));
      reader = MakeCsvReader(source, plan.dialect, std::move(columns), max_bytes);
      // The header is a record like any other.
      if (options_.csv.header) DYNAJOB_RETURN_IF_ERROR(reader->Next(row_));
    } else if (plan.format == ImportFormat::kHtml) {
      reader = MakeHtmlReader(source, known_.all, max_bytes);
    } else if (plan.format == ImportFormat::kJson) {
      reader = MakeJsonReader(source, known_.all, max_bytes);
    } else {
      reader = MakeJsonLinesReader(source, known_.all, max_bytes);
    }
    if (sink_.announce) sink_.announce(plan);
    return reader;
  }

  Status TakeRow(RowReader::Outcome outcome, const RowReader& reader, const ByteSource& source) {
    switch (outcome) {
      case RowReader::Outcome::kCut:
        report_.corrupt = source.corruption();
        return Quarantine(
            {fmt::format("corrupt {}", ToString(source.compression())), source.corruption()},
            reader.raw());
      case RowReader::Outcome::kRejected:
        return Quarantine(reader.rejection(), reader.raw());
      case RowReader::Outcome::kBlank:
        ++report_.blank_lines;
        return Status::Ok();
      default:
        break;
    }
    const std::string_view content = reader.raw();
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
    DYNAJOB_ASSIGN_OR_RETURN(const bool is_new, Register(job.id, content));
    if (!is_new) return Status::Ok();
    DYNAJOB_ASSIGN_OR_RETURN(const bool is_kept, RegisterPosting(job));
    if (!is_kept) return Status::Ok();
    Count(facts);
    jobs_.push_back(std::move(job));
    return FlushWhenFull();
  }

  Status TakeCandidate(std::string_view content) {
    Candidate candidate;
    ImportFacts facts;
    if (const auto rejection = ReadCandidate(row_, options_, candidate, facts))
      return Quarantine(*rejection, content);
    DYNAJOB_ASSIGN_OR_RETURN(const bool is_new, Register(candidate.id, content));
    if (!is_new) return Status::Ok();
    Count(facts);
    candidates_.push_back(std::move(candidate));
    return FlushWhenFull();
  }

  void Count(const ImportFacts& facts) {
    ++report_.rows;
    ++report_.imported;
    AddFacts(report_.facts, facts);
  }

  // Whether the id of a good row is new. A repeated one is a duplicate or goes to quarantine.
  Result<bool> Register(std::string_view id, std::string_view content) {
    // Several postings can come out of one JSON-LD text.
    const uint64_t hash = QuickHash(content);
    const auto [known, is_new] = seen_.Add(QuickHash(id), hash);
    if (is_new) return true;
    if (known == hash) {
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

  // Whether the posting is to be imported: it is new, or duplicates are kept.
  Result<bool> RegisterPosting(const Job& job) {
    if (sink_.postings == nullptr || options_.duplicates == DuplicatePolicy::kKeep) return true;
    const std::optional<std::string> first = sink_.postings->Add(job);
    if (!first) return true;
    const bool imported = options_.duplicates == DuplicatePolicy::kLink;
    ++report_.same_postings;
    if (imported)
      ++report_.linked;
    else
      ++report_.rows;
    if (sink_.put_duplicate)
      DYNAJOB_RETURN_IF_ERROR(
          sink_.put_duplicate({report_.file, line_number_, job.id, *first, imported}));
    return imported;
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

  void ReportProgress(ProgressSink* progress, const ByteSource& source) const {
    if (progress == nullptr) return;
    progress->Report(
        {"import", source.bytes_read(), source.file_bytes(), fmt::format("{} rows", report_.rows)});
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
  HashIndex seen_;  // hash of the id -> hash of the row
};

}  // namespace

Result<ImportReport> ImportFile(const std::filesystem::path& path, const ImportOptions& options,
                                const ImportSink& sink, const QuarantineWriter& quarantine,
                                ProgressSink* progress, const CancellationToken* cancellation) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_CHECK(sink.put_jobs && sink.put_candidates, "an import sink takes jobs and candidates");
  DYNAJOB_ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source, ByteSource::Open(path));
  return Importer(path, options, sink, quarantine).Run(*source, progress, cancellation);
}

}  // namespace dynajob
