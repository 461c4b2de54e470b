// Labels bought ahead of the learner: pools, acquisition, limits.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/agent/trainer.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr size_t kCandidates = 5;
constexpr size_t kJobs = 40;

// A simulated user whose answers take time: remembers what it was told beforehand, and stops at a
// budget of distinct pairs.
class SlowUser final : public RewardSource {
 public:
  std::string_view name() const override { return "llm"; }
  Status Rewards(std::span<const Pair> pairs, std::span<double> rewards) override {
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (!bought.contains(PairKey(pairs[i])) && bought.size() >= budget)
        return Error{ErrorCode::kBudgetReached, "no more labels"};
      if (mute_about.contains(pairs[i].job)) return NotFound("no usable answer");
      if (asked.size() >= fail_after) return Error{ErrorCode::kLlmUnavailable, "no answer"};
      bought.insert(PairKey(pairs[i]));
      asked.push_back(pairs[i]);
      rewards[i] = table.at(pairs[i].candidate).at(pairs[i].job);
    }
    return Status::Ok();
  }
  void Prefetch(std::span<const Pair> pairs) override {
    asked_before_pool.push_back(asked.size());
    announced.insert(announced.end(), pairs.begin(), pairs.end());
    most_awaited = std::max(most_awaited, announced.size() - asked.size());
  }
  void MarkBought(std::span<const Pair> pairs) override {
    for (const Pair& pair : pairs) bought.insert(PairKey(pair));
  }
  int64_t pool_hint() const override { return hint; }

  std::vector<std::vector<double>> table = RandomTable(kCandidates, kJobs, 2);
  std::set<uint64_t> bought;
  std::vector<Pair> asked, announced;
  std::vector<size_t> asked_before_pool;
  size_t most_awaited = 0;
  size_t budget = SIZE_MAX;
  size_t fail_after = SIZE_MAX;
  std::set<JobRow> mute_about;
  int64_t hint = 1;
};

class LabelPoolTest : public ::testing::Test {
 protected:
  LabelPoolTest() {
    options_.network.q_layers = {16, 8};
    options_.network.world_model_layers = {12, 6};
    options_.learner.batch_size = 8;
    options_.learner.target_sync_pretrain = 7;
    options_.learner.ensemble = 2;
    options_.pretrain.candidate_set_size = 10;
    options_.pretrain.episode_steps = 3;
    options_.pretrain.cosine = {.steps = 50, .updates_per_step = 2, .learning_rate = 1e-3};
    options_.pretrain.llm = {.steps = 64, .updates_per_step = 1, .learning_rate = 1e-3};
    options_.pretrain.hybrid_llm = {.steps = 50, .updates_per_step = 1, .learning_rate = 5e-4};
    options_.pretrain.minimum_updates = 0;
    options_.pretrain.hybrid_rollout_steps = 13;
    options_.pretrain.label_pool = 8;
    encoder_ = MakeEncoder(catalog_, options_.network);
  }

  std::unique_ptr<Trainer> Make(Strategy strategy, SlowUser& user) {
    const TrainerInputs inputs{.encoder = encoder_.get(),
                               .candidates = candidates_,
                               .jobs = jobs_,
                               .cosine = &cosine_,
                               .llm = &user};
    auto trainer = Trainer::Create(inputs, options_, strategy, 9);
    EXPECT_TRUE(trainer.ok()) << (trainer.ok() ? "" : trainer.error().message);
    return std::move(trainer).value();
  }

  std::unique_ptr<Trainer> Trained(Strategy strategy, SlowUser& user) {
    auto trainer = Make(strategy, user);
    const Status status = trainer->Run();
    EXPECT_TRUE(status.ok()) << (status.ok() ? "" : status.error().message);
    return trainer;
  }

  Catalog catalog_ = RandomMarket({.candidates = kCandidates, .jobs = kJobs});
  std::vector<CandidateRow> candidates_ = AllCandidates(catalog_);
  std::vector<JobRow> jobs_ = AllJobs(catalog_);
  TableReward cosine_{"cosine", RandomTable(kCandidates, kJobs, 1)};
  TrainerOptions options_;
  std::unique_ptr<PairEncoder> encoder_;
};

TEST_F(LabelPoolTest, PoolsAreAnnouncedAtFixedStepsAndAskedForInOrder) {
  SlowUser user;
  Trained(Strategy::kLlm, user);
  EXPECT_EQ(user.asked, user.announced);
  EXPECT_EQ(user.asked.size(), 64u);
  EXPECT_EQ(user.asked_before_pool, (std::vector<size_t>{0, 0, 8, 16, 24, 32, 40, 48}));
  EXPECT_EQ(user.most_awaited, 16u) << "two pools of eight";
}

