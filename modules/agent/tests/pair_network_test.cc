#include "dynajob/agent/pair_network.h"

#include <cmath>

#include <gtest/gtest.h>

#include "agent_test_support.h"
#include "mlp.h"

namespace dynajob {
namespace {

TEST(PairNetwork, SplitFirstLayerEqualsPairwiseEvaluation) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 700});
  for (const NetworkOptions& options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    // Across the tile of 64 rows, at its edge, and small.
    for (const size_t count : {size_t{1}, size_t{50}, size_t{64}, size_t{65}, size_t{700}}) {
      std::vector<JobRow> jobs = AllJobs(catalog);
      Rng rng(count);
      rng.Shuffle(std::span<JobRow>(jobs));
      jobs.resize(count);
      std::vector<Pair> pairs;
      for (const JobRow job : jobs) pairs.push_back({1, job});
      std::vector<float> split(count), pairwise(count);
      network.Evaluate(CandidateRow{1}, jobs, split);
      network.Evaluate(pairs, pairwise);
      for (size_t i = 0; i < count; ++i) {
        ASSERT_NEAR(split[i], pairwise[i], 2e-6) << i << " of " << count;
        ASSERT_NEAR(Value(network, pairs[i]), pairwise[i], 2e-6);
      }
      // Different jobs have different values: the comparison above is not of constants.
      if (count > 1) {
        EXPECT_NE(split[0], split[1]);
      }
    }
    EXPECT_NO_THROW(
        network.Evaluate(CandidateRow{0}, std::span<const JobRow>(), std::span<float>()));
  }
}

TEST(PairNetwork, SharesOfJobsEqualPairwiseEvaluation) {
  const Catalog catalog = RandomMarket({.candidates = 3, .jobs = 300});
  for (const NetworkOptions& options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    std::vector<JobView> views;
    std::vector<Pair> pairs;
    for (const JobRow job : AllJobs(catalog)) {
      views.push_back(encoder->JobAt(job));
      pairs.push_back({2, job});
    }
    Matrix shares(views.size(), network.share_width());
    network.FirstLayerShares(views, shares.data());
    std::vector<PairNetwork::SharedJob> shared;
    for (size_t i = 0; i < views.size(); ++i)
      shared.push_back({.share = shares.Row(i).data(), .job = views[i]});
    std::vector<float> pairwise(views.size()), from_shares(views.size());
    network.Evaluate(pairs, pairwise);
    network.EvaluateShares(encoder->CandidateAt(2), shared, from_shares);
    for (size_t i = 0; i < views.size(); ++i) ASSERT_NEAR(from_shares[i], pairwise[i], 2e-6) << i;
  }
}

TEST(PairNetwork, RescaleOutputIsExact) {
  const Catalog catalog = RandomMarket();
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    const std::vector<float> before = Values(network, 2, AllJobs(catalog));
    const uint64_t version = network.version();
    network.RescaleOutput(-2.5, 0.75);
    EXPECT_GT(network.version(), version);
    const std::vector<float> after = Values(network, 2, AllJobs(catalog));
    for (size_t i = 0; i < before.size(); ++i)
      EXPECT_NEAR(after[i], -2.5f * before[i] + 0.75f, 2e-6);
  }
}

TEST(PairNetwork, RescaleOutputRescalesTheMomentsOfTheOutputLayer) {
  const Catalog catalog = RandomMarket();
  NetworkOptions options = Concatenation();
  options.q_layers = {8};
  const auto encoder = MakeEncoder(catalog, options);
  PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
  const std::vector<Pair> pairs = {{0, 1}, {1, 2}};
  network.Train(pairs, std::vector<float>{1, -1}, 1e-3, Rng(1));
  const OptimizerState before = network.optimizer_state();
  network.RescaleOutput(3, 1);
  const OptimizerState& after = network.optimizer_state();
  const LinearShape& last = network.shape().layers.back();
  for (size_t i = 0; i < before.first_moment.size(); ++i) {
    const bool output = i >= last.weight;
    EXPECT_FLOAT_EQ(after.first_moment[i], (output ? 3 : 1) * before.first_moment[i]);
    EXPECT_FLOAT_EQ(after.second_moment[i], (output ? 9 : 1) * before.second_moment[i]);
  }
}

struct TrainingSet {
  std::vector<Pair> pairs;
  std::vector<float> targets;
};
TrainingSet TwelvePairs() {
  TrainingSet set;
  for (JobRow job = 0; job < 12; ++job) {
    set.pairs.push_back({job % 4, job});
    set.targets.push_back(static_cast<float>(job % 3));
  }
  return set;
}

