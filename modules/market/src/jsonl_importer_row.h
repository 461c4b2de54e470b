// One JSON value as a flat set of fields.
#ifndef DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_
#define DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_

#include <functional>
#include <map>
#include <memory>
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

// JSON that JSON does not allow, as some writers produce it: invalid UTF-8 and lone surrogates
// become U+FFFD, and NaN and Infinity become null.
std::string RepairJson(std::string_view text);

// Reads JSON objects. Memory is proportional to the text, whatever it nests. Not safe for
// concurrent use.
class RowParser {
 public:
  explicit RowParser(const NameSet& wanted);
  ~RowParser();

  // Reads the top-level fields of a JSON object whose names are wanted; all others are parsed and
  // dropped. {"$oid": "…"} and {"$date": "…"}, MongoDB's ways of writing ids and dates, count as
  // texts. The text is repaired where it must be.
  std::optional<Rejection> Parse(std::string_view text, Row& row);

  // Whether the last object had a key of JSON-LD ("@type", "@graph").
  bool is_linked_data() const { return is_linked_data_; }

 private:
  struct FastParser;
  bool ParseFast(std::string_view text, Row& row);

  const NameSet& wanted_;
  std::unique_ptr<FastParser> fast_;
  bool is_linked_data_ = false;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_JSONL_IMPORTER_ROW_H_
