#include "dynajob/evaluation/judged_environment.h"

#include <algorithm>

namespace dynajob {

JudgedEnvironment::JudgedEnvironment(const Judge& judge, std::span<const JobRow> jobs,
                                     size_t set_size, CandidateRow candidate, uint64_t seed)
    : judge_(judge), jobs_(jobs), set_size_(set_size), candidate_(candidate), seed_(seed) {
  DrawSet();
}

Result<double> JudgedEnvironment::Recommend(JobRow job) {
  DYNAJOB_CHECK(std::find(set_.begin(), set_.end(), job) != set_.end(),
                "a recommended job must come from the candidate set");
  const Pair pair{candidate_, job};
  StepOutcome outcome{
      .expected_reward = judge_.ExpectedReward(pair),
      .best_in_set = 0,
      .apply_probability = judge_.Probabilities(pair)[static_cast<size_t>(Response::kApply)]};
  outcome.best_in_set = outcome.expected_reward;
  for (const JobRow other : set_)
    outcome.best_in_set = std::max(outcome.best_in_set, judge_.ExpectedReward({candidate_, other}));
  outcomes_.push_back(outcome);

  const Response response = judge_.Respond(pair, seed_);
  recommended_.push_back(job);
  DrawSet();
  return judge_.rewards().Of(response);
}

void JudgedEnvironment::DrawSet() {
  set_ = DrawCandidateSet(
      jobs_, set_size_, Rng::Derive(seed_, "online-set", candidate_, recommended_.size()),
      [&](JobRow job) {
        return std::find(recommended_.begin(), recommended_.end(), job) != recommended_.end();
      });
}

}  // namespace dynajob
