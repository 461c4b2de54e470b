// Statistics of one sample, and the tables of scores that arms are compared on. Intervals are in
// bootstrap.h, times to a threshold in survival.h, many comparisons at once in holm.h.
//
// Interquartile mean, optimality gap and performance profile as in Agarwal, Schwarzer, Castro,
// Courville and Bellemare, "Deep Reinforcement Learning at the Edge of the Statistical Precipice",
// NeurIPS 2021, sections 4.2 and 4.3 (the library rliable). Negative transfer: Taylor and Stone,
// "Transfer Learning for Reinforcement Learning Domains", JMLR 10 (2009), section 2.
//
// Pure functions, safe for concurrent use; equal arguments give equal results on every machine.
// Scores must be finite; a size that does not fit is a broken invariant (check.h).
#ifndef DYNAJOB_EVALUATION_STATISTICS_H_
#define DYNAJOB_EVALUATION_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace dynajob {

// A point estimate with its interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

// Requires values.
double Mean(std::span<const double> values);

// Mean of what is left when floor(n / 4) values are cut off at each end: the definition of
// scipy.stats.trim_mean(values, 0.25), as rliable uses it. Requires values.
double InterquartileMean(std::span<const double> values);

// By how much the values fall short of `target` in the mean; what is above it does not make up for
// what is below. Requires values.
double OptimalityGap(std::span<const double> values, double target);

// Linear interpolation between order statistics (Hyndman and Fan 1996, type 7; the default of NumPy
// and R). Requires values and 0 <= q <= 1.
double Quantile(std::span<const double> values, double q);

// Rank correlation, ties at their mean rank; 0 when either side does not vary. Requires equal
// sizes, at least 2.
double Spearman(std::span<const double> a, std::span<const double> b);

// Summarises a sample that is given in ascending order, with repetitions.
using Aggregate = std::function<double(std::span<const double> sorted)>;
// The two usual ones.
double SortedMean(std::span<const double> sorted);
double SortedInterquartileMean(std::span<const double> sorted);

// The scores of one arm: one row per seed (one trained agent each), one column per candidate.
class ScoreTable {
 public:
  ScoreTable(size_t seeds, size_t candidates)
      : seeds_(seeds), candidates_(candidates), values_(seeds * candidates, 0.0) {}

  size_t seeds() const { return seeds_; }
  size_t candidates() const { return candidates_; }
  double& At(size_t seed, size_t candidate);
  double At(size_t seed, size_t candidate) const;
  std::span<const double> values() const { return values_; }  // row-major

 private:
  size_t seeds_;
  size_t candidates_;
  std::vector<double> values_;
};

// a - b, pair by pair (same seed, same candidate). Requires equal shapes.
ScoreTable Difference(const ScoreTable& a, const ScoreTable& b);

// 1 where a pair's score is greater in `a`, 0.5 where it is equal, else 0: its mean is the paired
// probability of improvement, P(a > b) + P(a = b) / 2. Requires equal shapes.
ScoreTable Improvements(const ScoreTable& a, const ScoreTable& b);

// 1 where the score is greater than `threshold`, else 0: its mean is one point of the performance
// profile.
ScoreTable Above(const ScoreTable& scores, double threshold);

// 1 where a warm start is worse than the cold start of the same pair, else 0: its mean is the
// negative-transfer rate. Requires equal shapes.
ScoreTable NegativeTransfers(const ScoreTable& warm, const ScoreTable& cold);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_STATISTICS_H_
