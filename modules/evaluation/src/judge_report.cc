#include "judge_report.h"

#include "dynajob/evaluation/statistics.h"

namespace dynajob {

JudgeReport MeasureJudge(const Judge& judge, const CosineReward& cosine,
                         const SurrogateUser& surrogate, const ResponseRewards& rewards,
                         const Split& split, uint64_t seed) {
  constexpr size_t kPairs = 4000;
  Rng rng = Rng::Derive(seed, "judge-report");
  const auto& candidates = split.evaluation_candidates;
  const auto& jobs = split.evaluation_jobs;
  JudgeReport report;
  std::vector<double> judged, by_surrogate, by_cosine;
  for (size_t i = 0; i < kPairs; ++i) {
    const Pair pair{candidates[rng.Below(candidates.size())], jobs[rng.Below(jobs.size())]};
    const ResponseProbabilities probabilities = judge.Probabilities(pair);
    for (size_t r = 0; r < kResponseCount; ++r)
      report.shares[r] += probabilities[r] / static_cast<double>(kPairs);
    judged.push_back(judge.ExpectedReward(pair));
    by_surrogate.push_back(rewards.Expected(surrogate.ProbabilitiesOf(pair)));
    by_cosine.push_back(cosine.Cosine(pair));
  }
  report.surrogate_rank_correlation = Spearman(by_surrogate, judged);
  report.cosine_rank_correlation = Spearman(by_cosine, judged);
  return report;
}

}  // namespace dynajob
