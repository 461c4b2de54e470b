// Statistics for comparing arms: point estimates with bootstrap intervals.
//
// Agarwal, Schwarzer, Castro, Courville and Bellemare, "Deep Reinforcement Learning at the Edge of
// the Statistical Precipice", NeurIPS 2021 (rliable): interquartile mean, stratified bootstrap,
// probability of improvement. Two-level resampling: Davison and Hinkley, Bootstrap Methods and
// their Application (1997), section 3.8. Kaplan and Meier, JASA 53 (1958).
//
// Pure functions, safe for concurrent use; equal arguments give equal results on every machine.
// Scores must be finite; a size that does not fit is a broken invariant (check.h).
#ifndef DYNAJOB_EVALUATION_STATISTICS_H_
#define DYNAJOB_EVALUATION_STATISTICS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
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

// Linear interpolation between order statistics (Hyndman and Fan 1996, type 7; the default of NumPy
// and R). Requires values and 0 <= q <= 1.
double Quantile(std::span<const double> values, double q);

// Rank correlation, ties at their mean rank; 0 when either side does not vary. Requires equal
// sizes, at least 2.
double Spearman(std::span<const double> a, std::span<const double> b);

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

enum class Resampling {
  kStratified,  // rliable: runs (seeds) are resampled independently within each task (candidate)
  kTwoLevel,    // seeds jointly, then candidates within each resampled seed: scores of one trained
                // agent are correlated, which the stratified interval ignores
};

struct BootstrapOptions {
  Resampling resampling = Resampling::kTwoLevel;
  size_t resamples = 2000;
  double confidence = 0.95;
  uint64_t seed = 1;
};

// Summarises a sample that is given in ascending order, with repetitions.
using Aggregate = std::function<double(std::span<const double> sorted)>;
// The two usual ones.
double SortedMean(std::span<const double> sorted);
double SortedInterquartileMean(std::span<const double> sorted);

// The aggregate of all scores with its percentile-bootstrap interval. One table is one arm, or the
// Difference of two. Takes O(resamples * scores) besides the aggregate: a resample is drawn as
// counts of sorted scores and never sorted again. With one seed a two-level interval shows the
// spread over candidates only, and a stratified one has no width.
Estimate Bootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                   const Aggregate& aggregate = SortedInterquartileMean);

// P(a > b) + P(a = b) / 2 over pairs of the same seed and candidate, with its interval. Requires
// equal shapes.
Estimate ProbabilityOfImprovement(const ScoreTable& a, const ScoreTable& b,
                                  const BootstrapOptions& options);

// Steps until something was reached, or until observation ended without it (censored).
struct SurvivalTime {
  double time = 0;
  bool reached = false;
};

// The Kaplan-Meier median: the first time at which at most half have not reached it yet; nullopt
// when that never happens under observation, or without observations.
std::optional<double> KaplanMeierMedian(std::span<const SurvivalTime> times);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_STATISTICS_H_
