// Quality of one ranked list of jobs. Pure functions, safe for concurrent use.
//
// NDCG: Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", ACM TOIS 20
// (2002), with linear gains and the discount 1 / log2(rank + 1). MRR: Voorhees, TREC-8 (1999).
#ifndef DYNAJOB_EVALUATION_RANKING_METRICS_H_
#define DYNAJOB_EVALUATION_RANKING_METRICS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynajob {

// Indices in descending order of score, ties in ascending order of index. Requires that no score is
// NaN.
std::vector<uint32_t> RankByScore(std::span<const double> scores);

// rewards[ranking[0]], rewards[ranking[1]], …: the argument of the functions below.
std::vector<double> InRankedOrder(std::span<const double> rewards,
                                  std::span<const uint32_t> ranking);

// Discounted cumulative gain of the first k over that of the ideal order of the whole list, in
// [0, 1]. The gain of a job is its reward minus `lowest_reward` (that of a certain IGNORE), at
// least 0: expected rewards may be negative and gains must not. 0 when no job has any gain, as no
// ranking can show quality then. k beyond the list counts as its length.
double NdcgAtK(std::span<const double> ranked_rewards, size_t k, double lowest_reward);

// 1 / rank of the first job whose reward is at least `relevance_threshold`; 0 when there is none.
// The mean over lists is the MRR.
double ReciprocalRank(std::span<const double> ranked_rewards, double relevance_threshold);

// 1 when one of the first k jobs has a reward of at least `relevance_threshold`, else 0. The mean
// over lists is the hit rate.
double HitAtK(std::span<const double> ranked_rewards, size_t k, double relevance_threshold);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_RANKING_METRICS_H_
