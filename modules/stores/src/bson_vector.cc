#include "bson_vector.h"

#include <cmath>
#include <cstring>
#include <limits>

#include <bson/bson.h>

#include "float32_bytes.h"

namespace dynajob {
namespace {

constexpr uint8_t kVectorSubtype = 9;
constexpr uint8_t kInt8Elements = 0x03;
constexpr uint8_t kFloat32Elements = 0x27;

uint8_t ByteAt(std::span<const std::byte> bytes, size_t i) {
  return std::to_integer<uint8_t>(bytes[i]);
}

VectorDecode DecodeArray(std::span<const std::byte> value, std::vector<float>& out) {
  bson_t array;
  bson_iter_t element;
  if (!bson_init_static(&array, reinterpret_cast<const uint8_t*>(value.data()), value.size()) ||
      !bson_iter_init(&element, &array))
    return {VectorDefect::kTruncated, 0};
  while (bson_iter_next(&element)) {
    if (BSON_ITER_HOLDS_DECIMAL128(&element)) return {VectorDefect::kDecimal128, out.size()};
    if (!BSON_ITER_HOLDS_NUMBER(&element)) return {VectorDefect::kNotANumber, out.size()};
    const double number = bson_iter_as_double(&element);
    // A finite double may still be beyond what a float32 holds.
    if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max())))
      return {VectorDefect::kNotFinite, out.size()};
    out.push_back(static_cast<float>(number));
  }
  if (element.err_off != 0) return {VectorDefect::kTruncated, out.size()};
  return {out.empty() ? VectorDefect::kEmpty : VectorDefect::kNone, 0};
}

VectorDecode DecodeBinary(std::span<const std::byte> value, std::vector<float>& out) {
  constexpr size_t kHeader = 5;    // length and subtype
  constexpr size_t kPrologue = 2;  // kind of element and padding
  if (value.size() < kHeader) return {VectorDefect::kTruncated, 0};
  uint32_t length = 0;
  for (size_t i = 0; i < 4; ++i) length |= static_cast<uint32_t>(ByteAt(value, i)) << (8 * i);
  if (length != value.size() - kHeader) return {VectorDefect::kTruncated, 0};
  if (ByteAt(value, 4) != kVectorSubtype) return {VectorDefect::kUnknownBinary, 0};
  if (length < kPrologue) return {VectorDefect::kTruncated, 0};
  const uint8_t kind = ByteAt(value, kHeader);
  if (ByteAt(value, kHeader + 1) != 0) return {VectorDefect::kUnknownBinary, 0};
  const auto elements = value.subspan(kHeader + kPrologue);
  if (kind == kInt8Elements) {
    for (const std::byte element : elements)
      out.push_back(static_cast<float>(static_cast<int8_t>(std::to_integer<uint8_t>(element))));
  } else if (kind == kFloat32Elements) {
    if (elements.size() % sizeof(float) != 0) return {VectorDefect::kTruncated, 0};
    out.resize(elements.size() / sizeof(float));
    DecodeFloat32(elements, out);
    if (const auto position = FindNonFinite(out)) return {VectorDefect::kNotFinite, *position};
  } else {
    return {VectorDefect::kUnknownBinary, 0};
  }
  return {out.empty() ? VectorDefect::kEmpty : VectorDefect::kNone, 0};
}

}  // namespace

std::string_view ToString(VectorDefect defect) {
  switch (defect) {
    case VectorDefect::kNone:
      return "none";
    case VectorDefect::kMissing:
      return "missing";
    case VectorDefect::kNotAVector:
      return "not a vector";
    case VectorDefect::kNotANumber:
      return "not a number";
    case VectorDefect::kDecimal128:
      return "decimal128";
    case VectorDefect::kNotFinite:
      return "not finite";
    case VectorDefect::kEmpty:
      return "empty";
    case VectorDefect::kTruncated:
      return "cut short";
    case VectorDefect::kUnknownBinary:
      return "unknown BinData";
  }
  return "unknown";
}

VectorDecode DecodeVector(uint8_t bson_type, std::span<const std::byte> value,
                          std::vector<float>& out) {
  out.clear();
  switch (bson_type) {
    case BSON_TYPE_ARRAY:
      return DecodeArray(value, out);
    case BSON_TYPE_BINARY:
      return DecodeBinary(value, out);
    case BSON_TYPE_NULL:
    case BSON_TYPE_UNDEFINED:
      return {VectorDefect::kMissing, 0};
    case BSON_TYPE_DECIMAL128:
      return {VectorDefect::kDecimal128, 0};
    default:
      return {VectorDefect::kNotAVector, 0};
  }
}

}  // namespace dynajob
