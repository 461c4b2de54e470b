// Off-policy evaluation: what a policy would have earned, judged by the log of another one, without
// showing anybody anything.
//
// With w = pi(a | x) / p(a | x), the target policy's probability of the logged action over the
// logging policy's:
//   IPS    mean of w r                              Precup, Sutton and Singh, ICML 2000
//   SNIPS  sum of w r / sum of w                    Swaminathan and Joachims, NeurIPS 2015
//   DM     mean of sum_a pi(a | x) r^(x, a)         the reward model alone: no weights, its bias
//   DR     mean of the DM term + w (r - r^(x, a))   Dudik, Langford and Li, ICML 2011
//   replay mean of r where the policy chooses what a uniformly random log did
//                                                   Li, Chu, Langford and Wang, WSDM 2011
// The effective sample size is (sum w)^2 / sum w^2 (Kong 1992).
//
// Pure functions, safe for concurrent use; equal arguments give equal results.
#ifndef DYNAJOB_EVALUATION_OFF_POLICY_H_
#define DYNAJOB_EVALUATION_OFF_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/config.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {

// One logged decision as the estimators see it.
struct OffPolicySample {
  double reward = 0;
  double logging_propensity = 1;  // p(a | x) of what was shown, in (0, 1]
  double target_probability = 0;  // pi(a | x) of the same, in [0, 1]
  double predicted_reward = 0;    // r^(x, a); read where there is a reward model
  double predicted_value = 0;     // sum over a of pi(a | x) r^(x, a)
  bool uniform = false;           // the logging policy chose each action with equal probability
  size_t person = 0;              // decisions about one person are resampled together
};

struct OffPolicyOptions {
  double epsilon = 0;             // of the target policy: places that it draws at random
  double minimum_effective = 50;  // smallest effective sample size at which estimates are given
  double weight_tolerance = 0.1;  // of the mean weight around 1
  int64_t resamples = 2000;
  int64_t seed = 1;  // of the bootstrap

  void Bind(ConfigRegistry& registry);  // "off_policy.…", with the limits
};

// Whether the log can say anything about the policy.
struct SupportCheck {
  size_t decisions = 0;
  size_t people = 0;
  double effective_decisions = 0;
  // Expected to be 1 under full support. Below it, it estimates the share of the policy's choices
  // that the logging policy could have made; above it, propensities are wrong.
  Estimate mean_weight = {};
  double largest_weight_share = 0;  // of the sum of all weights
  std::vector<std::string> objections =
      {};  // why nothing can be said; empty: nothing speaks against it
};

struct OffPolicyEstimate {
  std::string name = {};     // "IPS", "SNIPS", "DM", "DR", "replay"
  Estimate value = {};       // reward per decision, 95 % interval
  Estimate difference = {};  // value less the log's own mean reward
  std::string absent = {};   // why there is no estimate; empty when there is one
};

struct OffPolicyResult {
  SupportCheck support;
  Estimate logged;                           // mean reward of the log itself
  std::vector<OffPolicyEstimate> estimates;  // empty where the support check objects
};

// `has_reward_model` says whether the predictions of the samples mean anything. Intervals are t
// intervals of a bootstrap over people, as in bootstrap.h. Requires samples within the stated
// ranges and finite.
OffPolicyResult EvaluateOffPolicy(std::span<const OffPolicySample> samples, bool has_reward_model,
                                  const OffPolicyOptions& options);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_OFF_POLICY_H_
