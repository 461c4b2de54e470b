#include "dynajob/stores/mongo_options.h"

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>

#include "dynajob/core/check.h"

#include "mongo_vectors.h"

namespace dynajob {
namespace {

constexpr int64_t kMaxCursors = 64;
constexpr int64_t kMaxDocuments = 1'000'000;
constexpr int64_t kMaxRetries = 10;
constexpr int64_t kMaxDeadlineMs = 600'000;

// Which names must differ from each other.
enum class NameScope { kCollection, kJob, kCandidate, kJobVectors, kCandidateVectors };

struct NameRow {
  std::string_view key;  // after "mongo."
  std::string MongoNames::*name;
  std::string_view specification;
  std::string_view prototype;  // empty: as the specification
  NameScope scope;
};

constexpr std::array kNames = {
    NameRow{"collection.jobs", &MongoNames::jobs, "all_jobs", "jobs_text", NameScope::kCollection},
    NameRow{"collection.job_embeddings", &MongoNames::job_embeddings, "job_embeddings", "",
            NameScope::kCollection},
    NameRow{"collection.candidates", &MongoNames::candidates, "candidates_text", "",
            NameScope::kCollection},
    NameRow{"collection.candidate_embeddings", &MongoNames::candidate_embeddings,
            "candidates_embeddings", "", NameScope::kCollection},
    NameRow{"collection.responses", &MongoNames::responses, "responses", "",
            NameScope::kCollection},
    NameRow{"collection.labels", &MongoNames::labels, "label_cache", "", NameScope::kCollection},
    NameRow{"collection.runs", &MongoNames::runs, "runs", "", NameScope::kCollection},
    NameRow{"collection.models", &MongoNames::models, "models", "", NameScope::kCollection},
    NameRow{"collection.meta", &MongoNames::meta, "meta", "", NameScope::kCollection},
    NameRow{"job.title", &MongoNames::job_title, "job_title", "", NameScope::kJob},
    NameRow{"job.company", &MongoNames::job_company, "company", "", NameScope::kJob},
    NameRow{"job.sector", &MongoNames::job_sector, "sector", "", NameScope::kJob},
    NameRow{"job.description", &MongoNames::job_description, "description", "", NameScope::kJob},
    NameRow{"job.technical_skills", &MongoNames::job_technical_skills, "technical_skills", "",
            NameScope::kJob},
    NameRow{"job.soft_skills", &MongoNames::job_soft_skills, "soft_skills", "", NameScope::kJob},
    NameRow{"job.experience", &MongoNames::job_experience, "experience_requirements", "",
            NameScope::kJob},
    NameRow{"job.location", &MongoNames::job_location, "location", "", NameScope::kJob},
    NameRow{"job.latitude", &MongoNames::job_latitude, "latitude", "", NameScope::kJob},
    NameRow{"job.longitude", &MongoNames::job_longitude, "longitude", "", NameScope::kJob},
    NameRow{"job.work_mode", &MongoNames::job_work_mode, "work_mode", "", NameScope::kJob},
    NameRow{"job.seniority", &MongoNames::job_seniority, "seniority", "", NameScope::kJob},
    NameRow{"job.contract", &MongoNames::job_contract, "contract", "", NameScope::kJob},
    NameRow{"job.salary_low", &MongoNames::job_salary_low, "salary_low", "", NameScope::kJob},
    NameRow{"job.salary_high", &MongoNames::job_salary_high, "salary_high", "", NameScope::kJob},
    NameRow{"job.posted", &MongoNames::job_posted, "posted_at", "", NameScope::kJob},
    NameRow{"job.expires", &MongoNames::job_expires, "expires_at", "", NameScope::kJob},
    NameRow{"job.updated", &MongoNames::job_updated, "updated_at", "", NameScope::kJob},
    NameRow{"candidate.bio", &MongoNames::candidate_bio, "bio", "", NameScope::kCandidate},
    NameRow{"candidate.resume", &MongoNames::candidate_resume, "resume", "", NameScope::kCandidate},
    NameRow{"candidate.category", &MongoNames::candidate_category, "category", "",
            NameScope::kCandidate},
    NameRow{"candidate.hard_skills", &MongoNames::candidate_hard_skills, "hard_skills", "",
            NameScope::kCandidate},
    NameRow{"candidate.soft_skills", &MongoNames::candidate_soft_skills, "soft_skills", "",
            NameScope::kCandidate},
    NameRow{"candidate.location", &MongoNames::candidate_location, "location", "",
            NameScope::kCandidate},
    NameRow{"candidate.latitude", &MongoNames::candidate_latitude, "latitude", "",
            NameScope::kCandidate},
    NameRow{"candidate.longitude", &MongoNames::candidate_longitude, "longitude", "",
            NameScope::kCandidate},
    NameRow{"candidate.work_mode", &MongoNames::candidate_work_mode, "preferred_work_mode", "",
            NameScope::kCandidate},
    NameRow{"candidate.seniority", &MongoNames::candidate_seniority, "seniority", "",
            NameScope::kCandidate},
    NameRow{"candidate.salary", &MongoNames::candidate_salary, "expected_salary", "",
            NameScope::kCandidate},
    NameRow{"job_vectors.reference", &MongoNames::job_reference, "original_job_id", "",
            NameScope::kJobVectors},
    NameRow{"job_vectors.title", &MongoNames::job_title_vector, "job_title_embeddings", "",
            NameScope::kJobVectors},
    NameRow{"job_vectors.tech", &MongoNames::job_tech_vector, "tech_skills_vectors", "",
            NameScope::kJobVectors},
    NameRow{"job_vectors.soft", &MongoNames::job_soft_vector, "soft_skills_embeddings", "",
            NameScope::kJobVectors},
    NameRow{"job_vectors.experience", &MongoNames::job_experience_vector,
            "experience_requirements_embeddings", "", NameScope::kJobVectors},
    NameRow{"job_vectors.updated", &MongoNames::job_vectors_updated, "updated_at", "",
            NameScope::kJobVectors},
    NameRow{"candidate_vectors.reference", &MongoNames::candidate_reference,
            "original_candidate_id", "", NameScope::kCandidateVectors},
    NameRow{"candidate_vectors.hard", &MongoNames::candidate_hard_vector, "hard_skill_embeddings",
            "", NameScope::kCandidateVectors},
    NameRow{"candidate_vectors.soft", &MongoNames::candidate_soft_vector, "soft_skills_embeddings",
            "", NameScope::kCandidateVectors}};

std::string_view OfPreset(const NameRow& row, MongoPreset preset) {
  return preset == MongoPreset::kPrototype && !row.prototype.empty() ? row.prototype
                                                                     : row.specification;
}

// What MongoDB allows, without what would be a path or an operator.
Status CheckName(const NameRow& row, std::string_view name) {
  const bool is_collection = row.scope == NameScope::kCollection;
  const bool good = name.find_first_of(is_collection ? "$" : "$.") == std::string_view::npos &&
                    name.find('\0') == std::string_view::npos && name != "_id" &&
                    (is_collection || name != kVectorNotes) && !name.starts_with("system.") &&
                    !name.starts_with('.') && !name.ends_with('.');
  if (good) return Status::Ok();
  return InvalidArgument(fmt::format(
      "mongo.{} = '{}': not a name of a {}: no '$'{}, not '_id', '{}' or 'system.…'", row.key, name,
      is_collection ? "collection" : "field", is_collection ? "" : " and no '.'", kVectorNotes));
}

Status CheckRange(std::string_view key, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return Status::Ok();
  return InvalidArgument(
      fmt::format("mongo.{} = {}: must be from {} to {}", key, value, low, high));
}

}  // namespace

const std::string& MongoNames::Vector(EntityKind kind, std::string_view field) const {
  if (kind == EntityKind::kCandidate) {
    if (field == "hard") return candidate_hard_vector;
    DYNAJOB_CHECK(field == "soft", "unknown field of a candidate");
    return candidate_soft_vector;
  }
  if (field == "title") return job_title_vector;
  if (field == "tech") return job_tech_vector;
  if (field == "soft") return job_soft_vector;
  DYNAJOB_CHECK(field == "experience", "unknown field of a job");
  return job_experience_vector;
}

MongoNames MongoOptions::ResolveNames() const {
  MongoNames resolved = names;
  for (const NameRow& row : kNames)
    if ((resolved.*row.name).empty()) resolved.*row.name = OfPreset(row, preset);
  return resolved;
}

Status MongoOptions::Validate() const {
  if (database.empty() || database.size() > 63 ||
      database.find_first_of(std::string_view("/\\. \"$*<>:|?\0", 14)) != std::string::npos)
    return InvalidArgument(fmt::format(
        "mongo.database = '{}': must have 1 to 63 bytes, none of them /\\. \"$*<>:|?", database));
  if (embedder.empty()) return InvalidArgument("mongo.embedder is empty");
  const MongoNames resolved = ResolveNames();
  std::map<std::pair<NameScope, std::string>, std::string_view> used;
  for (const NameRow& row : kNames) {
    const std::string& name = resolved.*row.name;
    DYNAJOB_RETURN_IF_ERROR(CheckName(row, name));
    const auto [other, inserted] = used.try_emplace({row.scope, name}, row.key);
    if (!inserted)
      return InvalidArgument(fmt::format("mongo.{} and mongo.{} are both '{}'; they must differ",
                                         other->second, row.key, name));
  }
  DYNAJOB_RETURN_IF_ERROR(CheckRange("load_cursors", load_cursors, 1, kMaxCursors));
  DYNAJOB_RETURN_IF_ERROR(
      CheckRange("parallel_load_minimum", parallel_load_minimum, 0, kMaxDocuments));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("load_batch", load_batch, 1, kMaxDocuments));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("page", page, 1, kMaxDocuments));
  DYNAJOB_RETURN_IF_ERROR(CheckRange("retries", retries, 0, kMaxRetries));
  return CheckRange("retry_deadline_ms", retry_deadline_ms, 0, kMaxDeadlineMs);
}

