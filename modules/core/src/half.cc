#include "dynajob/core/half.h"

#include <bit>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

float Widen(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu, mantissa = half & 0x3ffu;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
  if (exponent != 0)
    return std::bit_cast<float>(sign | ((exponent + 112) << 23) | (mantissa << 13));
  // Zero, or a number below the normal ones: mantissa * 2^-24.
  const float value = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -value : value;
}

#if defined(__x86_64__)
__attribute__((target("avx,f16c"))) size_t WidenMostVectorised(const uint16_t* from, size_t size,
                                                               float* to) {
  size_t i = 0;
  for (; i + 8 <= size; i += 8)
    _mm256_storeu_ps(
        to + i, _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i_u*>(from + i))));
  return i;
}
#endif

size_t WidenMost(const uint16_t* from, size_t size, float* to) {
#if defined(__x86_64__)
  static const bool has_instruction =
      __builtin_cpu_supports("avx") != 0 && __builtin_cpu_supports("f16c") != 0;
  if (has_instruction) return WidenMostVectorised(from, size, to);
#endif
  static_cast<void>(from), static_cast<void>(size), static_cast<void>(to);
  return 0;
}

}  // namespace

void WidenHalves(std::span<const uint16_t> halves, std::span<float> out) {
  DYNAJOB_CHECK(halves.size() == out.size(), "one number per half");
  for (size_t i = WidenMost(halves.data(), halves.size(), out.data()); i < halves.size(); ++i)
    out[i] = Widen(halves[i]);
}

}  // namespace dynajob
