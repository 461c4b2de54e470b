// Score tables for the tests of statistics.
#ifndef DYNAJOB_EVALUATION_TESTS_SCORE_TABLE_TEST_SUPPORT_H_
#define DYNAJOB_EVALUATION_TESTS_SCORE_TABLE_TEST_SUPPORT_H_

#include <vector>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {

// One row per seed.
inline ScoreTable TableOf(const std::vector<std::vector<double>>& rows) {
  ScoreTable table(rows.size(), rows.front().size());
  for (size_t seed = 0; seed < rows.size(); ++seed)
    for (size_t candidate = 0; candidate < rows[seed].size(); ++candidate)
      table.At(seed, candidate) = rows[seed][candidate];
  return table;
}

// Normal seed effects and normal noise of candidates around `mean`.
inline ScoreTable DrawTable(Rng& rng, size_t seeds, size_t candidates, double mean, double seed_sd,
                            double noise_sd) {
  ScoreTable table(seeds, candidates);
  for (size_t seed = 0; seed < seeds; ++seed) {
    const double effect = seed_sd * rng.Normal();
    for (size_t candidate = 0; candidate < candidates; ++candidate)
      table.At(seed, candidate) = mean + effect + noise_sd * rng.Normal();
  }
  return table;
}

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_TESTS_SCORE_TABLE_TEST_SUPPORT_H_