TEST_F(LabelPoolTest, MorePoolsAheadAndARaggedLastPool) {
  options_.pretrain.label_pool = 20;
  options_.pretrain.pools_ahead = 3;
  SlowUser user;
  Trained(Strategy::kLlm, user);
  EXPECT_EQ(user.asked, user.announced);
  EXPECT_EQ(user.asked_before_pool, (std::vector<size_t>{0, 0, 0, 20}));
  EXPECT_EQ(user.most_awaited, 60u);
}

TEST_F(LabelPoolTest, APoolOfOneAnnouncesNothing) {
  options_.pretrain.label_pool = 1;
  SlowUser user;
  Trained(Strategy::kHybrid, user);
  EXPECT_TRUE(user.announced.empty());
  EXPECT_EQ(user.asked.size(), 50u);
}

TEST_F(LabelPoolTest, TheSimulatedUserSuggestsThePool) {
  options_.pretrain.label_pool = 0;
  SlowUser fast, slow;
  slow.hint = 8;
  const auto one = Trained(Strategy::kLlm, fast);
  const auto eight = Trained(Strategy::kLlm, slow);
  EXPECT_TRUE(fast.announced.empty());
  EXPECT_EQ(slow.announced.size(), 64u);
  options_.pretrain.label_pool = 1;
  SlowUser overruled;
  overruled.hint = 8;
  EXPECT_TRUE(SameLearner(Trained(Strategy::kLlm, overruled)->agent(), one->agent()));
  options_.pretrain.label_pool = 8;
  EXPECT_TRUE(SameLearner(Trained(Strategy::kLlm, overruled)->agent(), eight->agent()));
}

// A policy that stands still makes the same choices whenever it is asked: episodes, candidate sets
// and exploration do not depend on pools.
TEST_F(LabelPoolTest, PoolsChangeNothingWhileThePolicyStandsStill) {
  options_.pretrain.llm.updates_per_step = 0;
  options_.pretrain.hybrid_llm.updates_per_step = 0;
  options_.hybrid.calibration = CalibrationMethod::kNone;
  for (const Strategy strategy : {Strategy::kLlm, Strategy::kHybrid}) {
    options_.pretrain.label_pool = 1;
    SlowUser single;
    Trained(strategy, single);
    for (const int64_t pool : {2, 7, 1000}) {
      options_.pretrain.label_pool = pool;
      SlowUser pooled;
      Trained(strategy, pooled);
      EXPECT_EQ(pooled.asked, single.asked) << "pools of " << pool;
    }
  }
}

TEST_F(LabelPoolTest, ALearningPolicyIsAskedForItsNewestChoicesAtEveryPool) {
  SlowUser user;
  const auto trainer = Trained(Strategy::kLlm, user);
  options_.pretrain.label_pool = 1;
  SlowUser single;
  Trained(Strategy::kLlm, single);
  // The first two pools are those of the initial policy; single steps differ as soon as it learns.
  EXPECT_NE(user.asked, single.asked);
  EXPECT_EQ(trainer->agent().counts().q_updates, 64u);
}

TEST_F(LabelPoolTest, ResumingWithPoolsOutstandingGivesTheSameBits) {
  for (const Acquisition acquisition : {Acquisition::kOnPolicy, Acquisition::kUncertainty}) {
    options_.pretrain.acquisition = acquisition;
    SlowUser user;
    const auto uninterrupted = Trained(Strategy::kHybrid, user);
    std::vector<std::string> checkpoints;
    SlowUser same;
    auto trainer = Make(Strategy::kHybrid, same);
    Trainer::Hooks hooks;
    hooks.interval = 1;
    hooks.checkpoint = [&](const Trainer& running) {
      checkpoints.push_back(running.Save().Serialize());
      return Status::Ok();
    };
    ASSERT_TRUE(trainer->Run(hooks).ok());
    ASSERT_GT(checkpoints.size(), 30u);
    for (const std::string& checkpoint : checkpoints) {
      const auto bundle = TensorBundle::Parse(checkpoint);
      ASSERT_TRUE(bundle.ok());
      SlowUser fresh;
      auto resumed = Make(Strategy::kHybrid, fresh);
      ASSERT_TRUE(resumed->Load(*bundle).ok());
      EXPECT_EQ(fresh.bought.size(), resumed->labels_bought()) << "what was bought stays bought";
      EXPECT_EQ(resumed->Save().Serialize(), checkpoint);
      ASSERT_TRUE(resumed->Run().ok());
      EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent()));
      EXPECT_EQ(fresh.asked, fresh.announced) << "the outstanding pools are announced again";
      EXPECT_EQ(fresh.bought, user.bought);
    }
  }
}

