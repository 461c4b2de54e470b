#include "jsonl_importer_row.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxDetailBytes = 300;

// The value of the four hexadecimal digits at `at`, or -1.
int HexQuad(std::string_view text, size_t at) {
  if (at + 4 > text.size()) return -1;
  int value = 0;
  for (char c : text.substr(at, 4)) {
    int digit = -1;
    if (c >= '0' && c <= '9') digit = c - '0';
    if (c >= 'a' && c <= 'f') digit = c - 'a' + 10;
    if (c >= 'A' && c <= 'F') digit = c - 'A' + 10;
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool IsHighSurrogate(int unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(int unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

// Copies the escape sequence at `at`, a lone surrogate as U+FFFD; returns its length.
size_t CopyEscape(std::string_view text, size_t at, std::string& out) {
  if (at + 1 >= text.size() || text[at + 1] != 'u') {
    const size_t length = std::min<size_t>(2, text.size() - at);
    out += text.substr(at, length);
    return length;
  }
  const int unit = HexQuad(text, at + 2);
  if (unit < 0) {
    out += text.substr(at, 2);
    return 2;
  }
  if (IsHighSurrogate(unit) && text.substr(at + 6, 2) == "\\u" &&
      IsLowSurrogate(HexQuad(text, at + 8))) {
    out += text.substr(at, 12);
    return 12;
  }
  out += IsHighSurrogate(unit) || IsLowSurrogate(unit) ? "\\ufffd" : text.substr(at, 6);
  return 6;
}

bool IsLinkedDataKey(std::string_view name) { return name == "@type" || name == "@graph"; }

}  // namespace

std::string RepairJson(std::string_view line) {
  const std::string text = SanitizeUtf8(line);
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (in_string && text[i] == '\\') {
      i += CopyEscape(text, i, out);
      continue;
    }
    if (text[i] == '"') in_string = !in_string;
    bool replaced = false;
    if (!in_string && (text[i] == 'N' || text[i] == 'I' || text[i] == '-')) {
      for (std::string_view literal : {"NaN", "Infinity", "-Infinity"}) {
        if (!rest.starts_with(literal)) continue;
        out += "null";
        i += literal.size();
        replaced = true;
        break;
      }
    }
    if (!replaced) out += text[i++];
  }
  return out;
}

namespace {

// Receives the parser's events. Nothing below the top level is kept but the texts of a list.
class RowHandler final : public nlohmann::json_sax<Json> {
 public:
  RowHandler(const NameSet& wanted, Row& row) : wanted_(wanted), row_(row) {}

  bool null() override { return Scalar({}); }
  bool boolean(bool) override { return Scalar({.kind = FieldValue::Kind::kOther}); }
  bool number_integer(int64_t value) override { return Number(value, std::to_string(value)); }
  bool number_unsigned(uint64_t value) override { return Number(value, std::to_string(value)); }
  bool number_float(double value, const std::string& text) override { return Number(value, text); }
  bool string(std::string& value) override {
    if (depth_ == 2 && field_ != nullptr && !in_list_ && wrapped_)
      *field_ = {.kind = FieldValue::Kind::kText, .text = value};
    if (depth_ == 2 && field_ != nullptr && in_list_ && !broken_list_)
      field_->list.push_back(std::move(value));
    if (depth_ > 1) return true;
    return Scalar({.kind = FieldValue::Kind::kText, .text = std::move(value)});
  }
  bool binary(binary_t&) override { return true; }  // does not occur in JSON text

  bool start_object(size_t) override {
    if (depth_ == 0) is_object_ = true;
    return Open(FieldValue::Kind::kOther);
  }
  bool start_array(size_t) override { return Open(FieldValue::Kind::kTextList); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& name) override {
    if (depth_ == 2) wrapped_ = name == "$oid" || name == "$date";
    if (depth_ != 1) return true;
    is_linked_data_ = is_linked_data_ || IsLinkedDataKey(name);
    const bool wanted = wanted_.contains(name);
    field_ = wanted ? &row_[name] : nullptr;
    if (wanted) *field_ = {};  // of a repeated key the last value counts
    return true;
  }
  bool parse_error(size_t, const std::string&, const Json::exception& error) override {
    error_ = error.what();
    return false;
  }

  bool is_object() const { return is_object_; }
  bool is_linked_data() const { return is_linked_data_; }
  const std::string& error() const { return error_; }

 private:
  bool Scalar(FieldValue value) {
    if (depth_ == 1 && field_ != nullptr) *field_ = std::move(value);
    // A list of texts may contain nulls but nothing else.
    if (depth_ == 2 && in_list_ && value.kind != FieldValue::Kind::kNull) BreakList();
    return true;
  }
  template <typename T>
  bool Number(T value, std::string text) {
    return Scalar({.kind = FieldValue::Kind::kNumber,
                   .text = std::move(text),
                   .number = static_cast<double>(value)});
  }
  bool Open(FieldValue::Kind kind) {
    if (depth_ == 0 && kind == FieldValue::Kind::kTextList) return Refuse("the row is a list");
    if (depth_ == 1) {
      if (field_ != nullptr) *field_ = {.kind = kind};
      in_list_ = kind == FieldValue::Kind::kTextList;
      broken_list_ = false;
      wrapped_ = false;
    }
    if (depth_ == 2 && in_list_) BreakList();
    if (++depth_ > kMaxDepth) return Refuse("nested more than 64 levels deep");
    return true;
  }
  bool Close() {
    --depth_;
    if (depth_ == 1) in_list_ = false;
    return true;
  }
  bool Refuse(std::string why) {
    error_ = std::move(why);
    return false;
  }
  void BreakList() {
    broken_list_ = true;
    if (field_ != nullptr) *field_ = {.kind = FieldValue::Kind::kOther};
  }

  const NameSet& wanted_;
  Row& row_;
  FieldValue* field_ = nullptr;  // the wanted field being read
  size_t depth_ = 0;
  bool is_object_ = false;
  bool is_linked_data_ = false;
  bool in_list_ = false;
  bool broken_list_ = false;
  bool wrapped_ = false;
  std::string error_;
};

// The value of a field, as RowHandler would read it.
FieldValue ToFieldValue(const simdjson::dom::element& element) {
  using Kind = FieldValue::Kind;
  using Type = simdjson::dom::element_type;
  switch (element.type()) {
    case Type::STRING:
      return {.kind = Kind::kText, .text = std::string(element.get_string().value_unsafe())};
    case Type::INT64: {
      const int64_t value = element.get_int64().value_unsafe();
      return {.kind = Kind::kNumber,
              .text = std::to_string(value),
              .number = static_cast<double>(value)};
    }
    case Type::UINT64: {
      const uint64_t value = element.get_uint64().value_unsafe();
      return {.kind = Kind::kNumber,
              .text = std::to_string(value),
              .number = static_cast<double>(value)};
    }
    case Type::DOUBLE: {
      const double value = element.get_double().value_unsafe();
      return {.kind = Kind::kNumber, .text = fmt::format("{}", value), .number = value};
    }
    case Type::NULL_VALUE:
      return {};
    case Type::ARRAY: {
      FieldValue value{.kind = Kind::kTextList};
      simdjson::dom::array items;
      if (element.get_array().get(items) != simdjson::SUCCESS) return {.kind = Kind::kOther};
      for (const simdjson::dom::element item : items) {
        std::string_view text;
        if (item.get_string().get(text) == simdjson::SUCCESS)
          value.list.emplace_back(text);
        else if (!item.is_null())
          return {.kind = Kind::kOther};
      }
      return value;
    }
    default:
      return {.kind = Kind::kOther};
  }
}

}  // namespace

struct RowParser::FastParser {
  simdjson::dom::parser parser;
  size_t capacity = 0;
};

RowParser::RowParser(const NameSet& wanted)
    : wanted_(wanted), fast_(std::make_unique<FastParser>()) {}
RowParser::~RowParser() = default;

// False for everything but a plain object: the slow parser repairs it or says what is wrong.
bool RowParser::ParseFast(std::string_view text, Row& row) {
  simdjson::dom::parser& parser = fast_->parser;
  if (text.size() > fast_->capacity) {
    const size_t capacity = std::max<size_t>(text.size() * 2, 64 << 10);
    if (parser.allocate(capacity, kMaxDepth) != simdjson::SUCCESS) return false;
    fast_->capacity = capacity;
  }
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size(), true).get_object().get(object) != simdjson::SUCCESS)
    return false;
  for (const auto field : object) {
    is_linked_data_ = is_linked_data_ || IsLinkedDataKey(field.key);
    if (!wanted_.contains(field.key)) continue;
    // MongoDB writes some values as objects; the slow parser knows which.
    if (field.value.is_object()) return false;
    row[std::string(field.key)] = ToFieldValue(field.value);
  }
  return true;
}

std::optional<Rejection> RowParser::Parse(std::string_view line, Row& row) {
  row.clear();
  is_linked_data_ = false;
  if (ParseFast(line, row)) return std::nullopt;
  row.clear();
  const std::string text = RepairJson(line);
  RowHandler handler(wanted_, row);
  const bool parsed = Json::sax_parse(text, &handler);
  is_linked_data_ = handler.is_linked_data();
  if (parsed && handler.is_object()) return std::nullopt;
  const bool other_value = parsed || (handler.error() == "the row is a list");
  if (other_value) return Rejection{"not an object", "the row is another JSON value"};
  return Rejection{"broken JSON", SanitizeUtf8(handler.error().substr(0, kMaxDetailBytes))};
}

}  // namespace dynajob
