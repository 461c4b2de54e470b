// How the judge of one seed answers, and how well the reward sources know it.
#ifndef DYNAJOB_EVALUATION_SRC_JUDGE_REPORT_H_
#define DYNAJOB_EVALUATION_SRC_JUDGE_REPORT_H_

#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/split.h"

namespace dynajob {

// On random pairs of unseen candidates and jobs.
JudgeReport MeasureJudge(const Judge& judge, const CosineReward& cosine,
                         const SurrogateUser& surrogate, const ResponseRewards& rewards,
                         const Split& split, uint64_t seed);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_JUDGE_REPORT_H_
