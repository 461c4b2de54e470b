#include "endpoint_worker.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

#include <fmt/format.h>
#include <time.h>

#include "retry_policy.h"

namespace dynajob {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr int kIdlePollMs = 60'000;  // Submit and the destructor wake the worker
constexpr double kBytesPerToken = 4;

Status InitializeLibcurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_OK;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code == CURLE_OK) return Status::Ok();
  return Error{ErrorCode::kLlmUnavailable,
               fmt::format("libcurl cannot be initialised: {}", curl_easy_strerror(code))};
}

Result<EndpointUrl> ResolveUrl(const ConnectionOptions& options) {
  if (!options.base_url.empty()) return ParseEndpointUrl(options.base_url, "llm.base_url");
  const char* from_environment = std::getenv("OPENAI_BASE_URL");
  if (from_environment == nullptr || *from_environment == '\0')
    return InvalidArgument(
        "llm.base_url is not set: give the API of the endpoint, such as "
        "http://localhost:8000/v1, there or in OPENAI_BASE_URL");
  return ParseEndpointUrl(from_environment, "OPENAI_BASE_URL");
}

// The key becomes a line of the request: a line break in it would be another header.
Status CheckApiKey(const std::string& api_key, const EndpointUrl& url) {
  const bool printable =
      std::all_of(api_key.begin(), api_key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable)
    return InvalidArgument(
        "OPENAI_API_KEY holds white space, a control character or a character outside ASCII");
  if (!api_key.empty() && (!url.user.empty() || !url.password.empty()))
    return InvalidArgument(
        "both OPENAI_API_KEY and a user name in OPENAI_BASE_URL are set: an endpoint takes one");
  return Status::Ok();
}

SteadyTime Now() { return std::chrono::steady_clock::now(); }

SteadyTime After(SteadyTime time, double seconds) {
  return time + std::chrono::duration_cast<SteadyTime::duration>(duration<double>(seconds));
}

int64_t Milliseconds(double seconds) {
  return std::max<int64_t>(1, static_cast<int64_t>(seconds * 1000));
}

int64_t UnixNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

double ThreadCpuSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

curl_slist* MakeHeaders(const std::string& api_key) {
  std::vector<std::string> lines = {"Content-Type: application/json", "Accept: application/json",
                                    "User-Agent: dynajob", "Expect:"};
  if (!api_key.empty()) lines.push_back("Authorization: Bearer " + api_key);
  curl_slist* list = nullptr;
  for (const std::string& line : lines) {
    list = curl_slist_append(list, line.c_str());
    DYNAJOB_CHECK(list != nullptr, "out of memory");
  }
  return list;
}

void CheckMulti(CURLMcode code) {
  DYNAJOB_CHECK(code == CURLM_OK, std::string("libcurl: ") + curl_multi_strerror(code));
}

}  // namespace

Result<std::unique_ptr<EndpointWorker>> EndpointWorker::Create(const ConnectionOptions& options,
                                                               std::string_view path,
                                                               const std::string& api_key) {
  DYNAJOB_RETURN_IF_ERROR(InitializeLibcurl());
  DYNAJOB_RETURN_IF_ERROR(options.Validate());
  DYNAJOB_ASSIGN_OR_RETURN(const EndpointUrl url, ResolveUrl(options));
  DYNAJOB_RETURN_IF_ERROR(CheckApiKey(api_key, url));
  return std::unique_ptr<EndpointWorker>(new EndpointWorker(options, url, path, api_key));
}

