// One line of the algorithm per test: what the target is, when it syncs, what planning simulates.
#include "dynajob/agent/dyna_q.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "dynajob/agent/checkpoint.h"

#include "agent_test_support.h"
#include "mlp.h"

namespace dynajob {
namespace {

constexpr uint32_t kCandidates = 4;
constexpr uint32_t kJobs = 8;

// Which columns of the first layer a change of the parameters has touched. With one-hot inputs and
// RMSprop, which has no momentum, these are the candidates and jobs of the batch.
struct Touched {
  std::set<CandidateRow> candidates;
  std::set<JobRow> jobs;
};

Touched Compare(const PairNetwork& network, const std::vector<float>& before) {
  const LinearShape& first = network.shape().layers.front();
  Touched touched;
  for (size_t row = 0; row < first.out; ++row) {
    for (size_t column = 0; column < first.in; ++column) {
      const size_t i = first.weight + row * first.in + column;
      if (network.parameters()[i] == before[i]) continue;
      if (column < network.shape().state_dim) {
        touched.candidates.insert(static_cast<CandidateRow>(column));
      } else {
        touched.jobs.insert(static_cast<JobRow>(column - network.shape().state_dim));
      }
    }
  }
  return touched;
}

class DynaQTest : public ::testing::Test {
 protected:
  DynaQTest() {
    // Wide and shallow, so that no pair meets only dead units and every update shows.
    network_.q_layers = {64};
    network_.world_model_layers = {24, 12};
    encoder_ = MakeEncoder(catalog_, network_);
    options_.gamma = 0.6;
    options_.batch_size = 8;
    options_.optimizer = OptimizerKind::kRmsProp;
    settings_.target_sync = 1'000'000;  // frozen unless a test says otherwise
  }

  DynaQAgent Make(uint64_t seed = 3) {
    DynaQAgent agent(*encoder_, network_, options_, seed);
    agent.BeginPhase(settings_, false);
    return agent;
  }

  static std::vector<float> Online(const DynaQAgent& agent) {
    const auto parameters = agent.q_network().online().parameters();
    return {parameters.begin(), parameters.end()};
  }

  // Everything but `job`.
  static std::vector<JobRow> Without(JobRow job) {
    std::vector<JobRow> jobs;
    for (JobRow other = 0; other < kJobs; ++other)
      if (other != job) jobs.push_back(other);
    return jobs;
  }