TEST_F(LabelPoolTest, AFailedTrainerCanBeSavedInTheMiddleOfAnEpisodeAndGoesOn) {
  SlowUser user;
  const auto uninterrupted = Trained(Strategy::kLlm, user);
  for (const size_t failing : {0, 1, 10, 25, 63}) {
    SlowUser flaky;
    flaky.fail_after = failing;
    auto trainer = Make(Strategy::kLlm, flaky);
    const Status status = trainer->Run();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, ErrorCode::kLlmUnavailable);
    const TensorBundle saved = trainer->Save();
    flaky.fail_after = SIZE_MAX;
    ASSERT_TRUE(trainer->Run().ok()) << "the same trainer may go on";
    EXPECT_TRUE(SameLearner(trainer->agent(), uninterrupted->agent()));
    SlowUser fresh;
    auto resumed = Make(Strategy::kLlm, fresh);
    ASSERT_TRUE(resumed->Load(saved).ok());
    ASSERT_TRUE(resumed->Run().ok());
    EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent()));
    EXPECT_EQ(fresh.asked.size(), 64 - failing);
  }
}

TEST_F(LabelPoolTest, ACheckpointOfOtherPoolsIsRefused) {
  SlowUser user;
  const TensorBundle bundle = Make(Strategy::kLlm, user)->Save();
  options_.pretrain.label_pool = 16;
  EXPECT_EQ(Make(Strategy::kLlm, user)->Load(bundle).error().code, ErrorCode::kInvalidArgument);
  options_.pretrain.label_pool = 8;
  options_.pretrain.pools_ahead = 3;
  EXPECT_EQ(Make(Strategy::kLlm, user)->Load(bundle).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(LabelPoolTest, ADamagedPoolIsRefused) {
  SlowUser user;
  user.fail_after = 10;
  auto trainer = Make(Strategy::kLlm, user);
  ASSERT_FALSE(trainer->Run().ok());
  const auto refused = [&](const char* tensor, std::vector<uint32_t> words) {
    TensorBundle bundle = trainer->Save();
    bundle.Put(tensor, std::span<const uint32_t>(words));
    return Make(Strategy::kLlm, user)->Load(bundle).error().code;
  };
  auto pairs = trainer->Save().Words("trainer.chosen.pairs").value();
  pairs[1] = kJobs;
  EXPECT_EQ(refused("trainer.chosen.pairs", pairs), ErrorCode::kCorruptData);
  pairs[1] = 0;
  pairs[0] = kCandidates;
  EXPECT_EQ(refused("trainer.chosen.pairs", pairs), ErrorCode::kCorruptData);
  EXPECT_EQ(refused("trainer.chosen.ends", {1}), ErrorCode::kCorruptData);
  EXPECT_EQ(refused("trainer.chosen.sets", {1}), ErrorCode::kCorruptData);
  EXPECT_EQ(refused("trainer.chosen.episode", {kJobs}), ErrorCode::kCorruptData);
  EXPECT_EQ(refused("trainer.chosen.episode", std::vector<uint32_t>(1000)),
            ErrorCode::kCorruptData);
}

TEST_F(LabelPoolTest, RandomAcquisitionIgnoresThePolicy) {
  options_.pretrain.acquisition = Acquisition::kRandom;
  SlowUser random;
  Trained(Strategy::kLlm, random);
  options_.pretrain.acquisition = Acquisition::kOnPolicy;
  options_.pretrain.epsilon_start = options_.pretrain.epsilon_end = 1;
  SlowUser exploring;
  Trained(Strategy::kLlm, exploring);
  EXPECT_EQ(random.asked, exploring.asked);
}

TEST_F(LabelPoolTest, UncertaintyAsksNothingTwice) {
  options_.pretrain.acquisition = Acquisition::kUncertainty;
  options_.pretrain.llm.steps = 100;
  SlowUser user;
  Trained(Strategy::kLlm, user);
  EXPECT_EQ(user.bought.size(), 100u) << "of 200 pairs";
}

TEST_F(LabelPoolTest, UncertaintyAsksWhatTheModelsDisagreeOnMost) {
  options_.pretrain.acquisition = Acquisition::kUncertainty;
  options_.pretrain.candidate_set_size = kJobs;  // every job is in every set
  options_.pretrain.episode_steps = 1;
  SlowUser user;
  Trained(Strategy::kLlm, user);
  // The first two pools are chosen with the initial models.
  const DynaQAgent initial(*encoder_, options_.network, options_.learner, 9);
  std::set<uint64_t> chosen;
  for (size_t i = 0; i < 16; ++i) {
    std::vector<Pair> pairs;
    for (const JobRow job : jobs_)
      if (!chosen.contains(PairKey({user.asked[i].candidate, job})))
        pairs.push_back({user.asked[i].candidate, job});
    std::vector<float> rewards(pairs.size()), disagreement(pairs.size());
    initial.world_model().Predict(pairs, rewards, disagreement);
    EXPECT_EQ(user.asked[i], pairs[Greedy(disagreement)]) << "step " << i;
    chosen.insert(PairKey(user.asked[i]));
  }
}

TEST_F(LabelPoolTest, RollOutsAreThoseOfThePolicyWhateverTheAcquisition) {
  SlowUser on_policy;
  Trained(Strategy::kHybrid, on_policy);
  for (const Acquisition acquisition : {Acquisition::kUncertainty, Acquisition::kRandom}) {
    options_.pretrain.acquisition = acquisition;
    SlowUser user;
    Trained(Strategy::kHybrid, user);
    for (size_t i = 0; i < 13; ++i) EXPECT_EQ(user.asked[i], on_policy.asked[i]) << i;
    EXPECT_NE(user.asked, on_policy.asked);
  }
}

TEST_F(LabelPoolTest, UncertaintyNeedsTwoWorldModels) {
  options_.pretrain.acquisition = Acquisition::kUncertainty;
  options_.learner.ensemble = 1;
  const Status status = options_.Validate();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(status.error().message, HasSubstr("llm.acquisition = uncertainty"));
  EXPECT_THAT(status.error().message, HasSubstr("agent.ensemble = 1"));
}

TEST_F(LabelPoolTest, ASpentBudgetStopsAndALargerOneGoesOn) {
  SlowUser user;
  const auto uninterrupted = Trained(Strategy::kHybrid, user);
  SlowUser poor;
  poor.budget = 20;
  auto trainer = Make(Strategy::kHybrid, poor);
  const Status status = trainer->Run();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBudgetReached);
  EXPECT_EQ(trainer->labels_bought(), 20u);
  SlowUser richer;
  auto resumed = Make(Strategy::kHybrid, richer);
  ASSERT_TRUE(resumed->Load(trainer->Save()).ok());
  ASSERT_TRUE(resumed->Run().ok());
  EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent()));
}

