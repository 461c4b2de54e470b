#include "dynajob/evaluation/linear_bandit.h"

#include <cmath>
#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/evaluation/judged_environment.h"

#include "comparison_test_support.h"

namespace dynajob {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(LinearPosterior, IsRidgeRegressionByHand) {
  // A = I + (1,0)(1,0)^T + (1,1)(1,1)^T = [[3,1],[1,2]], b = 2 (1,0) + 1 (1,1) = (3,1).
  LinearPosterior posterior({0, 0}, 1);
  posterior.Update(std::vector{1.0, 0.0}, 2);
  posterior.Update(std::vector{1.0, 1.0}, 1);
  EXPECT_THAT(posterior.weights(), ElementsAre(DoubleNear(1, 1e-12), DoubleNear(0, 1e-12)));
  // A^-1 = [[2,-1],[-1,3]] / 5.
  EXPECT_NEAR(posterior.Deviation(std::vector{1.0, 1.0}), std::sqrt(3.0 / 5), 1e-12);
  EXPECT_NEAR(posterior.Mean(std::vector{2.0, 1.0}), 2, 1e-12);
}

TEST(LinearPosterior, StartsAtItsPriorAndHoldsToItByTheRidge) {
  for (const double ridge : {1.0, 9.0}) {
    LinearPosterior posterior({0.5, -1}, ridge);
    EXPECT_THAT(posterior.weights(), ElementsAre(DoubleNear(0.5, 1e-12), DoubleNear(-1, 1e-12)));
    posterior.Update(std::vector{1.0, 0.0}, 1.5);
    EXPECT_NEAR(posterior.weights()[0], (ridge * 0.5 + 1.5) / (ridge + 1), 1e-12);
    EXPECT_NEAR(posterior.weights()[1], -1, 1e-12);
  }
}

TEST(LinearPosterior, SamplesHaveItsMeanAndCovariance) {
  LinearPosterior posterior({0, 0}, 1);
  posterior.Update(std::vector{1.0, 0.0}, 2);
  posterior.Update(std::vector{1.0, 1.0}, 1);
  Rng rng(4);
  constexpr int kSamples = 40000;
  double mean[2] = {0, 0}, covariance[3] = {0, 0, 0};
  for (int i = 0; i < kSamples; ++i) {
    const std::vector<double> sample = posterior.Sample(0.5, rng);
    const double x = sample[0] - posterior.weights()[0];
    const double y = sample[1] - posterior.weights()[1];
    mean[0] += x / kSamples;
    mean[1] += y / kSamples;
    covariance[0] += x * x / kSamples;
    covariance[1] += x * y / kSamples;
    covariance[2] += y * y / kSamples;
  }
  EXPECT_NEAR(mean[0], 0, 0.01);
  EXPECT_NEAR(mean[1], 0, 0.01);
  EXPECT_NEAR(covariance[0], 0.25 * 2 / 5, 0.005);
  EXPECT_NEAR(covariance[1], 0.25 * -1 / 5, 0.005);
  EXPECT_NEAR(covariance[2], 0.25 * 3 / 5, 0.005);
}

class BanditTest : public ::testing::Test {
 protected:
  BanditTest()
      : catalog_(SmallMarketCatalog()),
        cosine_(CosineReward::Create(catalog_, CosineOptions{}).value()),
        judge_(Judge::Create(catalog_, JudgeOptions{}, ResponseRewards{}, 1).value()),
        jobs_(catalog_.job_count()),
        candidates_(catalog_.candidate_count()),
        features_(Features()) {}

  BanditFeatures Features() {
    std::iota(jobs_.begin(), jobs_.end(), JobRow{0});
    std::iota(candidates_.begin(), candidates_.end(), CandidateRow{0});
    return BanditFeatures(*cosine_, candidates_, jobs_, 6, /*structured_facts=*/false, 1);
  }

  std::vector<double> Encode(Pair pair) const {
    std::vector<double> features(features_.dimension());
    features_.Encode(pair, features);
    return features;
  }

