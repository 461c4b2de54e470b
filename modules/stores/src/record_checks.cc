#include "record_checks.h"

#include <cmath>
#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/text.h"

#include "float32_bytes.h"

namespace dynajob {
namespace {

using NamedText = std::pair<std::string_view, const std::string&>;
using NamedList = std::pair<std::string_view, const std::vector<std::string>&>;

Status CheckId(std::string_view what, std::string_view id) {
  if (id.empty()) return InvalidArgument(fmt::format("the {} is empty", what));
  return CheckText(what, id);
}

Status CheckTexts(EntityKind kind, std::string_view id, std::initializer_list<NamedText> texts,
                  std::initializer_list<NamedList> lists) {
  const auto what = [&](std::string_view field) {
    return fmt::format("{} '{}', {}", ToString(kind), id, field);
  };
  for (const auto& [field, text] : texts) DYNAJOB_RETURN_IF_ERROR(CheckText(what(field), text));
  for (const auto& [field, list] : lists)
    for (const std::string& text : list) DYNAJOB_RETURN_IF_ERROR(CheckText(what(field), text));
  return Status::Ok();
}

Status CheckPosition(EntityKind kind, std::string_view id,
                     const std::optional<GeoPoint>& position) {
  if (!position) return Status::Ok();
  // Written so that NaN fails too.
  if (std::abs(position->latitude) <= 90 && std::abs(position->longitude) <= 180)
    return Status::Ok();
  return InvalidArgument(fmt::format(
      "{} '{}', position: latitude {}, longitude {}; the limits are -90 to 90 and -180 to 180",
      ToString(kind), id, position->latitude, position->longitude));
}

}  // namespace

Status CheckText(std::string_view what, std::string_view text) {
  if (IsCleanUtf8(text)) return Status::Ok();
  return InvalidArgument(fmt::format("{}: the text is not valid UTF-8 or has NUL bytes", what));
}

Status CheckJob(const Job& job) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("id of a job", job.id));
  DYNAJOB_RETURN_IF_ERROR(
      CheckTexts(EntityKind::kJob, job.id,
                 {{"title", job.title},
                  {"company", job.company},
                  {"sector", job.sector},
                  {"description", job.description},
                  {"experience_requirements", job.experience_requirements},
                  {"location", job.location}},
                 {{"technical_skills", job.technical_skills}, {"soft_skills", job.soft_skills}}));
  DYNAJOB_RETURN_IF_ERROR(CheckPosition(EntityKind::kJob, job.id, job.position));
  if (job.salary && !(std::isfinite(job.salary->low) && std::isfinite(job.salary->high) &&
                      job.salary->low >= 0 && job.salary->low <= job.salary->high))
    return InvalidArgument(fmt::format("job '{}', salary: {} to {} is not a range of 0 or more",
                                       job.id, job.salary->low, job.salary->high));
  return Status::Ok();
}

Status CheckCandidate(const Candidate& candidate) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("id of a candidate", candidate.id));
  DYNAJOB_RETURN_IF_ERROR(
      CheckTexts(EntityKind::kCandidate, candidate.id,
                 {{"bio", candidate.bio},
                  {"resume", candidate.resume},
                  {"category", candidate.category},
                  {"location", candidate.location}},
                 {{"hard_skills", candidate.hard_skills}, {"soft_skills", candidate.soft_skills}}));
  DYNAJOB_RETURN_IF_ERROR(CheckPosition(EntityKind::kCandidate, candidate.id, candidate.position));
  const auto& salary = candidate.expected_salary;
  if (salary && !(std::isfinite(*salary) && *salary >= 0))
    return InvalidArgument(
        fmt::format("candidate '{}', expected_salary: {} is not 0 or more", candidate.id, *salary));
  return Status::Ok();
}

Status CheckResponse(const ResponseEvent& event) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("event_id of a response", event.event_id));
  const std::string what = fmt::format("response '{}'", event.event_id);
  DYNAJOB_RETURN_IF_ERROR(CheckText(what + ", candidate_id", event.candidate_id));
  DYNAJOB_RETURN_IF_ERROR(CheckText(what + ", job_id", event.job_id));
  return CheckText(what + ", model_version", event.model_version);
}

Status CheckLabel(const LabelRecord& label) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("key of a cached label", label.key));
  return CheckText(fmt::format("cached label '{}'", label.key), label.value);
}

Status CheckRun(const RunRecord& run) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("id of a run", run.id));
  const std::string what = fmt::format("run '{}'", run.id);
  DYNAJOB_RETURN_IF_ERROR(CheckText(what + ", kind", run.kind));
  DYNAJOB_RETURN_IF_ERROR(CheckText(what + ", config_toml", run.config_toml));
  return CheckText(what + ", results_json", run.results_json);
}

Status CheckModel(const ModelRecord& model) {
  DYNAJOB_RETURN_IF_ERROR(CheckId("name of a model", model.name));
  if (model.files.empty())
    return InvalidArgument(fmt::format("model '{}': it has no files", model.name));
  std::set<std::string_view> names;
  for (const ModelFile& file : model.files) {
    const std::string what = fmt::format("model '{}', file name '{}'", model.name, file.name);
    DYNAJOB_RETURN_IF_ERROR(CheckText(what, file.name));
    // Readers make files of these names in a directory of theirs.
    if (file.name.empty() || file.name == "." || file.name == ".." ||
        file.name.find('/') != std::string::npos)
      return InvalidArgument(what + ": must be the name of a file, without a directory");
    if (!names.insert(file.name).second) return InvalidArgument(what + ": it occurs twice");
  }
  return Status::Ok();
}

Status CheckEmbedding(EntityKind kind, const EmbeddingRow& row) {
  const auto what = [&] {
    return fmt::format("embedding of {} '{}', field '{}'", ToString(kind), row.id, row.field);
  };
  if (auto stored = StoredFieldName(kind, row.field); !stored.ok())
    return InvalidArgument(fmt::format("{}: {}", what(), stored.error().message));
  if (row.vector.empty()) return InvalidArgument(what() + ": the vector is empty");
  if (row.vector.size() > kMaxVectorLength)
    return InvalidArgument(fmt::format("{}: {} values; at most {} can be stored", what(),
                                       row.vector.size(), kMaxVectorLength));
  if (const auto position = FindNonFinite(row.vector))
    return InvalidArgument(fmt::format("{}: the value at position {} is {}; it must be finite",
                                       what(), *position, row.vector[*position]));
  return Status::Ok();
}

bool SameEmbeddedText(const Job& a, const Job& b) {
  return a.title == b.title && a.description == b.description &&
         a.technical_skills == b.technical_skills && a.soft_skills == b.soft_skills &&
         a.experience_requirements == b.experience_requirements;
}

bool SameEmbeddedText(const Candidate& a, const Candidate& b) {
  return a.bio == b.bio && a.resume == b.resume && a.hard_skills == b.hard_skills &&
         a.soft_skills == b.soft_skills;
}

}  // namespace dynajob
