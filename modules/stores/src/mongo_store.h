// A database of MongoDB as a store: the collections of the specification. See
// dynajob/stores/store.h for the contract and docs/store_schema.md for the documents.
//
// There are no transactions, which only replica sets have. A call checks everything before its
// first write, and its writes do the same when done twice.
#ifndef DYNAJOB_STORES_SRC_MONGO_STORE_H_
#define DYNAJOB_STORES_SRC_MONGO_STORE_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "dynajob/stores/open_store.h"
#include "dynajob/stores/store.h"

#include "mongo_connection.h"
#include "mongo_documents.h"

namespace dynajob {

class MongoStore : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(std::string_view address, OpenMode mode,
                                             const MongoOptions& options);

  const std::string& name() const override { return connection_->name(); }
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
  // $vectorSearch of Atlas.
  Result<std::optional<std::vector<std::string>>> NearestJobIds(std::string_view field,
                                                                std::span<const float> vector,
                                                                size_t k,
                                                                const JobFilter& filter) override;
  // A change stream where the server has them, else polling by the time of the last update.
  Result<std::unique_ptr<JobFeed>> WatchJobs() override;
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
  // The value of the _id of each text that is in a collection.
  using IdValues = std::map<std::string, BsonValue, std::less<>>;

  MongoStore(std::unique_ptr<MongoConnection> connection, const MongoOptions& options,
             OpenMode mode);

  // The ascending indexes that a database should have: collection and fields.
  std::vector<std::pair<std::string, std::vector<std::string>>> WantedIndexes() const;
  // The ids of the jobs that match a filter and the condition `among`, ascending.
  Result<std::vector<std::string>> MatchingIds(const JobFilter& filter, const Bson& among) const;
  // The keys of the indexes of a collection, as JSON.
  Result<std::set<std::string>> IndexKeys(const std::string& collection) const;
  Result<const std::map<std::string, std::string>*> VectorIndexes();
  Status CheckExists() const;
  Status PrepareSchema() const;
  // What is stored under the event's id already; nullopt when the event was put.
  Result<std::optional<ResponseEvent>> InsertOrGetResponse(const ResponseEvent& event);
  Status RequireWritable() const;

  template <typename Record>
  const RecordReader<Record>& Reader() const {
    if constexpr (std::is_same_v<Record, Job>) {
      return job_reader_;
    } else {
      return candidate_reader_;
    }
  }
  template <typename Record>
  Status PutRecords(EntityKind kind, std::span<const Record> records,
                    Status (*check)(const Record&));
  template <typename Record>
  Status PutPage(EntityKind kind, std::span<const Record> records);
  template <typename Record>
  Status ForEachRecord(EntityKind kind, const std::function<Status(Record)>& visit);
  template <typename Record>
  Result<std::optional<Record>> GetRecord(EntityKind kind, std::string_view id);
  // kInvalidArgument when two documents have the same text.
  Result<IdValues> FindIds(EntityKind kind, const std::vector<std::string>& texts) const;
  Result<BsonValue> RequireEntity(EntityKind kind, const std::string& id,
                                  std::string_view what) const;
  // {$unset: all that PutEmbeddings writes}.
  Bson UnsetVectors(EntityKind kind) const;
  // When the vectors of a job were written, by the clock of the server.
  void AddUpdateTime(EntityKind kind, Bson& update) const;
  Status DropEmbeddings(EntityKind kind, const std::vector<std::string>& ids) const;
  // Updates that store the vectors of one page of entities.
  Status AddVectorUpdates(EntityKind kind, std::string_view embedder, const IdValues& ids,
                          const std::map<std::string, std::vector<const EmbeddingRow*>>& rows,
                          std::vector<MongoUpdate>& updates) const;
  Bson VectorFields(EntityKind kind, std::string_view embedder,
                    const std::vector<const EmbeddingRow*>& rows) const;
  template <typename Record>
  Result<EntitySummary> SummarizeEntities(EntityKind kind) const;
  Status SummarizeFields(EntityKind kind, EntitySummary& summary) const;
  // Of vectors without notes; `with_notes` more have notes that are not ours.
  Status SummarizeForeignField(EntityKind kind, std::string_view field, size_t with_notes,
                               EntitySummary& summary) const;

  std::unique_ptr<MongoConnection> connection_;
  MongoOptions options_;
  MongoNames names_;
  OpenMode mode_;
  RecordReader<Job> job_reader_;
  RecordReader<Candidate> candidate_reader_;
  std::atomic<size_t> held_clients_{0};  // of the pool, by feeds
  // Names of the vector indexes of jobs by the field that they are over; empty until asked for.
  std::optional<std::map<std::string, std::string>> vector_indexes_;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_STORE_H_
