// A store in front of a catalog that answers only what candidate sets ask, with a vector index that
// tests can switch on. Everything else is refused.
#ifndef DYNAJOB_RETRIEVAL_TESTS_INDEXED_STORE_H_
#define DYNAJOB_RETRIEVAL_TESTS_INDEXED_STORE_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dynajob/retrieval/nearest_jobs.h"
#include "dynajob/rewards/cosine_reward.h"
#include "dynajob/stores/store.h"

namespace dynajob {

class IndexedStore final : public Store {
 public:
  explicit IndexedStore(const Catalog& catalog) : catalog_(catalog) {}

  // Fields with an index; the neighbours are those by `cosine`, which compares equal fields here.
  void set_index(const CosineReward* cosine,
                 std::vector<std::string> fields = {"title", "tech", "soft"}) {
    cosine_ = cosine;
    fields_ = std::move(fields);
  }
  void set_error(Error error) { error_ = std::move(error); }
  size_t filter_queries() const { return filter_queries_; }
  size_t index_queries() const { return index_queries_; }

  Result<std::vector<std::string>> FindJobIds(const JobFilter& filter) override {
    ++filter_queries_;
    if (error_) return *error_;
    std::vector<std::string> ids = {"j-without-vectors"};
    for (const JobRow job : Matching(filter)) ids.push_back(catalog_.job(job).id);
    return ids;
  }

  Result<std::optional<std::vector<std::string>>> NearestJobIds(std::string_view field,
                                                                std::span<const float> vector,
                                                                size_t k,
                                                                const JobFilter& filter) override {
    ++index_queries_;
    if (error_) return *error_;
    if (std::find(fields_.begin(), fields_.end(), field) == fields_.end())
      return std::optional<std::vector<std::string>>();
    std::vector<std::string> ids = {"j-without-vectors"};
    for (CandidateRow candidate = 0; candidate < catalog_.candidate_count(); ++candidate) {
      const std::span<const float> state = catalog_.states().Row(candidate);
      if (!std::equal(vector.begin(), vector.end(), state.begin())) continue;
      for (const JobRow job : NearestJobs(*cosine_, candidate, k, Matching(filter)))
        ids.push_back(catalog_.job(job).id);
      break;
    }
    return std::optional(std::move(ids));
  }

  const std::string& name() const override { return name_; }
  Status PutJobs(std::span<const Job>) override { return Refused(); }
  Status PutCandidates(std::span<const Candidate>) override { return Refused(); }
  Status ForEachJob(const std::function<Status(Job)>&) override { return Refused(); }
  Status ForEachCandidate(const std::function<Status(Candidate)>&) override { return Refused(); }
  Result<std::optional<Job>> GetJob(std::string_view) override { return Refused(); }
  Result<std::optional<Candidate>> GetCandidate(std::string_view) override { return Refused(); }
  Result<bool> Delete(EntityKind, std::string_view) override { return Refused(); }
  Status PutEmbeddings(EntityKind, std::string_view, std::span<const EmbeddingRow>) override {
    return Refused();
  }
  Status RemoveEmbeddings(EntityKind, std::string_view, std::span<const std::string>) override {
    return Refused();
  }
  Result<std::vector<StoredVector>> GetEmbeddings(EntityKind, std::string_view) override {
    return Refused();
  }
  Result<std::vector<std::string>> EmbeddedBy(EntityKind, std::string_view) override {
    return Refused();
  }
  Result<Catalog> LoadCatalog(const CatalogSpec&) override { return Refused(); }
  Result<std::unique_ptr<JobFeed>> WatchJobs() override { return Refused(); }
  Result<std::vector<IndexAdvice>> MissingIndexes(const CatalogSpec&) override { return Refused(); }
  Result<StoreSummary> Summarize() override { return Refused(); }
  Status PutResponse(const ResponseEvent&) override { return Refused(); }
  Result<std::vector<PutOutcome>> PutResponses(std::span<const ResponseEvent>) override {
    return Refused();
  }
  Status ForEachResponse(const std::function<Status(ResponseEvent)>&) override { return Refused(); }
  Result<std::optional<std::string>> GetLabel(std::string_view) override { return Refused(); }
  Status PutLabels(std::span<const LabelRecord>) override { return Refused(); }
  Status ForEachLabel(const std::function<Status(LabelRecord)>&) override { return Refused(); }
  Status PutRun(const RunRecord&) override { return Refused(); }
  Result<std::vector<RunRecord>> ListRuns() override { return Refused(); }
  Status PutModel(const ModelRecord&) override { return Refused(); }
  Result<std::optional<ModelRecord>> GetModel(std::string_view) override { return Refused(); }
  Result<std::vector<ModelSummary>> ListModels() override { return Refused(); }

 private:
  static Error Refused() { return FailedPrecondition("candidate sets must not ask for this"); }

  std::vector<JobRow> Matching(const JobFilter& filter) const {
    std::vector<JobRow> rows;
    for (JobRow job = 0; job < catalog_.job_count(); ++job)
      if (filter.Matches(catalog_.job(job))) rows.push_back(job);
    return rows;
  }

  const Catalog& catalog_;
  const CosineReward* cosine_ = nullptr;
  std::vector<std::string> fields_;
  std::optional<Error> error_;
  size_t filter_queries_ = 0;
  size_t index_queries_ = 0;
  std::string name_ = "indexed";
};

}  // namespace dynajob

#endif  // DYNAJOB_RETRIEVAL_TESTS_INDEXED_STORE_H_
