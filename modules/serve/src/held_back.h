// The newest responses that are not learned yet, to judge snapshots of the policy by.
//
// The state is static, so that Q(s, a) = r(s, a) + gamma max_a' Q(s, a'): what a Q-network expects
// of a response is Q(s, a) - gamma max over A' of Q(s, a'). A snapshot's error is the squared
// difference to the reward that came. Two snapshots are compared response by response, which takes
// out what is hard about each of them.
#ifndef DYNAJOB_SERVE_SRC_HELD_BACK_H_
#define DYNAJOB_SERVE_SRC_HELD_BACK_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "dynajob/agent/pair_network.h"

#include "market.h"

namespace dynajob {

// A response as the learner needs it.
struct Experience {
  uint64_t event = 0;  // LearnedLog::HashOf its id
  ServedCandidatePtr person = nullptr;
  ServedJobPtr job = nullptr;
  double reward = 0;
  std::vector<ServedJobPtr> next_set = {};  // A'
  std::optional<bool> explored =
      std::nullopt;  // whether the place was drawn at random, where it is known
};

// One thread at a time.
class HeldBack {
 public:
  explicit HeldBack(size_t capacity) : capacity_(capacity) {}

  // Keeps it; the oldest, when there are too many.
  std::optional<Experience> Add(Experience experience);
  // The reward of this person's response to this job; null when it is not here.
  double* FindReward(std::string_view candidate_id, std::string_view job_id);
  void Forget(std::string_view candidate_id);
  const std::deque<Experience>& all() const { return all_; }

  // Squared errors of ImpliedReward, in order of all().
  std::vector<double> Errors(const PairNetwork& q, double gamma) const;

 private:
  size_t capacity_;
  std::deque<Experience> all_;  // oldest first
};

// The reward that Q-values imply: Q(s, a) - gamma max over A' of Q(s, a').
double ImpliedReward(const PairNetwork& q, double gamma, const Experience& experience);

// Whether `after` is higher than `before` by more than `z` standard errors of the mean of the
// paired differences.
bool IsWorse(std::span<const double> before, std::span<const double> after, double z);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_HELD_BACK_H_
