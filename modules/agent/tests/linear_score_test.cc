#include "dynajob/agent/linear_score.h"

#include <gtest/gtest.h>

#include "agent_test_support.h"

namespace dynajob {
namespace {

// At one job the slope is the gradient: a small step along a vector changes score and network
// alike.
TEST(LinearScoreTest, TakenAtOneJobIsTheTangentForEveryKindOfInput) {
  const Catalog catalog = RandomMarket({.candidates = 2, .jobs = 6});
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 4);
    const CandidateView candidate = encoder->CandidateAt(1);
    for (JobRow row = 0; row < 6; ++row) {
      const JobView at = encoder->JobAt(row);
      const LinearScore score(network, candidate, std::span(&at, 1));
      constexpr float kStep = 1e-3f;
      std::vector<float> near(at.action.begin(), at.action.end());
      for (size_t i = 0; i < near.size(); ++i) near[i] += i % 2 == 0 ? kStep : -kStep / 2;
      const std::vector<JobView> views = {at, {near, at.record}};
      std::vector<float> values(2), scores(2);
      network.Evaluate(candidate, views, values);
      score.Evaluate(views, scores);
      EXPECT_NEAR((values[1] - values[0]) / kStep, (scores[1] - scores[0]) / kStep, 0.02);
    }
  }
}

// With facts that differ and vectors that do not.
TEST(LinearScoreTest, FollowsTheFactsAsTheNetworkDoes) {
  const Catalog catalog = RandomMarket({.candidates = 1, .jobs = 2});
  NetworkOptions options = AllInputs()[1];
  ASSERT_TRUE(options.structured_facts);
  const auto encoder = MakeEncoder(catalog, options);
  const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 4);
  const JobView at = encoder->JobAt(0);
  Job better = catalog.job(0);
  better.salary->low *= 1.001, better.salary->high *= 1.001;
  const std::vector<JobView> views = {at, {at.action, &better}};
  const LinearScore score(network, encoder->CandidateAt(0), std::span(&at, 1));
  std::vector<float> values(2), scores(2);
  network.Evaluate(encoder->CandidateAt(0), views, values);
  score.Evaluate(views, scores);
  EXPECT_NE(scores[1], scores[0]);
  EXPECT_NEAR(values[1] - values[0], scores[1] - scores[0], 1e-5);
}

// Of several jobs it is the mean of their slopes.
TEST(LinearScoreTest, TakenAtManyJobsIsTheMeanSlope) {
  const Catalog catalog = RandomMarket({.candidates = 1, .jobs = 150});
  for (const NetworkOptions& options : AllInputs()) {
    const auto encoder = MakeEncoder(catalog, options);
    const PairNetwork network(*encoder, options.q_layers, options, OptimizerKind::kAdam, 4);
    std::vector<JobView> all;
    for (const JobRow row : AllJobs(catalog)) all.push_back(encoder->JobAt(row));
    std::vector<float> together(all.size()), one(all.size());
    std::vector<double> mean(all.size());
    LinearScore(network, encoder->CandidateAt(0), all).Evaluate(all, together);
    for (const JobView& at : all) {
      LinearScore(network, encoder->CandidateAt(0), std::span(&at, 1)).Evaluate(all, one);
      for (size_t i = 0; i < all.size(); ++i)
        mean[i] += static_cast<double>(one[i]) / static_cast<double>(all.size());
    }
    for (size_t i = 0; i < all.size(); ++i)
      EXPECT_NEAR(static_cast<double>(together[i]), mean[i], 1e-4);
  }
}

}  // namespace
}  // namespace dynajob
