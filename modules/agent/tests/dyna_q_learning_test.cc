// Dyna-Q on problems whose answer is known, and its determinism.
#include <algorithm>
#include <bit>
#include <cmath>

#include <gtest/gtest.h>

#include "dynajob/agent/checkpoint.h"
#include "dynajob/agent/dyna_q.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

constexpr size_t kCandidates = 3;
constexpr size_t kJobs = 8;
constexpr size_t kSetSize = 4;
constexpr double kGamma = 0.6;

using Table = std::vector<std::vector<double>>;

// Every candidate likes the jobs in an order of its own; neighbours in that order are .157 apart.
Table KnownRewards() {
  Table rewards(kCandidates, std::vector<double>(kJobs));
  for (size_t candidate = 0; candidate < kCandidates; ++candidate) {
    std::vector<size_t> order(kJobs);
    for (size_t i = 0; i < kJobs; ++i) order[i] = i;
    Rng rng = Rng::Derive(21, "order", candidate);
    rng.Shuffle(std::span<size_t>(order));
    for (size_t job = 0; job < kJobs; ++job)
      rewards[candidate][job] = -0.1 + 1.1 * static_cast<double>(order[job]) / 7;
  }
  return rewards;
}

std::vector<std::vector<JobRow>> AllSets() {
  std::vector<std::vector<JobRow>> sets;
  for (unsigned mask = 0; mask < 1u << kJobs; ++mask) {
    if (std::popcount(mask) != static_cast<int>(kSetSize)) continue;
    std::vector<JobRow> set;
    for (JobRow job = 0; job < kJobs; ++job)
      if (mask >> job & 1u) set.push_back(job);
    sets.push_back(set);
  }
  return sets;
}

// Q*(s, a) = r(s, a) + gamma E[max_{a' in A'} Q*(s, a')], A' uniform over all sets, by iteration.
Table OptimalQ(const Table& rewards) {
  const auto sets = AllSets();
  Table q = rewards;
  for (int iteration = 0; iteration < 200; ++iteration) {
    for (size_t candidate = 0; candidate < kCandidates; ++candidate) {
      double expected_max = 0;
      for (const auto& set : sets) {
        double best = q[candidate][set.front()];
        for (const JobRow job : set) best = std::max(best, q[candidate][job]);
        expected_max += best / static_cast<double>(sets.size());
      }
      for (size_t job = 0; job < kJobs; ++job)
        q[candidate][job] = rewards[candidate][job] + kGamma * expected_max;
    }
  }
  return q;
}

// Candidate sets drawn independently of each other, so that the optimum above is exact.
class TableEnvironment final : public Environment {
 public:
  TableEnvironment(const Table& rewards, CandidateRow candidate, uint64_t seed)
      : rewards_(rewards), candidate_(candidate), seed_(seed) {
    Draw();
  }
  CandidateRow candidate() const override { return candidate_; }
  std::span<const JobRow> candidate_set() const override { return set_; }
  Result<double> Recommend(JobRow job) override {
    EXPECT_TRUE(std::find(set_.begin(), set_.end(), job) != set_.end()) << "not in the set";
    ++step_;
    Draw();
    return rewards_[candidate_][job];
  }

 private:
  void Draw() {
    std::vector<JobRow> pool(kJobs);
    for (size_t i = 0; i < kJobs; ++i) pool[i] = static_cast<JobRow>(i);
    set_ = DrawCandidateSet(pool, kSetSize, Rng::Derive(seed_, "test-set", candidate_, step_),
                            [](JobRow) { return false; });
  }

  const Table& rewards_;
  CandidateRow candidate_;
  uint64_t seed_;
  uint64_t step_ = 0;
  std::vector<JobRow> set_;
};

struct Learned {
  double mean_error = 0;
  int wrong_choices = 0;
};

Learned Judge(const DynaQAgent& agent, const Table& q_star) {
  Learned learned;
  for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate) {
    for (JobRow job = 0; job < kJobs; ++job) {
      learned.mean_error +=
          std::abs(static_cast<double>(Value(agent.q_network().online(), {candidate, job})) -
                   q_star[candidate][job]) /
          static_cast<double>(kCandidates * kJobs);
    }
    for (const auto& set : AllSets()) {
      const JobRow chosen = set[Greedy(Values(agent.q_network().online(), candidate, set))];
      for (const JobRow job : set)
        if (q_star[candidate][job] > q_star[candidate][chosen]) {
          ++learned.wrong_choices;
          break;
        }
    }
  }
  return learned;
}

