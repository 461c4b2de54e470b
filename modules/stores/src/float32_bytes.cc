#include "float32_bytes.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

// Between this machine's order and little-endian; its own inverse.
uint32_t LittleEndian(uint32_t word) {
  if constexpr (std::endian::native == std::endian::little) return word;
  return (word >> 24) | ((word >> 8) & 0xff00u) | ((word << 8) & 0xff0000u) | (word << 24);
}

}  // namespace

std::vector<std::byte> EncodeFloat32(std::span<const float> values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  for (size_t i = 0; i < values.size(); ++i) {
    const uint32_t word = LittleEndian(std::bit_cast<uint32_t>(values[i]));
    std::memcpy(bytes.data() + i * sizeof(word), &word, sizeof(word));
  }
  return bytes;
}

void DecodeFloat32(std::span<const std::byte> bytes, std::span<float> values) {
  DYNAJOB_CHECK(bytes.size() == values.size() * sizeof(float), "wrong number of bytes");
  for (size_t i = 0; i < values.size(); ++i) {
    uint32_t word = 0;
    std::memcpy(&word, bytes.data() + i * sizeof(word), sizeof(word));
    values[i] = std::bit_cast<float>(LittleEndian(word));
  }
}

std::optional<size_t> FindNonFinite(std::span<const float> values) {
  // A block without a branch in it is checked with vector instructions.
  constexpr size_t kBlock = 256;
  constexpr uint32_t kExponent = 0x7f800000;
  for (size_t begin = 0; begin < values.size(); begin += kBlock) {
    const auto block = values.subspan(begin, std::min(kBlock, values.size() - begin));
    uint32_t found = 0;
    for (const float value : block)
      found |= (std::bit_cast<uint32_t>(value) & kExponent) == kExponent ? 1 : 0;
    if (found == 0) continue;
    const auto first =
        std::find_if(block.begin(), block.end(), [](float value) { return !std::isfinite(value); });
    return begin + static_cast<size_t>(first - block.begin());
  }
  return std::nullopt;
}

}  // namespace dynajob
