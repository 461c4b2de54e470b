// Somebody who wants one job to be shown to everybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learner_test_support.h"

namespace dynajob {
namespace {

constexpr size_t kPeople = 80;
constexpr size_t kJobs = 120;
constexpr size_t kVictims = 20;  // the last; nobody answers for them
constexpr uint32_t kAttacker = 7;

class PoisoningTest : public LearnerFixture {
 protected:
  PoisoningTest() : LearnerFixture(kPeople, kJobs) {
    options_.learning_rate = 1e-3;  // ten times the default: what could be taught is taught fast
    options_.publish_ms = 20;
  }

  // The job that the victims would be shown last.
  std::string LeastWanted() {
    std::vector<size_t> places(kJobs);
    for (size_t job = 0; job < kJobs; ++job)
      for (size_t i = 0; i < kVictims; ++i)
        places[job] += PlaceOf("j" + std::to_string(job), kPeople - 1 - i);
    return "j" + std::to_string(std::max_element(places.begin(), places.end()) - places.begin());
  }
  size_t VictimsWhoAreShown(const std::string& job) {
    size_t count = 0;
    for (size_t i = 0; i < kVictims; ++i) count += PlaceOf(job, kPeople - 1 - i) < 10;
    return count;
  }
  size_t NumberOf(const std::string& job) { return std::stoul(job.substr(1)); }

  // Other people answer other jobs, each through a key of their own.
  void OthersAnswer() {
    for (size_t i = 0; i < 200; ++i)
      Respond(Event(i % 60, (i * 7) % kJobs, i % 4 == 0 ? "apply" : "dismiss"),
              100 + static_cast<uint32_t>(i % 60));
  }
};

TEST_F(PoisoningTest, AThousandApplicationsOfOnePersonAreOne) {
  const std::string job = LeastWanted();
  ASSERT_EQ(VictimsWhoAreShown(job), 0u);
  Start();
  OthersAnswer();
  const uint64_t before = Handled(WaitFor(200));
  for (int i = 0; i < 1000; ++i) Respond(Event(3, NumberOf(job), "apply"), kAttacker);
  WaitFor(before + 1);
  EXPECT_LE(Handled(learner_->status()), before + 1);
  EXPECT_EQ(VictimsWhoAreShown(job), 0u);
}

TEST_F(PoisoningTest, AThousandApplicationsThroughOneKeyDoNotReachOtherPeople) {
  const std::string job = LeastWanted();
  ASSERT_EQ(VictimsWhoAreShown(job), 0u);
  Start();
  OthersAnswer();
  WaitFor(200);
  for (size_t i = 0; i < 1000; ++i) Respond(Event(i % 60, NumberOf(job), "apply"), kAttacker);
  const LearningStatus status = WaitFor(200 + 60);
  EXPECT_GE(status.limited, 40u);
  EXPECT_EQ(VictimsWhoAreShown(job), 0u);
}

// Without the limits the same attack works: it is they that protect, not a learner that is slow.
TEST_F(PoisoningTest, WithoutTheLimitTheJobReachesOtherPeople) {
  options_.key_job_day = 1'000'000;
  const std::string job = LeastWanted();
  Start();
  OthersAnswer();
  WaitFor(200);
  for (size_t i = 0; i < 1000; ++i) Respond(Event(i % 60, NumberOf(job), "apply"), kAttacker);
  WaitFor(200 + 60);
  EXPECT_GT(VictimsWhoAreShown(job), kVictims / 2);
}

}  // namespace
}  // namespace dynajob
