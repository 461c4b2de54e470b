#include "dynajob/agent/trainer.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/agent/checkpoint.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr size_t kCandidates = 5;
constexpr size_t kJobs = 40;

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() {
    options_.network.q_layers = {16, 8};
    options_.network.world_model_layers = {12, 6};
    options_.network.dropout = 0.1;
    options_.learner.batch_size = 8;
    options_.learner.buffer_capacity = 30;  // less than a phase, so that the ring turns
    options_.learner.target_sync_pretrain = 7;
    options_.learner.ensemble = 2;
    options_.pretrain.candidate_set_size = 10;
    options_.pretrain.cosine = {.steps = 50, .updates_per_step = 2, .learning_rate = 1e-3};
    options_.pretrain.llm = {.steps = 40, .updates_per_step = 1, .learning_rate = 1e-3};
    options_.pretrain.hybrid_llm = {.steps = 44, .updates_per_step = 1, .learning_rate = 5e-4};
    options_.pretrain.minimum_updates = 30;
    options_.pretrain.hybrid_rollout_steps = 12;
    encoder_ = MakeEncoder(catalog_, options_.network);
    inputs_ = {.encoder = encoder_.get(),
               .candidates = candidates_,
               .jobs = jobs_,
               .cosine = &cosine_,
               .llm = &llm_};
  }

  std::unique_ptr<Trainer> Make(Strategy strategy, uint64_t seed = 9) {
    auto trainer = Trainer::Create(inputs_, options_, strategy, seed);
    EXPECT_TRUE(trainer.ok()) << (trainer.ok() ? "" : trainer.error().message);
    return std::move(trainer).value();
  }

  std::unique_ptr<Trainer> Trained(Strategy strategy, uint64_t seed = 9) {
    auto trainer = Make(strategy, seed);
    const Status status = trainer->Run();
    EXPECT_TRUE(status.ok());
    EXPECT_TRUE(trainer->done());
    return trainer;
  }

  static std::set<uint64_t> Distinct(const std::vector<Pair>& pairs) {
    std::set<uint64_t> keys;
    for (const Pair& pair : pairs) keys.insert(PairKey(pair));
    return keys;
  }

  Catalog catalog_ = RandomMarket({.candidates = kCandidates, .jobs = kJobs});
  std::vector<CandidateRow> candidates_ = AllCandidates(catalog_);
  std::vector<JobRow> jobs_ = AllJobs(catalog_);
  TableReward cosine_{"cosine", RandomTable(kCandidates, kJobs, 1)};
  TableReward llm_{"llm", RandomTable(kCandidates, kJobs, 2)};
  TrainerOptions options_;
  std::unique_ptr<PairEncoder> encoder_;
  TrainerInputs inputs_;
};

TEST_F(TrainerTest, TheBaselineStaysRandomAndBuysNothing) {
  const auto trainer = Trained(Strategy::kBaseline);
  EXPECT_TRUE(
      SameLearner(trainer->agent(), DynaQAgent(*encoder_, options_.network, options_.learner, 9)));
  EXPECT_TRUE(cosine_.asked().empty());
  EXPECT_TRUE(llm_.asked().empty());
}

TEST_F(TrainerTest, EveryStrategyTrainsWithItsOwnRewardsAndSyncs) {
  struct Expected {
    Strategy strategy;
    size_t cosine_steps, llm_steps;
    uint64_t updates;
  };
  // hybrid: 50 * 2 updates, then 44 - 12 after the roll-outs.
  for (const Expected& expected :
       {Expected{Strategy::kCosine, 50, 0, 100}, Expected{Strategy::kLlm, 0, 40, 40},
        Expected{Strategy::kHybrid, 50, 44, 132}}) {
    SCOPED_TRACE(ToString(expected.strategy));
    TableReward cosine("cosine", RandomTable(kCandidates, kJobs, 1));
    TableReward llm("llm", RandomTable(kCandidates, kJobs, 2));
    inputs_.cosine = &cosine;
    inputs_.llm = &llm;
    const auto trainer = Trained(expected.strategy);
    const LearnerCounts& counts = trainer->agent().counts();
    EXPECT_EQ(counts.env_steps, expected.cosine_steps + expected.llm_steps);
    EXPECT_EQ(counts.q_updates, expected.updates);
    EXPECT_EQ(counts.model_updates, expected.updates);
    EXPECT_EQ(counts.planning_updates, 0u);
    // The target syncs in pre-training, too, and once more at the end of every phase.
    const uint64_t phases = expected.strategy == Strategy::kHybrid ? 2 : 1;
    EXPECT_EQ(counts.target_syncs, expected.updates / 7 + phases);
    EXPECT_TRUE(SameBits(trainer->agent().q_network().online().parameters(),
                         trainer->agent().q_network().target().parameters()));
    EXPECT_FALSE(SameBits(trainer->agent().q_network().online().parameters(),
                          DynaQAgent(*encoder_, options_.network, options_.learner, 9)
                              .q_network()
                              .online()
                              .parameters()));
    // Labels: exactly the distinct pairs that the simulated user was asked about.
    EXPECT_EQ(llm.asked().size(), expected.llm_steps);
    EXPECT_EQ(trainer->labels_bought(), Distinct(llm.asked()).size());
    // Cosine: every step of phase 1, and the roll-outs once more for the calibration.
    EXPECT_EQ(cosine.asked().size(),
              expected.cosine_steps + (expected.strategy == Strategy::kHybrid ? 12 : 0));
  }
}

