#include "dynajob/embeddings/embed_store.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace dynajob {
namespace {

// Collects records into batches, and embeds and stores each batch.
template <typename Record>
class BatchEmbedder {
 public:
  BatchEmbedder(Store& store, EntityKind kind, const Embedder& embedder,
                const EmbedOptions& options, ProgressSink* progress,
                const CancellationToken* cancel, PhraseCache& cache,
                std::map<std::string, FieldCounts>& counts)
      : store_(store),
        kind_(kind),
        embedder_(embedder),
        options_(options),
        progress_(progress),
        cancel_(cancel),
        cache_(cache),
        counts_(counts) {
    for (const FieldName& field : KnownFields(kind)) counts_[std::string(field.name)];
  }

  // Learns how many entities there are and which of them are done already.
  Status Begin(size_t total) {
    if (options_.only_missing) {
      DYNAJOB_ASSIGN_OR_RETURN(const auto ids, store_.EmbeddedBy(kind_, embedder_.id()));
      kept_.insert(ids.begin(), ids.end());
    }
    total_ = total - std::min(total, kept_.size());
    return Status::Ok();
  }
  size_t kept() const { return kept_.size(); }

  Status Add(Record record) {
    if (kept_.contains(record.id)) return Status::Ok();
    batch_.push_back(std::move(record));
    return batch_.size() < static_cast<size_t>(options_.batch_size) ? Status::Ok() : Flush();
  }

  Status Flush() {
    if (cancel_ != nullptr && cancel_->cancelled())
      return Error{ErrorCode::kCancelled,
                   "embedding was cancelled; `dynajob embed --missing` completes it"};
    if (batch_.empty()) return Status::Ok();
    DYNAJOB_ASSIGN_OR_RETURN(
        const std::vector<EmbeddingRow> rows,
        EmbedRecords(std::span<const Record>(batch_), embedder_, options_, cache_, counts_));
    DYNAJOB_RETURN_IF_ERROR(store_.PutEmbeddings(kind_, embedder_.id(), rows));
    DYNAJOB_RETURN_IF_ERROR(RemoveOthers(rows));
    done_ += batch_.size();
    batch_.clear();
    if (progress_ != nullptr)
      progress_->Report({kind_ == EntityKind::kJob ? "embed jobs" : "embed candidates", done_,
                         total_, embedder_.id()});
    return Status::Ok();
  }

 private:
  // Vectors that are not made anew (their text is gone, or the fallback is off) must not stay.
  Status RemoveOthers(std::span<const EmbeddingRow> rows) {
    std::map<std::string_view, std::set<std::string_view>> made;  // ids by field
    for (const EmbeddingRow& row : rows) made[row.field].insert(row.id);
    for (const FieldName& field : KnownFields(kind_)) {
      std::vector<std::string> others;
      for (const Record& record : batch_)
        if (!made[field.name].contains(record.id)) others.push_back(record.id);
      if (!others.empty())
        DYNAJOB_RETURN_IF_ERROR(store_.RemoveEmbeddings(kind_, field.name, others));
    }
    return Status::Ok();
  }

  Store& store_;
  EntityKind kind_;
  const Embedder& embedder_;
  const EmbedOptions& options_;
  ProgressSink* progress_;
  const CancellationToken* cancel_;
  PhraseCache& cache_;
  std::map<std::string, FieldCounts>& counts_;
  std::unordered_set<std::string> kept_;  // ids of entities that are passed over
  std::vector<Record> batch_;
  size_t done_ = 0;
  size_t total_ = 0;
};

Status CheckNoneIsForeign(const Store& store, const StoreSummary& summary) {
  for (const auto& [kind, entities] : {std::pair{EntityKind::kCandidate, &summary.candidates},
                                       std::pair{EntityKind::kJob, &summary.jobs}}) {
    const auto foreign = std::ranges::find_if(entities->fields, &FieldSummary::foreign);
    if (foreign != entities->fields.end())
      return FailedPrecondition(
          fmt::format("{}: another program made vectors of {}.{} ({}), which dynajob can use as "
                      "they are and could not make again; --replace replaces them",
                      store.name(), ToString(kind), foreign->name, foreign->count));
  }
  return Status::Ok();
}

}  // namespace

Result<EmbedReport> EmbedStore(Store& store, const Embedder& embedder, const EmbedOptions& options,
                               ProgressSink* progress, const CancellationToken* cancel) {
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(const StoreSummary summary, store.Summarize());
  if (summary.candidates.count == 0 && summary.jobs.count == 0)
    return FailedPrecondition(
        store.name() + ": the store is empty; add candidates and jobs with `dynajob import`");
  if (!options.replace_foreign) DYNAJOB_RETURN_IF_ERROR(CheckNoneIsForeign(store, summary));
  EmbedReport report;
  report.embedder = embedder.id();
  PhraseCache cache;
  BatchEmbedder<Candidate> candidates(store, EntityKind::kCandidate, embedder, options, progress,
                                      cancel, cache, report.candidate_fields);
  BatchEmbedder<Job> jobs(store, EntityKind::kJob, embedder, options, progress, cancel, cache,
                          report.job_fields);
  DYNAJOB_RETURN_IF_ERROR(candidates.Begin(summary.candidates.count));
  DYNAJOB_RETURN_IF_ERROR(jobs.Begin(summary.jobs.count));
  report.kept = candidates.kept() + jobs.kept();

  DYNAJOB_RETURN_IF_ERROR(store.ForEachCandidate(
      [&](Candidate candidate) { return candidates.Add(std::move(candidate)); }));
  DYNAJOB_RETURN_IF_ERROR(candidates.Flush());
  DYNAJOB_RETURN_IF_ERROR(store.ForEachJob([&](Job job) { return jobs.Add(std::move(job)); }));
  DYNAJOB_RETURN_IF_ERROR(jobs.Flush());
  return report;
}

}  // namespace dynajob
