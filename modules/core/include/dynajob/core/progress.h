// Progress of long work, and the wish to stop it. Libraries report; only the command line prints.
#ifndef DYNAJOB_CORE_PROGRESS_H_
#define DYNAJOB_CORE_PROGRESS_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace dynajob {

struct ProgressEvent {
  std::string stage;  // "import", "compare", …
  uint64_t done = 0;
  uint64_t total = 0;  // 0 when unknown
  std::string detail;  // shown after the counts; may be empty
};

// Implementations must be safe for concurrent calls.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void Report(const ProgressEvent& event) = 0;
};

// Set from a signal handler or another thread; polled by long work, which then returns kCancelled.
class CancellationToken {
 public:
  void Cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  bool cancelled() const noexcept { return cancelled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> cancelled_{false};
};

}  // namespace dynajob

#endif  // DYNAJOB_CORE_PROGRESS_H_
