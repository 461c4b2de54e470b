// How the MongoDB backend finds its way in a database: the names of collections and fields, and how
// it reads and writes. The address itself (`--store mongodb://…`) carries hosts, credentials,
// timeouts and, in its path, the database.
//
// Every name can be set. Those that are not come from a preset, so that an existing database needs
// one line of configuration (docs/store_schema.md).
#ifndef DYNAJOB_STORES_MONGO_OPTIONS_H_
#define DYNAJOB_STORES_MONGO_OPTIONS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dynajob/core/config.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/catalog_spec.h"

namespace dynajob {

enum class MongoPreset {
  kSpecification,  // the collections of the specification: all_jobs, …
  kPrototype,      // those of its Python prototype: jobs_text, …
};

// How vectors are written; both are read.
enum class MongoVectorFormat {
  kBinary,  // BinData subtype 9, float32: a third of the size, and fast
  kArray,   // array of doubles, which every reader understands
};

// Names in the database. In MongoOptions an empty name means that of the preset.
struct MongoNames {
  // Collections.
  std::string jobs, job_embeddings, candidates, candidate_embeddings;
  std::string responses, labels, runs, models, meta;
  // Fields of a job.
  std::string job_title, job_company, job_sector, job_description, job_technical_skills,
      job_soft_skills, job_experience, job_location, job_latitude, job_longitude, job_work_mode,
      job_seniority, job_contract, job_salary_low, job_salary_high, job_posted, job_expires,
      job_updated;
  // Fields of a candidate.
  std::string candidate_bio, candidate_resume, candidate_category, candidate_hard_skills,
      candidate_soft_skills, candidate_location, candidate_latitude, candidate_longitude,
      candidate_work_mode, candidate_seniority, candidate_salary;
  // Fields of the documents that hold vectors: whose they are, and the vectors.
  std::string job_reference, job_title_vector, job_tech_vector, job_soft_vector,
      job_experience_vector, job_vectors_updated;
  std::string candidate_reference, candidate_hard_vector, candidate_soft_vector;

  const std::string& Entities(EntityKind kind) const {
    return kind == EntityKind::kJob ? jobs : candidates;
  }
  const std::string& Embeddings(EntityKind kind) const {
    return kind == EntityKind::kJob ? job_embeddings : candidate_embeddings;
  }
  const std::string& Reference(EntityKind kind) const {
    return kind == EntityKind::kJob ? job_reference : candidate_reference;
  }
  // Of a short field name of KnownFields(kind).
  const std::string& Vector(EntityKind kind, std::string_view field) const;
};

struct MongoOptions {
  MongoPreset preset = MongoPreset::kSpecification;
  // Used when the address names no database.
  std::string database = "rl_jobsdb";
  MongoNames names;  // empty: as the preset has it
  // Vectors that do not say who made them count as made by this embedder.
  std::string embedder = "external";
  MongoVectorFormat vector_format = MongoVectorFormat::kBinary;
  // Whether documents that a catalog must leave out are an error instead.
  bool strict = false;
  // Cursors that load a collection side by side, over ranges of _id; small collections need one.
  int64_t load_cursors = 4;
  int64_t parallel_load_minimum = 20000;  // documents from which on there is more than one cursor
  int64_t load_batch = 2000;              // documents that a cursor asks for at a time
  int64_t page = 500;                     // records that are visited or written at a time
  // Further attempts of what is safe to repeat, and when the last one may begin.
  int64_t retries = 2;
  int64_t retry_deadline_ms = 15000;

  Status Validate() const;
  void Bind(ConfigRegistry& registry);  // "mongo.…"
  // Every name, none empty. Requires Validate().ok().
  MongoNames ResolveNames() const;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_MONGO_OPTIONS_H_