class DynaQLearningTest : public ::testing::Test {
 protected:
  DynaQLearningTest() {
    network_.q_layers = {48, 24};
    network_.world_model_layers = {48, 24};
    encoder_ = MakeEncoder(catalog_, network_);
    options_.gamma = kGamma;
    settings_.target_sync = 50;
  }

  // Steps through the candidates in turn.
  static void Train(DynaQAgent& agent, const Table& rewards, int steps, double epsilon) {
    std::vector<TableEnvironment> environments;
    environments.reserve(kCandidates);
    for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate)
      environments.emplace_back(rewards, candidate, 77);
    for (int step = 0; step < steps; ++step) {
      const auto report =
          agent.Step(environments[static_cast<size_t>(step) % kCandidates], epsilon);
      ASSERT_TRUE(report.ok());
    }
  }

  Catalog catalog_ = OneHotMarket(kCandidates, kJobs);
  NetworkOptions network_ = Concatenation();
  LearnerOptions options_;
  PhaseSettings settings_;
  std::unique_ptr<PairEncoder> encoder_;
};

TEST_F(DynaQLearningTest, ReachesTheKnownOptimum) {
  const Table rewards = KnownRewards();
  const Table q_star = OptimalQ(rewards);
  // Wrong targets would be far off: of Q* about .9 is the next set's value.
  ASSERT_GT(q_star[0][0] - rewards[0][0], 0.8);
  for (const bool double_dqn : {false, true}) {
    for (const int64_t planning_steps : {int64_t{0}, int64_t{2}}) {
      SCOPED_TRACE(double_dqn ? "double" : "plain");
      SCOPED_TRACE(planning_steps);
      options_.double_dqn = double_dqn;
      settings_.planning_steps = planning_steps;
      DynaQAgent agent(*encoder_, network_, options_, 5);
      agent.BeginPhase(settings_, false);
      const Learned before = Judge(agent, q_star);
      const std::vector<float> start(agent.q_network().online().parameters().begin(),
                                     agent.q_network().online().parameters().end());
      Train(agent, rewards, 2500, 0.5);
      const Learned after = Judge(agent, q_star);
      EXPECT_GT(before.mean_error, 0.5);
      EXPECT_LT(after.mean_error, 0.06);
      EXPECT_GT(before.wrong_choices, 50);
      EXPECT_EQ(after.wrong_choices, 0) << "of 210 candidate sets";
      // Updates happened, as many as asked for.
      const auto updates = static_cast<uint64_t>(2500 * (1 + planning_steps));
      EXPECT_EQ(agent.counts().env_steps, 2500u);
      EXPECT_EQ(agent.counts().q_updates, updates);
      EXPECT_EQ(agent.counts().model_updates, 2500u);
      EXPECT_EQ(agent.counts().target_syncs, updates / 50);
      size_t changed = 0;
      for (size_t i = 0; i < start.size(); ++i)
        changed += start[i] != agent.q_network().online().parameters()[i];
      EXPECT_GT(changed, start.size() / 2);
    }
  }
}

TEST_F(DynaQLearningTest, AllInteractionsAndRmsPropReachItToo) {
  const Table rewards = KnownRewards();
  const Table q_star = OptimalQ(rewards);
  network_.interaction = Interaction::kBilinear;
  network_.bilinear_rank = 8;
  options_.optimizer = OptimizerKind::kRmsProp;
  encoder_ = MakeEncoder(catalog_, network_);
  DynaQAgent agent(*encoder_, network_, options_, 6);
  agent.BeginPhase(settings_, false);
  Train(agent, rewards, 2500, 0.5);
  const Learned after = Judge(agent, q_star);
  EXPECT_LT(after.mean_error, 0.08);
  EXPECT_LE(after.wrong_choices, 2);
}

