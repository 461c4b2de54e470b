// The catalog: all candidates and jobs of a store in memory, with their vectors in two contiguous
// row-major float32 matrices. Everything downstream (rewards, networks, replay buffer, evaluation)
// refers to candidates and jobs by row index and never copies a vector.
#ifndef DYNAJOB_CORE_CATALOG_H_
#define DYNAJOB_CORE_CATALOG_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/core/matrix.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"

namespace dynajob {

// Rows of the catalog's matrices.
using CandidateRow = uint32_t;
using JobRow = uint32_t;

// One (state, action) pair by reference.
struct Pair {
  CandidateRow candidate;
  JobRow job;
  bool operator==(const Pair&) const = default;
};

// Where a named embedding field lies within a vector: [offset, offset + dimension).
struct FieldSlice {
  std::string name;
  size_t offset = 0;
  size_t dimension = 0;
};

// Why an entity of the store is not in the catalog, and how many there are.
struct CatalogExclusions {
  std::map<std::string, size_t> candidates_by_reason;
  std::map<std::string, size_t> jobs_by_reason;
  std::map<std::string, size_t> zero_filled_by_field;  // optional fields that were missing
  // What was passed over without leaving an entity out, such as an optional vector that is
  // malformed (its zeros are counted above too) or a vector of a job that is not there.
  std::map<std::string, size_t> passed_over;
  // The first ids, in order, of each reason above: "candidate: REASON", "job: REASON", and the keys
  // of passed_over as they are.
  std::map<std::string, std::vector<std::string>> examples;
};

// Immutable after construction; safe for concurrent reads.
class Catalog {
 public:
  struct Data {
    std::vector<Candidate> candidates;
    std::vector<Job> jobs;
    std::vector<FieldSlice> state_fields;   // of a candidate vector, in order
    std::vector<FieldSlice> action_fields;  // of a job vector, in order
    Matrix states;                          // candidates x state_dim
    Matrix actions;                         // jobs x action_dim
    std::string embedder;                   // id of the embedder that made the vectors
    CatalogExclusions exclusions;
  };

  // Fails with kInvalidArgument when sizes disagree, an id occurs twice or a value is not finite;
  // the message names the entity and the field.
  static Result<Catalog> Create(Data data);

  size_t candidate_count() const { return data_.candidates.size(); }
  size_t job_count() const { return data_.jobs.size(); }
  size_t state_dim() const { return data_.states.cols(); }
  size_t action_dim() const { return data_.actions.cols(); }

  const Candidate& candidate(CandidateRow row) const { return data_.candidates.at(row); }
  const Job& job(JobRow row) const { return data_.jobs.at(row); }
  MatrixView states() const { return data_.states; }
  MatrixView actions() const { return data_.actions; }
  std::span<const FieldSlice> state_fields() const { return data_.state_fields; }
  std::span<const FieldSlice> action_fields() const { return data_.action_fields; }
  const std::string& embedder() const { return data_.embedder; }
  const CatalogExclusions& exclusions() const { return data_.exclusions; }

  std::optional<CandidateRow> FindCandidate(std::string_view id) const;
  std::optional<JobRow> FindJob(std::string_view id) const;

 private:
  explicit Catalog(Data data);

  Data data_;
  std::unordered_map<std::string, CandidateRow> candidate_rows_;
  std::unordered_map<std::string, JobRow> job_rows_;
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_CATALOG_H_
