// Typed values out of a row.
#ifndef DYNAJOB_MARKET_SRC_FIELD_READER_H_
#define DYNAJOB_MARKET_SRC_FIELD_READER_H_

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "jsonl_importer_row.h"

namespace dynajob {

// The names in "a|b|c", without empty ones.
std::vector<std::string_view> FieldNames(std::string_view names);

// A list that keeps the first of equal items; constant time per item, however long it gets.
class UniqueList {
 public:
  void Add(std::string_view item) {
    if (seen_.emplace(item).second) items_.emplace_back(item);
  }
  std::vector<std::string> Take() && { return std::move(items_); }

 private:
  std::vector<std::string> items_;
  std::unordered_set<std::string> seen_;
};

// Every field has a list of names, as FieldNames takes it; of these the first that is present and
// not empty counts. The first value of a wrong type is remembered and read as empty.
class FieldReader {
 public:
  explicit FieldReader(const Row& row) : row_(row) {}

  // Text on one line, such as a title.
  std::string Line(std::string_view names);
  // Text of any length; a list of texts is joined by lines.
  std::string Text(std::string_view names);
  // As written, without repair of its content: ids must stay what they are.
  std::string Id(std::string_view names);
  // A list of phrases, or one text that separates them by commas, semicolons, bars or lines.
  std::vector<std::string> Phrases(std::string_view names);
  std::optional<double> Number(std::string_view names);
  // The value itself, null when there is none or it is empty.
  const FieldValue* Value(std::string_view names) { return Find(names).second; }

  std::optional<Rejection> rejection() const { return rejection_; }

 private:
  std::pair<std::string_view, const FieldValue*> Find(std::string_view names) const;
  void WrongType(std::string_view name, std::string_view expected);

  const Row& row_;
  std::optional<Rejection> rejection_;
};

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_FIELD_READER_H_
