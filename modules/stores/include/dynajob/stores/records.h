// What a store holds besides jobs and candidates, and what it says about itself.
#ifndef DYNAJOB_STORES_RECORDS_H_
#define DYNAJOB_STORES_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "dynajob/core/types.h"
#include "dynajob/stores/catalog_spec.h"

namespace dynajob {

// Of values of a vector, in every store. A catalog makes each row as wide as a field's vectors, so
// a length without bounds in one foreign document would take the memory for all of them.
inline constexpr size_t kMaxVectorLength = 16384;

// One vector of one entity. All values are finite and there is at least one.
struct EmbeddingRow {
  std::string id;     // of the candidate or job
  std::string field;  // short name, such as "hard"
  std::vector<float> vector;
};

// What a candidate did with a recommended job.
struct ResponseEvent {
  std::string event_id;  // chosen by the sender; makes sending twice harmless
  std::string candidate_id;
  std::string job_id;
  Response response = Response::kIgnore;
  int64_t timestamp_ms = 0;   // Unix time in milliseconds
  std::string model_version;  // of the model that recommended; empty when unknown
  bool operator==(const ResponseEvent&) const = default;
};

// An answer bought from a simulated user, kept so that it is never bought twice.
struct LabelRecord {
  std::string key;    // derived by the buyer from all that the answer depends on
  std::string value;  // the buyer's own format
  bool operator==(const LabelRecord&) const = default;
};

// One training or comparison.
struct RunRecord {
  std::string id;
  std::string kind;  // "train", "compare", …
  int64_t created_ms = 0;
  std::string config_toml;
  std::string results_json;
  bool operator==(const RunRecord&) const = default;
};

// An index that a store of this kind works better with, to be made by whoever administers it.
struct IndexAdvice {
  std::string collection;
  std::string kind;        // "index" or "vector search index"
  std::string name;        // to give it
  std::string definition;  // JSON
  std::string purpose;     // what it is for
  bool operator==(const IndexAdvice&) const = default;
};

// A trained model: the files of its run directory that are needed to use it.
struct ModelFile {
  std::string name;  // without a directory
  std::string bytes;
  bool operator==(const ModelFile&) const = default;
};
struct ModelRecord {
  std::string name;
  int64_t created_ms = 0;
  std::vector<ModelFile> files;
  bool operator==(const ModelRecord&) const = default;
};
// A model without its files.
struct ModelSummary {
  std::string name;
  int64_t created_ms = 0;
  uint64_t bytes = 0;  // of all files
  bool operator==(const ModelSummary&) const = default;
};

// How many embeddings of one field there are. A healthy store has one entry per field; a field
// whose vectors differ in dimension or embedder has one entry per combination.
struct FieldSummary {
  std::string name;      // short
  size_t count = 0;      // entities with this embedding
  size_t dimension = 0;  // 0 when count is 0, or unknown
  std::string embedder;  // empty when count is 0
  // Put there by another program, without a note of who made them: what `embed` replaces is lost.
  bool foreign = false;
  bool operator==(const FieldSummary&) const = default;
};

// Entities of one kind, and how many of them lack a fact that training can use.
struct EntitySummary {
  size_t count = 0;
  size_t without_skills = 0;  // technical skills of a job, hard skills of a candidate
  size_t without_soft_skills = 0;
  size_t without_salary = 0;  // range of a job, expectation of a candidate
  size_t without_work_mode = 0;
  size_t without_seniority = 0;
  size_t without_location = 0;       // as text
  size_t without_position = 0;       // coordinates, which distances need
  std::vector<FieldSummary> fields;  // every known field, in the order of KnownFields()
};

struct StoreSummary {
  EntitySummary candidates;
  EntitySummary jobs;
  size_t responses = 0;
  size_t cached_labels = 0;
  size_t runs = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_RECORDS_H_
