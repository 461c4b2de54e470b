// Whether the intervals keep their promise where the truth is known. benchmarks/interval_coverage
// measures the same with more experiments; docs/protocol.md has its figures.
#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "dynajob/evaluation/holm.h"

#include "coverage_simulation.h"

namespace dynajob {
namespace {

class CoverageTest : public ::testing::TestWithParam<Population> {};

TEST_P(CoverageTest, AKnownDifferenceIsCoveredInNinetyToNinetyEightPercent) {
  const Coverage coverage = MeasureCoverage({.population = GetParam(), .difference = 0.4});
  EXPECT_GE(coverage.covered, 0.90);
  EXPECT_LE(coverage.covered, 0.98);
}

TEST_P(CoverageTest, AtMostSevenPercentClaimAWinnerWhereThereIsNone) {
  const Coverage coverage = MeasureCoverage({.population = GetParam(), .seed = 2});
  EXPECT_LE(coverage.claimed, 0.07);
  EXPECT_GT(coverage.claimed, 0.0) << "an interval that never claims anything is too wide";
}

TEST_P(CoverageTest, FewSeedsMakeItNotMuchWorse) {
  for (const size_t seeds : {3u, 5u, 10u}) {
    const Coverage coverage =
        MeasureCoverage({.population = GetParam(), .seeds = seeds, .difference = 0.4});
    EXPECT_GE(coverage.covered, 0.88) << seeds;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPopulation, CoverageTest, ::testing::ValuesIn(kPopulations),
                         [](const auto& test) {
                           std::string name(ToString(test.param));
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

TEST(Coverage, StratifiedIntervalsAreTooNarrowWhereSeedsDiffer) {
  EXPECT_LT(MeasureCoverage({.difference = 0.4, .stratified = true}).stratified_covered, 0.8);
  const Coverage alike =
      MeasureCoverage({.population = Population::kNoSeedEffect, .stratified = true});
  EXPECT_GT(alike.stratified_covered, 0.9);
}

TEST(Coverage, HolmKeepsAFamilyWithoutDifferencesBelowSevenPercent) {
  // Six arms that share people, every pair of them compared.
  constexpr size_t kArms = 6;
  constexpr int kFamilies = 500;
  int uncorrected = 0;
  int corrected = 0;
  for (int family = 0; family < kFamilies; ++family) {
    Rng rng = Rng::Derive(3, "holm-family", static_cast<uint64_t>(family));
    std::vector<ScoreTable> arms(kArms, ScoreTable(20, 10));
    for (size_t seed = 0; seed < 20; ++seed) {
      for (ScoreTable& arm : arms) {
        const double agent = 0.5 * rng.Normal();
        for (size_t person = 0; person < 10; ++person) arm.At(seed, person) = agent + rng.Normal();
      }
    }
    std::vector<double> p_values;
    for (size_t a = 0; a < kArms; ++a)
      for (size_t b = a + 1; b < kArms; ++b)
        p_values.push_back(
            ClusterBootstrap(Difference(arms[a], arms[b]), {.resamples = 200}).PValue());
    const auto claims = [](const std::vector<double>& ps) {
      return *std::min_element(ps.begin(), ps.end()) < 0.05 ? 1 : 0;
    };
    uncorrected += claims(p_values);
    corrected += claims(HolmAdjusted(p_values));
  }
  EXPECT_LE(corrected, kFamilies * 0.07);
  EXPECT_GT(uncorrected, kFamilies * 0.2);
}

}  // namespace
}  // namespace dynajob
