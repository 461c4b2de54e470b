// Reads jobs and candidates from files in one pass: JSON Lines, JSON arrays, schema.org JobPosting
// (JSON-LD, also within HTML) and separated values, plain, gzip or zstd, or from standard input.
//
// A row that cannot be used never stops the import: it goes, with file, line number and reason, to
// the quarantine, and the next row is read. Every row that is not blank is imported, a duplicate or
// quarantined. Skills, salary, seniority, work mode, contract and place that a row lacks are found
// in its text (text_facts.h, SkillVocabulary). Listed skills are given the vocabulary's spelling
// ("JS" becomes "JavaScript", "Python (Pandas)" becomes two skills) and kept as written otherwise.
//
// Memory: at most one row (`max_line_bytes`) and one batch, plus about 32 bytes per row to
// recognise repeated ids (64-bit hashes; among a million ids any two collide with a probability
// below 10^-7). Functions may run concurrently on different files if the sinks may.
#ifndef DYNAJOB_MARKET_JSONL_IMPORTER_H_
#define DYNAJOB_MARKET_JSONL_IMPORTER_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/core/progress.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/market/import_format.h"
#include "dynajob/market/posting_index.h"
#include "dynajob/market/vocabulary.h"

namespace dynajob {

enum class ImportKind { kAuto, kJobs, kCandidates };
std::string_view ToString(ImportKind kind);  // "auto", "jobs", "candidates"

// What becomes of a posting that is already there under another id (posting_index.h).
enum class DuplicatePolicy {
  kSkip,  // not imported, but recorded
  kLink,  // imported and recorded
  kKeep   // not looked for
};
enum class MissingIdPolicy {
  kReject,   // quarantined
  kGenerate  // a hash of the row, the same whenever the row is read
};

// For each property the names that a row may have it under, separated by '|'; the first that is
// present and not empty counts. Empty: the property is not read.
struct JobFields {
  std::string id = "job_id|_id|id|identifier";
  std::string title = "title|job_title|position";
  std::string company = "company|company_name|employer|hiringOrganization";
  std::string sector = "industry|sector|occupationalCategory";
  std::string description = "description|job_description";
  std::string technical_skills = "technical_skills|hard_skills|skills";
  std::string soft_skills = "soft_skills";
  std::string experience_requirements =
      "experience_requirements|requirements|experienceRequirements|qualifications";
  std::string location = "location|city|jobLocation";
  std::string latitude = "latitude|lat";
  std::string longitude = "longitude|lon|lng";
  std::string work_mode = "work_mode|jobLocationType";
  std::string seniority = "seniority|experience_level";
  std::string contract = "contract|contract_type|employment_type|employmentType";
  std::string salary = "salary|salary_range|pay|baseSalary";
  // ISO 8601 dates or times (ParseIso8601). A job that expires on a date is open on that day.
  std::string posted = "posted_date|date_posted|posted_at|datePosted";
  std::string expires = "expires|expires_at|valid_through|validThrough";
};

struct CandidateFields {
  std::string id = "candidate_id|_id|id";
  std::string bio = "bio|summary";
  std::string resume = "resume|resume_text|cv";
  std::string category = "category|field_of_work";
  std::string hard_skills = "hard_skills|technical_skills|skills";
  std::string soft_skills = "soft_skills";
  std::string location = "location|city";
  std::string latitude = "latitude|lat";
  std::string longitude = "longitude|lon|lng";
  std::string preferred_work_mode = "preferred_work_mode|work_mode";
  std::string seniority = "seniority|experience_level";
  std::string expected_salary = "expected_salary|salary_expectation";
};

struct ImportOptions {
  // kAuto decides by the first row that has fields which only one of the two mappings names.
  ImportKind kind = ImportKind::kAuto;
  JobFields job;
  CandidateFields candidate;
  int64_t batch_rows = 2000;               // handed to the sink at once
  int64_t max_line_bytes = 16 << 20;       // longer lines are quarantined
  int64_t max_analysed_bytes = 256 << 10;  // of a text, searched for skills and facts
  bool extract_skills = true;              // when a row lists none
  ImportFormat format = ImportFormat::kAuto;
  CsvOptions csv;
  DuplicatePolicy duplicates = DuplicatePolicy::kSkip;
  MissingIdPolicy missing_id = MissingIdPolicy::kReject;
  // Not a setting; null: the built-in vocabulary. Outlives the import.
  const SkillVocabulary* vocabulary = nullptr;

