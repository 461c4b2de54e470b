#include "dynajob/agent/pair_encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dynajob/core/pair_facts.h"

#include "agent_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

TEST(PairEncoder, ScalesEveryFieldToUnitMeanSquare) {
  const Catalog catalog = RandomMarket();
  const auto encoder = MakeEncoder(catalog, Concatenation());
  EXPECT_EQ(encoder->state_dim(), 9u);
  EXPECT_EQ(encoder->action_dim(), 12u);
  EXPECT_EQ(encoder->cross_dim(), 0u);
  std::vector<float> action(12);
  encoder->EncodeAction(4, action.data());
  for (const FieldSlice& field : catalog.action_fields()) {
    double square = 0;
    for (size_t i = 0; i < field.dimension; ++i) {
      const float raw = catalog.actions().Row(4)[field.offset + i];
      const float encoded = action[field.offset + i];
      EXPECT_FLOAT_EQ(encoded, raw * std::sqrt(static_cast<float>(field.dimension)));
      square += static_cast<double>(encoded) * static_cast<double>(encoded);
    }
    EXPECT_NEAR(square / static_cast<double>(field.dimension), 1, 1e-5) << field.name;
  }
}

TEST(PairEncoder, ProductsAreThoseOfThePairedFields) {
  const Catalog catalog = RandomMarket();
  NetworkOptions options = Concatenation();
  options.interaction = Interaction::kProducts;
  const auto encoder = MakeEncoder(catalog, options);
  ASSERT_EQ(encoder->cross_dim(), 9u);  // hard:tech 5, soft:soft 4
  std::vector<float> cross(9);
  encoder->EncodeCross({2, 7}, cross.data());
  const auto state = catalog.states().Row(2);
  const auto action = catalog.actions().Row(7);
  for (size_t i = 0; i < 5; ++i) EXPECT_FLOAT_EQ(cross[i], 5 * state[i] * action[3 + i]);
  for (size_t i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(cross[5 + i], 4 * state[5 + i] * action[8 + i]);
}

TEST(PairEncoder, FactsFollowTheProducts) {
  const Catalog catalog = RandomMarket();
  NetworkOptions options = Concatenation();
  options.interaction = Interaction::kProducts;
  options.structured_facts = true;
  const auto encoder = MakeEncoder(catalog, options);
  ASSERT_EQ(encoder->cross_dim(), 9u + kPairFactCount);
  std::vector<float> cross(encoder->cross_dim());
  encoder->EncodeCross({1, 5}, cross.data());
  const auto facts = ToArray(ComputePairFacts(catalog.candidate(1), catalog.job(5)));
  bool any = false;
  for (size_t i = 0; i < kPairFactCount; ++i) {
    EXPECT_EQ(cross[9 + i], facts[i]);
    any = any || facts[i] != 0;
  }
  EXPECT_TRUE(any);
}

TEST(PairEncoder, RowsAreStateActionCross) {
  const Catalog catalog = RandomMarket();
  for (const bool facts : {false, true}) {
    NetworkOptions options = Concatenation();
    options.interaction = Interaction::kProducts;
    options.structured_facts = facts;
    const auto encoder = MakeEncoder(catalog, options);
    const std::vector<Pair> pairs = {{0, 3}, {3, 11}, {1, 0}};
    std::vector<float> rows(pairs.size() * encoder->input_dim());
    encoder->Encode(pairs, rows.data());
    for (size_t i = 0; i < pairs.size(); ++i) {
      std::vector<float> expected(encoder->input_dim());
      encoder->EncodeState(pairs[i].candidate, expected.data());
      encoder->EncodeAction(pairs[i].job, expected.data() + encoder->state_dim());
      encoder->EncodeCross(pairs[i],
                           expected.data() + encoder->state_dim() + encoder->action_dim());
      EXPECT_TRUE(SameBits(expected, std::span<const float>(rows).subspan(i * encoder->input_dim(),
                                                                          encoder->input_dim())));
    }
  }
}

TEST(PairEncoder, RefusesProductPairsThatCannotBe) {
  const Catalog catalog = RandomMarket();
  const auto error = [&](const std::string& pair) {
    NetworkOptions options = Concatenation();
    options.interaction = Interaction::kProducts;
    options.product_pairs = {pair};
    const auto encoder = PairEncoder::Create(catalog, options);
    EXPECT_FALSE(encoder.ok()) << pair;
    if (encoder.ok()) return std::string();
    EXPECT_EQ(encoder.error().code, ErrorCode::kInvalidArgument);
    return encoder.error().message;
  };
  EXPECT_THAT(error("hard"), HasSubstr("'hard'"));
  EXPECT_THAT(error("hard:nothing"), HasSubstr("unknown field 'nothing'"));
  EXPECT_THAT(error("nothing:tech"), HasSubstr("known: hard, soft"));
  EXPECT_THAT(error("hard:title"), HasSubstr("'hard' has 5 values but 'title' has 3"));
}

TEST(PairEncoder, IgnoresProductPairsWithoutProducts) {
  const Catalog catalog = RandomMarket();
  NetworkOptions options = Concatenation();
  options.product_pairs = {"no:such"};
  EXPECT_TRUE(PairEncoder::Create(catalog, options).ok());
}

}  // namespace
}  // namespace dynajob
