#define DYNAJOB_LANES 16
#define DYNAJOB_NATIVE_BFLOAT16
#define DYNAJOB_KERNELS kAvx512Bf16Kernels
#define DYNAJOB_KERNELS_NAME "avx512_bf16"
#include "kernels_impl.h"