TEST_F(LabelPoolTest, ABudgetIsNotRenewedByResuming) {
  SlowUser poor;
  poor.budget = 20;
  auto trainer = Make(Strategy::kLlm, poor);
  ASSERT_FALSE(trainer->Run().ok());
  SlowUser fresh;
  fresh.budget = 20;
  auto resumed = Make(Strategy::kLlm, fresh);
  ASSERT_TRUE(resumed->Load(trainer->Save()).ok());
  EXPECT_EQ(resumed->Run().error().code, ErrorCode::kBudgetReached);
  EXPECT_TRUE(fresh.asked.empty());
}

TEST_F(LabelPoolTest, AtTheLimitTheWorldModelGoesOnWithoutLabels) {
  options_.pretrain.at_limit = AtLimit::kWorldModel;
  for (const Strategy strategy : {Strategy::kLlm, Strategy::kHybrid}) {
    SlowUser user;
    user.budget = 20;
    const auto trainer = Trained(strategy, user);
    ASSERT_TRUE(trainer->done());
    const size_t steps = strategy == Strategy::kLlm ? 64 : 50;
    EXPECT_EQ(trainer->labels_bought(), 20u);
    EXPECT_EQ(trainer->predicted_rewards(), steps - user.asked.size());
    EXPECT_GT(trainer->predicted_rewards(), 10u);
    // The transitions without a label carry what the world model, which has not learned since,
    // predicts.
    size_t predicted = 0;
    for (size_t i = 0; i < trainer->agent().replay().size(); ++i) {
      const Transition& transition = trainer->agent().replay().at(i);
      if (user.bought.contains(PairKey(transition.pair))) continue;
      float reward = 0, deviation = 0;
      trainer->agent().world_model().Predict(std::span(&transition.pair, 1), std::span(&reward, 1),
                                             std::span(&deviation, 1));
      EXPECT_EQ(transition.reward, reward);
      ++predicted;
    }
    EXPECT_EQ(predicted, trainer->predicted_rewards());
    EXPECT_LT(trainer->agent().counts().model_updates, trainer->agent().counts().q_updates);
    SlowUser again;
    again.budget = 20;
    EXPECT_TRUE(SameLearner(Trained(strategy, again)->agent(), trainer->agent()));
  }
}