// Trains both. The first losses agree to `tolerance`, relative, and `network` learns.
void TrainBeside(PairNetwork& network, PairNetwork& reference, double tolerance) {
  const TrainingSet set = TwelvePairs();
  double first = 0, last = 0;
  for (uint64_t step = 0; step < 60; ++step) {
    last = network.Train(set.pairs, set.targets, 1e-2, Rng(step));
    const double expected = reference.Train(set.pairs, set.targets, 1e-2, Rng(step));
    if (step == 0) first = last;
    if (step < 5) {
      EXPECT_NEAR(last, expected, tolerance * expected);
    }
  }
  EXPECT_LT(last, 0.6 * first);
}

TEST(PairNetwork, TrainingReducesTheErrorAndBothBackendsAgree) {
  const Catalog catalog = RandomMarket();
  for (NetworkOptions options : AllInputs()) {
    options.dropout = 0.1;
    const auto encoder = MakeEncoder(catalog, options);
    PairNetwork fused(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    options.backend = Backend::kLibTorch;
    PairNetwork torch(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    TrainBeside(fused, torch, 1e-3);
  }
}

TEST(PairNetwork, LearnsInBfloat16AsInFloat32) {
  const Catalog catalog = RandomMarket();
  for (NetworkOptions options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    PairNetwork exact(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    options.precision = Precision::kBfloat16;
    PairNetwork rounded(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    TrainBeside(rounded, exact, 0.05);
    // What changes the parameters from outside changes the rounded copies.
    PairNetwork copy(rounded);
    rounded.SetParameters(exact.parameters());
    copy.SetParameters(exact.parameters());
    const TrainingSet set = TwelvePairs();
    EXPECT_EQ(rounded.Train(set.pairs, set.targets, 1e-2, Rng(1)),
              copy.Train(set.pairs, set.targets, 1e-2, Rng(1)));
  }
}

// A resumed learner is a copy: what training steps made of the rounded weights must be what a copy
// makes of the parameters.
TEST(PairNetwork, ValuesInBfloat16HaveTheSameBitsHoweverAskedForAndAreNearFloat32) {
  const Catalog catalog = RandomMarket({.candidates = 4, .jobs = 150});
  for (NetworkOptions options : AllInputs()) {
    SCOPED_TRACE(static_cast<int>(options.interaction) * 10 + options.structured_facts);
    const auto encoder = MakeEncoder(catalog, options);
    PairNetwork exact(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    options.precision = Precision::kBfloat16;
    PairNetwork rounded(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
    const TrainingSet set = TwelvePairs();
    for (uint64_t step = 0; step < 5; ++step) {
      rounded.Train(set.pairs, set.targets, 1e-2, Rng(step));
      if (step == 2) rounded.RescaleOutput(1.5, 0.25);
    }
    exact.SetParameters(rounded.parameters());
    const PairNetwork copy(rounded);

    std::vector<JobRow> jobs;
    std::vector<Pair> pairs;
    for (JobRow job = 0; job < 150; ++job) {
      jobs.push_back(149 - job);
      pairs.push_back({3, 149 - job});
    }
    std::vector<float> of_set(jobs.size()), of_pairs(jobs.size()), of_copy(jobs.size()),
        in_float(jobs.size());
    rounded.Evaluate(3, jobs, of_set);
    rounded.Evaluate(pairs, of_pairs);
    copy.Evaluate(3, jobs, of_copy);
    exact.Evaluate(pairs, in_float);
    EXPECT_TRUE(SameBits(of_set, of_copy));
    const bool bilinear = options.interaction == Interaction::kBilinear;
    for (size_t i = 0; i < jobs.size(); ++i) {
      if (!bilinear) {
        EXPECT_EQ(of_set[i], of_pairs[i]) << i;
        float alone = 0;
        rounded.Evaluate(std::span<const Pair>(&pairs[i], 1), std::span<float>(&alone, 1));
        EXPECT_EQ(alone, of_pairs[i]) << i;
      }
      // Values are of order 1; inputs, weights and activations are rounded by up to 2^-9 each.
      EXPECT_NEAR(of_pairs[i], in_float[i], 2e-2) << i;
    }
    if (!bilinear) {
      EXPECT_FALSE(SameBits(of_pairs, in_float));
    }
  }
}

TEST(PairNetwork, ACopyIsDeep) {
  const Catalog catalog = RandomMarket();
  const NetworkOptions options = Concatenation();
  const auto encoder = MakeEncoder(catalog, options);
  PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 5);
  const std::vector<Pair> pairs = {{0, 1}};
  network.Train(pairs, std::vector<float>{1}, 1e-2, Rng(1));
  PairNetwork copy(network);
  EXPECT_TRUE(SameBits(copy.parameters(), network.parameters()));
  const std::vector<float> before(network.parameters().begin(), network.parameters().end());
  copy.Train(pairs, std::vector<float>{1}, 1e-2, Rng(1));
  EXPECT_TRUE(SameBits(before, network.parameters()));
  network.Train(pairs, std::vector<float>{1}, 1e-2, Rng(1));
  EXPECT_TRUE(SameBits(copy.parameters(), network.parameters()));
}

}  // namespace
}  // namespace dynajob
