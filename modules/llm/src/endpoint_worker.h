// The thread behind a client: queue, connections, retries, counters. It POSTs JSON to one path of
// an API and leaves what is in the answers to whoever asked.
#ifndef DYNAJOB_LLM_SRC_ENDPOINT_WORKER_H_
#define DYNAJOB_LLM_SRC_ENDPOINT_WORKER_H_

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <curl/curl.h>

#include "dynajob/core/rng.h"
#include "dynajob/llm/chat.h"
#include "dynajob/llm/connection_options.h"
#include "dynajob/llm/endpoint_counters.h"

#include "attempt.h"
#include "endpoint_url.h"
#include "http_transfer.h"
#include "token_bucket.h"

namespace dynajob {

// One call as its client hands it over.
struct EndpointCall {
  Result<std::string> body;   // an error fails the call with its message
  int64_t answer_tokens = 0;  // the most that the answer may have, for the rate limit
  AnswerReader read;
  // Called exactly once, on the worker thread: what was used, after `read` succeeded, or why there
  // is no answer, and the status of the last attempt (0: none). Must not block or throw; may
  // Enqueue.
  std::function<void(Result<ChatUsage> used, int64_t http_status)> done;
};

class EndpointWorker {
 public:
  // POSTs to the address that the options name, else $OPENAI_BASE_URL, plus `path` ("/embeddings").
  // kInvalidArgument: options that do not validate, no address, or credentials that cannot be sent.
  static Result<std::unique_ptr<EndpointWorker>> Create(const ConnectionOptions& options,
                                                        std::string_view path,
                                                        const std::string& api_key);
  // Cancels what is not answered. Must not run on the worker thread.
  ~EndpointWorker();

  const std::string& base_url() const { return base_url_; }
  EndpointCounters counters() const;

  // From any thread.
  void Enqueue(EndpointCall call);

 private:
  struct Call {
    explicit Call(EndpointCall call) : asked(std::move(call)) {}

    EndpointCall asked;
    double estimated_tokens = 0;
    int64_t attempts = 0;
    SteadyTime deadline{};  // of the whole call; set with its first attempt
    SteadyTime ready_at{};  // of the next attempt
    SteadyTime attempt_start{};
    std::unique_ptr<HttpTransfer> transfer;  // while in flight
  };
  using CallPtr = std::unique_ptr<Call>;

  EndpointWorker(const ConnectionOptions& options, const EndpointUrl& url, std::string_view path,
                 const std::string& api_key);

  // All below run on the worker thread.
  void Run();
  bool TakeQueue();                   // false when it is time to stop
  void StartReady(SteadyTime now);    // as many as places and rate limits allow
  CallPtr NextReady(SteadyTime now);  // a retry that is due, else the oldest new call
  bool RateLimited(const Call& call, SteadyTime now);
  void Start(CallPtr call, SteadyTime now);
  void CollectFinished();
  void CutSilent(SteadyTime now);
  // Takes the transfer of flying_[index] away and ends or retries its call.
  void EndAttempt(size_t index, Attempt attempt);
  void RetryOrFail(CallPtr call, Attempt attempt, SteadyTime now);
  void Succeed(CallPtr call, Attempt attempt);
  void FailCall(CallPtr call, const Attempt& attempt);
  void ExpireWaiting(SteadyTime now);
  void CancelAll();
  int PollMilliseconds(SteadyTime now) const;
  double Seconds(SteadyTime time) const;
  std::string Describe(const Call& call, std::string_view reason) const;

  const ConnectionOptions options_;
  const std::string base_url_;
  std::vector<std::string> secrets_;
  HttpTarget target_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  const SteadyTime epoch_;

  mutable std::mutex mutex_;  // guards the three below
  std::deque<CallPtr> submitted_;
  bool stopping_ = false;
  EndpointCounters counters_;

  // Of the worker thread alone.
  std::deque<CallPtr> fresh_;
  std::vector<CallPtr> waiting_;  // for a retry
  std::vector<CallPtr> flying_;
  std::vector<std::unique_ptr<HttpTransfer>> idle_;
  TokenBucket request_bucket_;
  TokenBucket token_bucket_;
  SteadyTime rate_ready_at_{};  // when the buckets may let the next attempt pass
  Rng jitter_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_SRC_ENDPOINT_WORKER_H_
