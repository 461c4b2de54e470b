// Changes of the jobs of a MongoDB database. What changed is found in one of two ways and then read
// as it is now, so a feed reports states, not events.
//
// Change stream (replica sets, sharded clusters, Atlas): one stream over the collections of jobs
// and of their vectors; a lost connection is resumed from the last token.
//
// Polling (elsewhere): by the indexed time of the last update, which dynajob writes by the server's
// clock. Times can be equal, and one can become visible after a later one; so a poll asks again for
// all that is newer than what was the newest time two seconds ago, and leaves out what it reported
// in the same state. Deletions leave no time: the ids are compared when there are fewer of them
// than before, and otherwise every now and then. Documents of writers that set no such time are not
// seen.
#ifndef DYNAJOB_STORES_SRC_MONGO_JOB_FEED_H_
#define DYNAJOB_STORES_SRC_MONGO_JOB_FEED_H_

#include <memory>
#include <string>
#include <vector>

#include "dynajob/stores/job_feed.h"

#include "mongo_connection.h"
#include "mongo_documents.h"

namespace dynajob {

// What a feed works with; borrows everything from its store.
struct MongoFeedContext {
  const MongoConnection& connection;
  const MongoOptions& options;
  const MongoNames& names;
  const RecordReader<Job>& reader;
};

// The jobs of these ids as they are now, in the order of the ids.
Result<std::vector<JobChange>> ReadJobChanges(const MongoFeedContext& context,
                                              const std::vector<std::string>& ids);

// The text of every _id of a collection that matches, ascending.
Result<std::vector<std::string>> ReadIds(const MongoConnection& connection,
                                         const std::string& collection, const Bson& filter);

// Null when the server has no change streams, or does not let this user open one.
Result<std::unique_ptr<JobFeed>> OpenChangeStreamFeed(const MongoFeedContext& context);
Result<std::unique_ptr<JobFeed>> OpenPollingFeed(const MongoFeedContext& context);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_JOB_FEED_H_