  Catalog catalog_ = OneHotMarket(kCandidates, kJobs);
  NetworkOptions network_ = Concatenation();
  LearnerOptions options_;
  PhaseSettings settings_;
  std::unique_ptr<PairEncoder> encoder_;
};

TEST_F(DynaQTest, TheTargetIsTheMaximumOverTheNextCandidateSet) {
  DynaQAgent agent = Make();
  const std::vector<float> target = Values(agent.q_network().target(), 1, AllJobs(catalog_));
  const auto best = static_cast<JobRow>(Greedy(target));
  const std::vector<JobRow> next = Without(best);
  const float next_max = NaiveMax(agent.q_network().target(), 1, next);
  ASSERT_GT(target[best] - next_max, 1e-3f) << "the best job must matter";
  // The job shown is the best one, which the next set lacks.
  const Pair pair{1, best};
  agent.Observe(pair, 0.5, next);

  const double y = 0.5 + 0.6 * static_cast<double>(next_max);
  const double q = static_cast<double>(Value(agent.q_network().online(), pair));
  EXPECT_NEAR(agent.LearnFromReal(), (q - y) * (q - y), 1e-5);
  // Repeated on a frozen target, Q becomes y.
  for (int i = 0; i < 600; ++i) agent.LearnFromReal();
  EXPECT_NEAR(Value(agent.q_network().online(), pair), y, 0.01);
  EXPECT_EQ(agent.counts().target_syncs, 0u);
  EXPECT_FLOAT_EQ(NaiveMax(agent.q_network().target(), 1, next), next_max) << "it was frozen";
}

TEST_F(DynaQTest, WithoutDiscountOrWithoutNextJobsTheTargetIsTheReward) {
  for (const bool empty_set : {false, true}) {
    options_.gamma = empty_set ? 0.9 : 0.0;
    for (const bool double_dqn : {false, true}) {
      options_.double_dqn = double_dqn;
      DynaQAgent agent = Make();
      agent.Observe({2, 3}, -0.4, empty_set ? std::vector<JobRow>{} : Without(3));
      const double q = static_cast<double>(Value(agent.q_network().online(), {2, 3}));
      EXPECT_NEAR(agent.LearnFromReal(), (q + 0.4) * (q + 0.4), 1e-6);
    }
  }
}

TEST_F(DynaQTest, DoubleDqnChoosesByTheOnlineNetworkAndValuesByTheTarget) {
  options_.double_dqn = true;
  options_.gamma = 0.9;
  DynaQAgent agent = Make();
  // Lift one job that the target network does not think best.
  const std::vector<JobRow> all = AllJobs(catalog_);
  const std::vector<float> target = Values(agent.q_network().target(), 0, all);
  const auto worst =
      static_cast<JobRow>(std::min_element(target.begin(), target.end()) - target.begin());
  const std::vector<Pair> lift(8, Pair{0, worst});
  for (uint64_t i = 0; i < 200; ++i)
    agent.q_network().online().Train(lift, std::vector<float>(8, 4.0f), 3e-3, Rng(i));
  const std::vector<JobRow> next = Without(2 == worst ? 3 : 2);
  const Pair pair{0, 2 == worst ? JobRow{3} : JobRow{2}};
  ASSERT_EQ(next[Greedy(Values(agent.q_network().online(), 0, next))], worst);
  const double max = static_cast<double>(NaiveMax(agent.q_network().target(), 0, next));
  const double chosen = static_cast<double>(Value(agent.q_network().target(), {0, worst}));
  ASSERT_GT(max - chosen, 1e-3);

  agent.Observe(pair, 1.0, next);
  const double q = static_cast<double>(Value(agent.q_network().online(), pair));
  const double y = 1.0 + 0.9 * chosen;
  EXPECT_NEAR(agent.LearnFromReal(), (q - y) * (q - y), 1e-5);
}

TEST_F(DynaQTest, TheTargetSyncsEveryTargetSyncUpdatesRealAndSimulated) {
  settings_.target_sync = 3;
  DynaQAgent agent = Make();
  agent.Observe({0, 1}, 1.0, Without(1));
  const auto synced = [&] {
    return SameBits(agent.q_network().online().parameters(),
                    agent.q_network().target().parameters());
  };
  EXPECT_TRUE(synced());
  for (uint64_t update = 1; update <= 12; ++update) {
    if (update % 2 == 0) {
      agent.Plan();
    } else {
      agent.LearnFromReal();
    }
    EXPECT_EQ(synced(), update % 3 == 0) << "after update " << update;
    EXPECT_EQ(agent.counts().target_syncs, update / 3);
    EXPECT_EQ(agent.counts().q_updates, update);
  }
  EXPECT_EQ(agent.counts().planning_updates, 6u);
  agent.LearnWorldModel();
  EXPECT_EQ(agent.counts().model_updates, 1u);
  EXPECT_EQ(agent.counts().q_updates, 12u) << "a world-model update is none of Q";
}

// Batches of one transition, whose pair the touched columns tell. The ring is small and overwritten
// all the time, the target syncs every 5 updates: a stale cached maximum would give another loss.
TEST_F(DynaQTest, CachedMaximaEqualFreshOnesAfterManyUpdates) {
  options_.batch_size = 1;
  options_.buffer_capacity = 6;
  options_.gamma = 0.9;
  settings_.target_sync = 5;
  settings_.learning_rate = 3e-3;
  for (const Interaction interaction : {Interaction::kNone, Interaction::kBilinear}) {
    network_.interaction = interaction;
    encoder_ = MakeEncoder(catalog_, network_);
    DynaQAgent agent = Make();
    Rng rng(8);
    uint32_t added = 0;
    std::set<uint64_t> learned_from;
    for (int step = 0; step < 600; ++step) {
      if (step % 3 == 0) {
        // The pairs in turn, so that no pair is in the ring twice.
        const Pair pair{added % kCandidates, added / kCandidates % kJobs};
        ++added;
        std::vector<JobRow> next = Without(pair.job);
        rng.Shuffle(std::span<JobRow>(next));
        next.resize(rng.Below(5));
        agent.Observe(pair, rng.Uniform(-1, 1), next);
      }
      const DynaQAgent before(agent);
      const double loss = agent.LearnFromReal();
      const Touched touched = Compare(agent.q_network().online(), Online(before));
      ASSERT_EQ(touched.candidates.size(), 1u);
      ASSERT_EQ(touched.jobs.size(), 1u);
      const Pair pair{*touched.candidates.begin(), *touched.jobs.begin()};
      learned_from.insert(PairKey(pair));
      const Transition* transition = nullptr;
      for (size_t i = 0; i < agent.replay().size(); ++i)
        if (agent.replay().at(i).pair == pair) transition = &agent.replay().at(i);
      ASSERT_NE(transition, nullptr);
      const double y = static_cast<double>(transition->reward) +
                       0.9 * static_cast<double>(NaiveMax(before.q_network().target(),
                                                          pair.candidate, transition->next_set));
      const double q = static_cast<double>(Value(before.q_network().online(), pair));
      ASSERT_NEAR(loss, (q - y) * (q - y), 2e-5) << "step " << step;
    }
    EXPECT_EQ(learned_from.size(), kCandidates * kJobs) << "every pair was learned from";
    EXPECT_EQ(agent.counts().target_syncs, 120u);
  }
}

TEST_F(DynaQTest, TheTabledMaximumEqualsTheNaiveOneAfterSyncsAndRescaling) {
  const Catalog catalog = RandomMarket({.candidates = 5, .jobs = 90});
  for (const NetworkOptions& options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    QNetwork network(*encoder, options, OptimizerKind::kAdam, 4);
    Rng rng(2);
    std::vector<JobRow> jobs = AllJobs(catalog);
    for (uint64_t round = 0; round < 40; ++round) {
      for (int query = 0; query < 5; ++query) {
        rng.Shuffle(std::span<JobRow>(jobs));
        const std::vector<JobRow> set(
            jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(1 + rng.Below(20)));
        const auto candidate = static_cast<CandidateRow>(rng.Below(5));
        ASSERT_NEAR(network.TargetMax(candidate, set), NaiveMax(network.target(), candidate, set),
                    2e-6);
      }
      const std::vector<Pair> pairs = {{1, 2}, {3, 4}};
      network.Train(pairs, std::vector<float>{2, -2}, 1e-2, Rng(round));
      if (round % 3 == 0) network.SyncTarget();
      if (round % 7 == 0) network.Rescale(1.1, -0.2);
    }
    EXPECT_EQ(network.TargetMax(0, {}), 0.0f);
  }
}

// A resumed or copied learner starts with an empty table: what it computes must have the same bits
// as what the original had computed earlier and together with other jobs.
TEST_F(DynaQTest, TheTabledMaximumDoesNotDependOnWhatWasAskedBefore) {
  const Catalog catalog = RandomMarket({.candidates = 5, .jobs = 90});
  for (const NetworkOptions& options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    QNetwork network(*encoder, options, OptimizerKind::kAdam, 4);
    Rng rng(3);
    std::vector<JobRow> jobs = AllJobs(catalog);
    for (int query = 0; query < 30; ++query) {
      rng.Shuffle(std::span<JobRow>(jobs));
      const std::span<const JobRow> set = std::span(jobs).first(1 + rng.Below(60));
      QNetwork fresh(network);
      const auto candidate = static_cast<CandidateRow>(rng.Below(5));
      EXPECT_EQ(network.TargetMax(candidate, set), fresh.TargetMax(candidate, set));
    }
  }
}

TEST_F(DynaQTest, ManySetsTogetherHaveTheBitsOfEachAloneAndBfloat16IsNear) {
  const Catalog catalog = RandomMarket({.candidates = 5, .jobs = 90});
  for (NetworkOptions options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    QNetwork exact(*encoder, options, OptimizerKind::kAdam, 4);
    options.precision = Precision::kBfloat16;
    QNetwork rounded(*encoder, options, OptimizerKind::kAdam, 4);
    Rng rng(3);
    std::vector<JobRow> jobs = AllJobs(catalog);
    std::vector<std::vector<JobRow>> kept;
    std::vector<CandidateRow> candidates;
    for (int i = 0; i < 70; ++i) {
      rng.Shuffle(std::span<JobRow>(jobs));
      kept.emplace_back(jobs.begin(), jobs.begin() + static_cast<std::ptrdiff_t>(rng.Below(30)));
      candidates.push_back(static_cast<CandidateRow>(rng.Below(5)));
    }
    std::vector<NextSet> sets;
    for (size_t i = 0; i < kept.size(); ++i) sets.push_back({candidates[i], kept[i]});
    for (QNetwork* network : {&exact, &rounded}) {
      std::vector<BestJob> together(sets.size());
      network->TargetBest(sets, together);
      for (size_t i = 0; i < sets.size(); ++i) {
        const BestJob alone = network->TargetBest(sets[i].candidate, sets[i].jobs);
        EXPECT_EQ(together[i].job, alone.job);
        EXPECT_EQ(together[i].value, alone.value);
        EXPECT_EQ(together[i].runner_up, alone.runner_up);
        // Values are of order 0.1; two layers round weights and activations by up to 2^-9 each.
        EXPECT_NEAR(alone.value, exact.TargetMax(sets[i].candidate, sets[i].jobs), 5e-3);
      }
    }
  }
}

TEST_F(DynaQTest, ReplayPlanningSimulatesOnlyTriedPairsAndUnseenOnlyUntriedOnes) {
  options_.batch_size = 1;
  options_.planning_steps = 1;
  for (const SearchControl control : {SearchControl::kReplay, SearchControl::kUnseen}) {
    options_.search_control = control;
    DynaQAgent agent = Make();
    // Every candidate tried its own two jobs; the next sets hold tried and untried ones.
    std::set<uint64_t> tried;
    for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate) {
      for (const JobRow job : {candidate, candidate + 4}) {
        agent.Observe({candidate, job}, 0.1, Without(job));
        tried.insert(PairKey({candidate, job}));
      }
    }
    std::set<uint64_t> simulated;
    int seen = 0;
    for (int i = 0; i < 1500; ++i) {
      const std::vector<float> before = Online(agent);
      if (agent.Plan() == 0) continue;  // learned to the last bit: an update that does not show
      const Touched touched = Compare(agent.q_network().online(), before);
      ASSERT_EQ(touched.candidates.size(), 1u);
      ASSERT_EQ(touched.jobs.size(), 1u);
      ++seen;
      simulated.insert(PairKey({*touched.candidates.begin(), *touched.jobs.begin()}));
    }
    EXPECT_GT(seen, 1490);
    size_t tried_and_simulated = 0;
    for (const uint64_t key : simulated) tried_and_simulated += tried.contains(key);
    if (control == SearchControl::kReplay) {
      EXPECT_EQ(simulated, tried);
    } else {
      EXPECT_EQ(tried_and_simulated, 0u);
      EXPECT_EQ(simulated.size(), kCandidates * (kJobs - 2)) << "every untried pair is reached";
    }
  }
}

// As many transitions as jobs in their next sets: a job drawn with the same number as its
// transition would always be the same one.
TEST_F(DynaQTest, TheSimulatedJobIsDrawnIndependentlyOfTheTransition) {
  options_.batch_size = 1;
  DynaQAgent agent = Make();
  for (CandidateRow candidate = 0; candidate < kCandidates; ++candidate)
    agent.Observe({candidate, 0}, 0.1, std::vector<JobRow>{2, 3, 4, 5});
  std::map<uint64_t, int> counts;
  constexpr int kPlans = 1600;
  for (int i = 0; i < kPlans; ++i) {
    const std::vector<float> before = Online(agent);
    agent.Plan();
    const Touched touched = Compare(agent.q_network().online(), before);
    ++counts[PairKey({*touched.candidates.begin(), *touched.jobs.begin()})];
  }
  EXPECT_EQ(counts.size(), 16u);
  for (const auto& [key, count] : counts) EXPECT_NEAR(count, kPlans / 16, 45) << key;
}

TEST_F(DynaQTest, PlanningFallsBackToTriedPairsWhenNothingIsUntried) {
  DynaQAgent agent = Make();
  agent.Observe({0, 1}, 0.1, std::vector<JobRow>{2});
  agent.Observe({0, 2}, 0.1, {});
  const std::vector<float> before = Online(agent);
  agent.Plan();
  EXPECT_EQ(Compare(agent.q_network().online(), before).jobs, (std::set<JobRow>{1, 2}));
}

TEST_F(DynaQTest, SimulatedRewardsComeFromTheWorldModelLessThePenalty) {
  options_.ensemble = 3;
  options_.search_control = SearchControl::kReplay;
  double losses[2] = {};
  for (const double penalty : {0.0, 2.0}) {
    options_.disagreement_penalty = penalty;
    DynaQAgent agent = Make();
    const Pair pair{1, 2};
    agent.Observe(pair, 100.0, Without(2));  // the real reward must not matter
    float mean = 0, deviation = 0;
    agent.world_model().Predict(std::span<const Pair>(&pair, 1), std::span<float>(&mean, 1),
                                std::span<float>(&deviation, 1));
    ASSERT_GT(deviation, 1e-3f);
    const double y = static_cast<double>(mean) - penalty * static_cast<double>(deviation) +
                     0.6 * static_cast<double>(NaiveMax(agent.q_network().target(), 1, Without(2)));
    const double q = static_cast<double>(Value(agent.q_network().online(), pair));
    losses[penalty > 0] = agent.Plan();
    EXPECT_NEAR(losses[penalty > 0], (q - y) * (q - y), 1e-5);
    // Planned long enough, Q becomes y: the penalty lowers it.
    for (int i = 0; i < 600; ++i) agent.Plan();
    EXPECT_NEAR(Value(agent.q_network().online(), pair), y, 0.01);
  }
  EXPECT_NE(losses[0], losses[1]);
}

// By hand: of four pairs the one with the largest |r^ + gamma max Q(s, .; theta-) - Q(s, a)|.
TEST_F(DynaQTest, PrioritizedPlanningSimulatesThePairsWithTheLargestModelError) {
  options_.batch_size = 2;
  options_.search_control = SearchControl::kPrioritized;
  settings_.learning_rate = 1e-6;  // the order of the errors stays as it is
  settings_.target_sync = 1000000;
  DynaQAgent agent = Make();
  constexpr JobRow kTried = 0;
  const std::vector<JobRow> untried = {1, 2, 3, 4};
  agent.Observe({0, kTried}, 0.5, untried);
  std::vector<std::pair<float, JobRow>> errors;
  for (const JobRow job : untried) {
    const Pair pair{0, job};
    float reward = 0, deviation = 0;
    agent.world_model().Predict(std::span<const Pair>(&pair, 1), std::span<float>(&reward, 1),
                                std::span<float>(&deviation, 1));
    std::vector<JobRow> next = untried;
    std::erase(next, job);
    const float y = reward + 0.6f * NaiveMax(agent.q_network().target(), 0, next);
    errors.emplace_back(std::abs(y - Value(agent.q_network().online(), pair)), job);
  }
  std::sort(errors.begin(), errors.end());
  const JobRow largest = errors.back().second, smallest = errors.front().second;
  int with_largest = 0, with_smallest = 0;
  constexpr int kPlans = 200;
  for (int i = 0; i < kPlans; ++i) {
    const std::vector<float> before = Online(agent);
    agent.Plan();
    const std::set<JobRow> jobs = Compare(agent.q_network().online(), before).jobs;
    EXPECT_FALSE(jobs.contains(kTried));
    with_largest += jobs.contains(largest) ? 1 : 0;
    with_smallest += jobs.contains(smallest) ? 1 : 0;
  }
  // It is among the eight pairs that are looked at in 1 - (3/4)^8 = 90 % of the plans, and kept in
  // all of them; the smallest is kept only where seven of the eight are it, which is 0.04 %.
  EXPECT_GT(with_largest, 0.8 * kPlans);
  EXPECT_LT(with_smallest, 0.05 * kPlans);
}

TEST_F(DynaQTest, OptionsOfPlanningCanChangeWithoutTouchingWhatWasLearned) {
  DynaQAgent agent = Make();
  agent.Observe({0, 1}, 0.5, Without(1));
  agent.LearnFromReal();
  DynaQAgent other = agent;
  LearnerOptions changed = options_;
  changed.planning_steps = options_.planning_steps + 3;
  changed.search_control = SearchControl::kReplay;
  other.ChangeOptions(changed);
  EXPECT_EQ(other.options().planning_steps, options_.planning_steps + 3);
  EXPECT_TRUE(SameLearner(agent, other));
}

TEST_F(DynaQTest, RehearsalTakesItsShareFromTheEarlierPhase) {
  const Catalog catalog = OneHotMarket(kCandidates, 40);
  encoder_ = MakeEncoder(catalog, network_);
  for (const auto& [share, expected] :
       {std::pair{0.0, size_t{0}}, std::pair{0.75, size_t{6}}, std::pair{1.0, size_t{8}}}) {
    DynaQAgent agent = Make();
    // Phase 1 knows jobs 0 to 19, phase 2 jobs 20 to 39.
    for (JobRow job = 0; job < 20; ++job) agent.Observe({0, job}, 0.1, {});
    PhaseSettings online = settings_;
    online.rehearsal = share;
    agent.BeginPhase(online, /*keep_for_rehearsal=*/true);
    EXPECT_EQ(agent.replay().size(), 0u);
    for (JobRow job = 20; job < 40; ++job) agent.Observe({1, job}, 0.1, {});
    size_t most_old = 0, most_new = 0;
    for (int i = 0; i < 60; ++i) {
      const std::vector<float> before = Online(agent);
      agent.LearnFromReal();
      size_t old_jobs = 0, new_jobs = 0;
      for (const JobRow job : Compare(agent.q_network().online(), before).jobs)
        ++(job < 20 ? old_jobs : new_jobs);
      EXPECT_LE(old_jobs, expected);
      EXPECT_LE(new_jobs, 8 - expected);
      most_old = std::max(most_old, old_jobs);
      most_new = std::max(most_new, new_jobs);
    }
    EXPECT_EQ(most_old, expected) << "drawn without a repetition at least once";
    EXPECT_EQ(most_new, 8 - expected);
  }
}

TEST_F(DynaQTest, ANewPhaseForgetsOptimizerBufferTriedPairsAndUnwantedRehearsalData) {
  options_.batch_size = 1;
  settings_.rehearsal = 1.0;
  DynaQAgent agent = Make();
  agent.Observe({0, 1}, 0.1, {});
  agent.LearnFromReal();
  agent.LearnWorldModel();
  EXPECT_EQ(agent.q_network().online().optimizer_state().updates, 1u);
  const std::vector<float> learned = Online(agent);
  agent.BeginPhase(settings_, /*keep_for_rehearsal=*/true);
  agent.BeginPhase(settings_, /*keep_for_rehearsal=*/false);
  EXPECT_EQ(Online(agent), learned) << "what was learned stays";
  EXPECT_EQ(agent.replay().size(), 0u);
  for (const PairNetwork* network :
       {&agent.q_network().online(), &agent.world_model().members()[0]}) {
    EXPECT_EQ(network->optimizer_state().updates, 0u);
    EXPECT_TRUE(network->optimizer_state().second_moment.empty());
  }
  // All of a batch is new data now, and job 1 counts as never tried.
  agent.Observe({0, 2}, 0.1, std::vector<JobRow>{1});
  agent.LearnFromReal();
  EXPECT_EQ(Compare(agent.q_network().online(), learned).jobs, (std::set<JobRow>{2}));
  const std::vector<float> before = Online(agent);
  agent.Plan();
  EXPECT_EQ(Compare(agent.q_network().online(), before).jobs, (std::set<JobRow>{1}));
}

// The same slot, serial number and target version as in the phase before, but another transition.
TEST_F(DynaQTest, ANewPhaseForgetsCachedMaxima) {
  options_.batch_size = 1;
  settings_.rehearsal = 1.0;
  DynaQAgent agent = Make();
  for (const JobRow job : {JobRow{1}, JobRow{4}, JobRow{6}}) {
    const std::vector<JobRow> next = {job};
    const double max = static_cast<double>(NaiveMax(agent.q_network().target(), 0, next));
    const auto expected_loss = [&] {
      const double q = static_cast<double>(Value(agent.q_network().online(), {0, 0}));
      return (q - 0.1 - 0.6 * max) * (q - 0.1 - 0.6 * max);
    };
    agent.BeginPhase(settings_, false);
    agent.Observe({0, 0}, 0.1, next);
    const double from_replay = expected_loss();
    EXPECT_NEAR(agent.LearnFromReal(), from_replay, 1e-5);
    agent.BeginPhase(settings_, true);
    agent.Observe({1, 1}, 5.0, {});
    const double from_rehearsal = expected_loss();
    EXPECT_NEAR(agent.LearnFromReal(), from_rehearsal, 1e-5);
  }
}

TEST_F(DynaQTest, RescaleRewardsIsWhatQWouldBeHadRewardsBeenRescaled) {
  DynaQAgent agent = Make();
  const std::vector<JobRow> all = AllJobs(catalog_);
  const auto q = Values(agent.q_network().online(), 2, all);
  const auto target = Values(agent.q_network().target(), 2, all);
  const float reward = Value(agent.world_model().members()[0], {2, 3});
  agent.RescaleRewards(3, 0.5);
  for (const JobRow job : all) {
    EXPECT_NEAR(Value(agent.q_network().online(), {2, job}), 3 * q[job] + 0.5f / 0.4f, 1e-5);
    EXPECT_NEAR(Value(agent.q_network().target(), {2, job}), 3 * target[job] + 0.5f / 0.4f, 1e-5);
  }
  EXPECT_NEAR(Value(agent.world_model().members()[0], {2, 3}), 3 * reward + 0.5f, 1e-5);
}

TEST_F(DynaQTest, ActFollowsQAndReportsThePropensity) {
  DynaQAgent agent = Make();
  const std::vector<JobRow> set = {5, 1, 7, 2};
  const size_t best = Greedy(Values(agent.q_network().online(), 3, set));
  const Choice greedy = agent.Act(3, set, 0.0);
  EXPECT_EQ(greedy.index, best);
  EXPECT_DOUBLE_EQ(greedy.propensity, 1.0);
  std::map<size_t, int> counts;
  for (int i = 0; i < 2000; ++i) {
    const Choice choice = agent.Act(3, set, 0.4);
    EXPECT_DOUBLE_EQ(choice.propensity, choice.index == best ? 0.7 : 0.1);
    ++counts[choice.index];
    agent.Observe({3, set[choice.index]}, 0, {});  // the next step draws anew
  }
  EXPECT_NEAR(counts[best], 1400, 80);
  EXPECT_EQ(counts.size(), 4u);
}

}  // namespace
}  // namespace dynajob
