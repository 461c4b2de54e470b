#include "dynajob/llm/answer_cache.h"

#include <future>
#include <thread>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "label_store.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using Claim = AnswerCache::Claim;

CachedAnswer AnswerOf(const std::string& text) {
  CachedAnswer answer;
  answer.text = text;
  return answer;
}

std::string KeyOf(int number) {
  ChatRequest request;
  request.messages = {{"user", std::to_string(number)}};
  return AnswerKey({"http://localhost/v1", "m", ""}, "p", request);
}

void Ignore(const Result<CachedAnswer>&) {}

struct CacheFixture {
  std::shared_ptr<LabelStoreState> state = std::make_shared<LabelStoreState>();
  std::unique_ptr<AnswerCache> cache =
      std::make_unique<AnswerCache>(std::make_unique<LabelStore>(state));

  Claim AcquireOne(int number, AnswerCache::Waiter waiter = Ignore) {
    auto lookups = cache->Acquire({{KeyOf(number), std::move(waiter)}});
    EXPECT_TRUE(lookups.ok());
    return lookups->front().claim;
  }
};

TEST(AnswerCache, BoughtAnswerIsFoundAtOnceAndAfterReopening) {
  CacheFixture f;
  ASSERT_EQ(f.AcquireOne(1), Claim::kOwner);
  f.cache->Resolve(KeyOf(1), AnswerOf("APPLY"));
  auto lookups = f.cache->Acquire({{KeyOf(1), Ignore}});
  ASSERT_TRUE(lookups.ok());
  EXPECT_EQ(lookups->front().claim, Claim::kHit);
  EXPECT_EQ(lookups->front().answer->text, "APPLY");

  f.cache = std::make_unique<AnswerCache>(std::make_unique<LabelStore>(f.state));
  const std::vector<std::string> keys = {KeyOf(2), KeyOf(1)};
  const auto found = f.cache->Find(keys);
  ASSERT_TRUE(found.ok());
  EXPECT_FALSE((*found)[0].has_value());
  EXPECT_EQ((*found)[1]->text, "APPLY");
}

TEST(AnswerCache, DestructorWritesWhatIsLeft) {
  CacheFixture f;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(f.AcquireOne(i), Claim::kOwner);
    f.cache->Resolve(KeyOf(i), AnswerOf("SAVE"));
  }
  f.cache.reset();
  EXPECT_EQ(f.state->labels.size(), 100u);
}

TEST(AnswerCache, AnswersThatArriveDuringATransactionShareTheNext) {
  CacheFixture f;
  std::promise<void> writing;
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<bool> first{true};
  f.state->before_write = [&] {
    if (first.exchange(false)) writing.set_value();
    released.wait();
  };
  for (int i = 0; i < 500; ++i) ASSERT_EQ(f.AcquireOne(i), Claim::kOwner);
  f.cache->Resolve(KeyOf(0), AnswerOf("SAVE"));
  writing.get_future().wait();
  for (int i = 1; i < 500; ++i) f.cache->Resolve(KeyOf(i), AnswerOf("SAVE"));
  release.set_value();
  ASSERT_TRUE(f.cache->Flush().ok());
  EXPECT_EQ(f.state->labels.size(), 500u);
  EXPECT_EQ(f.state->transactions, 2);
}

TEST(AnswerCache, SecondAskerJoinsTheFirst) {
  CacheFixture f;
  ASSERT_EQ(f.AcquireOne(1), Claim::kOwner);
  std::string joined;
  ASSERT_EQ(f.AcquireOne(1, [&](const auto& answer) { joined = answer->text; }), Claim::kJoined);
  EXPECT_EQ(joined, "");
  f.cache->Resolve(KeyOf(1), AnswerOf("CLICK"));
  EXPECT_EQ(joined, "CLICK");
}

TEST(AnswerCache, FailedCallIsPassedOnAndLeavesNothingBehind) {
  CacheFixture f;
  ASSERT_EQ(f.AcquireOne(1), Claim::kOwner);
  bool told = false;
  ASSERT_EQ(f.AcquireOne(1, [&](const auto& answer) { told = !answer.ok(); }), Claim::kJoined);
  f.cache->Resolve(KeyOf(1), Error{ErrorCode::kLlmUnavailable, "down"});
  EXPECT_TRUE(told);
  EXPECT_EQ(f.AcquireOne(1), Claim::kOwner);  // may be asked again
  f.cache->Resolve(KeyOf(1), Error{ErrorCode::kLlmUnavailable, "down"});
  f.cache.reset();
  EXPECT_TRUE(f.state->labels.empty());
}

