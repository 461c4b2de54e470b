#define DYNAJOB_LANES 16
#define DYNAJOB_KERNELS kAvx512Kernels
#define DYNAJOB_KERNELS_NAME "avx512"
#include "kernels_impl.h"
