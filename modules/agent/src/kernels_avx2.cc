#define DYNAJOB_LANES 8
#define DYNAJOB_KERNELS kAvx2Kernels
#define DYNAJOB_KERNELS_NAME "avx2"
#include "kernels_impl.h"
