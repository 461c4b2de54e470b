// A store of labels in memory for tests: counts transactions, and fails or waits when told to.
#ifndef DYNAJOB_LLM_TESTS_LABEL_STORE_H_
#define DYNAJOB_LLM_TESTS_LABEL_STORE_H_

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "dynajob/stores/store.h"

namespace dynajob {

// What a test sees of the store after the cache owns it.
struct LabelStoreState {
  std::map<std::string, std::string> labels;  // read only while nobody else writes
  std::atomic<int> transactions{0};
  std::atomic<int> concurrent{0};
  std::atomic<bool> overlapped{false};  // two calls at once: a Store must not see that
  std::atomic<bool> fail_writes{false};
  std::function<void()> before_write;  // may block
};

class LabelStore final : public Store {
 public:
  explicit LabelStore(std::shared_ptr<LabelStoreState> state) : state_(std::move(state)) {}

  const std::string& name() const override { return name_; }

  Result<std::optional<std::string>> GetLabel(std::string_view key) override {
    const Use use(*state_);
    const auto found = state_->labels.find(std::string(key));
    return found == state_->labels.end() ? std::optional<std::string>() : found->second;
  }
  Status PutLabels(std::span<const LabelRecord> labels) override {
    const Use use(*state_);
    if (state_->before_write) state_->before_write();
    if (state_->fail_writes) return IoError("label store: disk full");
    ++state_->transactions;
    for (const LabelRecord& label : labels) state_->labels[label.key] = label.value;
    return Status::Ok();
  }
  Status ForEachLabel(const std::function<Status(LabelRecord)>& visit) override {
    const auto copy = state_->labels;
    for (const auto& [key, value] : copy) DYNAJOB_RETURN_IF_ERROR(visit({key, value}));
    return Status::Ok();
  }

  Status PutJobs(std::span<const Job>) override { return None(); }
  Status PutCandidates(std::span<const Candidate>) override { return None(); }
  Status ForEachJob(const std::function<Status(Job)>&) override { return None(); }
  Status ForEachCandidate(const std::function<Status(Candidate)>&) override { return None(); }
  Result<std::optional<Job>> GetJob(std::string_view) override { return None(); }
  Result<std::optional<Candidate>> GetCandidate(std::string_view) override { return None(); }
  Result<bool> Delete(EntityKind, std::string_view) override { return None(); }
  Status PutEmbeddings(EntityKind, std::string_view, std::span<const EmbeddingRow>) override {
    return None();
  }
  Status RemoveEmbeddings(EntityKind, std::string_view, std::span<const std::string>) override {
    return None();
  }
  Result<std::vector<StoredVector>> GetEmbeddings(EntityKind, std::string_view) override {
    return None();
  }
  Result<std::vector<std::string>> EmbeddedBy(EntityKind, std::string_view) override {
    return None();
  }
  Result<Catalog> LoadCatalog(const CatalogSpec&) override { return None(); }
  Result<std::vector<std::string>> FindJobIds(const JobFilter&) override { return None(); }
  Result<std::optional<std::vector<std::string>>> NearestJobIds(std::string_view,
                                                                std::span<const float>, size_t,
                                                                const JobFilter&) override {
    return None();
  }
  Result<std::unique_ptr<JobFeed>> WatchJobs() override { return None(); }
  Result<std::vector<IndexAdvice>> MissingIndexes(const CatalogSpec&) override { return None(); }
  Result<StoreSummary> Summarize() override { return None(); }
  Status PutResponse(const ResponseEvent&) override { return None(); }
  Result<std::vector<PutOutcome>> PutResponses(std::span<const ResponseEvent>) override {
    return None();
  }
  Status ForEachResponse(const std::function<Status(ResponseEvent)>&) override { return None(); }
  Status PutRun(const RunRecord&) override { return None(); }
  Result<std::vector<RunRecord>> ListRuns() override { return None(); }
  Status PutModel(const ModelRecord&) override { return None(); }
  Result<std::optional<ModelRecord>> GetModel(std::string_view) override { return None(); }
  Result<std::vector<ModelSummary>> ListModels() override { return None(); }

 private:
  struct Use {
    explicit Use(LabelStoreState& state_in) : state(state_in) {
      if (++state.concurrent > 1) state.overlapped = true;
    }
    ~Use() { --state.concurrent; }
    LabelStoreState& state;
  };
  static Error None() { return FailedPrecondition("a store of labels only"); }

  std::string name_ = "memory";
  std::shared_ptr<LabelStoreState> state_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_TESTS_LABEL_STORE_H_
