#include "learner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/file.h"

#include "learner_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class LearnerTest : public LearnerFixture {};

TEST_F(LearnerTest, ResponsesBecomeTransitionsAndTheNextSnapshotRanks) {
  Start();
  EXPECT_EQ(snapshots_.Current()->version(), base_->version);
  RespondMany(60);
  const LearningStatus status = WaitFor(60);
  EXPECT_EQ(status.learned, 60u);
  EXPECT_EQ(status.buffer_size, 60u);
  EXPECT_GT(status.counts.q_updates, status.counts.planning_updates);
  EXPECT_GT(status.counts.planning_updates, 0u);
  EXPECT_GT(status.counts.model_updates, 0u);
  EXPECT_GE(status.published, 1u);
  EXPECT_THAT(snapshots_.Current()->version(), StartsWith("m+60-"));
  EXPECT_EQ(status.points.back().version, snapshots_.Current()->version());
  EXPECT_TRUE(status.points.back().reward.has_value());
  EXPECT_THAT(metrics_.ToText(),
              HasSubstr("dynajob_learning_responses_total{outcome=\"learned\"} 60\n"));
}

TEST_F(LearnerTest, WhatPeopleLikeRisesInTheirRanking) {
  options_.learning_rate = 1e-3;
  Start();
  size_t before = 0, after = 0;
  for (size_t person = 0; person < 20; ++person) before += PlaceOf("j7", person);
  for (size_t round = 0; round < 10; ++round)
    for (size_t person = 0; person < 20; ++person) {
      const size_t job = round == 0 ? 7 : 10 + (round * 7 + person) % 50;
      Respond(Event(person, job, round == 0 ? "apply" : "dismiss"), static_cast<uint32_t>(person));
    }
  WaitFor(200);
  for (size_t person = 0; person < 20; ++person) after += PlaceOf("j7", person);
  EXPECT_LT(after, before);
}

TEST_F(LearnerTest, ARestartGoesOnWhereItWas) {
  Start();
  RespondMany(40);
  const LearningStatus before = WaitFor(40);
  const std::string version = snapshots_.Current()->version();
  Stop();
  snapshots_.Publish(base_);
  RespondMany(10);  // stored while nobody learned
  Start();
  EXPECT_THAT(snapshots_.Current()->version(), version);  // before anything else is learned
  const LearningStatus after = WaitFor(50);
  EXPECT_EQ(after.learned, 50u);
  EXPECT_EQ(after.buffer_size, 50u);
  EXPECT_GT(after.counts.q_updates, before.counts.q_updates);
  EXPECT_GE(after.points.size(), before.points.size());
}

// The process dies after it has learned and before its next checkpoint: the log of learned events
// is longer than what the checkpoint has learned.
TEST_F(LearnerTest, WhatWasLearnedAfterTheLastCheckpointIsLearnedOnceMoreAndNothingTwice) {
  Start();
  RespondMany(30);
  WaitFor(30);
  Stop();
  const auto now = directory_.path() / "learner", saved = directory_.path() / "saved";
  std::filesystem::copy(now, saved, std::filesystem::copy_options::recursive);
  Start();
  RespondMany(15);
  WaitFor(45);
  Stop();
  std::filesystem::copy(now / "learned.log", saved / "learned.log",
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(std::filesystem::file_size(saved / "learned.log"), 45u * 8);
  std::filesystem::remove_all(now);
  std::filesystem::rename(saved, now);
  Start();
  const LearningStatus status = WaitFor(45);
  EXPECT_EQ(status.learned, 45u);
  EXPECT_EQ(status.buffer_size, 45u);
  Stop();
  EXPECT_EQ(std::filesystem::file_size(now / "learned.log"), 45u * 8);
}

TEST_F(LearnerTest, ADamagedCheckpointIsGivenUpAndTheStoreLearnedAgain) {
  Start();
  RespondMany(20);
  WaitFor(20);
  Stop();
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path() / "learner"))
    if (entry.path().extension() == ".safetensors") std::filesystem::resize_file(entry.path(), 100);
  Start();
  EXPECT_THAT(lines_.front(), HasSubstr("begins again"));
  EXPECT_EQ(WaitFor(20).learned, 20u);
}

