#include "dynajob/core/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

namespace dynajob {

Status ParallelFor(size_t count, size_t workers, const std::function<Status(size_t)>& task) {
  std::atomic<size_t> next{0};
  std::atomic<bool> stop{false};
  std::mutex mutex;  // guards the two below
  std::optional<std::pair<size_t, Error>> first_error;
  std::exception_ptr exception;

  const auto work = [&] {
    while (!stop.load()) {
      const size_t index = next.fetch_add(1);
      if (index >= count) return;
      try {
        const Status status = task(index);
        if (status.ok()) continue;
        const std::scoped_lock lock(mutex);
        if (!first_error || index < first_error->first) first_error = {index, status.error()};
      } catch (...) {
        const std::scoped_lock lock(mutex);
        if (!exception) exception = std::current_exception();
      }
      stop = true;
    }
  };

  std::vector<std::thread> threads;
  const size_t extra = std::min(workers, count) > 1 ? std::min(workers, count) - 1 : 0;
  try {
    for (size_t i = 0; i < extra; ++i) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads to be had: those that run, this one at least, do all the work.
  }
  work();
  for (std::thread& thread : threads) thread.join();
  if (exception) std::rethrow_exception(exception);
  if (first_error) return first_error->second;
  return Status::Ok();
}

}  // namespace dynajob
