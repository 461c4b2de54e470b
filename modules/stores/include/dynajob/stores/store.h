// Where candidates, jobs, their embeddings, responses, cached labels, runs and models are kept. One
// interface for all backends; every backend passes the suite in tests/store_conformance.h.
//
// Failure: nothing throws. Unless a function says otherwise: kInvalidArgument for input that must
// not be stored (the message names entity and field), kIo when the backend refuses (such as a full
// disk), kCorruptData when stored bytes are not what they claim to be, kStoreUnreachable when the
// backend is gone. Threading: a Store is one connection and not safe for concurrent use; several
// Store objects may have the same data open.
//
// Atomicity: "in one transaction" below is what SQLite does: a call that fails changes nothing.
// MongoDB has transactions on replica sets only, so that its backend promises less. A call checks
// its whole input before the first write, so that what is refused changes nothing. A call that
// fails later, of a lost connection, may have written a part; every write does the same when done
// twice, so running the call again completes it, with nothing lost and nothing doubled. A response,
// a label, a run and a model are each there as a whole or not at all.
#ifndef DYNAJOB_STORES_STORE_H_
#define DYNAJOB_STORES_STORE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/stores/catalog_spec.h"
#include "dynajob/stores/job_feed.h"
#include "dynajob/stores/job_filter.h"
#include "dynajob/stores/records.h"

namespace dynajob {

class Store {
 public:
  virtual ~Store() = default;

  // For messages: the path, or the address without credentials.
  virtual const std::string& name() const = 0;

  // Insert, or replace what has the same id, in one transaction per call. Replacing a text that
  // embeddings are made of removes that entity's embeddings, which are then stale. Refused: an
  // empty id, text that is not UTF-8 or has NUL bytes, numbers that are not finite, low > high.
  virtual Status PutJobs(std::span<const Job> jobs) = 0;
  virtual Status PutCandidates(std::span<const Candidate> candidates) = 0;

  // In ascending byte order of the ids, in bounded memory; stops at the first error of `visit` and
  // returns it. `visit` may call the store, writing included.
  virtual Status ForEachJob(const std::function<Status(Job)>& visit) = 0;
  virtual Status ForEachCandidate(const std::function<Status(Candidate)>& visit) = 0;

  // nullopt when there is none.
  virtual Result<std::optional<Job>> GetJob(std::string_view id) = 0;
  virtual Result<std::optional<Candidate>> GetCandidate(std::string_view id) = 0;

  // Removes a job or a candidate with its vectors, a candidate also with its responses; responses
  // to a job that is gone stay. False when there was none.
  virtual Result<bool> Delete(EntityKind kind, std::string_view id) = 0;

  // Inserts or replaces vectors by (id, field), in one transaction. `embedder` is the id of what
  // made them. Refused with the entity, field and position in the message: an empty vector, a value
  // that is not finite, an unknown field; kNotFound: an id that is not in the store.
  virtual Status PutEmbeddings(EntityKind kind, std::string_view embedder,
                               std::span<const EmbeddingRow> rows) = 0;
  // Removes the vectors of one field from these entities; those that have none are passed over.
  virtual Status RemoveEmbeddings(EntityKind kind, std::string_view field,
                                  std::span<const std::string> ids) = 0;
  // All vectors of one entity that can be used, each field once; none for an id that is not in the
  // store.
  virtual Result<std::vector<StoredVector>> GetEmbeddings(EntityKind kind, std::string_view id) = 0;
  // Ids of the entities that have vectors by this embedder and by no other, in ascending order.
  virtual Result<std::vector<std::string>> EmbeddedBy(EntityKind kind,
                                                      std::string_view embedder) = 0;

  // All candidates and jobs that have the required fields, with their vectors, in id order; who was
  // left out and which optional fields are zeros is in Catalog::exclusions(). The reason of an
  // exclusion is "no <field> embedding", for the first required field that is missing; zeros are
  // counted under "job.<field>" or "candidate.<field>".
  // kFailedPrecondition, naming the command to run: no candidates or no jobs, no embeddings, nobody
  // left after exclusions, vectors of one field that differ in length, vectors of different
  // embedders.
  virtual Result<Catalog> LoadCatalog(const CatalogSpec& spec) = 0;

  // Ids of the jobs that match, in ascending byte order; the same jobs for which
  // JobFilter::Matches holds. Done by the backend, from an index where there is one.
  virtual Result<std::vector<std::string>> FindJobIds(const JobFilter& filter) = 0;

  // Ids of about `k` jobs that match the filter and whose vector of `field` (a short name) is near
  // `vector` by cosine, nearest first, from an approximate index of the backend. nullopt where
  // there is no such index, which is no error: search the catalog instead.
  virtual Result<std::optional<std::vector<std::string>>> NearestJobIds(
      std::string_view field, std::span<const float> vector, size_t k, const JobFilter& filter) = 0;

  // Follows the jobs from now on. Watch first and load the catalog then, so that no change falls
  // between the two.
  virtual Result<std::unique_ptr<JobFeed>> WatchJobs() = 0;

  // Indexes that this data should have and has not; for `dynajob doctor`.
  virtual Result<std::vector<IndexAdvice>> MissingIndexes(const CatalogSpec& spec) = 0;

  virtual Result<StoreSummary> Summarize() = 0;

  // Storing the same event again changes nothing; another event under a used event_id is
  // kInvalidArgument. kNotFound: a candidate or job that is not in the store.
  virtual Status PutResponse(const ResponseEvent& event) = 0;
  // Several at once, each for itself: what is wrong with one does not keep the others out. All that
  // are new are as durable as those of PutResponse when this returns (SQLite: in one transaction).
  // An event is a duplicate when candidate, job, response and kind are those stored; the moment may
  // differ, for a sender that states none. kInvalidArgument: an event that must not be stored, and
  // then none is.
  virtual Result<std::vector<PutOutcome>> PutResponses(std::span<const ResponseEvent> events) = 0;
  // In order of (timestamp, event_id); otherwise as ForEachJob.
  virtual Status ForEachResponse(const std::function<Status(ResponseEvent)>& visit) = 0;

  // Labels bought from a simulated user. Putting a key again replaces its value; one transaction a
  // call.
  virtual Result<std::optional<std::string>> GetLabel(std::string_view key) = 0;
  virtual Status PutLabels(std::span<const LabelRecord> labels) = 0;
  // In ascending byte order of the keys; otherwise as ForEachJob.
  virtual Status ForEachLabel(const std::function<Status(LabelRecord)>& visit) = 0;

  // Inserts or replaces by id.
  virtual Status PutRun(const RunRecord& run) = 0;
  // In order of (created_ms, id).
  virtual Result<std::vector<RunRecord>> ListRuns() = 0;

  // Inserts or replaces a model as a whole: a reader sees all the files of one model or all those
  // of another. Refused: no files, a file name that is empty, has a '/' or occurs twice.
  virtual Status PutModel(const ModelRecord& model) = 0;
  // nullopt when there is none; kCorruptData when a file is not what was put.
  virtual Result<std::optional<ModelRecord>> GetModel(std::string_view name) = 0;
  // In order of (created_ms, name).
  virtual Result<std::vector<ModelSummary>> ListModels() = 0;
};

}  // namespace dynajob

#endif  // DYNAJOB_STORES_STORE_H_