  std::vector<JobRow> Recommended(Arm& arm, CandidateRow person, int steps) {
    JudgedEnvironment environment(judge_, jobs_, 10, person, 1);
    arm.BeginCandidate(person);
    for (int i = 0; i < steps; ++i) EXPECT_TRUE(arm.Step(environment).ok());
    return environment.recommended();
  }

  Catalog catalog_;
  std::unique_ptr<CosineReward> cosine_;
  Judge judge_;
  std::vector<JobRow> jobs_;
  std::vector<CandidateRow> candidates_;
  BanditFeatures features_;
};

TEST_F(BanditTest, FeaturesAreStandardised) {
  const size_t dimension = features_.dimension();
  ASSERT_EQ(dimension, 8u);
  std::vector<double> mean(dimension), squares(dimension);
  double count = 0;
  for (const CandidateRow candidate : candidates_) {
    for (const JobRow job : jobs_) {
      const std::vector<double> features = Encode({candidate, job});
      EXPECT_EQ(features[0], 1);
      for (size_t i = 0; i < dimension; ++i) {
        mean[i] += features[i];
        squares[i] += features[i] * features[i];
      }
      ++count;
    }
  }
  for (double& value : mean) value /= count;
  for (double& value : squares) value /= count;
  EXPECT_NEAR(mean[1], 0, 0.1);  // fitted on a sample of pairs
  EXPECT_NEAR(squares[1], 1, 0.15);
  double job_variance = 0;
  for (size_t i = 2; i < dimension; ++i) {
    EXPECT_NEAR(mean[i], 0, 1e-9);
    job_variance += squares[i];
  }
  EXPECT_NEAR(job_variance, 1, 0.02);
}

TEST(BanditFeatures, ComponentsSpanTheDirectionsOfGreatestVariance) {
  // Six jobs along three axes, with variances 3, 1/3 and nearly none.
  constexpr float kAxes[] = {3, 1, 0.1f};
  Catalog::Data data;
  data.candidates.emplace_back().id = "c";
  data.state_fields = {{"hard", 0, 3}};
  data.action_fields = {{"tech", 0, 3}};
  data.states = Matrix(1, 3);
  data.states.Row(0)[0] = 1;
  data.actions = Matrix(6, 3);
  for (size_t i = 0; i < 6; ++i) {
    data.jobs.emplace_back().id = "j" + std::to_string(i);
    data.actions.Row(i)[i / 2] = i % 2 == 0 ? kAxes[i / 2] : -kAxes[i / 2];
  }
  const Catalog catalog = Catalog::Create(std::move(data)).value();
  const auto cosine = CosineReward::Create(catalog, {.pairs = {"hard:tech"}}).value();
  const std::vector<CandidateRow> candidates = {0};
  const std::vector<JobRow> jobs = {0, 1, 2, 3, 4, 5};
  const BanditFeatures features(*cosine, candidates, jobs, 2, /*structured_facts=*/false, 1);
  const auto squared_length = [&](JobRow job) {
    std::vector<double> encoded(features.dimension());
    features.Encode({0, job}, encoded);
    return encoded[2] * encoded[2] + encoded[3] * encoded[3];
  };
  const double variance = (2 * 9.0 + 2 * 1.0) / 6;
  EXPECT_NEAR(squared_length(1), 9 / variance, 1e-6);
  EXPECT_NEAR(squared_length(2), 1 / variance, 1e-6);
  EXPECT_NEAR(squared_length(5), 0, 1e-6);
}

TEST_F(BanditTest, StructuredFactsAreFurtherFeaturesOfUnitVarianceInAll) {
  const BanditFeatures with(*cosine_, candidates_, jobs_, 6, /*structured_facts=*/true, 1);
  ASSERT_EQ(with.dimension(), features_.dimension() + kPairFactCount);
  std::vector<double> encoded(with.dimension()), mean(kPairFactCount);
  double squares = 0, count = 0;
  for (const CandidateRow candidate : candidates_) {
    for (const JobRow job : jobs_) {
      with.Encode({candidate, job}, encoded);
      const std::vector<double> without = Encode({candidate, job});
      EXPECT_TRUE(std::equal(without.begin(), without.end(), encoded.begin()));
      for (size_t k = 0; k < kPairFactCount; ++k) {
        const double fact = encoded[without.size() + k];
        mean[k] += fact;
        squares += fact * fact;
      }
      ++count;
    }
  }
  for (const double sum : mean) EXPECT_NEAR(sum / count, 0, 0.1);  // fitted on a sample of pairs
  EXPECT_NEAR(squares / count, 1, 0.1);
}

TEST_F(BanditTest, CosineWeightsPredictTheCosine) {
  const LinearPosterior prior(features_.CosineWeights(), 1);
  for (const JobRow job : {0u, 7u, 50u})
    EXPECT_NEAR(prior.Mean(Encode({3, job})), cosine_->Cosine({3, job}), 1e-9);
}

TEST_F(BanditTest, ACosinePriorBeginsAsCosineRankingAndThenLearns) {
  const BanditOptions options{.ridge = 1, .ucb_width = 0};
  const auto bandit = MakeBanditArm(features_, options, BanditPolicy::kUcb, BanditPrior::kCosine,
                                    Protocol::kNewUser, 1);
  const auto ranking = MakeRankingArm([&](Pair pair) { return cosine_->Cosine(pair); });
  std::vector<double> scores(jobs_.size()), cosines(jobs_.size());
  bandit->Score(2, jobs_, scores);
  ranking->Score(2, jobs_, cosines);
  for (size_t i = 0; i < jobs_.size(); ++i) EXPECT_NEAR(scores[i], cosines[i], 1e-9);
  const std::vector<JobRow> learned = Recommended(*bandit, 2, 40);
  const std::vector<JobRow> ranked = Recommended(*ranking, 2, 40);
  EXPECT_EQ(learned.front(), ranked.front());
  EXPECT_NE(learned, ranked);
  EXPECT_EQ(bandit->counts().env_steps, 40u);
}

TEST_F(BanditTest, LearnsWhatOnePersonLikes) {
  for (const BanditPolicy policy : {BanditPolicy::kUcb, BanditPolicy::kThompson}) {
    const auto bandit =
        MakeBanditArm(features_, {}, policy, BanditPrior::kCold, Protocol::kNewUser, 1);
    const auto random = MakeRandomArm(1);
    double learned = 0, chance = 0;
    for (const CandidateRow person : candidates_) {
      for (const JobRow job : Recommended(*bandit, person, 30))
        learned += judge_.ExpectedReward({person, job});
      for (const JobRow job : Recommended(*random, person, 30))
        chance += judge_.ExpectedReward({person, job});
    }
    EXPECT_GT(learned, 1.2 * chance);
  }
}

TEST_F(BanditTest, ThompsonSamplingRepeatsAndDependsOnItsSeed) {
  const auto run = [&](uint64_t seed) {
    const auto arm = MakeBanditArm(features_, {}, BanditPolicy::kThompson, BanditPrior::kCold,
                                   Protocol::kNewUser, seed);
    return Recommended(*arm, 1, 20);
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

TEST_F(BanditTest, NewUserForgetsAndNewSystemDoesNot) {
  const auto second_visit = [&](Protocol protocol, bool visit_other_first) {
    const auto arm =
        MakeBanditArm(features_, {}, BanditPolicy::kUcb, BanditPrior::kCold, protocol, 1);
    if (visit_other_first) Recommended(*arm, 1, 30);
    return Recommended(*arm, 0, 20);
  };
  EXPECT_EQ(second_visit(Protocol::kNewUser, true), second_visit(Protocol::kNewUser, false));
  EXPECT_NE(second_visit(Protocol::kNewSystem, true), second_visit(Protocol::kNewSystem, false));
}

TEST(BanditOptions, LimitsNameFieldAndValue) {
  BanditOptions options;
  EXPECT_TRUE(options.Validate().ok());
  options.ridge = 0;
  EXPECT_THAT(options.Validate().error().message, HasSubstr("bandit.ridge = 0"));
  options = {.components = -1};
  EXPECT_THAT(options.Validate().error().message, HasSubstr("bandit.components = -1"));
  options = {.ucb_width = std::nan("")};
  EXPECT_FALSE(options.Validate().ok());
}

}  // namespace
}  // namespace dynajob
