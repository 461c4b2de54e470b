// The people and jobs that the learner has met, as a catalog. A learner refers to rows; people and
// jobs that come while the server runs are rows of no catalog that was loaded, and the whole market
// may be far more than is learned from.
#ifndef DYNAJOB_SERVE_SRC_LEARNER_CATALOG_H_
#define DYNAJOB_SERVE_SRC_LEARNER_CATALOG_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/core/catalog.h"

#include "market.h"

namespace dynajob {

// Rows in the order in which they came. One thread at a time.
class LearnerCatalog {
 public:
  // Borrows the catalog of the market, for its fields.
  explicit LearnerCatalog(const Catalog& market) : market_(&market) {}

  // The row of what this is now: a person whose vector has changed is another state.
  CandidateRow Add(const ServedCandidatePtr& person) { return people_.Add(person); }
  JobRow Add(const ServedJobPtr& job) { return jobs_.Add(job); }
  // A row of its own, whatever is there already.
  void AddRow(const ServedCandidatePtr& person) { people_.AddRow(person); }
  void AddRow(const ServedJobPtr& job) { jobs_.AddRow(job); }
  std::optional<CandidateRow> FindPerson(std::string_view id) const { return people_.Find(id); }

  const std::vector<ServedCandidatePtr>& people() const { return people_.rows; }
  const std::vector<ServedJobPtr>& jobs() const { return jobs_.rows; }

  // With what networks read of them: vectors and the facts of pairs, no texts.
  Result<Catalog> Build() const;
  // Keeps the rows for which these hold; where each row is from then on.
  AgentSnapshot::RowMap Compact(const std::function<bool(CandidateRow)>& keep_person,
                                const std::function<bool(JobRow)>& keep_job);

 private:
  struct TextHash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  template <typename Record>
  struct Rows {
    std::vector<std::shared_ptr<const Served<Record>>> rows;
    std::unordered_map<std::string, uint32_t, TextHash, std::equal_to<>> by_id;  // the newest
    std::unordered_map<std::shared_ptr<const Served<Record>>, uint32_t> by_object;

    uint32_t Add(const std::shared_ptr<const Served<Record>>& served);
    void AddRow(const std::shared_ptr<const Served<Record>>& served);
    std::optional<uint32_t> Find(std::string_view id) const;
    std::vector<std::optional<uint32_t>> Compact(const std::function<bool(uint32_t)>& keep);
  };

  const Catalog* market_;
  Rows<Candidate> people_;
  Rows<Job> jobs_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_LEARNER_CATALOG_H_
