#include "before_online.h"

#include <algorithm>

#include "dynajob/evaluation/ranking_metrics.h"

namespace dynajob {
namespace {

double Jumpstart(Arm& arm, const RankingTask& task) {
  const ComparisonOptions& options = task.options.comparison;
  double jumpstart = 0;
  for (int64_t i = 0; i < options.jumpstart_sets; ++i) {
    const std::vector<JobRow> set = DrawCandidateSet(
        task.pool, static_cast<size_t>(options.candidate_set_size),
        Rng::Derive(task.seed, "jumpstart-set", task.person, static_cast<uint64_t>(i)),
        [](JobRow) { return false; });
    std::vector<double> scores(set.size());
    arm.Score(task.person, set, scores);
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    jumpstart += task.judge.ExpectedReward({task.person, set[static_cast<size_t>(best)]}) /
                 static_cast<double>(options.jumpstart_sets);
  }
  return jumpstart;
}

}  // namespace

Trace MeasureBeforeOnline(Arm& arm, const RankingTask& task) {
  Trace trace;
  trace.jumpstart = Jumpstart(arm, task);
  std::vector<double> scores(task.jobs.size()), rewards(task.jobs.size());
  arm.Score(task.person, task.jobs, scores);
  for (size_t i = 0; i < task.jobs.size(); ++i)
    rewards[i] = task.judge.ExpectedReward({task.person, task.jobs[i]});
  const std::vector<double> ranked = InRankedOrder(rewards, RankByScore(scores));
  trace.ndcg_at_10 = NdcgAtK(ranked, 10, task.options.rewards.ignore);
  // Relevant is what the candidate would, in expectation, at least save.
  trace.reciprocal_rank = ReciprocalRank(ranked, task.options.rewards.save);
  trace.hit_at_10 = HitAtK(ranked, 10, task.options.rewards.save);
  return trace;
}

}  // namespace dynajob
