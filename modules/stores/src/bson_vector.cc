#include "bson_vector.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include <bson/bson.h>

#include "float32_bytes.h"

namespace dynajob {
namespace {

constexpr uint8_t kVectorSubtype = 9;
constexpr uint8_t kInt8Elements = 0x03;
constexpr uint8_t kPackedBitElements = 0x10;
constexpr uint8_t kFloat32Elements = 0x27;

constexpr size_t kLengthBytes = 4;
// Elements that are tried at a fixed stride at once: many enough to pay, few enough that walking
// them again when the pattern breaks costs little.
constexpr size_t kBlock = 64;
// Of an element's type, key and NUL, the stride is checked on eight bytes.
constexpr size_t kHeaderBytes = 8;
constexpr size_t kMaxKeyDigits = kHeaderBytes - 2;

template <typename T>
T Load(const std::byte* bytes) {
  T word;
  std::memcpy(&word, bytes, sizeof(word));
  if constexpr (std::endian::native == std::endian::big) {
    auto* raw = reinterpret_cast<std::byte*>(&word);
    std::reverse(raw, raw + sizeof(word));
  }
  return word;
}

uint8_t ByteAt(std::span<const std::byte> bytes, size_t i) {
  return std::to_integer<uint8_t>(bytes[i]);
}

// Digits of the key of the element after `count`, and how many elements from there on have as many.
struct KeyRun {
  size_t digits;
  size_t elements;
};

KeyRun RunAt(size_t count) {
  KeyRun run{1, 10};
  while (count >= run.elements) {
    ++run.digits;
    run.elements *= 10;
  }
  run.elements -= count;
  return run;
}

// Decodes `count` elements of type T with keys of `digits` digits that lie one after the other.
// False when they do not; `target` then holds nothing of use. Every element's header is compared
// whole: its type, a byte that is not NUL for each digit, the NUL.
template <typename T>
bool DecodeStride(const std::byte* element, uint8_t type, size_t digits, size_t count,
                  float* target) {
  const uint64_t digit_bits = (uint64_t{1} << (8 * digits)) - 1;
  const uint64_t mask =
      0xff | (0xf0f0f0f0f0f0f0f0u & (digit_bits << 8)) | (uint64_t{0xff} << (8 * (digits + 1)));
  const uint64_t expected = type | (0x3030303030303030u & (digit_bits << 8));
  const size_t header = digits + 2;
  const size_t stride = header + sizeof(T);
  uint64_t differences = 0;
  for (size_t i = 0; i < count; ++i, element += stride) {
    differences |= (Load<uint64_t>(element) & mask) ^ expected;
    target[i] = static_cast<float>(Load<T>(element + header));
  }
  return differences == 0;
}

// The elements of one array. `bytes` is the whole value, whose length and final NUL are checked.
class ArrayWalk {
 public:
  ArrayWalk(std::span<const std::byte> bytes, std::vector<float>& out)
      : bytes_(bytes), end_(bytes.size() - 1), out_(out) {}

  VectorDecode Decode() {
    while (at_ < end_ && !is_too_long()) {
      if (DecodeBlock()) continue;
      for (size_t i = 0; i < kBlock && at_ < end_ && !is_too_long(); ++i)
        if (const VectorDefect defect = DecodeOne(); defect != VectorDefect::kNone)
          return {defect, out_.size()};
    }
    if (!is_too_long()) return {VectorDefect::kNone, 0};
    out_.resize(kMaxVectorLength + 1);  // a block may have gone further
    return {VectorDefect::kTooLong, kMaxVectorLength};
  }

 private:
  bool is_too_long() const { return out_.size() > kMaxVectorLength; }

  bool DecodeBlock() {
    switch (ByteAt(bytes_, at_)) {
      case BSON_TYPE_DOUBLE:
        return DecodeBlockOf<double>(BSON_TYPE_DOUBLE);
      case BSON_TYPE_INT32:
        return DecodeBlockOf<int32_t>(BSON_TYPE_INT32);
      case BSON_TYPE_INT64:
        return DecodeBlockOf<int64_t>(BSON_TYPE_INT64);
      default:
        return false;
    }
  }

  template <typename T>
  bool DecodeBlockOf(uint8_t type) {
    const size_t done = out_.size();
    const KeyRun run = RunAt(done);
    if (run.digits > kMaxKeyDigits) return false;
    const size_t stride = run.digits + 2 + sizeof(T);
    const size_t count = std::min({run.elements, kBlock, (end_ - at_) / stride});
    // Of the last element too, eight bytes are read from its start on.
    if (count == 0 || at_ + (count - 1) * stride + kHeaderBytes > bytes_.size()) return false;
    out_.resize(done + count);
    if (!DecodeStride<T>(bytes_.data() + at_, type, run.digits, count, out_.data() + done)) {
      out_.resize(done);
      return false;
    }
    at_ += count * stride;
    return true;
  }