EndpointWorker::EndpointWorker(const ConnectionOptions& options, const EndpointUrl& url,
                               std::string_view path, const std::string& api_key)
    : options_(options),
      base_url_(url.redacted),
      headers_(MakeHeaders(api_key), &curl_slist_free_all),
      multi_(curl_multi_init(), &curl_multi_cleanup),
      epoch_(Now()),
      request_bucket_(options.requests_per_minute, 1, 0),
      token_bucket_(options.tokens_per_minute, 1, 0),
      jitter_(Rng::Derive(std::random_device()(), "llm-backoff")) {
  DYNAJOB_CHECK(multi_ != nullptr, "curl_multi_init failed");
  // A user name without a password is a token.
  for (const std::string& secret : {api_key, url.password, url.password.empty() ? url.user : ""})
    if (!secret.empty()) secrets_.push_back(secret);
  target_ = {.url = base_url_ + std::string(path),
             .user = url.user,
             .password = url.password,
             .headers = headers_.get(),
             .connect_ms = Milliseconds(options.connect_seconds),
             .max_response_bytes = options.max_response_bytes};
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(options.concurrency));
  thread_ = std::thread([this] { Run(); });
}

EndpointWorker::~EndpointWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.join();
}

EndpointCounters EndpointWorker::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void EndpointWorker::Enqueue(EndpointCall asked) {
  const double bytes = asked.body.ok() ? static_cast<double>(asked.body->size()) : 0;
  const auto answer_tokens = static_cast<double>(asked.answer_tokens);
  auto call = std::make_unique<Call>(std::move(asked));
  call->estimated_tokens = bytes / kBytesPerToken + answer_tokens;
  {
    const std::lock_guard lock(mutex_);
    ++counters_.submitted;
    ++counters_.pending;
    submitted_.push_back(std::move(call));
  }
  curl_multi_wakeup(multi_.get());
}

void EndpointWorker::Run() {
  while (TakeQueue()) {
    StartReady(Now());
    int running = 0;
    CheckMulti(curl_multi_perform(multi_.get(), &running));
    CollectFinished();
    CutSilent(Now());
    ExpireWaiting(Now());
    StartReady(Now());  // in the places that have just become free
    CheckMulti(curl_multi_poll(multi_.get(), nullptr, 0, PollMilliseconds(Now()), nullptr));
    const double cpu = ThreadCpuSeconds();
    const std::lock_guard lock(mutex_);
    counters_.worker_cpu_seconds = cpu;
  }
  CancelAll();
}

bool EndpointWorker::TakeQueue() {
  const std::lock_guard lock(mutex_);
  std::move(submitted_.begin(), submitted_.end(), std::back_inserter(fresh_));
  submitted_.clear();
  return !stopping_;
}

EndpointWorker::CallPtr EndpointWorker::NextReady(SteadyTime now) {
  const auto soonest = std::min_element(
      waiting_.begin(), waiting_.end(),
      [](const CallPtr& a, const CallPtr& b) { return a->ready_at < b->ready_at; });
  CallPtr call;
  if (soonest != waiting_.end() && (*soonest)->ready_at <= now) {
    call = std::move(*soonest);
    waiting_.erase(soonest);
  } else if (!fresh_.empty()) {
    call = std::move(fresh_.front());
    fresh_.pop_front();
  }
  return call;
}

bool EndpointWorker::RateLimited(const Call& call, SteadyTime now) {
  const double wait =
      std::max(request_bucket_.SecondsUntilReady(1, Seconds(now)),
               token_bucket_.SecondsUntilReady(call.estimated_tokens, Seconds(now)));
  if (wait > 0) rate_ready_at_ = After(now, wait);
  return wait > 0;
}

void EndpointWorker::StartReady(SteadyTime now) {
  while (flying_.size() < static_cast<size_t>(options_.concurrency) && now >= rate_ready_at_) {
    CallPtr call = NextReady(now);
    if (call == nullptr) return;
    if (!call->asked.body.ok()) {
      const Attempt unsent =
          FailedAttempt(EndpointFailure::kBadRequest, call->asked.body.error().message);
      FailCall(std::move(call), unsent);
    } else if (RateLimited(*call, now)) {
      call->ready_at = now;
      call->attempts > 0 ? waiting_.push_back(std::move(call)) : fresh_.push_front(std::move(call));
    } else {
      Start(std::move(call), now);
    }
  }
}