  Status Validate() const;
  // "import.kind", "import.batch_rows", …, "import.job.title", "import.candidate.bio", …
  void Bind(ConfigRegistry& registry);
};

// A posting that is the same as an earlier one under another id.
struct DuplicatePosting {
  std::string file;
  uint64_t line = 0;
  std::string id;
  std::string duplicate_of;  // id of the first posting
  bool imported = false;     // under DuplicatePolicy::kLink
};

// Where the rows go. A failure stops the import and is returned.
struct ImportSink {
  std::function<Status(std::vector<Job>)> put_jobs;
  std::function<Status(std::vector<Candidate>)> put_candidates;
  // The postings that are known so far, from earlier files too; null: duplicates are not looked
  // for.
  PostingIndex* postings = nullptr;
  std::function<Status(const DuplicatePosting&)> put_duplicate = {};  // may be empty
  std::function<void(const ImportPlan&)> announce = {};  // before the first row; may be empty
};

// A row that was not imported.
struct QuarantinedRow {
  std::string file;
  uint64_t line = 0;   // 1-based, of the uncompressed text
  std::string reason;  // one of a few, counted in the report: "broken JSON", "no id", …
  std::string detail;  // what exactly: the parser's message, the name of the field
  std::string raw;     // the start of the row, at most kMaxRawBytes of valid UTF-8
};
inline constexpr size_t kMaxRawBytes = 4096;

// A failure to quarantine stops the import: rows must not vanish.
using QuarantineWriter = std::function<Status(const QuarantinedRow& row)>;

// Appends rows as JSON Lines to `path`, which is created (or emptied) by the first row, so that a
// clean import leaves no file. Copies share the file. Failures are kIo.
QuarantineWriter JsonlQuarantineWriter(std::filesystem::path path);

// The same for duplicates: file, line, id, duplicate_of, imported.
std::function<Status(const DuplicatePosting&)> JsonlDuplicateWriter(std::filesystem::path path);

// Imported rows by what is known about them.
struct ImportFacts {
  uint64_t salary_stated = 0;  // the row has text that contains an amount
  uint64_t salary_known = 0;   // in US dollars a year
  uint64_t salary_other_currency = 0;
  uint64_t seniority_known = 0;
  uint64_t work_mode_known = 0;
  uint64_t contract_known = 0;
  uint64_t position_known = 0;
  uint64_t posted_known = 0;
  uint64_t expires_known = 0;
  uint64_t bad_dates = 0;         // posting or expiry stated, but no ISO 8601 date: not known
  uint64_t skills_extracted = 0;  // hard or soft skills found in the text, not listed
  uint64_t without_hard_skills = 0;
  uint64_t hard_skills = 0;  // sum over the rows
  uint64_t soft_skills = 0;
};

struct ImportReport {
  std::string file;
  ImportKind kind = ImportKind::kAuto;  // kAuto: no row told
  uint64_t rows = 0;  // = imported + duplicates + (same_postings - linked) + quarantined
  uint64_t blank_lines = 0;
  uint64_t imported = 0;
  uint64_t duplicates = 0;     // skipped: same id and same content as an earlier row
  uint64_t same_postings = 0;  // same posting as an earlier one under another id
  uint64_t linked = 0;         // of these, imported all the same (DuplicatePolicy::kLink)
  uint64_t quarantined = 0;
  std::map<std::string, uint64_t> quarantined_by_reason;
  std::string corrupt;  // why reading ended early (bad or truncated gzip); empty: the file is whole
  ImportFacts facts;
};

// Imports one file. Format and dialect are guessed from its first 64 KiB and announced. Reasons for
// quarantine: "broken JSON", "not an object", "line too long", "no id", "wrong type", "no text"
// (neither title nor description, neither bio, résumé nor skills), "id repeated with different
// content", "unknown fields" (kAuto, before any row told the kind), "corrupt gzip" and "corrupt
// zstd", for CSV "broken quotes" and "wrong number of fields", for JSON-LD "no JobPosting". Invalid
// UTF-8 is repaired, not refused, and so are lone surrogates and the literals NaN and Infinity
// (which count as missing).
//
// The path "-" is standard input. A gzip or zstd file that is cut short or damaged gives what could
// be read, one quarantined row with the byte offset, and a report whose `corrupt` is not empty.
//
// Fails with kNotFound or kIo for the file, kInvalidArgument for options, for formats that cannot
// be read (Parquet, ZIP, PDF: the message names a way out), for CSV without a known column, and
// when kAuto cannot tell the kind, kCancelled, and with what the sink or the quarantine return.
// `progress` (in bytes) and `cancellation` may be null; batches that were put before a failure stay
// put.
Result<ImportReport> ImportFile(const std::filesystem::path& path, const ImportOptions& options,
                                const ImportSink& sink, const QuarantineWriter& quarantine,
                                ProgressSink* progress = nullptr,
                                const CancellationToken* cancellation = nullptr);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_JSONL_IMPORTER_H_
