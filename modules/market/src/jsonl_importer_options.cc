#include <fmt/format.h>

#include "dynajob/market/jsonl_importer.h"

#include "field_reader.h"

namespace dynajob {

std::string_view ToString(ImportKind kind) {
  switch (kind) {
    case ImportKind::kAuto:
      return "auto";
    case ImportKind::kJobs:
      return "jobs";
    case ImportKind::kCandidates:
      return "candidates";
  }
  return "auto";
}

namespace {

constexpr int64_t kMinLineBytes = 1 << 10;
constexpr int64_t kMaxLineBytes = int64_t{1} << 30;
constexpr int64_t kMaxBatchRows = 100'000;

Status RequireInRange(std::string_view key, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(fmt::format("{} is {}; it must be {} to {}", key, value, low, high));
}

Status RequireNames(std::string_view key, std::string_view names) {
  if (!FieldNames(names).empty()) return Status::Ok();
  return InvalidArgument(
      fmt::format("{} is '{}'; it must name at least one field, such as 'job_id|id'", key, names));
}

}  // namespace

Status ImportOptions::Validate() const {
  DYNAJOB_RETURN_IF_ERROR(RequireInRange("import.batch_rows", batch_rows, 1, kMaxBatchRows));
  DYNAJOB_RETURN_IF_ERROR(
      RequireInRange("import.max_line_bytes", max_line_bytes, kMinLineBytes, kMaxLineBytes));
  DYNAJOB_RETURN_IF_ERROR(
      RequireInRange("import.max_analysed_bytes", max_analysed_bytes, 0, kMaxLineBytes));
  DYNAJOB_RETURN_IF_ERROR(csv.Validate());
  DYNAJOB_RETURN_IF_ERROR(RequireNames("import.job.id", job.id));
  return RequireNames("import.candidate.id", candidate.id);
}

void ImportOptions::Bind(ConfigRegistry& registry) {
  registry.Add<ImportKind>("import.kind", &kind,
                           "what the rows of a file are; auto: by their fields",
                           {{"auto", ImportKind::kAuto},
                            {"jobs", ImportKind::kJobs},
                            {"candidates", ImportKind::kCandidates}});
  registry.Add("import.batch_rows", &batch_rows, "rows handed to the store at once", 1,
               kMaxBatchRows);
  registry.Add("import.max_line_bytes", &max_line_bytes, "longer lines are quarantined",
               kMinLineBytes, kMaxLineBytes);
  registry.Add("import.max_analysed_bytes", &max_analysed_bytes,
               "start of a text that is searched for skills and facts", 0, kMaxLineBytes);
  registry.Add("import.extract_skills", &extract_skills,
               "find skills in the text of rows that list none");

  registry.Add<ImportFormat>("import.format", &format,
                             "of the files; auto: by their names and first bytes",
                             {{"auto", ImportFormat::kAuto},
                              {"jsonl", ImportFormat::kJsonl},
                              {"json", ImportFormat::kJson},
                              {"html", ImportFormat::kHtml},
                              {"csv", ImportFormat::kCsv}});
  registry.Add<DuplicatePolicy>(
      "import.duplicates", &duplicates,
      "a posting that is already there under another id; skip and link record it, keep does not "
      "look",
      {{"skip", DuplicatePolicy::kSkip},
       {"link", DuplicatePolicy::kLink},
       {"keep", DuplicatePolicy::kKeep}});
  registry.Add<MissingIdPolicy>(
      "import.missing_id", &missing_id,
      "a row without an id; generate: a hash of the row, the same whenever it is read",
      {{"reject", MissingIdPolicy::kReject}, {"generate", MissingIdPolicy::kGenerate}});
  csv.Bind(registry);

  const auto add_job = [&](const char* key, std::string* names) {
    registry.Add(fmt::format("import.job.{}", key), names, "field names of a job's row, by '|'");
  };
  add_job("id", &job.id);
  add_job("title", &job.title);
  add_job("company", &job.company);
  add_job("sector", &job.sector);
  add_job("description", &job.description);
  add_job("technical_skills", &job.technical_skills);
  add_job("soft_skills", &job.soft_skills);
  add_job("experience_requirements", &job.experience_requirements);
  add_job("location", &job.location);
  add_job("latitude", &job.latitude);
  add_job("longitude", &job.longitude);
  add_job("work_mode", &job.work_mode);
  add_job("seniority", &job.seniority);
  add_job("contract", &job.contract);
  add_job("salary", &job.salary);
  add_job("posted", &job.posted);
  add_job("expires", &job.expires);

  const auto add_candidate = [&](const char* key, std::string* names) {
    registry.Add(fmt::format("import.candidate.{}", key), names,
                 "field names of a candidate's row, by '|'");
  };
  add_candidate("id", &candidate.id);
  add_candidate("bio", &candidate.bio);
  add_candidate("resume", &candidate.resume);
  add_candidate("category", &candidate.category);
  add_candidate("hard_skills", &candidate.hard_skills);
  add_candidate("soft_skills", &candidate.soft_skills);
  add_candidate("location", &candidate.location);
  add_candidate("latitude", &candidate.latitude);
  add_candidate("longitude", &candidate.longitude);
  add_candidate("preferred_work_mode", &candidate.preferred_work_mode);
  add_candidate("seniority", &candidate.seniority);
  add_candidate("expected_salary", &candidate.expected_salary);
}

}  // namespace dynajob