TEST_F(DynaQLearningTest, WarmUpDelaysTheFirstUpdate) {
  const Table rewards = KnownRewards();
  settings_.warmup_steps = 5;
  settings_.planning_steps = 3;
  settings_.updates_per_step = 2;
  DynaQAgent agent(*encoder_, network_, options_, 5);
  agent.BeginPhase(settings_, false);
  TableEnvironment environment(rewards, 0, 1);
  for (uint64_t step = 1; step <= 7; ++step) {
    const auto report = agent.Step(environment, 0.5);
    ASSERT_TRUE(report.ok());
    const uint64_t learning_steps = step > 5 ? step - 5 : 0;
    EXPECT_EQ(agent.counts().q_updates, 5 * learning_steps);
    EXPECT_EQ(agent.counts().planning_updates, 3 * learning_steps);
    EXPECT_EQ(agent.counts().model_updates, 2 * learning_steps);
    EXPECT_EQ(report->q_loss.has_value(), step > 5);
    EXPECT_EQ(report->reward, rewards[0][report->job]);
  }
}

TEST_F(DynaQLearningTest, AFailedRewardIsReportedAndNothingIsStored) {
  class Broken final : public Environment {
   public:
    CandidateRow candidate() const override { return 0; }
    std::span<const JobRow> candidate_set() const override { return set_; }
    Result<double> Recommend(JobRow) override { return Error{ErrorCode::kLlmUnavailable, "down"}; }

   private:
    std::vector<JobRow> set_ = {1, 2};
  };
  DynaQAgent agent(*encoder_, network_, options_, 5);
  agent.BeginPhase(settings_, false);
  Broken environment;
  const auto report = agent.Step(environment, 0);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().code, ErrorCode::kLlmUnavailable);
  EXPECT_EQ(agent.replay().size(), 0u);
  EXPECT_EQ(agent.counts().env_steps, 0u);
}

// Rewards that are linear in the job, the same for all; half of the jobs are never shown. The world
// model can know them nevertheless, and planning must carry that into Q.
TEST_F(DynaQLearningTest, PlanningOnUnseenPairsMovesThemTowardsTheTruth) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 80, .seed = 4});
  const auto encoder = MakeEncoder(catalog, network_);
  const auto reward = [&](JobRow job) {
    return static_cast<double>(catalog.actions().Row(job)[3]) -
           static_cast<double>(catalog.actions().Row(job)[4]);
  };
  options_.gamma = 0;
  double error[2] = {};
  double start = 0;
  for (const SearchControl control : {SearchControl::kUnseen, SearchControl::kReplay}) {
    options_.search_control = control;
    DynaQAgent agent(*encoder, network_, options_, 5);
    agent.BeginPhase(settings_, false);
    std::vector<JobRow> never_shown;
    for (JobRow job = 60; job < 80; ++job) never_shown.push_back(job);
    for (CandidateRow candidate = 0; candidate < 3; ++candidate)
      for (JobRow job = 0; job < 60; ++job)
        agent.Observe({candidate, job}, reward(job), never_shown);
    for (int i = 0; i < 1500; ++i) agent.LearnWorldModel();
    const auto mean_error = [&] {
      double sum = 0;
      for (CandidateRow candidate = 0; candidate < 3; ++candidate)
        for (const JobRow job : never_shown)
          sum += std::abs(static_cast<double>(Value(agent.q_network().online(), {candidate, job})) -
                          reward(job));
      return sum / (3.0 * static_cast<double>(never_shown.size()));
    };
    start = mean_error();
    for (int i = 0; i < 600; ++i) agent.Plan();
    EXPECT_EQ(agent.counts().planning_updates, 600u);
    error[control == SearchControl::kReplay] = mean_error();
  }
  EXPECT_LT(error[0], 0.4 * start);
  EXPECT_LT(error[0], error[1]) << "replay only touches pairs that were tried";
}

class DeterminismTest : public DynaQLearningTest {
 protected:
  DeterminismTest() {
    network_.q_layers = {16, 8};
    network_.world_model_layers = {16, 8};
    network_.dropout = 0.2;
    options_.ensemble = 2;
    options_.buffer_capacity = 40;
    settings_.planning_steps = 2;
    settings_.target_sync = 7;
    market_ = std::make_unique<Catalog>(RandomMarket({.candidates = kCandidates, .jobs = 40}));
    encoder_ = MakeEncoder(*market_, network_);
    rewards_ = RandomTable(kCandidates, 40, 3);
  }

