// Divides a collection for several cursors.
#ifndef DYNAJOB_STORES_SRC_MONGO_RANGES_H_
#define DYNAJOB_STORES_SRC_MONGO_RANGES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "mongo_connection.h"

namespace dynajob {

// Filters over _id that are disjoint and together match every document; one that matches all when
// the collection is small or its ids are of several types. Requires count >= 1.
Result<std::vector<Bson>> SplitById(const MongoConnection& connection,
                                    const std::string& collection, size_t count);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_RANGES_H_
