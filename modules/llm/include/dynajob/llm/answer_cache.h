// Answers of chat models, kept in a store so that none is bought twice.
//
// Safe for concurrent use, although a Store is not: the cache owns its connection, reads come
// before writes, and one thread of the cache writes. An answer goes to that thread the moment it
// arrives; those that arrive while a transaction is being written go into the next one together, so
// that the disk's flushes do not bound the rate of answers, and a crash loses only what arrived
// during the last few milliseconds. Two users that want the same key at once make one call
// (Acquire).
#ifndef DYNAJOB_LLM_ANSWER_CACHE_H_
#define DYNAJOB_LLM_ANSWER_CACHE_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/llm/cached_answer.h"
#include "dynajob/stores/store.h"

namespace dynajob {

class AnswerCache {
 public:
  // Called once, on the thread that resolves the key or looks it up; must not block or call the
  // cache back.
  using Waiter = std::function<void(const Result<CachedAnswer>&)>;

  struct Request {
    std::string key;
    Waiter waiter;  // called only for kJoined
  };
  enum class Claim {
    kHit,    // `answer` is there
    kOwner,  // the caller buys the answer and must end with Resolve
    kJoined  // someone else is buying it; `waiter` is called when it is there
  };
  struct Lookup {
    Claim claim = Claim::kOwner;
    std::optional<CachedAnswer> answer;
  };

  // Nobody else may use this connection; other connections to the same data may be open.
  explicit AnswerCache(std::unique_ptr<Store> store);
  // Writes what is left. A failure of that cannot be told: call Flush before.
  ~AnswerCache();
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  const std::string& store_name() const { return store_->name(); }

  // nullopt where there is none; in the order of `keys`. Fails as the store does, and with
  // kCorruptData for a value that is not an answer.
  Result<std::vector<std::optional<CachedAnswer>>> Find(std::span<const std::string> keys);

  // As Find, and claims what is not there. After a failure nothing is claimed. Fails too when
  // answers could not be written: what cannot be kept must not be bought.
  Result<std::vector<Lookup>> Acquire(std::vector<Request> requests);

  // Ends a claim. An answer is stored; an error is only passed on to those who joined.
  void Resolve(const std::string& key, Result<CachedAnswer> answer);

  // Returns when everything resolved so far is in the store, or with the store's error; answers
  // that could not be written are kept and tried again by the next Flush.
  Status Flush();

  Result<std::optional<EndpointProfile>> LoadProfile(std::string_view base_url,
                                                     std::string_view model);
  Status SaveProfile(std::string_view base_url, std::string_view model,
                     const EndpointProfile& profile);

 private:
  // One user of the store at a time; the writer gives way to whoever reads.
  class StoreTurn;
  enum class Role { kReader, kWriter };

  Status ReadInto(std::span<const std::string> keys,
                  std::vector<std::optional<CachedAnswer>>& answers);
  void WriteLoop();
  Status WritePending(std::unique_lock<std::mutex>& lock);

  std::unique_ptr<Store> store_;

  std::mutex turn_mutex_;
  std::condition_variable turn_changed_;
  bool store_busy_ = false;
  size_t readers_waiting_ = 0;

  std::mutex mutex_;  // of all below; never held while the store works
  std::condition_variable changed_;
  std::map<std::string, CachedAnswer> pending_;  // resolved and not yet in the store
  std::unordered_map<std::string, std::vector<Waiter>> claimed_;
  std::optional<Error> failure_;  // of the last transaction
  bool writing_ = false;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace dynajob

#endif  // DYNAJOB_LLM_ANSWER_CACHE_H_
