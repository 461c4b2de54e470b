// All that is written to the store, by one thread: responses that come at the same time are written
// in one transaction (one flush to the disk for all of them), and a call returns when what it gave
// is safe.
//
// While the store is away, responses go to a spool on the local disk, flushed before they are
// acknowledged, and from there into the store when it is back. The spool is bounded; beyond it, and
// without one, writes fail. Changes of jobs and candidates are not spooled: they fail while the
// store is away.
#ifndef DYNAJOB_SERVE_SRC_STORE_WRITER_H_
#define DYNAJOB_SERVE_SRC_STORE_WRITER_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

#include "http_message.h"
#include "spool.h"

namespace dynajob {

// Where an acknowledged response is.
struct WrittenResponse {
  PutOutcome outcome = PutOutcome::kStored;
  bool spooled = false;
};

// Safe for concurrent use.
class StoreWriter {
 public:
  using OpenFunction = std::function<Result<std::unique_ptr<Store>>()>;
  using Task = std::function<Status(Store&)>;
  // Called by the writer's thread for each response that has come into the store, once; `key` is
  // that of Put, 0 for one that has waited in the spool.
  using StoredFunction = std::function<void(const ResponseEvent&, uint32_t key)>;
  struct Options {
    // Writes that wait or are under way. Each holds a thread of the server, so that more of them
    // would keep it from answering anything else while the store is slow.
    size_t queue = 64;
    size_t group = 500;                     // responses in one transaction
    std::chrono::milliseconds check{2000};  // between looks whether the store is there
  };

  // `store` is this object's from now on, used by its thread alone. `spool` may be null. `reopen`
  // opens the store again after it was away. `log` takes lines for the operator.
  StoreWriter(std::unique_ptr<Store> store, std::unique_ptr<Spool> spool, OpenFunction reopen,
              std::function<void(const std::string&)> log, StoredFunction stored,
              const Options& options);
  // Finishes what was given.
  ~StoreWriter();

  // kIo with the word "queue" when too much waits; kCancelled when it was not safe by the deadline:
  // if its turn had come by then it is written later, or not.
  Result<WrittenResponse> Put(const ResponseEvent& event, uint32_t key, SteadyTime deadline);
  // Runs `task` with the store, however long that takes. Other tasks run before or after it, never
  // at the same time.
  Status Run(Task task);

  bool store_available() const { return available_.load(); }
  // Unix time at which the store last answered.
  int64_t last_contact_ms() const { return last_contact_ms_.load(); }
  size_t spooled() const { return spooled_.load(); }
  size_t waiting() const;

 private:
  struct Entry {
    ResponseEvent event;
    uint32_t key = 0;
    Task task;  // null: `event` is to be written
    uint64_t number = 0;
    std::promise<Result<WrittenResponse>> done;
  };

  Result<WrittenResponse> Submit(Entry entry, std::optional<SteadyTime> deadline);
  void Loop();
  void WriteGroup(std::vector<Entry>& group);
  void SpoolGroup(std::vector<Entry>& group, const Error& error);
  void RunTask(Entry& entry);
  void CheckStore();
  Status DrainSpool();
  // Notes whether a call reached the store.
  void Note(const Status& status);

  std::unique_ptr<Store> store_;
  std::unique_ptr<Spool> spool_;
  OpenFunction reopen_;
  std::function<void(const std::string&)> log_;
  StoredFunction stored_;
  Options options_;
  std::atomic<bool> available_{true};
  std::atomic<int64_t> last_contact_ms_;
  std::atomic<size_t> spooled_{0};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<Entry> queue_;
  uint64_t next_number_ = 0;
  size_t in_flight_ = 0;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_STORE_WRITER_H_
