#include "kernels.h"

#include <algorithm>
#include <array>
#include <new>

namespace dynajob {

extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
extern const Kernels kAvx512Bf16Kernels;
#endif

namespace {

constexpr std::align_val_t kCacheLine{64};

struct Available {
  Available() {
#if defined(__x86_64__)
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
    if (avx512 && __builtin_cpu_supports("avx512bf16")) kernels[count++] = &kAvx512Bf16Kernels;
    if (avx512) kernels[count++] = &kAvx512Kernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      kernels[count++] = &kAvx2Kernels;
#endif
    kernels[count++] = &kPortableKernels;
  }
  std::array<const Kernels*, 4> kernels{};
  size_t count = 0;
};

}  // namespace

std::span<const Kernels* const> AvailableKernels() {
  static const Available available;
  return std::span(available.kernels).first(available.count);
}

const Kernels& ChosenKernels() {
  static const Kernels& chosen = *AvailableKernels().front();
  return chosen;
}

Buffer::~Buffer() { ::operator delete[](data_, kCacheLine); }

float* Buffer::Get(size_t size) {
  if (size <= size_) return data_;
  ::operator delete[](data_, kCacheLine);
  data_ = nullptr;
  size_ = 0;
  const size_t wanted = std::max<size_t>(size, 64);
  data_ = static_cast<float*>(::operator new[](wanted * sizeof(float), kCacheLine));
  size_ = wanted;
  return data_;
}

}  // namespace dynajob
