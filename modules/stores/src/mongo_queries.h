// Small questions to collections, and answers out of documents, that several files share.
#ifndef DYNAJOB_STORES_SRC_MONGO_QUERIES_H_
#define DYNAJOB_STORES_SRC_MONGO_QUERIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mongo_connection.h"
#include "mongo_handles.h"

namespace dynajob {

// {_id: id}, for collections whose ids dynajob makes.
Bson ById(std::string_view id);

// The text of an id or of a text (see mongo_ids.h) at a path such as "documentKey._id"; nullopt
// when there is none, or an empty one.
std::optional<std::string> IdAt(BsonView document, const std::string& path);
std::optional<std::string> IdAt(const bson_iter_t& parent, const std::string& path);
// nullopt when there is no date.
std::optional<int64_t> DateAt(BsonView document, const std::string& path);

// A value of any type, for messages.
std::string ShowValue(BsonView document, const char* key);

// The text of every _id of a collection that matches, ascending.
Result<std::vector<std::string>> ReadIds(const MongoConnection& connection,
                                         const std::string& collection, const Bson& filter);

// The clock of the server, Unix milliseconds.
Result<int64_t> ServerTime(const MongoConnection& connection);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_QUERIES_H_
