// The online environment of the evaluation: an unseen candidate whose responses come from the
// judge.
//
// Common random numbers: the candidate set of a step depends on (seed, candidate, step) and on what
// this arm has shown before, the response on (seed, candidate, job). So every arm meets the same
// people, the same sets and the same noise.
#ifndef DYNAJOB_EVALUATION_JUDGED_ENVIRONMENT_H_
#define DYNAJOB_EVALUATION_JUDGED_ENVIRONMENT_H_

#include <span>
#include <vector>

#include "dynajob/agent/environment.h"
#include "dynajob/evaluation/judge.h"

namespace dynajob {

// What one recommendation was worth, in the judge's expectation.
struct StepOutcome {
  double expected_reward = 0;
  double best_in_set = 0;  // expected reward of the best job of the same candidate set
  double apply_probability = 0;
};

class JudgedEnvironment final : public Environment {
 public:
  // Borrows judge and jobs.
  JudgedEnvironment(const Judge& judge, std::span<const JobRow> jobs, size_t set_size,
                    CandidateRow candidate, uint64_t seed);

  CandidateRow candidate() const override { return candidate_; }
  std::span<const JobRow> candidate_set() const override { return set_; }
  // The reward of the sampled response.
  Result<double> Recommend(JobRow job) override;

  const std::vector<StepOutcome>& outcomes() const { return outcomes_; }
  const std::vector<JobRow>& recommended() const { return recommended_; }

 private:
  void DrawSet();

  const Judge& judge_;
  std::span<const JobRow> jobs_;
  size_t set_size_;
  CandidateRow candidate_;
  uint64_t seed_;
  std::vector<JobRow> set_;
  std::vector<JobRow> recommended_;
  std::vector<StepOutcome> outcomes_;
};

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_JUDGED_ENVIRONMENT_H_
