// A chat client for tests that answers by a function, on a thread of its own, in order.
#ifndef DYNAJOB_REWARDS_TESTS_FAKE_CHAT_CLIENT_H_
#define DYNAJOB_REWARDS_TESTS_FAKE_CHAT_CLIENT_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "dynajob/llm/chat_client.h"

namespace dynajob {

class FakeChatClient final : public ChatClient {
 public:
  using Answer = std::function<Result<ChatReply>(const ChatRequest&)>;

  explicit FakeChatClient(Answer answer) : answer_(std::move(answer)) {
    thread_ = std::thread([this] { Run(); });
  }
  ~FakeChatClient() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
    for (auto& [request, done] : queue_) done(Error{ErrorCode::kCancelled, "stopped"});
  }

  const std::string& base_url() const override { return base_url_; }
  const std::string& model() const override { return model_; }

  void Submit(ChatRequest request, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      queue_.emplace_back(std::move(request), std::move(done));
    }
    changed_.notify_all();
  }

  std::vector<ChatRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  // Nothing is answered while it is held.
  void Hold(bool hold) {
    {
      const std::lock_guard lock(mutex_);
      held_ = hold;
    }
    changed_.notify_all();
  }

 private:
  void Run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return stopping_ || (!held_ && !queue_.empty()); });
      if (stopping_) return;
      auto [request, done] = std::move(queue_.front());
      queue_.pop_front();
      lock.unlock();
      done(answer_(request));
      lock.lock();
    }
  }

  const std::string base_url_ = "http://localhost:1/v1";
  const std::string model_ = "fake";
  const Answer answer_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ChatRequest> requests_;
  std::deque<std::pair<ChatRequest, Done>> queue_;
  bool held_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

inline ChatReply ReplyOf(std::string text) {
  ChatReply reply;
  reply.text = std::move(text);
  reply.finish_reason = "stop";
  reply.model = "fake-1";
  reply.usage = {100, 5, std::nullopt, true};
  return reply;
}

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_TESTS_FAKE_CHAT_CLIENT_H_