  VectorDefect DecodeOne() {
    const uint8_t type = ByteAt(bytes_, at_);
    const auto* key_end = static_cast<const std::byte*>(
        std::memchr(bytes_.data() + at_ + 1, 0, bytes_.size() - at_ - 1));
    // The final NUL ends the array, so a key that goes as far as that has no value.
    const size_t value = static_cast<size_t>(key_end - bytes_.data()) + 1;
    if (type == BSON_TYPE_EOD || value > end_) return VectorDefect::kTruncated;
    switch (type) {
      case BSON_TYPE_DOUBLE:
        return Append<double>(value);
      case BSON_TYPE_INT32:
        return Append<int32_t>(value);
      case BSON_TYPE_INT64:
        return Append<int64_t>(value);
      case BSON_TYPE_DECIMAL128:
        return VectorDefect::kDecimal128;
      default:
        return VectorDefect::kNotANumber;
    }
  }

  template <typename T>
  VectorDefect Append(size_t value) {
    if (end_ - value < sizeof(T)) return VectorDefect::kTruncated;
    out_.push_back(static_cast<float>(Load<T>(bytes_.data() + value)));
    at_ = value + sizeof(T);
    return VectorDefect::kNone;
  }

  std::span<const std::byte> bytes_;
  size_t at_ = kLengthBytes;
  size_t end_;  // of the elements: where the final NUL is
  std::vector<float>& out_;
};

// What the walk found, unless a number before it is not finite: the first defect counts.
VectorDecode Finish(VectorDecode walked, const std::vector<float>& out) {
  if (const auto position = FindNonFinite(out)) return {VectorDefect::kNotFinite, *position};
  if (walked.defect == VectorDefect::kNone && out.empty()) return {VectorDefect::kEmpty, 0};
  return walked;
}

VectorDecode DecodeArray(std::span<const std::byte> value, std::vector<float>& out) {
  if (value.size() < kLengthBytes + 1 || Load<uint32_t>(value.data()) != value.size() ||
      value.back() != std::byte{0})
    return {VectorDefect::kTruncated, 0};
  return Finish(ArrayWalk(value, out).Decode(), out);
}

VectorDecode DecodeBinary(std::span<const std::byte> value, std::vector<float>& out) {
  constexpr size_t kHeader = kLengthBytes + 1;  // length and subtype
  constexpr size_t kPrologue = 2;               // kind of element and padding
  if (value.size() < kHeader || Load<uint32_t>(value.data()) != value.size() - kHeader)
    return {VectorDefect::kTruncated, 0};
  if (ByteAt(value, kLengthBytes) != kVectorSubtype) return {VectorDefect::kUnknownBinary, 0};
  if (value.size() < kHeader + kPrologue) return {VectorDefect::kTruncated, 0};
  const uint8_t kind = ByteAt(value, kHeader);
  if (kind == kPackedBitElements) return {VectorDefect::kPackedBits, 0};
  if (ByteAt(value, kHeader + 1) != 0) return {VectorDefect::kUnknownBinary, 0};
  const auto elements = value.subspan(kHeader + kPrologue);
  if (elements.size() > kMaxVectorLength * (kind == kInt8Elements ? 1 : sizeof(float)))
    return {VectorDefect::kTooLong, kMaxVectorLength};
  if (kind == kInt8Elements) {
    out.resize(elements.size());
    std::transform(elements.begin(), elements.end(), out.begin(), [](std::byte element) {
      return static_cast<float>(std::bit_cast<int8_t>(element));
    });
  } else if (kind == kFloat32Elements) {
    if (elements.size() % sizeof(float) != 0) return {VectorDefect::kTruncated, 0};
    out.resize(elements.size() / sizeof(float));
    DecodeFloat32(elements, out);
  } else {
    return {VectorDefect::kUnknownBinary, 0};
  }
  return Finish({}, out);
}

static_assert(kMaxVectorLength == 16384, "as ToString has it");

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
    case VectorDefect::kPackedBits:
      return "packed bits";
    case VectorDefect::kTooLong:
      return "longer than 16384 values";
  }
  return "unknown";
}

VectorDecode DecodeVector(uint8_t bson_type, std::span<const std::byte> value,
                          std::vector<float>& out) {
  // Vectors of one field have one length: not cleared, `out` is not filled with zeros again.
  if (bson_type == BSON_TYPE_BINARY) return DecodeBinary(value, out);
  out.clear();
  switch (bson_type) {
    case BSON_TYPE_ARRAY:
      return DecodeArray(value, out);
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
