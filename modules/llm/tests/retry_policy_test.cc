#include "retry_policy.h"

#include <gtest/gtest.h>

#include "token_bucket.h"

namespace dynajob {
namespace {

constexpr int64_t kNow = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfterTest, ReadsSecondsMillisecondsAndDates) {
  EXPECT_EQ(RetryAfterSeconds("1500", "", kNow), 1.5);
  EXPECT_EQ(RetryAfterSeconds("", "7", kNow), 7);
  EXPECT_EQ(RetryAfterSeconds("", " 0.25 ", kNow), 0.25);
  EXPECT_EQ(RetryAfterSeconds("", "Sun, 06 Nov 1994 08:50:07 GMT", kNow), 30);
  EXPECT_EQ(RetryAfterSeconds("100", "7", kNow), 0.1);
}

TEST(RetryAfterTest, IgnoresWhatItDoesNotUnderstand) {
  EXPECT_FALSE(RetryAfterSeconds("", "", kNow).has_value());
  EXPECT_FALSE(RetryAfterSeconds("", "soon", kNow).has_value());
  EXPECT_FALSE(RetryAfterSeconds("", "-3", kNow).has_value());
  EXPECT_FALSE(RetryAfterSeconds("nan", "inf", kNow).has_value());
  EXPECT_FALSE(RetryAfterSeconds("", "Sun, 06 Nov 1994 08:49:07 GMT", kNow).has_value());
  EXPECT_EQ(RetryAfterSeconds("soon", "3", kNow), 3);
}

TEST(BackoffTest, DoublesUpToItsCapWithJitter) {
  ConnectionOptions options;
  options.backoff_seconds = 1;
  options.backoff_cap_seconds = 10;
  Rng rng(1);
  double least = 100, most = 0;
  for (int i = 0; i < 1000; ++i) {
    const double first = BackoffSeconds(options, 0, rng);
    EXPECT_GE(first, 0.5);
    EXPECT_LT(first, 1);
    least = std::min(least, first);
    most = std::max(most, first);
    EXPECT_GE(BackoffSeconds(options, 2, rng), 2);
    EXPECT_LT(BackoffSeconds(options, 50, rng), 10);
    EXPECT_LT(BackoffSeconds(options, 1'000'000, rng), 10);
  }
  EXPECT_GT(most - least, 0.4);
}

TEST(TransienceTest, FollowsTheStatus) {
  for (const int status : {408, 409, 429, 500, 502, 503, 504, 529})
    EXPECT_TRUE(IsTransient(FailureOfStatus(status))) << status;
  for (const int status : {301, 400, 401, 403, 404, 413, 422})
    EXPECT_FALSE(IsTransient(FailureOfStatus(status))) << status;
}

// The requests that a bucket lets pass within `seconds`, asked every millisecond.
int PassedIn(TokenBucket& bucket, double from, double seconds, double amount) {
  int passed = 0;
  for (double now = from; now < from + seconds; now += 0.001) {
    if (bucket.SecondsUntilReady(amount, now) > 0) continue;
    bucket.Take(amount, now);
    ++passed;
  }
  return passed;
}

TEST(TokenBucketTest, KeepsTheRateWithASecondsWorthSavedUp) {
  TokenBucket bucket(600, 1, 0);
  EXPECT_LE(PassedIn(bucket, 0, 60, 1), 600 + 10);
  EXPECT_GE(PassedIn(bucket, 60, 60, 1), 590);
}

TEST(TokenBucketTest, LetsLargeRequestsPassAndThenWaits) {
  TokenBucket bucket(60, 1, 0);  // one a second
  EXPECT_EQ(bucket.SecondsUntilReady(10, 0), 0);
  bucket.Take(10, 0);
  EXPECT_NEAR(bucket.SecondsUntilReady(10, 0), 10, 1e-9);
  bucket.GiveBack(4);
  EXPECT_NEAR(bucket.SecondsUntilReady(10, 0), 6, 1e-9);
  EXPECT_EQ(bucket.SecondsUntilReady(10, 7), 0);
}

TEST(TokenBucketTest, SlowRatesHoldOneRequest) {
  TokenBucket bucket(1, 1, 0);
  EXPECT_EQ(PassedIn(bucket, 0, 59, 1), 1);
}

TEST(TokenBucketTest, NoLimitNeverWaits) {
  TokenBucket bucket(0, 1, 0);
  bucket.Take(1e9, 0);
  EXPECT_EQ(bucket.SecondsUntilReady(1, 0), 0);
}

}  // namespace
}  // namespace dynajob
