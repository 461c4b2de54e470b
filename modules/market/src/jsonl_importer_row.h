// One line of JSON as a flat set of fields.
#ifndef DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_
#define DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dynajob {

struct FieldValue {
  enum class Kind { kNull, kText, kNumber, kTextList, kOther };
  Kind kind = Kind::kNull;
  std::string text = {};               // kText; of a kNumber as written
  double number = 0;                   // kNumber
  std::vector<std::string> list = {};  // kTextList
};

using Row = std::map<std::string, FieldValue, std::less<>>;
using NameSet = std::set<std::string, std::less<>>;

// Why a row is refused.
struct Rejection {
  std::string reason;
  std::string detail;
};

// Reads the top-level fields of a JSON object whose names are in `wanted`; all others are parsed
// and dropped. {"$oid": "…"} and {"$date": "…"}, MongoDB's ways of writing ids and dates, count as
// texts. The line is repaired first: invalid UTF-8 and lone surrogates become U+FFFD, and NaN and
// Infinity become null. Memory is proportional to the line, whatever it nests.
std::optional<Rejection> ParseRow(std::string_view line, const NameSet& wanted, Row& row);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_
