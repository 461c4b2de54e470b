// How near the chat client comes to what an endpoint can give. The endpoint is the scripted server
// with a fixed latency and c places, so its floor is c / latency answers a second. Half of the runs
// have a busy thread beside the client, as a learner that trains meanwhile.
//
//   llm_throughput [SECONDS a run, 10]
//
// Prints a table and exits with 1 when a run stays below 95 % of its floor or the client's thread
// uses more than 1 ms of CPU a call.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <time.h>

#include "dynajob/llm/http_chat_client.h"

#include "scripted_server.h"

namespace dynajob {
namespace {

constexpr double kLatency = 0.2;
constexpr double kLeastShare = 0.95;
constexpr double kMostCpuSeconds = 1e-3;
constexpr size_t kPromptBytes = 4000;  // a person, a job, and the instructions

double ThreadCpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

ChatRequest Question(int number) {
  ChatRequest request;
  std::string text = fmt::format("Pair {}. ", number);
  while (text.size() < kPromptBytes) text += "Experience with C++ and distributed systems. ";
  request.messages = {{"system", "Answer as this person would."}, {"user", text}};
  request.mode = AnswerMode::kJsonSchema;
  request.json_schema = R"({"type":"object","properties":{"response":{"type":"string",
    "enum":["IGNORE","CLICK","SAVE","APPLY"]}},"required":["response"],
    "additionalProperties":false})";
  request.top_logprobs = 4;
  return request;
}

struct Measurement {
  double seconds = 0;
  double submit_cpu = 0;  // of the threads that ask
  EndpointCounters counters;
};

Measurement Measure(ScriptedServer& server, int places, int calls) {
  server.SetScript({{"latency", kLatency}, {"places", places}});
  ChatOptions options;
  options.base_url = server.base_url();
  options.model = "scripted";
  options.concurrency = places;
  auto client = HttpChatClient::Create(options, "").value();
  // Connections, and the server's memory of each question, before the clock starts.
  std::mutex mutex;
  std::condition_variable changed;
  int open = 0;
  const auto ask = [&](int count) {
    open = count;
    for (int i = 0; i < count; ++i)
      client->Submit(Question(i % places), [&](const Result<ChatReply>& reply) {
        DYNAJOB_CHECK(reply.ok(), reply.error().message);
        const std::lock_guard lock(mutex);
        if (--open == 0) changed.notify_one();
      });
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open == 0; });
  };
  ask(places);
  const EndpointCounters before = client->counters();
  const double cpu = ThreadCpuSeconds();
  const auto start = std::chrono::steady_clock::now();
  ask(calls);
  Measurement measured;
  measured.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  measured.submit_cpu = ThreadCpuSeconds() - cpu;
  measured.counters = client->counters();
  measured.counters.worker_cpu_seconds -= before.worker_cpu_seconds;
  return measured;
}

// One row; whether it keeps the limits.
bool Report(ScriptedServer& server, int places, bool busy, double seconds) {
  std::atomic<bool> stop = false;
  std::thread learner([&] {
    volatile double sum = 0;
    while (busy && !stop) sum = sum + 1e-9;
  });
  const int calls = std::max(places, static_cast<int>(places * seconds / kLatency));
  const Measurement measured = Measure(server, places, calls);
  stop = true;
  learner.join();
  const double rate = calls / measured.seconds;
  const double floor = places / kLatency;
  const double worker = measured.counters.worker_cpu_seconds / calls;
  const bool good = rate >= kLeastShare * floor && worker <= kMostCpuSeconds;
  fmt::print("{:>6}  {:>6}  {:>6}  {:>9.2f}  {:>7.1f}  {:>8.1f} %  {:>10.0f}  {:>10.0f}  {}\n",
             places, busy ? "yes" : "no", calls, rate, floor, 100 * rate / floor, 1e6 * worker,
             1e6 * measured.submit_cpu / calls, good ? "ok" : "MISSED");
  std::fflush(stdout);
  return good;
}

int Main(double seconds) {
  ScriptedServer server;
  fmt::print("{:>6}  {:>6}  {:>6}  {:>9}  {:>7}  {:>10}  {:>10}  {:>10}\n", "places", "busy",
             "calls", "answers/s", "floor", "of floor", "client us", "submit us");
  bool good = true;
  for (const bool busy : {false, true}) {
    for (const int places : {1, 8, 64}) good = Report(server, places, busy, seconds) && good;
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace dynajob

int main(int argc, char** argv) { return dynajob::Main(argc > 1 ? std::atof(argv[1]) : 10); }
