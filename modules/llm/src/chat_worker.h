// The thread behind HttpChatClient: queue, connections, retries, counters.
#ifndef DYNAJOB_LLM_SRC_CHAT_WORKER_H_
#define DYNAJOB_LLM_SRC_CHAT_WORKER_H_

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <curl/curl.h>

#include "dynajob/core/rng.h"
#include "dynajob/llm/http_chat_client.h"

#include "attempt.h"
#include "endpoint_url.h"
#include "http_transfer.h"
#include "token_bucket.h"

namespace dynajob {

class HttpChatClient::Worker {
 public:
  Worker(const ChatOptions& options, const EndpointUrl& url, const std::string& api_key);
  ~Worker();

  const std::string& base_url() const { return base_url_; }
  const ChatOptions& options() const { return options_; }
  ChatCounters counters() const;

  // From any thread. A `body` that could not be built fails the call with its error.
  void Enqueue(Result<std::string> body, int64_t max_tokens, OutcomeDone done);

 private:
  struct Call {
    Call(Result<std::string> request_body, OutcomeDone callback)
        : body(std::move(request_body)), done(std::move(callback)) {}

    Result<std::string> body;
    OutcomeDone done;
    double estimated_tokens = 0;
    int64_t attempts = 0;
    SteadyTime deadline{};  // of the whole call; set with its first attempt
    SteadyTime ready_at{};  // of the next attempt
    SteadyTime attempt_start{};
    std::unique_ptr<HttpTransfer> transfer;  // while in flight
  };
  using CallPtr = std::unique_ptr<Call>;

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

  const ChatOptions options_;
  const std::string base_url_;
  std::vector<std::string> secrets_;
  HttpTarget target_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_;
  std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi_;
  const SteadyTime epoch_;

  mutable std::mutex mutex_;  // guards the three below
  std::deque<CallPtr> submitted_;
  bool stopping_ = false;
  ChatCounters counters_;

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

#endif  // DYNAJOB_LLM_SRC_CHAT_WORKER_H_
