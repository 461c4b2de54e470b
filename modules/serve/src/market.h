// The jobs and people that are served: those of the catalog that was loaded, and what has come or
// changed since. (`Catalog` is one block that never changes; putting one job into it would copy all
// vectors.)
#ifndef DYNAJOB_SERVE_SRC_MARKET_H_
#define DYNAJOB_SERVE_SRC_MARKET_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/agent/pair_encoder.h"
#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/records.h"

namespace dynajob {

// A record with its vector, which lies in the catalog or here. Immutable.
template <typename Record>
class Served {
 public:
  // Borrows both.
  Served(const Record& record, std::span<const float> vector) : record_(&record), vector_(vector) {}
  Served(Record record, std::vector<float> vector)
      : own_record_(std::move(record)),
        own_vector_(std::move(vector)),
        record_(&own_record_),
        vector_(own_vector_) {}
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  const Record& record() const { return *record_; }
  std::span<const float> vector() const { return vector_; }

 private:
  Record own_record_;
  std::vector<float> own_vector_;
  const Record* record_;
  std::span<const float> vector_;
};
using ServedJob = Served<Job>;
using ServedCandidate = Served<Candidate>;
using ServedJobPtr = std::shared_ptr<const ServedJob>;
using ServedCandidatePtr = std::shared_ptr<const ServedCandidate>;

inline JobView ViewOf(const ServedJob& job) { return {job.vector(), &job.record()}; }
inline CandidateView ViewOf(const ServedCandidate& candidate) {
  return {candidate.vector(), &candidate.record()};
}

// All jobs at one moment. A job keeps its place while it changes; the last one takes the place of
// one that is removed.
using JobSet = std::vector<ServedJobPtr>;

// Safe for concurrent use.
class Market {
 public:
  explicit Market(std::shared_ptr<const Catalog> catalog);

  const Catalog& catalog() const { return *catalog_; }
  std::shared_ptr<const JobSet> jobs() const;
  size_t candidate_count() const;
  // Null when there is none.
  ServedJobPtr FindJob(std::string_view id) const;
  ServedCandidatePtr FindCandidate(std::string_view id) const;

  // Insert or replace.
  void Put(std::span<const ServedJobPtr> jobs);
  void Put(std::span<const ServedCandidatePtr> candidates);
  void RemoveJob(std::string_view id);
  void RemoveCandidate(std::string_view id);

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <typename Value>
  using ById = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

  std::shared_ptr<const Catalog> catalog_;
  mutable std::shared_mutex mutex_;
  // Guarded by mutex_.
  std::shared_ptr<const JobSet> jobs_;
  ById<size_t> job_places_;
  ById<ServedCandidatePtr> candidates_;
};

// The vector that the catalog would hold for an entity with these embeddings: fields in the
// catalog's order, zeros for optional ones that are missing. kInvalidArgument, naming it, when a
// required one is missing or has another length.
Result<std::vector<float>> AssembleVector(std::span<const FieldSlice> fields,
                                          std::span<const FieldSpec> specs,
                                          std::span<const EmbeddingRow> rows, std::string_view id);

// The same from vectors as they are stored; those of other embedders do not count.
Result<std::vector<float>> AssembleVector(std::span<const FieldSlice> fields,
                                          std::span<const FieldSpec> specs,
                                          std::span<const StoredVector> vectors,
                                          std::string_view embedder, std::string_view id);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_MARKET_H_
