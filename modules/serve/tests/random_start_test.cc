#include "random_start.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learner_test_support.h"

namespace dynajob {
namespace {

class RandomStartTest : public LearnerFixture {
 protected:
  void StartBoth() {
    Start();
    auto start = RandomStart::Start(Parts(), *base_, *store_);
    ASSERT_TRUE(start.ok()) << start.error().message;
    random_ = std::move(start).value();
  }
  // To both, as the service does.
  void RespondToBoth(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      const ResponseEvent event =
          Event(i % 40, (i / 40 + i) % 60, i % 3 == 0 ? "apply" : "dismiss");
      Respond(event);
      random_->Add(event, 0);
    }
  }
  void WaitForRandom(uint64_t handled) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (Handled(random_->status().learning) < handled &&
           std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  std::unique_ptr<RandomStart> random_;
};

TEST_F(RandomStartTest, BeginsWithOtherWeightsInTheSameNetworks) {
  StartBoth();
  const auto random = random_->snapshots()->Current();
  const auto served = snapshots_.Current();
  const auto& mine = random->policy->model;
  const auto& theirs = served->policy->model;
  EXPECT_EQ(mine.info().strategy, Strategy::kBaseline);
  EXPECT_EQ(mine.info().network.q_layers, theirs.info().network.q_layers);
  EXPECT_EQ(mine.q_network().parameters().size(), theirs.q_network().parameters().size());
  EXPECT_THAT(random->version(), ::testing::StartsWith("random-start-"));
  EXPECT_EQ(random->shares.rows(), market_.jobs()->size());
  // As often as it begins, it begins the same.
  EXPECT_EQ(RandomWeights(theirs, *catalog_).value()->version, random->version());
}

TEST_F(RandomStartTest, LearnsFromTheSameResponsesAndLeavesWhatIsServedAlone) {
  StartBoth();
  const std::string before = random_->status().version;
  RespondToBoth(60);
  const LearningStatus served = WaitFor(60);
  WaitForRandom(60);
  EXPECT_EQ(random_->status().learning.learned, served.learned);
  Stop();
  const std::string policy = snapshots_.Current()->version();
  const std::string metrics = metrics_.ToText();
  // Only to the random start from here on.
  for (size_t i = 0; i < 40; ++i) random_->Add(Event(i, (i + 30) % 60, "save"), 0);
  WaitForRandom(100);
  EXPECT_EQ(random_->status().learning.learned, 100u);
  EXPECT_NE(random_->status().version, before);
  EXPECT_EQ(snapshots_.Current()->version(), policy);
  EXPECT_EQ(metrics_.ToText(), metrics);
}

TEST_F(RandomStartTest, GoesOnWhereItWasAfterARestart) {
  StartBoth();
  RespondToBoth(30);
  WaitFor(30);
  WaitForRandom(30);
  random_.reset();
  Stop();
  StartBoth();
  EXPECT_EQ(random_->status().learning.learned, 30u);
  EXPECT_EQ(random_->status().learning.waiting, 0u);
}

TEST_F(RandomStartTest, RanksTheJobsThatAreThereNow) {
  StartBoth();
  EXPECT_EQ(CurrentOver(*random_->snapshots(), market_.jobs()), random_->snapshots()->Current());
  market_.RemoveJob("j3");
  const auto now = CurrentOver(*random_->snapshots(), market_.jobs());
  EXPECT_EQ(now->jobs, market_.jobs());
  EXPECT_EQ(now->shares.rows(), market_.jobs()->size());
  EXPECT_EQ(now, random_->snapshots()->Current());
}

TEST_F(RandomStartTest, ForgetsThePeopleWhoAreDeleted) {
  options_.impression_seconds = 3600;
  StartBoth();
  random_->Add(Event(1, 2, "impression"), 0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  const auto undecided = [&] { return random_->status().learning.undecided; };
  while (undecided() == 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(undecided(), 1u);
  random_->Forget("c1");
  while (undecided() != 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(undecided(), 0u);
}

}  // namespace
}  // namespace dynajob