TEST_F(TrainerTest, ShortPhasesStillGetTheMinimumOfUpdates) {
  options_.pretrain.llm.steps = 6;
  EXPECT_EQ(Trained(Strategy::kLlm)->agent().counts().q_updates, 30u);
  options_.pretrain.llm.steps = 0;
  EXPECT_EQ(Trained(Strategy::kLlm)->agent().counts().q_updates, 0u) << "nothing to learn from";
}

TEST_F(TrainerTest, NoJobIsShownTwiceInAnEpisodeAndOnlyTrainingRowsAreUsed) {
  options_.pretrain.episode_steps = 9;
  options_.pretrain.cosine.steps = 90;
  const std::vector<CandidateRow> candidates = {1, 3, 4};
  const std::vector<JobRow> jobs = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37};
  inputs_.candidates = candidates;
  inputs_.jobs = jobs;
  Trained(Strategy::kCosine);
  ASSERT_EQ(cosine_.asked().size(), 90u);
  std::set<CandidateRow> met;
  for (size_t episode = 0; episode < 10; ++episode) {
    std::set<JobRow> shown;
    for (size_t i = 9 * episode; i < 9 * episode + 9; ++i) {
      EXPECT_EQ(cosine_.asked()[i].candidate, cosine_.asked()[9 * episode].candidate);
      shown.insert(cosine_.asked()[i].job);
      EXPECT_TRUE(std::find(jobs.begin(), jobs.end(), cosine_.asked()[i].job) != jobs.end());
    }
    EXPECT_EQ(shown.size(), 9u);
    met.insert(cosine_.asked()[9 * episode].candidate);
  }
  EXPECT_EQ(met, std::set<CandidateRow>(candidates.begin(), candidates.end()));
}

TEST_F(TrainerTest, AnEpisodeEndsWhenTheJobsRunOut) {
  options_.pretrain.episode_steps = 9;
  const std::vector<JobRow> jobs = {4, 8, 15};
  inputs_.jobs = jobs;
  const auto trainer = Trained(Strategy::kCosine);
  EXPECT_EQ(cosine_.asked().size(), 50u);
  for (size_t i = 0; i + 2 < 48; i += 3)
    EXPECT_EQ((std::set<JobRow>{cosine_.asked()[i].job, cosine_.asked()[i + 1].job,
                                cosine_.asked()[i + 2].job}),
              (std::set<JobRow>{4, 8, 15}));
  // The last transition of an episode has no next job.
  size_t ends = 0;
  for (size_t i = 0; i < trainer->agent().replay().size(); ++i)
    ends += trainer->agent().replay().at(i).next_set.empty();
  EXPECT_GT(ends, 5u);
}

TEST_F(TrainerTest, ContinuingACosineAgentEqualsAHybridFromScratch) {
  for (const HybridMode mode : {HybridMode::kSwitch, HybridMode::kAnneal}) {
    options_.hybrid.mode = mode;
    const auto scratch = Trained(Strategy::kHybrid);
    const auto cosine = Trained(Strategy::kCosine);
    auto continued = Trainer::ContinueAsHybrid(inputs_, options_, cosine->agent());
    ASSERT_TRUE(continued.ok());
    ASSERT_TRUE((*continued)->Run().ok());
    EXPECT_TRUE(SameLearner(scratch->agent(), (*continued)->agent()));
    EXPECT_EQ(scratch->labels_bought(), (*continued)->labels_bought());
    EXPECT_FALSE(SameLearner(scratch->agent(), cosine->agent()));
  }
}

