#include "access.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "admission.h"
#include "serve_test_support.h"

namespace dynajob {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ApiKeys, FindsKeysWithTheirRights) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("keys");
  ASSERT_TRUE(
      WriteFileAtomically(path, "# who\nread aaaaaaaaaaaaaaaa\n\n admin\tbbbbbbbbbbbbbbbb\n").ok());
  ApiKeys keys;
  ASSERT_TRUE(keys.AddFile(path).ok());
  ASSERT_TRUE(keys.Add(Right::kFeedback, "cccccccccccccccc", "test").ok());
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys.right(*keys.Find("aaaaaaaaaaaaaaaa")), Right::kRead);
  EXPECT_EQ(keys.right(*keys.Find("bbbbbbbbbbbbbbbb")), Right::kAdmin);
  EXPECT_EQ(keys.right(*keys.Find("cccccccccccccccc")), Right::kFeedback);
  for (const char* other : {"", "aaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaa", "dddddddddddddddd"})
    EXPECT_FALSE(keys.Find(other)) << other;
}

TEST(ApiKeys, ErrorsNameTheLineAndNotTheKey) {
  const TemporaryDirectory directory;
  const std::string path = directory.File("keys");
  for (const char* line : {"read secretsecret", "write secretsecretsecret", "secretsecretsecret",
                           "read secret secretsecret", "read"}) {
    ASSERT_TRUE(WriteFileAtomically(path, std::string("# one\n") + line).ok());
    ApiKeys keys;
    const Status status = keys.AddFile(path);
    ASSERT_FALSE(status.ok()) << line;
    EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(status.error().message, AllOf(HasSubstr("line 2"), Not(HasSubstr("secret"))));
  }
}

TEST(ApiKeys, AreTakenFromEitherHeader) {
  HttpRequest request;
  EXPECT_EQ(PresentedKey(request), "");
  request.headers = {{"x-api-key", " k "}};
  EXPECT_EQ(PresentedKey(request), "k");
  request.headers = {{"authorization", "BEARER  k"}};
  EXPECT_EQ(PresentedKey(request), "k");
  request.headers = {{"Authorization", "Basic k"}};
  EXPECT_EQ(PresentedKey(request), "");
}

TEST(RateLimits, AllowABurstAndThenTheRateForEachKeyAlone) {
  RateLimits limits(2, 2, 3);
  const SteadyTime start = steady_clock::now();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limits.Take(0, start));
  EXPECT_EQ(limits.Take(0, start), 1);
  EXPECT_FALSE(limits.Take(1, start));
  EXPECT_FALSE(limits.Take(0, start + milliseconds(501)));
  EXPECT_TRUE(limits.Take(0, start + milliseconds(502)));
  EXPECT_FALSE(limits.Take(0, start + seconds(100)));
  RateLimits none(1, 0, 1);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(none.Take(0, start));
}

TEST(AdmissionGate, RefusesBulkFirstExplanationsNextAndRecommendationsLast) {
  AdmissionGate gate(1, 4);
  const SteadyTime soon = steady_clock::now() + seconds(20);
  auto holder = std::make_unique<AdmissionGate::Ticket>(gate.Enter(WorkClass::kBulk, soon));
  ASSERT_EQ(holder->outcome(), AdmissionGate::Outcome::kAdmitted);
  std::vector<std::thread> waiting;
  const auto wait = [&] {
    const size_t before = gate.load().waiting;
    waiting.emplace_back([&] {
      EXPECT_EQ(gate.Enter(WorkClass::kRecommend, soon).outcome(),
                AdmissionGate::Outcome::kAdmitted);
    });
    while (gate.load().waiting == before) std::this_thread::yield();
  };
  const auto refused = [&](WorkClass work) {
    return gate.Enter(work, soon).outcome() == AdmissionGate::Outcome::kOverloaded;
  };
  wait();
  EXPECT_TRUE(refused(WorkClass::kBulk));
  wait();
  EXPECT_TRUE(refused(WorkClass::kExplain));
  wait();
  wait();
  EXPECT_TRUE(refused(WorkClass::kRecommend));
  holder.reset();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_EQ(gate.load().working, 0u);
  EXPECT_EQ(gate.load().waiting, 0u);
}

