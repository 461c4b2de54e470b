#include "dynajob/agent/replay_buffer.h"

#include <gtest/gtest.h>

namespace dynajob {
namespace {

Transition Numbered(uint32_t number) {
  return {.pair = {number, number + 1},
          .reward = static_cast<float>(number),
          .next_set = std::vector<JobRow>(number % 3, number)};
}

TEST(ReplayBuffer, OverwritesTheOldestWhenFull) {
  ReplayBuffer buffer(3);
  for (uint32_t i = 0; i < 8; ++i) {
    buffer.Add(Numbered(i));
    EXPECT_EQ(buffer.size(), std::min<size_t>(i + 1, 3));
    EXPECT_EQ(buffer.added(), i + 1);
    // What is in the ring is exactly the newest, and each slot's serial names its transition.
    for (size_t slot = 0; slot < buffer.size(); ++slot) {
      EXPECT_EQ(buffer.serial(slot), buffer.at(slot).pair.candidate);
      EXPECT_GE(buffer.serial(slot) + buffer.size(), buffer.added());
    }
  }
}

TEST(ReplayBuffer, CapacityOneKeepsTheNewest) {
  ReplayBuffer buffer(1);
  for (uint32_t i = 0; i < 4; ++i) {
    buffer.Add(Numbered(i));
    EXPECT_EQ(buffer.at(0).pair.candidate, i);
    EXPECT_EQ(buffer.serial(0), i);
  }
  EXPECT_EQ(buffer.size(), 1u);
}

TEST(ReplayBuffer, SamplesUniformlyWithReplacement) {
  ReplayBuffer buffer(10);
  for (uint32_t i = 0; i < 17; ++i) buffer.Add(Numbered(i));
  Rng rng(3);
  std::vector<uint32_t> indices;
  buffer.Sample(50000, rng, indices);
  ASSERT_EQ(indices.size(), 50000u);
  std::vector<int> counts(10);
  for (const uint32_t index : indices) ++counts.at(index);
  double chi_square = 0;
  for (const int count : counts) chi_square += (count - 5000.0) * (count - 5000.0) / 5000.0;
  EXPECT_LT(chi_square, 27.9);  // 9 degrees of freedom, p = .001
  EXPECT_GT(chi_square, 0.5);   // and not a permutation
}

TEST(ReplayBuffer, SamplesAppendAndOnlyFromWhatIsThere) {
  ReplayBuffer buffer(100);
  buffer.Add(Numbered(0));
  buffer.Add(Numbered(1));
  Rng rng(1);
  std::vector<uint32_t> indices = {7};
  buffer.Sample(64, rng, indices);
  ASSERT_EQ(indices.size(), 65u);
  EXPECT_EQ(indices.front(), 7u);
  for (size_t i = 1; i < indices.size(); ++i) EXPECT_LT(indices[i], 2u);
}

TEST(ReplayBuffer, ARestoredRingContinuesAsTheOriginal) {
  for (const uint32_t added : {2u, 4u, 11u}) {
    ReplayBuffer original(4);
    for (uint32_t i = 0; i < added; ++i) original.Add(Numbered(i));
    std::vector<Transition> slots;
    for (size_t i = 0; i < original.size(); ++i) slots.push_back(original.at(i));
    ReplayBuffer restored(4, original.added(), slots);
    for (uint32_t i = added; i < added + 6; ++i) {
      original.Add(Numbered(i));
      restored.Add(Numbered(i));
      ASSERT_EQ(original.size(), restored.size());
      for (size_t slot = 0; slot < original.size(); ++slot) {
        EXPECT_EQ(original.at(slot).pair, restored.at(slot).pair);
        EXPECT_EQ(original.at(slot).next_set, restored.at(slot).next_set);
        EXPECT_EQ(original.serial(slot), restored.serial(slot));
      }
    }
  }
}

TEST(ReplayBuffer, RefusesMisuse) {
  EXPECT_THROW(ReplayBuffer(0), InvariantViolation);
  EXPECT_THROW(ReplayBuffer(4, 3, {}), InvariantViolation);
  ReplayBuffer empty(2);
  Rng rng(1);
  std::vector<uint32_t> indices;
  EXPECT_THROW(empty.Sample(1, rng, indices), InvariantViolation);
  EXPECT_THROW(empty.serial(0), InvariantViolation);
}

}  // namespace
}  // namespace dynajob
