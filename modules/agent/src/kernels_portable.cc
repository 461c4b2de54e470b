#define DYNAJOB_LANES 4
#define DYNAJOB_KERNELS kPortableKernels
#define DYNAJOB_KERNELS_NAME "portable"
#include "kernels_impl.h"