TEST_F(TrainerTest, AnnealingBlendsFromCosineToTheSimulatedUser) {
  options_.hybrid.mode = HybridMode::kAnneal;
  options_.hybrid.anneal_fraction = 0.75;
  options_.learner.buffer_capacity = 100;
  for (const CalibrationMethod method :
       {CalibrationMethod::kNone, CalibrationMethod::kAffine, CalibrationMethod::kRank}) {
    options_.hybrid.calibration = method;
    const auto trainer = Trained(Strategy::kHybrid);
    const ReplayBuffer& replay = trainer->agent().replay();
    ASSERT_EQ(replay.size(), 44u);
    std::vector<double> raw, labels;
    for (size_t i = 0; i < 12; ++i) {
      raw.push_back(cosine_.at(replay.at(i).pair));
      labels.push_back(llm_.at(replay.at(i).pair));
      EXPECT_FLOAT_EQ(replay.at(i).reward, static_cast<float>(labels[i])) << "a paid label";
    }
    RewardCalibration calibration;
    if (method == CalibrationMethod::kAffine)
      calibration = *RewardCalibration::FitAffine(raw, labels);
    if (method == CalibrationMethod::kRank) calibration = *RewardCalibration::FitRank(raw, labels);
    size_t pure = 0;
    for (size_t i = 12; i < 44; ++i) {
      const double fraction = static_cast<double>(i) / 44;
      const double weight = std::min(1.0, fraction / 0.75);
      const double expected = (1 - weight) * calibration.Apply(cosine_.at(replay.at(i).pair)) +
                              weight * llm_.at(replay.at(i).pair);
      EXPECT_NEAR(replay.at(i).reward, expected, 1e-5) << "step " << i;
      pure += weight >= 1;
    }
    EXPECT_GT(pure, 5u);
    EXPECT_LT(pure, 15u);
  }
}

TEST_F(TrainerTest, TheSwitchUsesPureLabels) {
  options_.learner.buffer_capacity = 100;
  const auto trainer = Trained(Strategy::kHybrid);
  const ReplayBuffer& replay = trainer->agent().replay();
  ASSERT_EQ(replay.size(), 44u);
  for (size_t i = 0; i < replay.size(); ++i)
    EXPECT_FLOAT_EQ(replay.at(i).reward, static_cast<float>(llm_.at(replay.at(i).pair)));
}

// The simulated user's reward is 10 cosine + 5: the calibration knows it exactly.
TEST_F(TrainerTest, CalibrationBringsQToTheScaleOfTheResponses) {
  auto table = RandomTable(kCandidates, kJobs, 1);
  for (auto& row : table)
    for (double& value : row) value = 10 * value + 5;
  TableReward llm("llm", table);
  inputs_.llm = &llm;
  options_.pretrain.hybrid_llm.updates_per_step = 0;
  options_.pretrain.minimum_updates = 0;
  const auto cosine = Trained(Strategy::kCosine);
  const double shift = 5 / (1 - options_.learner.gamma);
  for (const CalibrationMethod method :
       {CalibrationMethod::kAffine, CalibrationMethod::kRank, CalibrationMethod::kNone}) {
    options_.hybrid.calibration = method;
    const auto hybrid = Trained(Strategy::kHybrid);
    const bool rescaled = method != CalibrationMethod::kNone;
    for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate) {
      const auto before = Values(cosine->agent().q_network().online(), candidate, jobs_);
      const auto after = Values(hybrid->agent().q_network().online(), candidate, jobs_);
      for (size_t job = 0; job < kJobs; ++job) {
        const double expected = rescaled ? 10 * static_cast<double>(before[job]) + shift
                                         : static_cast<double>(before[job]);
        ASSERT_NEAR(after[job], expected, 1e-3);
      }
    }
  }
}

TEST_F(TrainerTest, AHybridWithoutLabelsIsItsCosinePhase) {
  options_.pretrain.hybrid_llm.steps = 0;
  const auto hybrid = Trained(Strategy::kHybrid);
  EXPECT_TRUE(SameLearner(hybrid->agent(), Trained(Strategy::kCosine)->agent()));
  EXPECT_GT(hybrid->agent().replay().size(), 0u) << "what it can rehearse online";
  const auto cosine = Trained(Strategy::kCosine);
  auto continued = Trainer::ContinueAsHybrid(inputs_, options_, cosine->agent());
  ASSERT_TRUE(continued.ok());
  EXPECT_TRUE((*continued)->done());
  EXPECT_TRUE(SameLearner((*continued)->agent(), cosine->agent()));
  EXPECT_TRUE(llm_.asked().empty());
}

