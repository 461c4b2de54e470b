// Loads a catalog from the store named by the first argument, once, and prints what that took as
// JSON. benchmarks/mongo_load.py runs it beside pymongo.
//
// Waiting for the server is the time that libmongoc's threads spend in poll(), which this program
// replaces with one that looks at the clock; the share is that of waiting in waiting and computing.
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <poll.h>
#include <sys/resource.h>

#include "dynajob/stores/open_store.h"

namespace {

using Clock = std::chrono::steady_clock;

std::atomic<int64_t> nanoseconds_waited{0};

double Seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

extern "C" int poll(pollfd* descriptors, nfds_t count, int timeout_ms) {
  using Poll = int (*)(pollfd*, nfds_t, int);
  static const Poll real = reinterpret_cast<Poll>(dlsym(RTLD_NEXT, "poll"));
  const auto start = Clock::now();
  const int ready = real(descriptors, count, timeout_ms);
  nanoseconds_waited += std::chrono::nanoseconds(Clock::now() - start).count();
  return ready;
}

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: mongo_load ADDRESS CURSORS BATCH\n");
    return 2;
  }
  dynajob::StoreOptions options;
  options.mongo.preset = dynajob::MongoPreset::kPrototype;
  options.mongo.load_cursors = std::stoll(argv[2]);
  options.mongo.load_batch = std::stoll(argv[3]);
  const auto start = Clock::now();
  auto store = dynajob::OpenStore(argv[1], dynajob::OpenMode::kReadOnly, options);
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  const auto catalog = (*store)->LoadCatalog(dynajob::CatalogSpec{});
  const double seconds = Seconds(Clock::now() - start);
  const double cpu_seconds = CpuSeconds();
  if (!catalog.ok()) {
    std::fprintf(stderr, "%s\n", catalog.error().message.c_str());
    return 1;
  }
  double sum = 0;  // the peer loaded the same when it has the same
  for (size_t row = 0; row < catalog->actions().rows; ++row)
    for (const float value : catalog->actions().Row(row)) sum += value;
  std::printf(
      "{\"seconds\": %.6f, \"cpu_seconds\": %.6f, \"waited_seconds\": %.6f, \"jobs\": %zu, "
      "\"width\": %zu, \"sum\": %.6f}\n",
      seconds, cpu_seconds, 1e-9 * static_cast<double>(nanoseconds_waited.load()),
      catalog->actions().rows, catalog->actions().cols, sum);
  return 0;
}
