// What one core can do at best, measured: multiply-adds on registers, and one pass over the four
// arrays of Adam.
#ifndef DYNAJOB_BENCHMARKS_PERFORMANCE_FLOOR_H_
#define DYNAJOB_BENCHMARKS_PERFORMANCE_FLOOR_H_

#include <vector>

#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dynajob {

inline double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

#if defined(__x86_64__)
// Operations done; 16 chains hide the latency of an FMA.
__attribute__((target("avx512f"))) inline double FmaLoop512(long rounds, float* sink) {
  __m512 sums[16];
  const __m512 x = _mm512_set1_ps(1.0000001f), y = _mm512_set1_ps(1e-9f);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  for (long round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) sums[i] = _mm512_fmadd_ps(sums[i], x, y);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) *sink += _mm512_cvtss_f32(sums[i]);
  return static_cast<double>(rounds) * 16 * 32;
}
__attribute__((target("avx512f,avx512bf16"))) inline double Bfloat16Loop512(long rounds,
                                                                            float* sink) {
  __m512 sums[16];
  const __m512bh x = reinterpret_cast<__m512bh>(_mm512_set1_epi32(0x3f803f80));  // ones
  const __m512bh y = reinterpret_cast<__m512bh>(_mm512_set1_epi32(0x30803080));
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  for (long round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) sums[i] = _mm512_dpbf16_ps(sums[i], x, y);
  }
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) *sink += _mm512_cvtss_f32(sums[i]);
  return static_cast<double>(rounds) * 16 * 64;
}
__attribute__((target("avx2,fma"))) inline double FmaLoop256(long rounds, float* sink) {
  __m256 sums[12];
  const __m256 x = _mm256_set1_ps(1.0000001f), y = _mm256_set1_ps(1e-9f);
#pragma GCC unroll 12
  for (int i = 0; i < 12; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  for (long round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; ++i) sums[i] = _mm256_fmadd_ps(sums[i], x, y);
  }
#pragma GCC unroll 12
  for (int i = 0; i < 12; ++i) *sink += _mm256_cvtss_f32(sums[i]);
  return static_cast<double>(rounds) * 12 * 16;
}
#endif

// 10^9 operations a second of `loop`, the best of several.
template <typename Loop>
double PeakOf(const Loop& loop, double seconds) {
  float sink = 0;
  double best = 0;
  const double start = CpuSeconds();
  while (CpuSeconds() - start < seconds) {
    const double begin = CpuSeconds();
    const double operations = loop(2000000, &sink);
    const double rate = operations / (CpuSeconds() - begin) / 1e9;
    if (rate > best) best = rate;
  }
  return sink == 0.5f ? 0 : best;
}

// In float32, and with bfloat16 operands; 0 where there is no loop for the processor.
inline double PeakGflops(double seconds) {
#if defined(__x86_64__)
  const bool wide = __builtin_cpu_supports("avx512f") != 0;
  return PeakOf(wide ? FmaLoop512 : FmaLoop256, seconds);
#else
  static_cast<void>(seconds);
  return 0;
#endif
}
inline double PeakGflopsBfloat16(double seconds) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bf16")) return PeakOf(Bfloat16Loop512, seconds);
#endif
  static_cast<void>(seconds);
  return 0;
}

// ns a parameter for reading gradient, parameter and two moments and writing the last three, over
// as many as the Q-network of the benchmark has; the best of several.
inline double AdamStream(double seconds) {
  constexpr size_t kCount = 1344641;
  std::vector<float> g(kCount, 1e-3f), p(kCount), m(kCount), v(kCount);
  double best = 1e9;
  const double start = CpuSeconds();
  while (CpuSeconds() - start < seconds) {
    const double begin = CpuSeconds();
    float* __restrict parameter = p.data();
    float* __restrict first = m.data();
    float* __restrict second = v.data();
    const float* __restrict gradient = g.data();
    for (size_t i = 0; i < kCount; ++i) {
      first[i] += gradient[i];
      second[i] += gradient[i];
      parameter[i] += gradient[i];
    }
    const double time = (CpuSeconds() - begin) * 1e9 / static_cast<double>(kCount);
    if (time < best) best = time;
  }
  return best;
}

}  // namespace dynajob

#endif  // DYNAJOB_BENCHMARKS_PERFORMANCE_FLOOR_H_
