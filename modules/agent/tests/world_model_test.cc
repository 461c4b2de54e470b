#include "dynajob/agent/world_model.h"

#include <cmath>

#include <gtest/gtest.h>

#include "agent_test_support.h"

namespace dynajob {
namespace {

class WorldModelTest : public ::testing::Test {
 protected:
  WorldModelTest() {
    options_.world_model_layers = {16, 8};
    encoder_ = MakeEncoder(catalog_, options_);
    for (CandidateRow candidate = 0; candidate < 4; ++candidate)
      for (JobRow job = 0; job < 12; ++job) pairs_.push_back({candidate, job});
  }
  WorldModel Make(size_t ensemble, uint64_t seed = 3) {
    return WorldModel(*encoder_, options_, OptimizerKind::kAdam, ensemble, seed);
  }
  std::pair<std::vector<float>, std::vector<float>> Predict(const WorldModel& model) {
    std::vector<float> mean(pairs_.size()), deviation(pairs_.size(), 9.0f);
    model.Predict(pairs_, mean, deviation);
    return {mean, deviation};
  }

  Catalog catalog_ = RandomMarket();
  NetworkOptions options_ = Concatenation();
  std::unique_ptr<PairEncoder> encoder_;
  std::vector<Pair> pairs_;
};

TEST_F(WorldModelTest, OneMemberNeverDisagrees) {
  const auto [mean, deviation] = Predict(Make(1));
  EXPECT_NE(mean[0], mean[1]);
  for (const float value : deviation) EXPECT_EQ(value, 0.0f);
}

TEST_F(WorldModelTest, PredictsMeanAndStandardDeviationOfItsMembers) {
  const WorldModel model = Make(4);
  const auto [mean, deviation] = Predict(model);
  for (size_t i = 0; i < pairs_.size(); ++i) {
    double sum = 0, square = 0;
    for (const PairNetwork& member : model.members()) {
      const double value = static_cast<double>(Value(member, pairs_[i]));
      sum += value / 4;
      square += value * value / 4;
    }
    EXPECT_NEAR(mean[i], sum, 1e-5);
    EXPECT_NEAR(deviation[i], std::sqrt(square - sum * sum), 1e-4);
    EXPECT_GT(deviation[i], 0) << "members start from different weights";
  }
}

TEST_F(WorldModelTest, LearnsRewardsAndTheMembersAgreeWhereTheyWereTrained) {
  WorldModel model = Make(3);
  const auto table = RandomTable(4, 12, 5);
  std::vector<Pair> trained(pairs_.begin(), pairs_.begin() + 24);
  std::vector<float> rewards;
  for (const Pair& pair : trained)
    rewards.push_back(static_cast<float>(table[pair.candidate][pair.job]));
  const double first = model.Train(trained, rewards, 3e-3, Rng(0));
  double last = 0;
  for (uint64_t step = 1; step < 1500; ++step)
    last = model.Train(trained, rewards, 3e-3, Rng(step));
  EXPECT_GT(first, 0.1);
  EXPECT_LT(last, 0.002);
  const auto [mean, deviation] = Predict(model);
  double seen = 0, unseen = 0;
  for (size_t i = 0; i < pairs_.size(); ++i) (i < 24 ? seen : unseen) += deviation[i];
  EXPECT_LT(seen, 0.5 * unseen);
  for (size_t i = 0; i < 24; ++i) EXPECT_NEAR(mean[i], rewards[i], 0.15);
}

TEST_F(WorldModelTest, MembersDrawTheirOwnDropout) {
  options_.dropout = 0.5;
  WorldModel model = Make(2);
  model.members()[1].SetParameters(model.members()[0].parameters());
  const std::vector<float> rewards(pairs_.size(), 1.0f);
  model.Train(pairs_, rewards, 1e-2, Rng(1));
  EXPECT_FALSE(SameBits(model.members()[0].parameters(), model.members()[1].parameters()));
}

TEST_F(WorldModelTest, RescaleMapsEveryPrediction) {
  WorldModel model = Make(3);
  const auto [before, deviation_before] = Predict(model);
  model.Rescale(2, -0.5);
  const auto [after, deviation_after] = Predict(model);
  for (size_t i = 0; i < pairs_.size(); ++i) {
    EXPECT_NEAR(after[i], 2 * before[i] - 0.5f, 1e-5);
    EXPECT_NEAR(deviation_after[i], 2 * deviation_before[i], 1e-4);
  }
}

TEST_F(WorldModelTest, ACopyIsDeepAndSeedsMatter) {
  const WorldModel model = Make(2);
  WorldModel copy(model);
  const auto before = Predict(model).first;
  copy.Train(pairs_, std::vector<float>(pairs_.size(), 5.0f), 1e-2, Rng(1));
  EXPECT_EQ(Predict(model).first, before);
  EXPECT_NE(Predict(copy).first, before);
  EXPECT_EQ(Predict(Make(2)).first, before);
  EXPECT_NE(Predict(Make(2, 4)).first, before);
  EXPECT_THROW(Make(0), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
