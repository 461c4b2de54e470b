// A parallel loop over independent tasks.
#ifndef DYNAJOB_CORE_PARALLEL_H_
#define DYNAJOB_CORE_PARALLEL_H_

#include <cstddef>
#include <functional>

#include "dynajob/core/result.h"

namespace dynajob {

// Runs task(0) … task(count - 1) on up to `workers` threads, each index once, in ascending order of
// start. After a failure no further task starts. Returns the error of the lowest failed index.
// Exceptions of tasks are passed on to the caller once all threads have stopped.
Status ParallelFor(size_t count, size_t workers, const std::function<Status(size_t)>& task);

}  // namespace dynajob

#endif  // DYNAJOB_CORE_PARALLEL_H_