TEST_F(LearnerTest, ASecondProcessDoesNotLearnInTheSamePlace) {
  Start();
  const auto second = TryStart();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(LearnerTest, WhatIsSaidAgainChangesTheAnswerAndAddsNone) {
  Start();
  Respond(Event(1, 2, "click"));
  Respond(Event(1, 2, "click"));
  Respond(Event(1, 2, "impression"));
  Respond(Event(1, 2, "apply"));
  Respond(Event(1, 2, "hire"));  // worth as much as an application
  Respond(Event(1, 3, "save"));
  const LearningStatus status = WaitFor(5);
  EXPECT_EQ(status.learned, 2u);
  EXPECT_EQ(status.revised, 1u);
  EXPECT_EQ(status.repeated, 2u);
  EXPECT_EQ(status.buffer_size, 2u);
}

TEST_F(LearnerTest, AnImpressionCountsAsIgnoredWhenNothingElseComes) {
  options_.impression_seconds = 1e6;
  Start();
  Respond(Event(1, 2, "impression"));
  Respond(Event(1, 3, "impression"));
  Respond(Event(1, 3, "apply"));
  EXPECT_EQ(WaitFor(1).learned, 1u);
  EXPECT_EQ(learner_->status().undecided, 2u);
  Stop();
  options_.impression_seconds = 0;
  Start();
  const LearningStatus status = WaitFor(2);
  EXPECT_EQ(status.learned, 2u);
  EXPECT_EQ(status.revised, 0u);
  EXPECT_NEAR(*status.points.back().reward, -0.1, 1e-6);
}

TEST_F(LearnerTest, PeopleAndJobsThatCameLaterAreLearnedFrom) {
  Start();
  Candidate person;
  person.id = "late-c";
  Job job;
  job.id = "late-j";
  ASSERT_TRUE(store_->PutCandidates(std::vector{person}).ok());
  ASSERT_TRUE(store_->PutJobs(std::vector{job}).ok());
  const std::vector<ServedCandidatePtr> people = {
      std::make_shared<const ServedCandidate>(person, std::vector<float>(6, 0.3f))};
  const std::vector<ServedJobPtr> jobs = {
      std::make_shared<const ServedJob>(job, std::vector<float>(9, 0.2f))};
  RespondMany(5);
  market_.Put(people);
  market_.Put(jobs);
  snapshots_.Publish(market_.jobs());
  ResponseEvent event = Event(0, 0);
  event.candidate_id = "late-c";
  event.job_id = "late-j";
  Respond(event);
  ResponseEvent unknown = event;
  unknown.event_id = "unknown";
  unknown.job_id = "nowhere";
  learner_->Add(unknown, 0);
  const LearningStatus status = WaitFor(7);
  EXPECT_EQ(status.learned, 6u);
  EXPECT_EQ(status.unusable, 1u);
  Stop();
  Start();  // their rows are found again
  EXPECT_EQ(learner_->status().buffer_size, 6u);
}

TEST_F(LearnerTest, AnAnswerThatSaysWhatIsKnownIsCountedAndNotLearnedAgain) {
  options_.hold_back_every = 0;
  Start();
  Respond(Event(1, 2, "apply"));
  WaitFor(1);
  Respond(Event(1, 2, "apply"));
  Respond(Event(1, 2, "hire"));  // worth as much
  LearningStatus status = WaitFor(3);
  EXPECT_EQ(status.repeated, 2u);
  EXPECT_EQ(status.learned, 1u);
  Stop();
  Start();
  EXPECT_EQ(learner_->status().repeated, 2u);
}

TEST_F(LearnerTest, WhoIsDeletedIsForgotten) {
  options_.hold_back_every = 3;
  Start();
  for (size_t job = 0; job < 12; ++job) {
    Respond(Event(1, job));
    Respond(Event(2, job));
  }
  const LearningStatus before = WaitFor(24);
  EXPECT_GT(before.held_back, 0u);
  ASSERT_TRUE(store_->Delete(EntityKind::kCandidate, "c1").ok());
  market_.RemoveCandidate("c1");
  learner_->Forget("c1");
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (learner_->status().buffer_size + learner_->status().held_back > 12 &&
         std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(learner_->status().buffer_size + learner_->status().held_back, 12u);
  Stop();
  const auto directory = directory_.path() / "learner";
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    EXPECT_EQ(ReadFile(entry.path())->find("\\\"c1\\\""), std::string::npos) << entry.path();
  Start();
  EXPECT_EQ(learner_->status().learned, before.learned);  // what was learned stays learned
}

TEST_F(LearnerTest, ASnapshotThatIsWorseIsRolledBackAndSaysSo) {
  options_.hold_back_every = 2;
  options_.min_held_back = 20;
  options_.learning_rate = 1;  // every step overshoots by far
  Start();
  // A snapshot a round: one alone might overshoot to where it is better by chance.
  constexpr size_t kRounds = 40, kEach = 30;
  LearningStatus status;
  for (size_t round = 1; round <= kRounds && status.rolled_back == 0; ++round) {
    RespondMany(kEach);
    status = WaitFor(round * kEach);
  }
  EXPECT_GE(status.rolled_back, 1u);
  ASSERT_FALSE(status.rollbacks.empty());
  const LearningPoint& worse = status.rollbacks.back();
  EXPECT_GT(*worse.error, *worse.error_before);
  // What ranks is the last that was not.
  std::string good = base_->version;
  for (const LearningPoint& point : status.points)
    if (!point.rolled_back) good = point.version;
  EXPECT_EQ(snapshots_.Current()->version(), good);
  EXPECT_THAT(metrics_.ToText(), HasSubstr("snapshots_total{outcome=\"rolled_back\"}"));
  const std::lock_guard lock(mutex_);
  EXPECT_THAT(lines_.back(), HasSubstr("snapshot " + worse.version + " was rolled back to "));
}

TEST_F(LearnerTest, LearnsMoreThanItHasStepsFor) {
  options_.updates_per_response = 8;
  for (size_t i = 0; i < 600; ++i) Respond(Event(i % 40, (i / 40 + i % 40) % 60, "save"));
  options_.person_day = 1000;
  options_.key_job_day = 1000;
  Start();
  const LearningStatus status = WaitFor(600);
  EXPECT_EQ(status.learned, 600u);
  EXPECT_EQ(status.buffer_size, 600u);
}

}  // namespace
}  // namespace dynajob
