#include "mongo_job_changes.h"

#include <algorithm>
#include <map>
#include <utility>

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
    DYNAJOB_ASSIGN_OR_RETURN(
        auto vectors, ReadStoredVectors(context.connection, context.names, context.options.embedder,
                                        EntityKind::kJob, part));
    for (auto& [id, all] : vectors) changes[id].vectors = std::move(all);
  }
  std::vector<JobChange> in_order;
  for (auto& [id, change] : changes) {
    if (!change.job) change.vectors.clear();
    in_order.push_back(std::move(change));
  }
  return in_order;
}

}  // namespace dynajob