void MongoOptions::Bind(ConfigRegistry& registry) {
  registry.Add(
      "mongo.preset", &preset, "whose names a database has; the keys below override single ones",
      {{"specification", MongoPreset::kSpecification}, {"prototype", MongoPreset::kPrototype}});
  registry.Add("mongo.database", &database, "database, when the address names none in its path");
  registry.Add("mongo.embedder", &embedder,
               "embedder of vectors whose documents do not say who made them");
  registry.Add("mongo.vector_format", &vector_format,
               "how vectors are written: BinData subtype 9 (float32) or an array of doubles",
               {{"binary", MongoVectorFormat::kBinary}, {"array", MongoVectorFormat::kArray}});
  registry.Add("mongo.strict", &strict,
               "whether a document that a catalog would have to leave out is an error");
  registry.Add("mongo.load_cursors", &load_cursors,
               "cursors that load a large collection side by side", 1, kMaxCursors);
  registry.Add("mongo.parallel_load_minimum", &parallel_load_minimum,
               "documents from which on a collection is loaded by more than one cursor", 0,
               kMaxDocuments);
  registry.Add("mongo.load_batch", &load_batch, "documents that a cursor asks for at a time", 1,
               kMaxDocuments);
  registry.Add("mongo.page", &page, "records that are visited or written at a time", 1,
               kMaxDocuments);
  registry.Add("mongo.retries", &retries,
               "further attempts of reads and idempotent writes after a lost connection", 0,
               kMaxRetries);
  registry.Add("mongo.retry_deadline_ms", &retry_deadline_ms,
               "milliseconds after which no further attempt begins", 0, kMaxDeadlineMs);
  for (const NameRow& row : kNames) {
    std::string help = fmt::format("name in the database; empty: '{}'", row.specification);
    if (!row.prototype.empty())
      help += fmt::format(", or '{}' with the prototype's", row.prototype);
    registry.Add(fmt::format("mongo.{}", row.key), &(names.*row.name), std::move(help));
  }
}

}  // namespace dynajob