void EndpointWorker::Start(CallPtr call, SteadyTime now) {
  request_bucket_.Take(1, Seconds(now));
  token_bucket_.Take(call->estimated_tokens, Seconds(now));
  if (call->attempts == 0) call->deadline = After(now, options_.total_seconds);
  ++call->attempts;
  call->attempt_start = now;
  if (idle_.empty()) idle_.push_back(std::make_unique<HttpTransfer>());
  call->transfer = std::move(idle_.back());
  idle_.pop_back();
  const double left = duration<double>(call->deadline - now).count();
  call->transfer->Prepare(target_, *call->asked.body, Milliseconds(left));
  CheckMulti(curl_multi_add_handle(multi_.get(), call->transfer->handle()));
  flying_.push_back(std::move(call));
  const std::lock_guard lock(mutex_);
  ++counters_.attempts;
}

void EndpointWorker::CollectFinished() {
  int left = 0;
  while (CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURL* handle = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto found = std::find_if(flying_.begin(), flying_.end(), [handle](const CallPtr& call) {
      return call->transfer->handle() == handle;
    });
    DYNAJOB_CHECK(found != flying_.end(), "libcurl finished a transfer that is not ours");
    const auto index = static_cast<size_t>(found - flying_.begin());
    EndAttempt(index, JudgeAttempt(*(*found)->transfer, code, options_, secrets_,
                                   (*found)->asked.read, UnixNow()));
  }
}

void EndpointWorker::CutSilent(SteadyTime now) {
  for (size_t i = flying_.size(); i-- > 0;) {
    const HttpTransfer& transfer = *flying_[i]->transfer;
    if (transfer.connected() && now >= After(transfer.last_activity(), options_.first_byte_seconds))
      EndAttempt(i, SilentAttempt(transfer, options_));
  }
}

void EndpointWorker::EndAttempt(size_t index, Attempt attempt) {
  const SteadyTime now = Now();
  CallPtr call = std::move(flying_[index]);
  flying_[index] = std::move(flying_.back());
  flying_.pop_back();
  CheckMulti(curl_multi_remove_handle(multi_.get(), call->transfer->handle()));
  {
    const std::lock_guard lock(mutex_);
    if (call->transfer->requests() > 1) counters_.resent += call->transfer->requests() - 1;
    counters_.bytes_sent += call->transfer->bytes_sent();
    counters_.bytes_received += call->transfer->bytes_received();
    counters_.in_flight_seconds += duration<double>(now - call->attempt_start).count();
  }
  idle_.push_back(std::move(call->transfer));
  if (attempt.used)
    Succeed(std::move(call), std::move(attempt));
  else
    RetryOrFail(std::move(call), std::move(attempt), now);
}

void EndpointWorker::RetryOrFail(CallPtr call, Attempt attempt, SteadyTime now) {
  if (!attempt.transient || call->attempts > options_.retries)
    return FailCall(std::move(call), attempt);
  if (attempt.retry_after.value_or(0) > kLongestRetryAfterSeconds) {
    attempt.reason +=
        fmt::format("; it asks to wait {:.0f} s, more than {:.0f} s are not waited for",
                    *attempt.retry_after, kLongestRetryAfterSeconds);
    return FailCall(std::move(call), attempt);
  }
  const double wait = attempt.retry_after ? *attempt.retry_after
                                          : BackoffSeconds(options_, call->attempts - 1, jitter_);
  call->ready_at = After(now, wait);
  if (call->ready_at >= call->deadline) {
    attempt.reason += fmt::format("; the next attempt would be after llm.total_seconds = {}",
                                  options_.total_seconds);
    return FailCall(std::move(call), attempt);
  }
  waiting_.push_back(std::move(call));
  const std::lock_guard lock(mutex_);
  ++counters_.retries[static_cast<size_t>(attempt.failure)];
}