TEST_F(TrainerTest, NoUpdateHappensBeforeTheCalibrationEvenWithRaggedRollouts) {
  // Roll-outs that are no whole number of episodes.
  options_.pretrain.episode_steps = 5;
  options_.pretrain.hybrid_rollout_steps = 12;
  const auto trainer = Trained(Strategy::kHybrid);
  EXPECT_EQ(cosine_.asked().size(), 50u + 12u) << "fitted on the roll-outs, all of them, only them";
  EXPECT_EQ(trainer->agent().counts().q_updates, 100u + 32u);
  EXPECT_EQ(trainer->agent().counts().env_steps, 94u);
}

struct ResumeCase {
  Strategy strategy;
  HybridMode mode;
  bool double_dqn;
  Interaction interaction;
};

TEST_F(TrainerTest, ResumingFromAnyCheckpointGivesTheSameBits) {
  for (const ResumeCase& test :
       {ResumeCase{Strategy::kCosine, HybridMode::kSwitch, false, Interaction::kNone},
        ResumeCase{Strategy::kLlm, HybridMode::kSwitch, false, Interaction::kNone},
        ResumeCase{Strategy::kHybrid, HybridMode::kSwitch, false, Interaction::kNone},
        ResumeCase{Strategy::kHybrid, HybridMode::kAnneal, false, Interaction::kNone},
        ResumeCase{Strategy::kHybrid, HybridMode::kAnneal, true, Interaction::kProducts}}) {
    SCOPED_TRACE(ToString(test.strategy));
    options_.hybrid.mode = test.mode;
    options_.learner.double_dqn = test.double_dqn;
    options_.network.interaction = test.interaction;
    encoder_ = MakeEncoder(catalog_, options_.network);
    inputs_.encoder = encoder_.get();
    const auto uninterrupted = Trained(test.strategy);
    std::vector<std::string> checkpoints;
    auto trainer = Make(test.strategy);
    Trainer::Hooks hooks;
    hooks.interval = 4;
    hooks.checkpoint = [&](const Trainer& running) {
      checkpoints.push_back(running.Save().Serialize());
      return Status::Ok();
    };
    ASSERT_TRUE(trainer->Run(hooks).ok());
    EXPECT_TRUE(SameLearner(trainer->agent(), uninterrupted->agent()))
        << "saving must change nothing";
    ASSERT_GT(checkpoints.size(), test.strategy == Strategy::kHybrid ? 20u : 9u);
    for (size_t i = 0; i < checkpoints.size(); ++i) {
      const auto bundle = TensorBundle::Parse(checkpoints[i]);
      ASSERT_TRUE(bundle.ok());
      auto resumed = Make(test.strategy);
      ASSERT_TRUE(resumed->Load(*bundle).ok());
      EXPECT_EQ(resumed->Save().Serialize(), checkpoints[i]) << "nothing is lost on the way";
      ASSERT_TRUE(resumed->Run().ok());
      EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent())) << "checkpoint " << i;
      EXPECT_EQ(resumed->labels_bought(), uninterrupted->labels_bought());
    }
  }
}

TEST_F(TrainerTest, CancellationStopsAndTheRunCanGoOn) {
  const auto uninterrupted = Trained(Strategy::kHybrid);
  for (const uint64_t stop_after : {uint64_t{1}, uint64_t{30}, uint64_t{51}, uint64_t{70}}) {
    CancellationToken token;
    auto trainer = Make(Strategy::kHybrid);
    Trainer::Hooks hooks;
    hooks.interval = 1;
    hooks.cancellation = &token;
    hooks.progress = [&](const TrainingProgress& progress) {
      if (progress.steps >= stop_after) token.Cancel();
    };
    const Status status = trainer->Run(hooks);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kCancelled);
    EXPECT_FALSE(trainer->done());
    EXPECT_LT(trainer->agent().counts().env_steps, 94u);
    ASSERT_TRUE(trainer->Run().ok());
    EXPECT_TRUE(SameLearner(trainer->agent(), uninterrupted->agent()));
  }
}

