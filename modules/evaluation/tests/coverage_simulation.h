// Simulated comparisons of two arms whose true difference is known: how often does the interval
// that verdicts rest on cover it, and how often is a winner claimed?
//
// A score is what the person is worth to every arm plus, for the arm under test, the difference, an
// effect of the seed (its trained agent) and one of the person. `Population` says how the two are
// distributed; in every population the interquartile mean of the paired difference is `difference`.
#ifndef DYNAJOB_EVALUATION_TESTS_COVERAGE_SIMULATION_H_
#define DYNAJOB_EVALUATION_TESTS_COVERAGE_SIMULATION_H_

#include <cmath>
#include <cstddef>
#include <string_view>
#include <vector>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/bootstrap.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {

enum class Population {
  kNormal,        // seeds half as far apart as people
  kNoSeedEffect,  // agents of all seeds are equally good
  kSeedsOnly,     // seeds three times as far apart as people
  kHeavySeeds,   // seeds by Student's t with 3 degrees of freedom: now and then one fails or shines
  kSkewedSeeds,  // seeds exponential
  kSkewedPeople,  // people exponential
  kTies,          // four people of ten do not notice any difference
};
inline constexpr Population kPopulations[] = {Population::kNormal,      Population::kNoSeedEffect,
                                              Population::kSeedsOnly,   Population::kHeavySeeds,
                                              Population::kSkewedSeeds, Population::kSkewedPeople,
                                              Population::kTies};

inline std::string_view ToString(Population population) {
  constexpr std::string_view kNames[] = {"normal",      "no seed effect", "seeds only",
                                         "heavy seeds", "skewed seeds",   "skewed people",
                                         "ties"};
  return kNames[static_cast<size_t>(population)];
}

inline double Exponential(Rng& rng) { return -std::log(1 - rng.Uniform()); }

inline double SeedEffect(Population population, Rng& rng) {
  switch (population) {
    case Population::kNoSeedEffect:
      return 0;
    case Population::kSeedsOnly:
      return 3 * rng.Normal();
    case Population::kHeavySeeds: {
      double squares = 0;
      for (int i = 0; i < 3; ++i) {
        const double z = rng.Normal();
        squares += z * z;
      }
      return 0.5 * rng.Normal() / std::sqrt(squares / 3);
    }
    case Population::kSkewedSeeds:
      return 0.7 * Exponential(rng);
    default:
      return 0.5 * rng.Normal();
  }
}

inline double PersonEffect(Population population, Rng& rng) {
  if (population == Population::kSkewedPeople) return Exponential(rng);
  if (population == Population::kTies && rng.Bernoulli(0.4)) return 0;
  return rng.Normal();
}

// The interquartile mean of the effects over seeds and people, from half a million draws; 0 where
// they are symmetric.
inline double CentreOf(Population population) {
  if (population != Population::kSkewedSeeds && population != Population::kSkewedPeople) return 0;
  Rng rng = Rng::Derive(1, "coverage-centre", static_cast<uint64_t>(population));
  std::vector<double> effects(500'000);
  for (double& effect : effects)
    effect = SeedEffect(population, rng) + PersonEffect(population, rng);
  return InterquartileMean(effects);
}

struct CoverageOptions {
  Population population = Population::kNormal;
  size_t experiments = 500;
  size_t seeds = 20;
  size_t people = 12;
  size_t resamples = 300;
  double difference = 0;
  uint64_t seed = 1;
  bool stratified = false;  // measure that interval as well
};

// Of all experiments.
struct Coverage {
  double covered = 0;             // the 95 % interval holds the true difference
  double claimed = 0;             // it leaves out 0: a winner is claimed
  double stratified_covered = 0;  // the percentile interval that resamples seeds within candidates
};

inline Coverage MeasureCoverage(const CoverageOptions& options) {
  const double centre = CentreOf(options.population);
  Coverage coverage;
  const double share = 1 / static_cast<double>(options.experiments);
  for (size_t experiment = 0; experiment < options.experiments; ++experiment) {
    Rng rng = Rng::Derive(options.seed, "coverage", static_cast<uint64_t>(options.population),
                          options.seeds, experiment);
    ScoreTable tested(options.seeds, options.people), reference(options.seeds, options.people);
    for (size_t seed = 0; seed < options.seeds; ++seed) {
      const double agent = SeedEffect(options.population, rng) + options.difference - centre;
      for (size_t person = 0; person < options.people; ++person) {
        const double worth = 10 * rng.Normal();
        reference.At(seed, person) = worth;
        tested.At(seed, person) = worth + agent + PersonEffect(options.population, rng);
      }
    }
    const BootstrapOptions bootstrap{.resamples = options.resamples, .seed = experiment};
    const ScoreTable difference = Difference(tested, reference);
    const Estimate interval = ClusterBootstrap(difference, bootstrap).Interval();
    const auto covers = [&](const Estimate& estimate) {
      return estimate.low <= options.difference && options.difference <= estimate.high;
    };
    coverage.covered += covers(interval) ? share : 0;
    coverage.claimed += interval.low > 0 || interval.high < 0 ? share : 0;
    if (options.stratified)
      coverage.stratified_covered += covers(StratifiedBootstrap(difference, bootstrap)) ? share : 0;
  }
  return coverage;
}

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_TESTS_COVERAGE_SIMULATION_H_
