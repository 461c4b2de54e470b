#include "mongo_job_changes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "bson_vector.h"
#include "mongo_ids.h"
#include "mongo_queries.h"
#include "mongo_vectors.h"

namespace dynajob {
namespace {

using ChangesById = std::map<std::string, JobChange>;

Status ReadJobs(const MongoFeedContext& context, const std::vector<std::string>& ids,
                ChangesById& changes) {
  Bson opts;
  opts.Add("projection", context.reader.projection());
  return context.connection.Find(
      context.names.jobs, FilterByTexts("_id", ids), opts, ReadFrom::kPrimary, [] {},
      [&](BsonView document) {
        if (auto job = context.reader.Read(document))
          if (const auto change = changes.find(job->id); change != changes.end())
            change->second.job = std::move(*job);
        return Status::Ok();
      });
}

// Those that are none are as if they were not there, as for a catalog.
std::vector<StoredVector> VectorsOf(const MongoFeedContext& context, BsonView document) {
  std::vector<StoredVector> vectors;
  const VectorNotes notes(document);
  for (const FieldName& field : KnownFields(EntityKind::kJob)) {
    const std::string& stored = context.names.Vector(EntityKind::kJob, field.name);
    bson_iter_t value;
    std::vector<float> values;
    if (!bson_iter_init_find(&value, document.get(), stored.c_str()) ||
        DecodeVector(static_cast<uint8_t>(bson_iter_type(&value)), BytesOf(value), values).defect !=
            VectorDefect::kNone)
      continue;
    const auto note = notes.Of(stored);
    vectors.push_back({std::string(field.name),
                       std::string(note ? note->embedder : context.options.embedder),
                       std::move(values)});
  }
  return vectors;
}

Status ReadVectors(const MongoFeedContext& context, const std::vector<std::string>& ids,
                   ChangesById& changes) {
  const std::string& reference = context.names.job_reference;
  std::map<std::string, std::string> chosen;  // of several documents that of the first _id counts
  const auto restart = [&] {
    chosen.clear();
    for (const std::string& id : ids) changes[id].vectors.clear();
  };
  return context.connection.Find(context.names.job_embeddings, FilterByTexts(reference, ids),
                                 Bson(), ReadFrom::kPrimary, restart, [&](BsonView document) {
                                   const auto owner = IdAt(document, reference);
                                   const std::string id = IdAt(document, "_id").value_or("");
                                   if (!owner || !changes.contains(*owner)) return Status::Ok();
                                   const auto [first, is_first] = chosen.try_emplace(*owner, id);
                                   if (!is_first && first->second <= id) return Status::Ok();
                                   first->second = id;
                                   changes[*owner].vectors = VectorsOf(context, document);
                                   return Status::Ok();
                                 });
}

}  // namespace

Result<std::vector<JobChange>> ReadJobChanges(const MongoFeedContext& context,
                                              const std::vector<std::string>& ids) {
  ChangesById changes;
  for (const std::string& id : ids) changes[id] = {.id = id, .job = std::nullopt, .vectors = {}};
  const auto page = static_cast<size_t>(context.options.page);
  for (size_t begin = 0; begin < ids.size(); begin += page) {
    const std::vector<std::string> part(
        ids.begin() + static_cast<std::ptrdiff_t>(begin),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(begin + page, ids.size())));
    DYNAJOB_RETURN_IF_ERROR(ReadJobs(context, part, changes));
    DYNAJOB_RETURN_IF_ERROR(ReadVectors(context, part, changes));
  }
  std::vector<JobChange> in_order;
  for (auto& [id, change] : changes) {
    if (!change.job) change.vectors.clear();
    in_order.push_back(std::move(change));
  }
  return in_order;
}

}  // namespace dynajob
