// Bootstrap intervals of an aggregate of scores.
//
// Seeds are what an experiment repeats: all people of one seed meet the same trained agent, so
// their scores are correlated, and another seed has other people. `ClusterBootstrap` therefore
// resamples seeds together with all their people (Davison and Hinkley, Bootstrap Methods and their
// Application (1997), section 3.8, strategy 1) and makes a t interval from the standard error, with
// the correction for few seeds of Hesterberg, "What Teachers Should Know About the Bootstrap", The
// American Statistician 69 (2015), section 4: percentile intervals are too narrow there. Every
// verdict rests on it. How often it covers is measured in docs/protocol.md.
//
// `StratifiedBootstrap` is the interval of rliable (Agarwal et al., NeurIPS 2021, section 4.1), for
// comparison with published figures.
//
// Pure functions, safe for concurrent use; equal arguments give equal results on every machine.
// Both take O(resamples * scores) besides the aggregate: a resample is drawn as counts of sorted
// scores and never sorted again. Scores must be finite.
#ifndef DYNAJOB_EVALUATION_BOOTSTRAP_H_
#define DYNAJOB_EVALUATION_BOOTSTRAP_H_

#include <cstddef>
#include <cstdint>

#include "dynajob/core/rng.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {

struct BootstrapOptions {
  size_t resamples = 2000;
  uint64_t seed = 1;
};

inline constexpr double kConfidence = 0.95;

// An estimate that intervals at any confidence and a test follow from.
struct Inference {
  double value = 0;
  double error = 0;               // standard error, corrected for few units
  size_t degrees_of_freedom = 0;  // resampled units - 1

  // value -+ t * error. With no degrees of freedom nothing is known: (-infinity, infinity).
  Estimate Interval(double confidence = kConfidence) const;
  // Two-sided, of the hypothesis that the true value is `hypothesis`: below 1 - c exactly where
  // Interval(c) leaves it out. 1 without degrees of freedom.
  double PValue(double hypothesis = 0) const;
};

// One table is one arm, or the Difference of two. With one seed its people are what is resampled,
// and the interval speaks of that one trained agent.
Inference ClusterBootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                           const Aggregate& aggregate = SortedInterquartileMean);

// Percentile interval; runs (seeds) are resampled independently within each task (candidate). Has
// no width with one seed.
Estimate StratifiedBootstrap(const ScoreTable& scores, const BootstrapOptions& options,
                             const Aggregate& aggregate = SortedInterquartileMean,
                             double confidence = kConfidence);

// The interval of a mean of ScoreTables of 0 and 1, such as Improvements, kept within [0, 1].
Estimate ShareInterval(const ScoreTable& indicators, const BootstrapOptions& options);

// How often each of `units` occurs in a resample of as many; drawn into `counts`.
void DrawCounts(Rng& rng, std::vector<uint32_t>& counts);

// The tail probability at which a percentile interval of `units` resampled units is to be read, so
// that it is as wide as a t interval where the estimate is normal (Hesterberg 2015, section 4.2,
// the expanded percentile interval). Requires units >= 2.
double ExpandedTail(double confidence, size_t units);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_BOOTSTRAP_H_