TEST(AnswerCache, SameKeyTwiceInOneBatchIsOwnedOnce) {
  CacheFixture f;
  int calls = 0;
  auto count = [&](const Result<CachedAnswer>&) { ++calls; };
  auto lookups = f.cache->Acquire({{KeyOf(1), count}, {KeyOf(1), count}});
  ASSERT_TRUE(lookups.ok());
  EXPECT_EQ((*lookups)[0].claim, Claim::kOwner);
  EXPECT_EQ((*lookups)[1].claim, Claim::kJoined);
  f.cache->Resolve(KeyOf(1), AnswerOf("CLICK"));
  EXPECT_EQ(calls, 1);
}

TEST(AnswerCache, StoreFailureSurfacesAndLosesNoAnswer) {
  CacheFixture f;
  ASSERT_EQ(f.AcquireOne(1), Claim::kOwner);
  f.state->fail_writes = true;
  f.cache->Resolve(KeyOf(1), AnswerOf("CLICK"));
  const Status failed = f.cache->Flush();
  ASSERT_FALSE(failed.ok());
  EXPECT_THAT(failed.error().message, HasSubstr("disk full"));
  EXPECT_FALSE(f.cache->Acquire({{KeyOf(2), Ignore}}).ok()) << "what cannot be kept is not bought";
  f.state->fail_writes = false;
  ASSERT_TRUE(f.cache->Flush().ok());
  EXPECT_EQ(f.state->labels.size(), 1u);
  EXPECT_EQ(f.AcquireOne(2), Claim::kOwner);
}

TEST(AnswerCache, ValueThatIsNoAnswerIsCorruptDataNamingTheKey) {
  CacheFixture f;
  f.state->labels[KeyOf(1)] = "{}";
  const auto lookups = f.cache->Acquire({{KeyOf(1), Ignore}, {KeyOf(2), Ignore}});
  ASSERT_FALSE(lookups.ok());
  EXPECT_EQ(lookups.error().code, ErrorCode::kCorruptData);
  EXPECT_THAT(lookups.error().message, HasSubstr(KeyOf(1)));
  EXPECT_EQ(f.AcquireOne(2), Claim::kOwner) << "a failed batch claims nothing";
}

TEST(AnswerCache, ManyThreadsBuyEachKeyOnceAndTheStoreSeesOneAtATime) {
  CacheFixture f;
  constexpr int kThreads = 8;
  constexpr int kKeys = 300;
  std::atomic<int> bought{0};
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kKeys; ++i) {
        auto lookups = f.cache->Acquire({{KeyOf(i), [&](const auto&) { ++answered; }}});
        if (!lookups.ok()) continue;
        if (lookups->front().claim == Claim::kHit) ++answered;
        if (lookups->front().claim != Claim::kOwner) continue;
        ++bought;
        f.cache->Resolve(KeyOf(i), AnswerOf("SAVE"));
        ++answered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(f.cache->Flush().ok());
  EXPECT_EQ(bought, kKeys);
  EXPECT_EQ(answered, kThreads * kKeys);
  EXPECT_EQ(f.state->labels.size(), static_cast<size_t>(kKeys));
  EXPECT_FALSE(f.state->overlapped);
}

TEST(AnswerCache, ProfileOfAnEndpointIsKept) {
  CacheFixture f;
  const EndpointProfile profile{AnswerMode::kLlamaSchema, 20, "fp"};
  EXPECT_EQ(f.cache->LoadProfile("u", "m").value(), std::nullopt);
  ASSERT_TRUE(f.cache->SaveProfile("u", "m", profile).ok());
  EXPECT_EQ(f.cache->LoadProfile("u", "m").value(), profile);
  EXPECT_EQ(f.cache->LoadProfile("u", "other").value(), std::nullopt);
}

}  // namespace
}  // namespace dynajob
