#include "dynajob/core/tensor_bundle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace dynajob {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

constexpr uint64_t kMaximumHeaderBytes = 100'000'000;  // as the reference implementation
constexpr size_t kLengthBytes = 8;

size_t TypeSize(std::string_view type) {
  if (type == "F32" || type == "U32" || type == "I32") return 4;
  if (type == "U64" || type == "I64" || type == "F64") return 8;
  if (type == "F16" || type == "BF16" || type == "U16" || type == "I16") return 2;
  if (type == "U8" || type == "I8" || type == "BOOL") return 1;
  return 0;
}

// IEEE 754 binary16 to binary32, exactly.
float WidenHalf(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {  // zero or subnormal: mantissa * 2^-24
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(magnitude) | sign);
  }
  const uint32_t wide_exponent = exponent == 0x1fu ? 0xffu : exponent + (127 - 15);
  return std::bit_cast<float>(sign | wide_exponent << 23 | mantissa << 13);
}

// The nearest binary16; ties to even.
uint16_t NarrowHalf(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7fffffffu;
  uint32_t half = 0;
  if (magnitude > 0x7f800000u) {  // not a number
    half = 0x7e00u;
  } else if (magnitude >= std::bit_cast<uint32_t>(65520.0f)) {  // rounds beyond the largest
    half = 0x7c00u;
  } else if (magnitude < std::bit_cast<uint32_t>(0x1p-14f)) {
    // Subnormal. The last place of a sum in [0.5, 1) is 2^-24, so the addition rounds to it.
    const float sum = std::bit_cast<float>(magnitude) + 0.5f;
    half = std::bit_cast<uint32_t>(sum) - std::bit_cast<uint32_t>(0.5f);
  } else {
    const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
    half = (rounded >> 13) - ((127 - 15) << 10);
  }
  return static_cast<uint16_t>(sign | half);
}

float WidenBrainFloat(uint16_t value) {
  return std::bit_cast<float>(static_cast<uint32_t>(value) << 16);
}

template <typename T>
std::string RawBytes(std::span<const T> values) {
  std::string bytes(values.size_bytes(), '\0');
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), values.size_bytes());
  return bytes;
}

// Product of the dimensions, or nullopt when it overflows.
std::optional<uint64_t> ElementCount(const std::vector<size_t>& shape) {
  uint64_t count = 1;
  for (const size_t dimension : shape) {
    if (dimension != 0 && count > std::numeric_limits<uint64_t>::max() / 16 / dimension)
      return std::nullopt;
    count *= dimension;
  }
  return count;
}

Error Malformed(std::string_view what) {
  return CorruptData(fmt::format("not a valid safetensors file: {}", what));
}

struct Entry {
  std::string name;
  std::string type;
  std::vector<size_t> shape;
  uint64_t begin = 0;
  uint64_t end = 0;
};

Result<Entry> ParseEntry(const std::string& name, const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string() ||
      !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets") ||
      !json["data_offsets"].is_array() || json["data_offsets"].size() != 2) {
    return Malformed(fmt::format("tensor '{}' lacks dtype, shape or data_offsets", name));
  }
  Entry entry{.name = name, .type = json["dtype"].get<std::string>(), .shape = {}};
  for (const auto& dimension : json["shape"]) {
    if (!dimension.is_number_unsigned())
      return Malformed(fmt::format("tensor '{}': a dimension is not a natural number", name));
    entry.shape.push_back(dimension.get<size_t>());
  }
  for (const auto& offset : json["data_offsets"])
    if (!offset.is_number_unsigned())
      return Malformed(fmt::format("tensor '{}': an offset is not a natural number", name));
  entry.begin = json["data_offsets"][0].get<uint64_t>();
  entry.end = json["data_offsets"][1].get<uint64_t>();

  const size_t size = TypeSize(entry.type);
  if (size == 0) return Malformed(fmt::format("tensor '{}' has type {}", name, entry.type));
  const auto count = ElementCount(entry.shape);
  if (!count || entry.end < entry.begin || entry.end - entry.begin != *count * size)
    return Malformed(fmt::format("tensor '{}': offsets {}..{} do not fit its shape", name,
                                 entry.begin, entry.end));
  return entry;
}

}  // namespace

std::vector<float> WidenFloats(std::string_view bytes, std::string_view type) {
  std::vector<float> values(bytes.size() / sizeof(uint16_t));
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t narrow = 0;
    std::memcpy(&narrow, bytes.data() + i * sizeof(narrow), sizeof(narrow));
    values[i] = type == "F16" ? WidenHalf(narrow) : WidenBrainFloat(narrow);
  }
  return values;
}