TEST_F(LabelPoolTest, PredictedRewardsSurviveResuming) {
  options_.pretrain.at_limit = AtLimit::kWorldModel;
  SlowUser user;
  user.budget = 20;
  const auto uninterrupted = Trained(Strategy::kLlm, user);
  SlowUser same;
  same.budget = 20;
  auto trainer = Make(Strategy::kLlm, same);
  std::vector<TensorBundle> checkpoints;
  Trainer::Hooks hooks;
  hooks.interval = 10;
  hooks.checkpoint = [&](const Trainer& running) {
    checkpoints.push_back(running.Save());
    return Status::Ok();
  };
  ASSERT_TRUE(trainer->Run(hooks).ok());
  for (const TensorBundle& checkpoint : checkpoints) {
    SlowUser fresh;
    fresh.budget = 20;
    auto resumed = Make(Strategy::kLlm, fresh);
    ASSERT_TRUE(resumed->Load(checkpoint).ok());
    ASSERT_TRUE(resumed->Run().ok());
    EXPECT_TRUE(SameLearner(resumed->agent(), uninterrupted->agent()));
    EXPECT_EQ(resumed->predicted_rewards(), uninterrupted->predicted_rewards());
  }
}

TEST_F(LabelPoolTest, TheWorldModelCannotReplaceTheFirstLabelsOrTheRollOuts) {
  options_.pretrain.at_limit = AtLimit::kWorldModel;
  SlowUser none;
  none.budget = 0;
  EXPECT_EQ(Make(Strategy::kLlm, none)->Run().error().code, ErrorCode::kBudgetReached);
  SlowUser few;
  few.budget = 5;
  const Status status = Make(Strategy::kHybrid, few)->Run();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, ErrorCode::kBudgetReached);
  EXPECT_THAT(status.error().message, HasSubstr("no more labels"));
  EXPECT_THAT(status.error().message, HasSubstr("all 13 roll-outs"));
}

TEST_F(LabelPoolTest, AStepWithoutAnAnswerPassesAndTeachesNothing) {
  options_.learner.ensemble = 1;
  const std::set<JobRow> mute = {0, 5, 10, 15, 20, 25, 30, 35};
  for (const Strategy strategy : {Strategy::kLlm, Strategy::kHybrid}) {
    SlowUser user;
    user.mute_about = mute;
    const auto trainer = Trained(strategy, user);
    const size_t steps = strategy == Strategy::kLlm ? 64 : 50;
    EXPECT_GT(trainer->unanswered(), 0u);
    EXPECT_EQ(trainer->unanswered() + user.asked.size(), steps);
    EXPECT_EQ(trainer->agent().replay().size(), user.asked.size());
    for (const Pair& pair : user.asked) EXPECT_FALSE(mute.contains(pair.job));
    EXPECT_EQ(trainer->labels_bought(), user.bought.size());
    // Interrupted and resumed, the same.
    SlowUser flaky;
    flaky.mute_about = mute;
    flaky.fail_after = 30;
    auto stopped = Make(strategy, flaky);
    ASSERT_FALSE(stopped->Run().ok());
    SlowUser fresh;
    fresh.mute_about = mute;
    auto resumed = Make(strategy, fresh);
    ASSERT_TRUE(resumed->Load(stopped->Save()).ok());
    ASSERT_TRUE(resumed->Run().ok());
    EXPECT_TRUE(SameLearner(resumed->agent(), trainer->agent()));
    EXPECT_EQ(resumed->unanswered(), trainer->unanswered());
  }
}

TEST_F(LabelPoolTest, NoUsableAnswerAtAllIsAnError) {
  const std::vector<JobRow> jobs = {3, 4};
  jobs_ = jobs;
  SlowUser user;
  user.mute_about = {4};
  options_.pretrain.episode_steps = 2;
  options_.pretrain.hybrid_rollout_steps = 2;
  EXPECT_TRUE(Make(Strategy::kLlm, user)->Run().ok()) << "one of two jobs is answered";
  const Status too_few = Make(Strategy::kHybrid, user)->Run();
  ASSERT_FALSE(too_few.ok());
  EXPECT_EQ(too_few.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(too_few.error().message, HasSubstr("labelled 1 of the 2 roll-outs"));
  jobs_ = {4, 4};
  const Status nothing = Make(Strategy::kLlm, user)->Run();
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_THAT(nothing.error().message, HasSubstr("no usable answer for any of 64 pairs"));
}

}  // namespace
}  // namespace dynajob
