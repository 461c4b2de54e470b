#include "mongo_catalog.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "dynajob/core/parallel.h"

#include "mongo_catalog_vectors.h"
#include "mongo_queries.h"
#include "mongo_ranges.h"
#include "mongo_store.h"

namespace dynajob {

MongoCatalogLoader::MongoCatalogLoader(const MongoConnection& connection,
                                       const MongoOptions& options, const MongoNames& names,
                                       const RecordReader<Job>& jobs,
                                       const RecordReader<Candidate>& candidates, size_t clients)
    : connection_(connection),
      options_(options),
      names_(names),
      jobs_(jobs),
      candidates_(candidates),
      workers_(std::clamp<size_t>(clients, 1, static_cast<size_t>(options.load_cursors))) {}

Result<std::vector<Bson>> MongoCatalogLoader::Ranges(const std::string& collection) const {
  DYNAJOB_ASSIGN_OR_RETURN(const size_t count, connection_.EstimateCount(collection));
  const bool is_large = static_cast<int64_t>(count) >= options_.parallel_load_minimum;
  return SplitById(connection_, collection, is_large ? workers_ : 1);
}

Bson MongoCatalogLoader::LoadOptions(const Bson& projection) const {
  Bson opts;
  opts.Add("projection", projection).Add("batchSize", options_.load_batch);
  return opts;
}

template <typename Record>
Result<std::vector<Record>> MongoCatalogLoader::LoadRecords(EntityKind kind,
                                                            const RecordReader<Record>& reader,
                                                            Findings& excluded) const {
  const std::string& collection = names_.Entities(kind);
  DYNAJOB_ASSIGN_OR_RETURN(const std::vector<Bson> filters, Ranges(collection));
  std::vector<std::vector<Record>> parts(filters.size());
  std::vector<Findings> found(filters.size());
  const Bson opts = LoadOptions(reader.projection());
  DYNAJOB_RETURN_IF_ERROR(ParallelFor(filters.size(), workers_, [&](size_t i) {
    return connection_.Find(
        collection, filters[i], opts, ReadFrom::kAsConfigured,
        [&] {
          parts[i].clear();
          found[i].clear();
        },
        [&](BsonView document) {
          if (auto record = reader.Read(document)) {
            parts[i].push_back(std::move(*record));
          } else {
            found[i].emplace_back("the _id is of a type that cannot be an id",
                                  ShowValue(document, "_id"));
          }
          return Status::Ok();
        });
  }));
  std::vector<Record> records;
  for (size_t i = 0; i < parts.size(); ++i) {
    std::move(parts[i].begin(), parts[i].end(), std::back_inserter(records));
    std::move(found[i].begin(), found[i].end(), std::back_inserter(excluded));
  }
  std::stable_sort(records.begin(), records.end(),
                   [](const Record& a, const Record& b) { return a.id < b.id; });
  const auto last = std::unique(records.begin(), records.end(), [&](const auto& a, const auto& b) {
    if (a.id != b.id) return false;
    excluded.emplace_back("another one has the same id with a different type", b.id);
    return true;
  });
  records.erase(last, records.end());
  return records;
}

Status MongoCatalogLoader::CheckStrict(const CatalogExclusions& exclusions) const {
  if (!options_.strict) return Status::Ok();
  std::string found;
  const auto add = [&](std::string_view prefix, const std::map<std::string, size_t>& counts) {
    for (const auto& [reason, count] : counts) {
      const std::string key = fmt::format("{}{}", prefix, reason);
      const auto example = exclusions.examples.find(key);
      found += fmt::format("{}{}: {}", found.empty() ? "" : "; ", key, count);
      if (example != exclusions.examples.end() && !example->second.empty())
        found += fmt::format(" (such as '{}')", example->second.front());
    }
  };
  add("candidate: ", exclusions.candidates_by_reason);
  add("job: ", exclusions.jobs_by_reason);
  add("", exclusions.passed_over);
  if (found.empty()) return Status::Ok();
  return connection_.InStore(
      ErrorCode::kCorruptData,
      fmt::format("with mongo.strict a document that cannot be used is an error: {}", found));
}

Result<Catalog> MongoCatalogLoader::Load(const CatalogSpec& spec) const {
  DYNAJOB_RETURN_IF_ERROR(spec.Validate());
  Findings bad_candidates, bad_jobs;
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<Candidate> candidates,
                           LoadRecords(EntityKind::kCandidate, candidates_, bad_candidates));
  DYNAJOB_ASSIGN_OR_RETURN(std::vector<Job> jobs, LoadRecords(EntityKind::kJob, jobs_, bad_jobs));
  const size_t candidate_count = candidates.size(), job_count = jobs.size();
  CatalogAssembler assembler(spec, std::move(candidates), std::move(jobs));
  for (const auto& [reason, example] : bad_candidates)
    assembler.Exclude(EntityKind::kCandidate, reason, example);
  for (const auto& [reason, example] : bad_jobs)
    assembler.Exclude(EntityKind::kJob, reason, example);

  Vectors candidate_vectors, job_vectors;
  const auto in_store = [&](const Status& status) {
    if (status.ok() || status.error().message.starts_with(connection_.name())) return status;
    return Status(connection_.InStore(status.error().code, status.error().message));
  };
  DYNAJOB_RETURN_IF_ERROR(in_store(LoadVectors(EntityKind::kCandidate, spec.state_fields,
                                               candidate_count, assembler, candidate_vectors)));
  DYNAJOB_RETURN_IF_ERROR(in_store(
      LoadVectors(EntityKind::kJob, spec.action_fields, job_count, assembler, job_vectors)));
  DYNAJOB_RETURN_IF_ERROR(in_store(assembler.Allocate()));
  DYNAJOB_RETURN_IF_ERROR(in_store(
      CopyVectors(EntityKind::kCandidate, spec.state_fields, candidate_vectors, assembler)));
  DYNAJOB_RETURN_IF_ERROR(
      in_store(CopyVectors(EntityKind::kJob, spec.action_fields, job_vectors, assembler)));
  auto catalog = std::move(assembler).Finish();
  if (!catalog.ok()) return connection_.InStore(catalog.error().code, catalog.error().message);
  DYNAJOB_RETURN_IF_ERROR(CheckStrict(catalog->exclusions()));
  return catalog;
}

Result<Catalog> MongoStore::LoadCatalog(const CatalogSpec& spec) {
  const size_t clients = connection_->max_clients() - held_clients_;
  return MongoCatalogLoader(*connection_, options_, names_, job_reader_, candidate_reader_, clients)
      .Load(spec);
}

}  // namespace dynajob
