// What the two feeds of jobs share: they find ids that changed, and read what is there now, so a
// feed reports states, not events.
#ifndef DYNAJOB_STORES_SRC_MONGO_JOB_CHANGES_H_
#define DYNAJOB_STORES_SRC_MONGO_JOB_CHANGES_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dynajob/stores/job_feed.h"

#include "mongo_connection.h"
#include "mongo_documents.h"

namespace dynajob {

// How long a feed that waits is without news.
inline constexpr std::chrono::milliseconds kFeedInterval(250);
// Changed ids of one Poll, which bounds the memory of a feed that is behind.
inline constexpr size_t kMaxFeedChanges = 1000;

// What a feed works with; borrows everything from its store.
struct MongoFeedContext {
  const MongoConnection& connection;
  const MongoOptions& options;
  const MongoNames& names;
  const RecordReader<Job>& reader;
  std::atomic<size_t>& held_clients;  // of the pool, by feeds
};

// The jobs of these ids as they are now, in the order of the ids.
Result<std::vector<JobChange>> ReadJobChanges(const MongoFeedContext& context,
                                              const std::vector<std::string>& ids);

// Null when the server has no change streams, or does not let this user open one.
Result<std::unique_ptr<JobFeed>> OpenChangeStreamFeed(const MongoFeedContext& context);
Result<std::unique_ptr<JobFeed>> OpenPollingFeed(const MongoFeedContext& context);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_JOB_CHANGES_H_