TEST(AdmissionGate, LetsNobodyWaitBeyondTheDeadline) {
  AdmissionGate gate(1, 4);
  const auto holder = gate.Enter(WorkClass::kRecommend, steady_clock::now() + seconds(20));
  const auto late = gate.Enter(WorkClass::kRecommend, steady_clock::now() + milliseconds(20));
  EXPECT_EQ(late.outcome(), AdmissionGate::Outcome::kDeadline);
  EXPECT_EQ(gate.Enter(WorkClass::kRecommend, steady_clock::now()).outcome(),
            AdmissionGate::Outcome::kDeadline);
  EXPECT_EQ(gate.load().working, 1u);
}

TEST(AdmissionGate, RefusesAtOnceWhoCouldNotBeDoneInTime) {
  AdmissionGate gate(1, 4);
  const SteadyTime far = steady_clock::now() + seconds(3600);
  {
    const auto work = gate.Enter(WorkClass::kRecommend, far);
    std::this_thread::sleep_for(milliseconds(400));
  }
  const auto holder = gate.Enter(WorkClass::kRecommend, far);
  const SteadyTime before = steady_clock::now();
  EXPECT_EQ(gate.Enter(WorkClass::kRecommend, before + milliseconds(300)).outcome(),
            AdmissionGate::Outcome::kDeadline);
  EXPECT_LT(steady_clock::now(), before + milliseconds(300));
}

TEST(AdmissionGate, TellsHowLongWhoeverComesWouldWait) {
  AdmissionGate gate(1, 2);
  const SteadyTime far = steady_clock::now() + seconds(3600);
  auto holder = std::make_unique<AdmissionGate::Ticket>(gate.Enter(WorkClass::kRecommend, far));
  std::this_thread::sleep_for(milliseconds(50));
  holder.reset();
  holder = std::make_unique<AdmissionGate::Ticket>(gate.Enter(WorkClass::kRecommend, far));
  EXPECT_FALSE(gate.has_line());
  std::vector<std::thread> waiting;
  const auto wait = [&](size_t now) {
    waiting.emplace_back([&] {
      EXPECT_EQ(gate.Enter(WorkClass::kRecommend, far).outcome(),
                AdmissionGate::Outcome::kAdmitted);
    });
    while (gate.load().waiting < now) std::this_thread::yield();
  };
  wait(1);
  EXPECT_TRUE(gate.has_line());
  EXPECT_GE(gate.expected_time(), milliseconds(100));  // who is in line, and the work
  EXPECT_LT(gate.expected_time(), seconds(3600));
  wait(2);
  EXPECT_EQ(gate.expected_time(), AdmissionGate::Duration::max());
  holder.reset();
  for (std::thread& thread : waiting) thread.join();
  EXPECT_FALSE(gate.has_line());
}

TEST(AdmissionGate, LeavesTheLineWhenTheTimeIsTooShortForTheWork) {
  AdmissionGate gate(1, 4);
  const SteadyTime far = steady_clock::now() + seconds(3600);
  {
    const auto work = gate.Enter(WorkClass::kRecommend, far);
    std::this_thread::sleep_for(milliseconds(200));
  }
  const auto holder = gate.Enter(WorkClass::kRecommend, far);
  // Enough for who would be next, and the holder does not leave.
  const SteadyTime deadline = steady_clock::now() + seconds(1);
  EXPECT_EQ(gate.Enter(WorkClass::kRecommend, deadline).outcome(),
            AdmissionGate::Outcome::kDeadline);
  EXPECT_LT(steady_clock::now(), deadline);
}

}  // namespace
}  // namespace dynajob
