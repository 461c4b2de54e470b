// The embedded store: one SQLite file in WAL mode, every write durable when the call returns.
// See dynajob/stores/store.h for the contract.
#ifndef DYNAJOB_STORES_SRC_SQLITE_STORE_H_
#define DYNAJOB_STORES_SRC_SQLITE_STORE_H_

#include <memory>
#include <string>

#include "dynajob/stores/open_store.h"
#include "dynajob/stores/store.h"

#include "sqlite_database.h"

namespace dynajob {

// The file that an address of OpenStore() means; nullopt for an address of another backend.
std::optional<std::string> SqlitePath(std::string_view uri_or_path);

class SqliteStore : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const std::string& path, OpenMode mode);
  // The file alone, unchecked.
  static Result<std::unique_ptr<SqliteDatabase>> OpenReadOnly(const std::string& path);

  const std::string& name() const override { return database_->path(); }
  Status PutJobs(std::span<const Job> jobs) override;
  Status PutCandidates(std::span<const Candidate> candidates) override;
  Status ForEachJob(const std::function<Status(Job)>& visit) override;
  Status ForEachCandidate(const std::function<Status(Candidate)>& visit) override;
  Result<std::optional<Job>> GetJob(std::string_view id) override;
  Result<std::optional<Candidate>> GetCandidate(std::string_view id) override;
  Result<bool> Delete(EntityKind kind, std::string_view id) override;
  Status PutEmbeddings(EntityKind kind, std::string_view embedder,
                       std::span<const EmbeddingRow> rows) override;
  Status RemoveEmbeddings(EntityKind kind, std::string_view field,
                          std::span<const std::string> ids) override;
  Result<std::vector<StoredVector>> GetEmbeddings(EntityKind kind, std::string_view id) override;
  Result<std::vector<std::string>> EmbeddedBy(EntityKind kind, std::string_view embedder) override;
  Result<Catalog> LoadCatalog(const CatalogSpec& spec) override;
  Result<std::vector<std::string>> FindJobIds(const JobFilter& filter) override;
  // SQLite has no index of vectors: nullopt.
  Result<std::optional<std::vector<std::string>>> NearestJobIds(std::string_view field,
                                                                std::span<const float> vector,
                                                                size_t k,
                                                                const JobFilter& filter) override;
  Result<std::unique_ptr<JobFeed>> WatchJobs() override;
  // None: a store makes its own.
  Result<std::vector<IndexAdvice>> MissingIndexes(const CatalogSpec& spec) override;
  Result<StoreSummary> Summarize() override;
  Status PutResponse(const ResponseEvent& event) override;
  Result<std::vector<PutOutcome>> PutResponses(std::span<const ResponseEvent> events) override;
  Status ForEachResponse(const std::function<Status(ResponseEvent)>& visit) override;
  Result<std::optional<std::string>> GetLabel(std::string_view key) override;
  Status PutLabels(std::span<const LabelRecord> labels) override;
  Status ForEachLabel(const std::function<Status(LabelRecord)>& visit) override;
  Status PutRun(const RunRecord& run) override;
  Result<std::vector<RunRecord>> ListRuns() override;
  Status PutModel(const ModelRecord& model) override;
  Result<std::optional<ModelRecord>> GetModel(std::string_view name) override;
  Result<std::vector<ModelSummary>> ListModels() override;

 private:
  explicit SqliteStore(std::unique_ptr<SqliteDatabase> database) : database_(std::move(database)) {}

  template <typename Record>
  Status PutRecords(EntityKind kind, std::span<const Record> records,
                    Status (*check)(const Record&));
  template <typename Record>
  Status ForEachRecord(EntityKind kind, const std::function<Status(Record)>& visit);
  Result<SqliteStatement> PrepareGet(EntityKind kind);
  template <typename Record>
  Result<std::optional<Record>> GetRecord(SqliteStatement& select, std::string_view id);
  Result<bool> HasEntity(EntityKind kind, std::string_view id);
  Status RequireEntity(EntityKind kind, std::string_view id, std::string_view what);
  Result<std::optional<ResponseEvent>> GetResponse(std::string_view event_id);
  Status InsertResponse(const ResponseEvent& event);
  Result<PutOutcome> PutOneResponse(const ResponseEvent& event);
  Result<EntitySummary> SummarizeEntities(EntityKind kind);
  Result<size_t> CountRows(std::string_view table);

  std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_SQLITE_STORE_H_