void EndpointWorker::Succeed(CallPtr call, Attempt attempt) {
  const ChatUsage usage = *attempt.used;
  const auto used = static_cast<double>(usage.prompt_tokens + usage.completion_tokens);
  if (usage.reported) token_bucket_.GiveBack(call->estimated_tokens - used);
  {
    const std::lock_guard lock(mutex_);
    --counters_.pending;
    ++counters_.succeeded;
    counters_.prompt_tokens += usage.prompt_tokens;
    counters_.completion_tokens += usage.completion_tokens;
  }
  call->asked.done(usage, attempt.http_status);
}

void EndpointWorker::FailCall(CallPtr call, const Attempt& attempt) {
  ErrorCode code = ErrorCode::kLlmUnavailable;
  if (attempt.failure == EndpointFailure::kNotAnAnswer ||
      attempt.failure == EndpointFailure::kTooLarge)
    code = ErrorCode::kCorruptData;
  if (attempt.failure == EndpointFailure::kBadRequest) code = ErrorCode::kInvalidArgument;
  {
    const std::lock_guard lock(mutex_);
    --counters_.pending;
    ++counters_.failed[static_cast<size_t>(attempt.failure)];
  }
  call->asked.done(Error{code, Describe(*call, attempt.reason)}, attempt.http_status);
}

// Retries that waited for a place or for the rate limits until their deadline.
void EndpointWorker::ExpireWaiting(SteadyTime now) {
  for (size_t i = waiting_.size(); i-- > 0;) {
    if (now < waiting_[i]->deadline) continue;
    CallPtr call = std::move(waiting_[i]);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
    FailCall(std::move(call),
             FailedAttempt(EndpointFailure::kDeadline, fmt::format("not answered within "
                                                                   "llm.total_seconds = {}",
                                                                   options_.total_seconds)));
  }
}

void EndpointWorker::CancelAll() {
  std::vector<CallPtr> open;
  for (CallPtr& call : flying_) {
    CheckMulti(curl_multi_remove_handle(multi_.get(), call->transfer->handle()));
    open.push_back(std::move(call));
  }
  std::move(waiting_.begin(), waiting_.end(), std::back_inserter(open));
  std::move(fresh_.begin(), fresh_.end(), std::back_inserter(open));
  flying_.clear();
  waiting_.clear();
  fresh_.clear();
  // What a callback submits now comes back in the next round.
  while (!open.empty()) {
    for (CallPtr& call : open) {
      {
        const std::lock_guard lock(mutex_);
        --counters_.pending;
        ++counters_.cancelled;
      }
      call->asked.done(Error{ErrorCode::kCancelled, Describe(*call, "cancelled")}, 0);
    }
    open.clear();
    const std::lock_guard lock(mutex_);
    std::move(submitted_.begin(), submitted_.end(), std::back_inserter(open));
    submitted_.clear();
  }
}

int EndpointWorker::PollMilliseconds(SteadyTime now) const {
  SteadyTime next = now + milliseconds(kIdlePollMs);
  for (const CallPtr& call : flying_) {
    if (call->transfer->connected())
      next = std::min(next, After(call->transfer->last_activity(), options_.first_byte_seconds));
  }
  const bool places = flying_.size() < static_cast<size_t>(options_.concurrency);
  for (const CallPtr& call : waiting_) {
    next = std::min(next, call->deadline);
    if (places) next = std::min(next, std::max(call->ready_at, rate_ready_at_));
  }
  if (places && !fresh_.empty()) next = std::min(next, rate_ready_at_);
  if (next <= now) return 0;
  // Rounded up: waking a moment too early would spin.
  return static_cast<int>(std::chrono::ceil<milliseconds>(next - now).count());
}

double EndpointWorker::Seconds(SteadyTime time) const {
  return duration<double>(time - epoch_).count();
}

std::string EndpointWorker::Describe(const Call& call, std::string_view reason) const {
  if (call.attempts == 0) return fmt::format("POST {}: {}", target_.url, reason);
  return fmt::format("POST {}: {} ({} attempt{})", target_.url, reason, call.attempts,
                     call.attempts == 1 ? "" : "s");
}

}  // namespace dynajob
