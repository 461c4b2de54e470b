#include "endpoint_calls.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "dynajob/core/text.h"

namespace dynajob {
namespace {

// How often cancellation, and a budget that others use too, are looked at.
constexpr std::chrono::milliseconds kPoll{50};
// Of the texts of a call: below what OpenAI takes (300,000 tokens, and none is shorter than a
// byte).
constexpr size_t kMaxCallBytes = 200'000;
constexpr size_t kShownBytes = 60;

bool IsCancelled(const CancellationToken* cancel) {
  return cancel != nullptr && cancel->cancelled();
}

Error Cancelled() { return {ErrorCode::kCancelled, "embedding was cancelled"}; }

void SettleOrFail(Budget& budget, const CallEstimate& estimate,
                  const EmbeddingsClient::Outcome& outcome) {
  if (outcome.reply.ok())
    budget.Settle(estimate, outcome.reply->usage);
  else
    budget.Fail(estimate);
}

}  // namespace

bool RefusesRequest(const EmbeddingsClient::Outcome& outcome) {
  return !outcome.reply.ok() &&
         (outcome.http_status == 400 || outcome.http_status == 413 || outcome.http_status == 422);
}

Result<EmbeddingsClient::Outcome> AskOnce(EmbeddingsClient& client,
                                          const std::shared_ptr<Budget>& budget,
                                          const CancellationToken* cancel,
                                          const EmbeddingsRequest& request) {
  const CallEstimate estimate = MostTokens(request);
  for (auto admission = budget->Reserve(estimate); admission != Budget::Admission::kGranted;
       admission = budget->Reserve(estimate)) {
    if (admission == Budget::Admission::kRefused) return budget->Reached();
    if (IsCancelled(cancel)) return Cancelled();
    std::this_thread::sleep_for(kPoll);
  }
  const auto promise = std::make_shared<std::promise<EmbeddingsClient::Outcome>>();
  std::future<EmbeddingsClient::Outcome> future = promise->get_future();
  client.Submit(request, [promise, budget, estimate](EmbeddingsClient::Outcome outcome) {
    SettleOrFail(*budget, estimate, outcome);
    promise->set_value(std::move(outcome));
  });
  while (future.wait_for(kPoll) != std::future_status::ready)
    if (IsCancelled(cancel)) return Cancelled();
  return future.get();
}

EndpointCalls::EndpointCalls(Parts parts, std::vector<std::string> texts)
    : parts_(std::move(parts)),
      texts_(std::move(texts)),
      vectors_(texts_.size(), parts_.dimension) {
  Range range;
  for (size_t bytes = 0; range.last < texts_.size(); ++range.last) {
    bytes += texts_[range.last].size();
    const bool full = range.last - range.first == parts_.texts_per_call || bytes > kMaxCallBytes;
    if (!full || range.first == range.last) continue;
    queue_.push_back(range);
    range.first = range.last;
    bytes = texts_[range.last].size();
  }
  if (range.first < range.last) queue_.push_back(range);
}

Result<Matrix> EndpointCalls::Run() {
  std::unique_lock lock(mutex_);
  while (open_ > 0 || (!queue_.empty() && !failure_)) {
    if (IsCancelled(parts_.cancel)) return Cancelled();
    if (queue_.empty() || failure_ || open_ >= parts_.in_flight) {
      changed_.wait_for(lock, kPoll);
      continue;
    }
    const Range range = queue_.front();
    queue_.pop_front();
    ++open_;
    lock.unlock();
    const bool sent = Send(range);
    lock.lock();
    if (sent) continue;
    --open_;
    queue_.push_front(range);
    changed_.wait_for(lock, kPoll);
  }
  if (failure_) return *failure_;
  return std::move(vectors_);
}

bool EndpointCalls::Send(Range range) {
  const auto at = [this](size_t index) {
    return texts_.begin() + static_cast<std::ptrdiff_t>(index);
  };
  const EmbeddingsRequest request = {
      .texts = std::vector<std::string>(at(range.first), at(range.last)),
      .dimensions = parts_.dimensions,
      .encoding = parts_.encoding};
  const CallEstimate estimate = MostTokens(request);
  const Budget::Admission admission = parts_.budget->Reserve(estimate);
  if (admission == Budget::Admission::kWait) return false;
  if (admission == Budget::Admission::kRefused) {
    const std::lock_guard lock(mutex_);
    --open_;
    Fail(parts_.budget->Reached());
    return true;
  }
  parts_.client->Submit(
      request, [self = shared_from_this(), range, estimate](EmbeddingsClient::Outcome outcome) {
        self->Arrive(range, estimate, std::move(outcome));
      });
  return true;
}

void EndpointCalls::Arrive(Range range, const CallEstimate& estimate,
                           EmbeddingsClient::Outcome outcome) {
  SettleOrFail(*parts_.budget, estimate, outcome);
  const std::lock_guard lock(mutex_);
  --open_;
  if (outcome.reply.ok()) {
    if (const Status kept = Keep(range, *outcome.reply); !kept.ok()) Fail(kept.error());
  } else if (RefusesRequest(outcome) && range.last - range.first > 1) {
    const size_t middle = range.first + (range.last - range.first) / 2;
    queue_.push_front({middle, range.last});
    queue_.push_front({range.first, middle});
  } else {
    Fail(Explain(range, outcome));
  }
  changed_.notify_all();
}

Status EndpointCalls::Keep(Range range, const EmbeddingsReply& reply) {
  if (reply.model != parts_.model)
    return CorruptData(
        fmt::format("{} answered as model '{}', before as '{}': vectors of two models cannot be "
                    "compared",
                    parts_.client->base_url(), reply.model, parts_.model));
  if (reply.vectors.cols() != parts_.dimension)
    return CorruptData(fmt::format("{} gave vectors of {} numbers, before of {}",
                                   parts_.client->base_url(), reply.vectors.cols(),
                                   parts_.dimension));
  for (size_t i = range.first; i < range.last; ++i) {
    const std::span<const float> row = reply.vectors.Row(i - range.first);
    std::copy(row.begin(), row.end(), vectors_.Row(i).begin());
  }
  return Status::Ok();
}

Error EndpointCalls::Explain(Range range, const EmbeddingsClient::Outcome& outcome) const {
  const Error& error = outcome.reply.error();
  if (!RefusesRequest(outcome)) return error;
  const std::string& text = texts_[range.first];
  const std::string beginning = SanitizeUtf8(std::string_view(text).substr(0, kShownBytes));
  return InvalidArgument(
      fmt::format("a text of {} bytes that begins '{}' cannot be embedded: {}; if it is too long, "
                  "lower embeddings.endpoint_window_bytes, beyond which texts are read in windows",
                  text.size(), beginning, error.message));
}

void EndpointCalls::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
}

}  // namespace dynajob
