#include "dynajob/core/rng.h"

#include <set>

#include <gtest/gtest.h>

namespace dynajob {
namespace {

TEST(Rng, SequenceIsFixedForever) {
  // Results files and stored samples depend on these values.
  Rng rng(42);
  const uint64_t first = rng();
  Rng again(42);
  EXPECT_EQ(again(), first);
  EXPECT_EQ(first, 15021278609987233951ULL);
}

TEST(Rng, PurposesAndKeysGiveDifferentStreams) {
  std::set<uint64_t> first_draws;
  for (const char* purpose : {"explore", "dropout", "candidate-set"}) {
    for (uint64_t key = 0; key < 100; ++key) {
      first_draws.insert(Rng::Derive(1, purpose, key)());
      first_draws.insert(Rng::Derive(1, purpose, key, 7u)());
    }
  }
  EXPECT_EQ(first_draws.size(), 600u);
  EXPECT_EQ(Rng::Derive(1, "a", 2, 3)(), Rng::Derive(1, "a", 2, 3)());
  EXPECT_NE(Rng::Derive(1, "a", 2, 3)(), Rng::Derive(1, "a", 3, 2)());
}

TEST(Rng, UniformAndNormalHaveTheirMoments) {
  Rng rng(3);
  constexpr int kDraws = 200000;
  double sum = 0, square = 0, uniform = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double x = rng.Normal();
    sum += x;
    square += x * x;
    uniform += rng.Uniform();
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.01);
  EXPECT_NEAR(square / kDraws, 1, 0.02);
  EXPECT_NEAR(uniform / kDraws, 0.5, 0.005);
}

TEST(Rng, SampleWithoutReplacementIsUniformAndDistinct) {
  Rng rng(5);
  std::vector<int> counts(10, 0);
  for (int i = 0; i < 20000; ++i) {
    const auto sample = rng.SampleWithoutReplacement(10, 4);
    EXPECT_EQ(std::set<uint32_t>(sample.begin(), sample.end()).size(), 4u);
    for (const uint32_t index : sample) ++counts[index];
  }
  for (const int count : counts) EXPECT_NEAR(count, 8000, 300);
}

TEST(Rng, CategoricalFollowsItsWeights) {
  Rng rng(7);
  const std::vector<double> weights = {0, 1, 3, 0};
  std::vector<int> counts(4, 0);
  for (int i = 0; i < 40000; ++i) ++counts[rng.Categorical(weights)];
  EXPECT_EQ(counts[0], 0);
  EXPECT_EQ(counts[3], 0);
  EXPECT_NEAR(counts[1], 10000, 400);
}

TEST(Rng, StateRestoresTheSequence) {
  Rng rng(9);
  rng();
  const Rng::State saved = rng.state();
  const uint64_t expected = rng();
  Rng other(0);
  other.set_state(saved);
  EXPECT_EQ(other(), expected);
}

}  // namespace
}  // namespace dynajob
