#include "field_reader.h"

#include <algorithm>

#include "dynajob/core/text.h"
#include "dynajob/market/text_facts.h"

namespace dynajob {
namespace {

using Kind = FieldValue::Kind;

bool IsEmpty(const FieldValue& value) {
  switch (value.kind) {
    case Kind::kNull:
      return true;
    case Kind::kText: {
      const std::string_view text = Trim(value.text);
      return text.empty() || text == "NaN" || text == "nan" || text == "null";
    }
    case Kind::kTextList:
      return value.list.empty();
    default:
      return false;
  }
}

void AddPhrase(UniqueList& phrases, std::string_view item) {
  std::string phrase = PlainText(item);
  std::string_view trimmed = Trim(phrase);
  // A Python list that was written as text: ['SQL', 'Excel'].
  while (!trimmed.empty() &&
         (trimmed.front() == '[' || trimmed.front() == '\'' || trimmed.front() == '"' ||
          trimmed.front() == '-' || trimmed.front() == ' '))
    trimmed.remove_prefix(1);
  while (!trimmed.empty() && (trimmed.back() == ']' || trimmed.back() == '\'' ||
                              trimmed.back() == '"' || trimmed.back() == ' '))
    trimmed.remove_suffix(1);
  if (!trimmed.empty()) phrases.Add(trimmed);
}

// Separators inside parentheses, "Python (Pandas, NumPy)", separate nothing.
std::vector<std::string> SplitPhrases(std::string_view text) {
  UniqueList phrases;
  int depth = 0;
  size_t begin = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : '\n';
    if (c == '(') ++depth;
    if (c == ')' && depth > 0) --depth;
    const bool separates = c == '\n' || (depth == 0 && (c == ',' || c == ';' || c == '|'));
    if (!separates) continue;
    AddPhrase(phrases, text.substr(begin, i - begin));
    begin = i + 1;
    if (c == '\n') depth = 0;
  }
  return std::move(phrases).Take();
}

}  // namespace

std::vector<std::string_view> FieldNames(std::string_view names) {
  std::vector<std::string_view> list;
  while (!names.empty()) {
    const size_t end = std::min(names.find('|'), names.size());
    const std::string_view name = Trim(names.substr(0, end));
    if (!name.empty()) list.push_back(name);
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return list;
}

std::string FieldReader::Line(std::string_view names) {
  std::string line = Text(names);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

std::string FieldReader::Text(std::string_view names) {
  const auto [name, value] = Find(names);
  if (value == nullptr) return {};
  if (value->kind == Kind::kText) return PlainText(value->text);
  if (value->kind == Kind::kNumber) return value->text;
  if (value->kind != Kind::kTextList) {
    WrongType(name, "text");
    return {};
  }
  std::string joined;
  for (const std::string& item : value->list) joined += item + "\n";
  return PlainText(joined);
}

std::string FieldReader::Id(std::string_view names) {
  const auto [name, value] = Find(names);
  if (value == nullptr) return {};
  if (value->kind == Kind::kText || value->kind == Kind::kNumber)
    return std::string(Trim(value->text));
  WrongType(name, "text or a number");
  return {};
}

std::vector<std::string> FieldReader::Phrases(std::string_view names) {
  const auto [name, value] = Find(names);
  if (value == nullptr) return {};
  if (value->kind == Kind::kTextList) {
    UniqueList phrases;
    for (const std::string& item : value->list) AddPhrase(phrases, item);
    return std::move(phrases).Take();
  }
  if (value->kind == Kind::kText || value->kind == Kind::kNumber) return SplitPhrases(value->text);
  WrongType(name, "a list of texts");
  return {};
}

std::optional<double> FieldReader::Number(std::string_view names) {
  const auto [name, value] = Find(names);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Kind::kNumber) return value->number;
  WrongType(name, "a number");
  return std::nullopt;
}

std::pair<std::string_view, const FieldValue*> FieldReader::Find(std::string_view names) const {
  for (std::string_view name : FieldNames(names)) {
    const auto found = row_.find(name);
    if (found != row_.end() && !IsEmpty(found->second)) return {name, &found->second};
  }
  return {{}, nullptr};
}

void FieldReader::WrongType(std::string_view name, std::string_view expected) {
  if (rejection_) return;
  rejection_ =
      Rejection{"wrong type", "field '" + std::string(name) + "' must be " + std::string(expected)};
}

}  // namespace dynajob
