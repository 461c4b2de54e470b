// Somebody who wants one job to be shown to everybody.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "learner_test_support.h"

namespace dynajob {
namespace {

constexpr size_t kPeople = 80;
constexpr size_t kJobs = 120;
constexpr size_t kVictims = 20;  // the last; nobody answers for them
constexpr size_t kSenders = kPeople - kVictims;
constexpr size_t kOthers = 180;
constexpr uint32_t kAttacker = 7;

// Knows what people of this market want: jobs whose skills point where theirs do.
std::shared_ptr<const Policy> TrainedPolicy(const Catalog& catalog) {
  ModelInfo info;
  info.strategy = Strategy::kCosine;
  info.network.q_layers = {32, 16};
  info.network.world_model_layers = {32, 16};
  info.network.interaction = Interaction::kProducts;
  info.network.product_pairs = {"hard:tech", "soft:soft"};
  const PairEncoder encoder = PairEncoder::Create(catalog, info.network).value();
  DynaQAgent agent(encoder, info.network, info.learner, 3);
  agent.BeginPhase({.learning_rate = 2e-3}, false);
  Rng rng(5);
  for (int i = 0; i < 4000; ++i) {
    const Pair pair{static_cast<CandidateRow>(rng.Below(catalog.candidate_count())),
                    static_cast<JobRow>(rng.Below(catalog.job_count()))};
    double reward = 0;
    for (size_t k = 0; k < 4; ++k)
      reward += 0.2 * static_cast<double>(catalog.states().Row(pair.candidate)[k] *
                                          catalog.actions().Row(pair.job)[3 + k]);
    agent.Observe(pair, std::clamp(reward, -0.1, 1.0), {});
    if (i >= 100) agent.Learn();
  }
  return std::make_shared<const Policy>(
      Policy{"m", "m-trained", Model::Copy(agent, info, catalog).value()});
}

class PoisoningTest : public LearnerFixture {
 protected:
  PoisoningTest() : LearnerFixture(kPeople, kJobs) {
    // What can be taught is taught fast: five times the default rate, twice its updates, and
    // less of what was known before.
    options_.learning_rate = 5e-4;
    options_.updates_per_response = 2;
    options_.rehearsal = 0.5;
    options_.publish_ms = 20;
    base_ = TrainedPolicy(*catalog_);
    snapshots_.Publish(base_);
  }

  // Of the jobs that no victim is shown, the one that they want least.
  std::string LeastWanted() {
    std::vector<size_t> places(kJobs);
    for (size_t job = 0; job < kJobs; ++job) {
      const std::string id = "j" + std::to_string(job);
      if (VictimsWhoAreShown(id) > 0) continue;
      for (size_t i = 0; i < kVictims; ++i) places[job] += PlaceOf(id, kPeople - 1 - i);
    }
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
    for (size_t i = 0; i < kOthers; ++i)
      Respond(Event(i % kSenders, (i / kSenders * 31 + i * 7) % kJobs,
                    i % 4 == 0 ? "apply" : "dismiss"),
              100 + static_cast<uint32_t>(i % kSenders));
  }
};

TEST_F(PoisoningTest, AThousandApplicationsOfOnePersonAreOne) {
  Start();
  OthersAnswer();
  const uint64_t before = Handled(WaitFor(kOthers));
  const std::string job = LeastWanted();
  ASSERT_EQ(VictimsWhoAreShown(job), 0u);
  for (int i = 0; i < 1000; ++i) Respond(Event(3, NumberOf(job), "apply"), kAttacker);
  EXPECT_GE(WaitFor(before + 1000).repeated, 999u);
  EXPECT_EQ(VictimsWhoAreShown(job), 0u);
}

TEST_F(PoisoningTest, AThousandApplicationsThroughOneKeyDoNotReachOtherPeople) {
  Start();
  OthersAnswer();
  WaitFor(kOthers);
  const std::string job = LeastWanted();
  ASSERT_EQ(VictimsWhoAreShown(job), 0u);
  for (size_t i = 0; i < 1000; ++i) Respond(Event(i % kSenders, NumberOf(job), "apply"), kAttacker);
  const LearningStatus status = WaitFor(kOthers + 1000);
  EXPECT_GE(status.limited, kSenders - static_cast<size_t>(options_.key_job_day));
  EXPECT_EQ(VictimsWhoAreShown(job), 0u);
}

// Without the limits the same attack works: it is they that protect, not a learner that is slow.
TEST_F(PoisoningTest, WithoutTheLimitTheJobReachesOtherPeople) {
  options_.key_job_day = 1'000'000;
  Start();
  OthersAnswer();
  WaitFor(kOthers);
  const std::string job = LeastWanted();
  for (size_t i = 0; i < 1000; ++i) Respond(Event(i % kSenders, NumberOf(job), "apply"), kAttacker);
  WaitFor(kOthers + 1000);
  EXPECT_GT(VictimsWhoAreShown(job), kVictims / 2);
}

}  // namespace
}  // namespace dynajob