  // Steps first..last of one learner's life: candidates in turn, sets of 10 out of 40.
  void Live(DynaQAgent& agent, uint64_t first, uint64_t last) {
    const std::vector<JobRow> jobs = AllJobs(*market_);
    for (uint64_t step = first; step < last; ++step) {
      const auto candidate = static_cast<CandidateRow>(step / 4 % kCandidates);
      const auto draw = [&](uint64_t at) {
        return DrawCandidateSet(jobs, 10, Rng::Derive(1, "set", at), [](JobRow) { return false; });
      };
      const std::vector<JobRow> set = draw(step);
      const JobRow job = set[agent.Act(candidate, set, 0.3).index];
      agent.Observe({candidate, job}, rewards_[candidate][job], draw(step + 1));
      agent.LearnFromReal();
      agent.LearnWorldModel();
      agent.Plan();
    }
  }

  DynaQAgent Make(uint64_t seed) {
    DynaQAgent agent(*encoder_, network_, options_, seed);
    agent.BeginPhase(settings_, false);
    return agent;
  }

  std::unique_ptr<Catalog> market_;
  Table rewards_;
};

TEST_F(DeterminismTest, EqualSeedsGiveEqualBits) {
  DynaQAgent a = Make(5), b = Make(5), c = Make(6);
  EXPECT_TRUE(SameLearner(a, b));
  Live(a, 0, 60);
  Live(b, 0, 60);
  Live(c, 0, 60);
  EXPECT_TRUE(SameLearner(a, b));
  EXPECT_FALSE(SameBits(a.q_network().online().parameters(), c.q_network().online().parameters()));
}

TEST_F(DeterminismTest, ACopyContinuesIdenticallyAndIndependently) {
  DynaQAgent original = Make(5);
  Live(original, 0, 30);
  // After an odd number of updates, in the middle between two syncs.
  DynaQAgent copy(original);
  const DynaQAgent untouched(original);
  EXPECT_TRUE(SameLearner(original, copy));
  Live(copy, 30, 60);
  EXPECT_TRUE(SameLearner(original, untouched)) << "the copy's life must not reach the original";
  EXPECT_FALSE(SameLearner(original, copy));
  Live(original, 30, 60);
  EXPECT_TRUE(SameLearner(original, copy));
}

TEST_F(DeterminismTest, ASnapshotContinuesIdentically) {
  for (const bool double_dqn : {false, true}) {
    options_.double_dqn = double_dqn;
    for (const uint64_t stop : {uint64_t{3}, uint64_t{30}, uint64_t{55}}) {
      DynaQAgent original = Make(5);
      Live(original, 0, stop);
      TensorBundle bundle;
      AgentSnapshot::Save(original, bundle);
      const auto parsed = TensorBundle::Parse(bundle.Serialize());
      ASSERT_TRUE(parsed.ok());
      DynaQAgent restored = Make(5);
      ASSERT_TRUE(AgentSnapshot::Load(*parsed, restored).ok());
      EXPECT_TRUE(SameLearner(original, restored));
      Live(original, stop, 70);
      Live(restored, stop, 70);
      EXPECT_TRUE(SameLearner(original, restored)) << "stopped at " << stop;
    }
  }
}

TEST_F(DeterminismTest, ASnapshotKeepsTheRehearsalData) {
  DynaQAgent original = Make(5);
  Live(original, 0, 20);
  settings_.rehearsal = 0.5;
  original.BeginPhase(settings_, true);
  Live(original, 20, 30);
  TensorBundle bundle;
  AgentSnapshot::Save(original, bundle);
  DynaQAgent restored = Make(5);
  ASSERT_TRUE(AgentSnapshot::Load(bundle, restored).ok());
  Live(original, 30, 40);
  Live(restored, 30, 40);
  EXPECT_TRUE(SameLearner(original, restored));
}

}  // namespace
}  // namespace dynajob
