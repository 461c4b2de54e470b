// Ids between MongoDB and dynajob. In the database an id has a BSON type, which is kept; in dynajob
// it is text:
//
//   string     itself
//   ObjectId   24 hexadecimal digits in lower case, as str() of pymongo gives
//   integer    decimal digits (int32, int64, and doubles without a fraction, which the shell
//   writes) UUID       8-4-4-4-12 hexadecimal digits in lower case (BinData subtype 4, and 3 in
//   byte order)
//
// A text may be read in more than one way ("42": a string or an integer), so a text becomes a value
// by looking it up: the document whose _id is one of its readings. Two documents of one collection
// with the same text are ambiguous, and refused where one of them would be written to. A document
// that dynajob makes has a string.
#ifndef DYNAJOB_STORES_SRC_MONGO_IDS_H_
#define DYNAJOB_STORES_SRC_MONGO_IDS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mongo_handles.h"

namespace dynajob {

// nullopt for a type that cannot be an id.
std::optional<std::string> IdText(const bson_iter_t& id);
std::optional<std::string> IdText(const bson_value_t& id);

// All values whose text this is; the string comes first.
std::vector<BsonValue> IdReadings(std::string_view text);

// {key: value}, or {key: {$in: [values]}} when there are more. Requires one value at least.
Bson FilterByValues(std::string_view key, const std::vector<BsonValue>& values);
// All readings of all texts.
Bson FilterByTexts(std::string_view key, const std::vector<std::string>& texts);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_MONGO_IDS_H_