std::string NarrowFloats(std::span<const float> values) {
  std::string bytes;
  bytes.reserve(values.size() * sizeof(uint16_t));
  for (const float value : values) {
    const uint16_t narrow = NarrowHalf(value);
    bytes.push_back(static_cast<char>(narrow & 0xff));
    bytes.push_back(static_cast<char>(narrow >> 8));
  }
  return bytes;
}

void TensorBundle::Put(const std::string& name, std::span<const float> values,
                       std::vector<size_t> shape) {
  const auto count = ElementCount(shape);
  DYNAJOB_CHECK(count && *count == values.size(), "tensor shape does not match: " + name);
  tensors_[name] = {"F32", std::move(shape), RawBytes(values)};
}

void TensorBundle::PutHalf(const std::string& name, std::span<const float> values,
                           std::vector<size_t> shape) {
  const auto count = ElementCount(shape);
  DYNAJOB_CHECK(count && *count == values.size(), "tensor shape does not match: " + name);
  tensors_[name] = {"F16", std::move(shape), NarrowFloats(values)};
}

void TensorBundle::Put(const std::string& name, std::span<const uint32_t> values) {
  tensors_[name] = {"U32", {values.size()}, RawBytes(values)};
}

void TensorBundle::Put(const std::string& name, std::span<const uint64_t> values) {
  tensors_[name] = {"U64", {values.size()}, RawBytes(values)};
}

template <typename T>
Result<std::vector<T>> TensorBundle::Get(const std::string& name, std::string_view type) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return CorruptData(fmt::format("tensor '{}' is missing", name));
  if (found->second.type != type)
    return CorruptData(
        fmt::format("tensor '{}' has type {}, expected {}", name, found->second.type, type));
  std::vector<T> values(found->second.bytes.size() / sizeof(T));
  if (!values.empty())
    std::memcpy(values.data(), found->second.bytes.data(), found->second.bytes.size());
  return values;
}

Result<std::vector<float>> TensorBundle::Floats(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found != tensors_.end() && (found->second.type == "F16" || found->second.type == "BF16"))
    return WidenFloats(found->second.bytes, found->second.type);
  return Get<float>(name, "F32");
}
Result<std::vector<size_t>> TensorBundle::Shape(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return CorruptData(fmt::format("tensor '{}' is missing", name));
  return found->second.shape;
}
Result<std::vector<uint32_t>> TensorBundle::Words(const std::string& name) const {
  return Get<uint32_t>(name, "U32");
}
Result<std::vector<uint64_t>> TensorBundle::LongWords(const std::string& name) const {
  return Get<uint64_t>(name, "U64");
}

std::string TensorBundle::Serialize() const {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata_.empty()) header["__metadata__"] = metadata_;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors_) {
    header[name] = {{"dtype", tensor.type},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.bytes.size()}}};
    offset += tensor.bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + kLengthBytes - 1) / kLengthBytes * kLengthBytes, ' ');
  const uint64_t length = text.size();
  std::string bytes(kLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kLengthBytes);
  bytes += text;
  for (const auto& [name, tensor] : tensors_) bytes += tensor.bytes;
  return bytes;
}

Result<TensorBundle> TensorBundle::Parse(std::string_view bytes) {
  if (bytes.size() < kLengthBytes) return Malformed("shorter than its length field");
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaximumHeaderBytes || length > bytes.size() - kLengthBytes)
    return Malformed(fmt::format("header of {} bytes in a file of {}", length, bytes.size()));
  const std::string_view data = bytes.substr(kLengthBytes + length);
  const auto header = nlohmann::json::parse(bytes.substr(kLengthBytes, length), nullptr,
                                            /*allow_exceptions=*/false);
  if (!header.is_object()) return Malformed("the header is not a JSON object");

  TensorBundle bundle;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      if (!value.is_object()) return Malformed("__metadata__ is not an object");
      for (const auto& [key, text] : value.items()) {
        if (!text.is_string()) return Malformed("__metadata__ holds something that is no text");
        bundle.metadata_[key] = text.get<std::string>();
      }
      continue;
    }
    DYNAJOB_ASSIGN_OR_RETURN(Entry entry, ParseEntry(name, value));
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.begin, a.end) < std::tie(b.begin, b.end);
  });
  uint64_t expected = 0;
  for (Entry& entry : entries) {
    if (entry.begin != expected || entry.end > data.size())
      return Malformed(fmt::format("tensor '{}' at {}..{}, expected to start at {} within {}",
                                   entry.name, entry.begin, entry.end, expected, data.size()));
    expected = entry.end;
    bundle.tensors_[entry.name] = {std::move(entry.type), std::move(entry.shape),
                                   std::string(data.substr(entry.begin, entry.end - entry.begin))};
  }
  if (expected != data.size())
    return Malformed(fmt::format("{} bytes of data, {} described", data.size(), expected));
  return bundle;
}

}  // namespace dynajob
