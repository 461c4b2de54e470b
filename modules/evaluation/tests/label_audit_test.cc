#include "dynajob/evaluation/label_audit.h"

#include <cmath>
#include <set>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/judge.h"
#include "dynajob/rewards/surrogate_user.h"

#include "comparison_test_support.h"

namespace dynajob {
namespace {

using ::testing::HasSubstr;

constexpr ResponseProbabilities kIgnore = {1, 0, 0, 0};
constexpr ResponseProbabilities kSave = {0, 0, 1, 0};
constexpr ResponseProbabilities kApply = {0, 0, 0, 1};

AuditedPair PairOf(CandidateRow candidate, std::optional<ResponseProbabilities> label,
                   ResponseProbabilities truth) {
  return {candidate, label, truth, std::nullopt};
}

TEST(LabelAudit, PerfectLabelsShowNoError) {
  std::vector<AuditedPair> pairs;
  for (CandidateRow i = 0; i < 20; ++i)
    pairs.push_back(PairOf(i, i % 2 ? kSave : kIgnore, i % 2 ? kSave : kIgnore));
  const LabelAudit audit = AuditLabels(pairs, {}, {}).value();
  EXPECT_EQ(audit.pairs, 20u);
  EXPECT_EQ(audit.candidates, 20u);
  EXPECT_DOUBLE_EQ(audit.agreement, 1);
  EXPECT_DOUBLE_EQ(audit.confusion[0][0], 0.5);
  EXPECT_DOUBLE_EQ(audit.calibration_error, 0);
  EXPECT_DOUBLE_EQ(audit.rank_correlation.value, 1);
  EXPECT_DOUBLE_EQ(audit.positivity_bias.value, 0);
  EXPECT_EQ(audit.refusal_rate.value, 0);
  EXPECT_GT(audit.refusal_rate.high, 0.1) << "20 pairs do not prove that it never refuses";
  EXPECT_EQ(audit.corruption, std::nullopt);
  EXPECT_EQ(audit.advice, AuditAdvice::kUnknown);
}

TEST(LabelAudit, KindLabelsShowTheirBiasAndMiscalibration) {
  std::vector<AuditedPair> pairs;
  for (CandidateRow i = 0; i < 40; ++i)
    pairs.push_back(PairOf(i, i % 2 ? kApply : kSave, i % 2 ? kSave : kIgnore));
  const LabelAudit audit = AuditLabels(pairs, {}, {}).value();
  EXPECT_NEAR(audit.positivity_bias.value, 0.55, 1e-9);  // 0.75 - 0.2
  EXPECT_NEAR(audit.positivity_bias.low, 0.55, 0.03);
  EXPECT_NEAR(audit.calibration_error, 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(audit.rank_correlation.value, 1) << "the order is right all the same";
  EXPECT_THAT(AuditText(audit), HasSubstr("kinder"));
}

TEST(LabelAudit, PairsWithoutLabelCountAsRefusalsOnly) {
  std::vector<AuditedPair> pairs;
  for (CandidateRow i = 0; i < 20; ++i) pairs.push_back(PairOf(i, kSave, kSave));
  for (CandidateRow i = 0; i < 5; ++i) pairs.push_back(PairOf(i, std::nullopt, kApply));
  const LabelAudit audit = AuditLabels(pairs, {}, {}).value();
  EXPECT_EQ(audit.labelled, 20u);
  EXPECT_NEAR(audit.refusal_rate.value, 0.2, 1e-12);
  // Wilson's interval for 5 of 25 at 95 %.
  EXPECT_NEAR(audit.refusal_rate.low, 0.0886, 1e-3);
  EXPECT_NEAR(audit.refusal_rate.high, 0.3913, 1e-3);
  EXPECT_DOUBLE_EQ(audit.agreement, 1);
}

TEST(LabelAudit, TooLittleToAuditIsRefused) {
  const std::vector<AuditedPair> few(9, PairOf(0, kSave, kSave));
  EXPECT_EQ(AuditLabels(few, {}, {}).error().code, ErrorCode::kFailedPrecondition);
  std::vector<AuditedPair> mixed(20, PairOf(0, kSave, kSave));
  mixed[3].reference = kSave;
  EXPECT_EQ(AuditLabels(mixed, {}, {}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(AuditLabels(mixed, {}, {.confidence = 1}).error().code, ErrorCode::kInvalidArgument);
}

TEST(SampleAuditPairs, AreDistinctAndSpreadOverCandidates) {
  const Catalog catalog = SmallMarketCatalog(50, 8);
  const std::vector<Pair> pairs = SampleAuditPairs(catalog, 100, 3);
  std::set<std::pair<CandidateRow, JobRow>> distinct;
  std::vector<int> per_candidate(8, 0);
  for (const Pair& pair : pairs) {
    distinct.insert({pair.candidate, pair.job});
    ++per_candidate[pair.candidate];
  }
  EXPECT_EQ(distinct.size(), 100u);
  for (const int count : per_candidate) EXPECT_NEAR(count, 12.5, 0.5);
  EXPECT_EQ(SampleAuditPairs(catalog, 100, 3), pairs);
  EXPECT_EQ(SampleAuditPairs(catalog, 1'000'000, 3).size(), 400u);
}

// Labels of the surrogate with a known corruption against a judge that it knows nothing of.
class CorruptionTest : public ::testing::Test {
 protected:
  LabelAudit Audit(const SurrogateOptions& options, bool one_response) {
    auto user = SurrogateUser::Create(catalog_, options).value();
    auto reference = SurrogateUser::Create(catalog_, {}).value();
    std::vector<ResponseProbabilities> truths;
    for (const Pair& pair : pairs_) {
      ResponseProbabilities truth = judge_.Probabilities(pair);
      if (one_response) {
        truth = {};
        truth[static_cast<size_t>(judge_.Respond(pair, 99))] = 1;
      }
      truths.push_back(truth);
    }
    const auto audited =
        CollectAuditedPairs(pairs_, truths, LabelsOf(*user), reference.get()).value();
    return AuditLabels(audited, {}, {.resamples = 200}).value();
  }

  Catalog catalog_ = SmallMarketCatalog(300, 100);
  Judge judge_ = Judge::Create(catalog_, {}, {}, 1).value();
  std::vector<Pair> pairs_ = SampleAuditPairs(catalog_, 3000, 1);
};

TEST_F(CorruptionTest, KnownCorruptionIsFoundFrom0To60Percent) {
  for (const double corruption : {0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6}) {
    for (const int64_t seed : {11, 12}) {
      SurrogateOptions options;
      options.corruption = corruption;
      options.seed = seed;
      const LabelAudit audit = Audit(options, false);
      ASSERT_TRUE(audit.corruption.has_value());
      EXPECT_NEAR(audit.corruption->value, corruption, 0.06);
    }
  }
}

TEST_F(CorruptionTest, RealResponsesGiveAWiderIntervalAroundTheSame) {
  SurrogateOptions options;
  options.corruption = 0.3;
  const LabelAudit known = Audit(options, false);
  const LabelAudit real = Audit(options, true);
  EXPECT_NEAR(real.corruption->value, 0.3, 0.15);
  EXPECT_GT(real.corruption->high - real.corruption->low,
            known.corruption->high - known.corruption->low);
}

TEST_F(CorruptionTest, KindnessIsNotCorruption) {
  SurrogateOptions options;
  options.positivity_bias = 1.0;
  const LabelAudit audit = Audit(options, false);
  EXPECT_LT(audit.corruption->value, 0.1);
  EXPECT_GT(audit.positivity_bias.low, 0.1);
}

TEST_F(CorruptionTest, AdviceFollowsTheInterval) {
  SurrogateOptions options;
  EXPECT_EQ(Audit(options, false).advice, AuditAdvice::kUse);
  options.corruption = 0.8;
  const LabelAudit bad = Audit(options, false);
  EXPECT_EQ(bad.advice, AuditAdvice::kDoNotUse);
  EXPECT_THAT(AuditText(bad), HasSubstr("likely to harm"));
  const auto json = nlohmann::json::parse(AuditJson(bad));
  EXPECT_EQ(json["advice"], "do-not-use");
  EXPECT_EQ(json["corruption"]["value"], bad.corruption->value);
}

TEST_F(CorruptionTest, ReferenceThatOrdersNothingGivesNoEstimate) {
  std::vector<AuditedPair> audited;
  Rng rng = Rng::Derive(1, "test");
  for (const Pair& pair : pairs_) {
    AuditedPair each = PairOf(pair.candidate, kSave, judge_.Probabilities(pair));
    each.reference = rng.Bernoulli(0.5) ? kSave : kIgnore;
    audited.push_back(each);
  }
  const LabelAudit audit = AuditLabels(audited, {}, {.resamples = 200}).value();
  EXPECT_EQ(audit.corruption, std::nullopt);
  EXPECT_EQ(audit.advice, AuditAdvice::kUnknown);
  EXPECT_THAT(AuditText(audit), HasSubstr("unknown"));
}

}  // namespace
}  // namespace dynajob
