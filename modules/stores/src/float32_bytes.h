// Vectors as little-endian float32 bytes, on machines of either byte order.
#ifndef DYNAJOB_STORES_SRC_FLOAT32_BYTES_H_
#define DYNAJOB_STORES_SRC_FLOAT32_BYTES_H_

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace dynajob {

std::vector<std::byte> EncodeFloat32(std::span<const float> values);

// Requires bytes.size() == 4 * values.size().
void DecodeFloat32(std::span<const std::byte> bytes, std::span<float> values);

// The position of the first NaN or infinity.
std::optional<size_t> FindNonFinite(std::span<const float> values);

}  // namespace dynajob

#endif  // DYNAJOB_STORES_SRC_FLOAT32_BYTES_H_
