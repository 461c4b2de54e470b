#include "mongo_ids.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include <fmt/format.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

constexpr size_t kUuidBytes = 16;
constexpr std::string_view kLowerHex = "0123456789abcdef";
// Doubles beyond this do not hold every integer.
constexpr double kExactIntegers = 9007199254740992.0;

std::string UuidText(const uint8_t* bytes) {
  std::string text;
  for (size_t i = 0; i < kUuidBytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kLowerHex[bytes[i] >> 4];
    text += kLowerHex[bytes[i] & 0xf];
  }
  return text;
}

std::optional<std::array<uint8_t, kUuidBytes>> ParseUuid(std::string_view text) {
  std::array<uint8_t, kUuidBytes> bytes{};
  size_t digits = 0;
  if (text.size() != 36) return std::nullopt;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const size_t digit = kLowerHex.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    uint8_t& byte = bytes[digits++ / 2];
    byte = static_cast<uint8_t>((byte << 4) | digit);
  }
  return bytes;
}

// Only the one way in which IdText prints a number.
std::optional<int64_t> ParseCanonicalInteger(std::string_view text) {
  int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return fmt::format("{}", number) == text ? std::optional(number) : std::nullopt;
}

bool IsObjectIdText(std::string_view text) {
  return text.size() == 24 && text.find_first_not_of(kLowerHex) == std::string_view::npos;
}

BsonValue BinaryValue(bson_subtype_t subtype, std::array<uint8_t, kUuidBytes>& bytes) {
  bson_value_t value{};
  value.value_type = BSON_TYPE_BINARY;
  value.value.v_binary.subtype = subtype;
  value.value.v_binary.data = bytes.data();
  value.value.v_binary.data_len = kUuidBytes;
  return BsonValue(value);
}

}  // namespace

std::optional<std::string> IdText(const bson_value_t& id) {
  switch (id.value_type) {
    case BSON_TYPE_UTF8: {
      const std::string_view text(id.value.v_utf8.str, id.value.v_utf8.len);
      // What the stores refuse to hold cannot be an id either.
      if (text.empty() || SanitizeUtf8(text) != text) return std::nullopt;
      return std::string(text);
    }
    case BSON_TYPE_OID: {
      char text[25];
      bson_oid_to_string(&id.value.v_oid, text);
      return std::string(text);
    }
    case BSON_TYPE_INT32:
      return fmt::format("{}", id.value.v_int32);
    case BSON_TYPE_INT64:
      return fmt::format("{}", id.value.v_int64);
    case BSON_TYPE_DOUBLE: {
      const double number = id.value.v_double;
      if (!(std::abs(number) <= kExactIntegers) || number != std::trunc(number))
        return std::nullopt;
      return fmt::format("{}", static_cast<int64_t>(number));
    }
    case BSON_TYPE_BINARY: {
      const auto& binary = id.value.v_binary;
      const bool is_uuid =
          binary.data_len == kUuidBytes &&
          (binary.subtype == BSON_SUBTYPE_UUID || binary.subtype == BSON_SUBTYPE_UUID_DEPRECATED);
      return is_uuid ? std::optional(UuidText(binary.data)) : std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string> IdText(const bson_iter_t& id) {
  bson_iter_t copy = id;  // reading a value writes to the iterator
  return IdText(*bson_iter_value(&copy));
}

std::vector<BsonValue> IdReadings(std::string_view text) {
  std::vector<BsonValue> readings;
  std::string copy(text);
  bson_value_t value{};
  value.value_type = BSON_TYPE_UTF8;
  value.value.v_utf8.str = copy.data();
  value.value.v_utf8.len = static_cast<uint32_t>(copy.size());
  readings.emplace_back(value);
  if (IsObjectIdText(text)) {
    value = {};
    value.value_type = BSON_TYPE_OID;
    bson_oid_init_from_string(&value.value.v_oid, copy.c_str());
    readings.emplace_back(value);
  }
  if (const auto number = ParseCanonicalInteger(text)) {
    value = {};
    value.value_type = BSON_TYPE_INT64;  // equal to an int32 and a double of the same value
    value.value.v_int64 = *number;
    readings.emplace_back(value);
  }
  if (auto bytes = ParseUuid(text)) {
    readings.push_back(BinaryValue(BSON_SUBTYPE_UUID, *bytes));
    readings.push_back(BinaryValue(BSON_SUBTYPE_UUID_DEPRECATED, *bytes));
  }
  return readings;
}

Bson FilterByValues(std::string_view key, const std::vector<BsonValue>& values) {
  DYNAJOB_CHECK(!values.empty(), "a filter by values needs one");
  Bson filter;
  if (values.size() == 1) {
    filter.Add(key, values.front().get());
    return filter;
  }
  BsonArray array;
  for (const BsonValue& value : values) array.Add(value.get());
  Bson in;
  in.AddArray("$in", array.elements());
  filter.Add(key, in);
  return filter;
}

Bson FilterByTexts(std::string_view key, const std::vector<std::string>& texts) {
  std::vector<BsonValue> values;
  for (const std::string& text : texts)
    for (BsonValue& reading : IdReadings(text)) values.push_back(std::move(reading));
  return FilterByValues(key, values);
}

}  // namespace dynajob