TEST_F(TrainerTest, ProgressRisesToTheTotalAndNamesThePhases) {
  auto trainer = Make(Strategy::kHybrid);
  std::vector<TrainingProgress> lines;
  Trainer::Hooks hooks;
  hooks.interval = 10;
  hooks.progress = [&](const TrainingProgress& progress) { lines.push_back(progress); };
  ASSERT_TRUE(trainer->Run(hooks).ok());
  ASSERT_GE(lines.size(), 9u);
  EXPECT_EQ(lines.front().phase, "cosine");
  EXPECT_EQ(lines.back().phase, "hybrid-llm");
  EXPECT_EQ(lines.back().steps, 94u);
  EXPECT_EQ(lines.back().total_steps, 94u);
  EXPECT_EQ(lines.back().updates, trainer->agent().counts().q_updates);
  EXPECT_DOUBLE_EQ(lines.back().exploration, options_.pretrain.epsilon_end);
  for (size_t i = 1; i < lines.size(); ++i) EXPECT_GT(lines[i].steps, lines[i - 1].steps);
  EXPECT_GT(lines.front().loss, 0);
  EXPECT_GT(lines.front().exploration, 0.8);
}

TEST_F(TrainerTest, MissingInputsAndBadOptionsAreRefused) {
  const auto error = [&](const TrainerInputs& inputs, Strategy strategy) {
    const auto trainer = Trainer::Create(inputs, options_, strategy, 1);
    EXPECT_FALSE(trainer.ok());
    return trainer.ok() ? std::string() : trainer.error().message;
  };
  TrainerInputs inputs = inputs_;
  inputs.candidates = {};
  EXPECT_THAT(error(inputs, Strategy::kCosine), HasSubstr("got 0 and 40"));
  inputs = inputs_;
  inputs.jobs = inputs.jobs.first(1);
  EXPECT_THAT(error(inputs, Strategy::kLlm), HasSubstr("got 5 and 1"));
  inputs = inputs_;
  inputs.cosine = nullptr;
  EXPECT_THAT(error(inputs, Strategy::kCosine), HasSubstr("cosine"));
  EXPECT_THAT(error(inputs, Strategy::kHybrid), HasSubstr("cosine"));
  EXPECT_TRUE(Trainer::Create(inputs, options_, Strategy::kLlm, 1).ok()) << "needs none";
  inputs = inputs_;
  inputs.llm = nullptr;
  EXPECT_THAT(error(inputs, Strategy::kLlm), HasSubstr("llm"));
  EXPECT_THAT(error(inputs, Strategy::kHybrid), HasSubstr("llm"));
  options_.learner.gamma = 1;
  EXPECT_THAT(error(inputs_, Strategy::kCosine), HasSubstr("agent.gamma"));
}

TEST_F(TrainerTest, AFailingRewardSourceEndsTheRunAndTheLastCheckpointGoesOn) {
  const auto uninterrupted = Trained(Strategy::kLlm);
  TableReward flaky("llm", RandomTable(kCandidates, kJobs, 2));
  flaky.fail_after = 25;
  inputs_.llm = &flaky;
  auto trainer = Make(Strategy::kLlm);
  TensorBundle last;
  Trainer::Hooks hooks;
  hooks.interval = 4;
  hooks.checkpoint = [&](const Trainer& running) {
    last = running.Save();
    return Status::Ok();
  };
  const Status status = trainer->Run(hooks);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kLlmUnavailable);
  flaky.fail_after = SIZE_MAX;
  auto resumed = Make(Strategy::kLlm);
  ASSERT_TRUE(resumed->Load(last).ok());
  ASSERT_TRUE(resumed->Run().ok());
  EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent()));
}

TEST_F(TrainerTest, ABundleOfSomethingElseIsRefused) {
  auto trainer = Make(Strategy::kCosine);
  EXPECT_EQ(trainer->Load(TensorBundle()).error().code, ErrorCode::kCorruptData);
  // A hybrid in its second phase does not fit a one-phase strategy that is over by then.
  TensorBundle bundle = Trained(Strategy::kHybrid)->Save();
  EXPECT_EQ(trainer->Load(bundle).error().code, ErrorCode::kCorruptData);
  // Networks of another shape.
  bundle = Trained(Strategy::kCosine)->Save();
  options_.network.q_layers = {16, 9};
  EXPECT_EQ(Make(Strategy::kCosine)->Load(bundle).error().code, ErrorCode::kCorruptData);
}

}  // namespace
}  // namespace dynajob
