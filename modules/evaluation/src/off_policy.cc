#include "dynajob/evaluation/off_policy.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"
#include "dynajob/evaluation/bootstrap.h"

namespace dynajob {
namespace {

// Every estimator is a ratio of sums over decisions, so that sums per person are all that a
// bootstrap over people needs.
struct Sums {
  double count = 0;
  double reward = 0;
  double weight = 0;
  double weighted_reward = 0;
  double predicted_value = 0;
  double correction = 0;  // of DR: w (r - r^)
  double matched = 0;     // decisions that the policy would have taken
  double matched_reward = 0;

  void Add(const Sums& other, double times) {
    count += times * other.count;
    reward += times * other.reward;
    weight += times * other.weight;
    weighted_reward += times * other.weighted_reward;
    predicted_value += times * other.predicted_value;
    correction += times * other.correction;
    matched += times * other.matched;
    matched_reward += times * other.matched_reward;
  }
};

double Logged(const Sums& sums) { return sums.reward / sums.count; }
double MeanWeight(const Sums& sums) { return sums.weight / sums.count; }
double Ips(const Sums& sums) { return sums.weighted_reward / sums.count; }
double SelfNormalizedIps(const Sums& sums) { return sums.weighted_reward / sums.weight; }
double DirectMethod(const Sums& sums) { return sums.predicted_value / sums.count; }
double DoublyRobust(const Sums& sums) {
  return (sums.predicted_value + sums.correction) / sums.count;
}
double Replay(const Sums& sums) { return sums.matched_reward / sums.matched; }

using Estimator = double (*)(const Sums&);

double Weight(const OffPolicySample& sample) {
  return sample.target_probability / sample.logging_propensity;
}

Sums SumsOf(const OffPolicySample& sample) {
  const double weight = Weight(sample);
  const bool matched = sample.target_probability == 1;
  return {.count = 1,
          .reward = sample.reward,
          .weight = weight,
          .weighted_reward = weight * sample.reward,
          .predicted_value = sample.predicted_value,
          .correction = weight * (sample.reward - sample.predicted_reward),
          .matched = matched ? 1.0 : 0.0,
          .matched_reward = matched ? sample.reward : 0.0};
}

// The sums of all, per person, and of resamples of the people.
class PeopleBootstrap {
 public:
  PeopleBootstrap(std::span<const OffPolicySample> samples, const OffPolicyOptions& options) {
    std::map<size_t, Sums> by_person;
    for (const OffPolicySample& sample : samples) by_person[sample.person].Add(SumsOf(sample), 1);
    for (const auto& [person, sums] : by_person) {
      people_.push_back(sums);
      all_.Add(sums, 1);
    }
    if (people_.size() < 2) return;
    Rng rng = Rng::Derive(static_cast<uint64_t>(options.seed), "off-policy-bootstrap");
    std::vector<uint32_t> counts(people_.size());
    replicates_.resize(static_cast<size_t>(options.resamples));
    for (Sums& replicate : replicates_) {
      DrawCounts(rng, counts);
      for (size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) replicate.Add(people_[i], counts[i]);
    }
  }

  size_t people() const { return people_.size(); }
  const Sums& all() const { return all_; }

  // Of estimator(sums), or of its difference to another one. Resamples in which a ratio has no
  // denominator say nothing and are passed over.
  Estimate Interval(Estimator estimator, Estimator less = nullptr) const {
    const auto at = [&](const Sums& sums) {
      return estimator(sums) - (less == nullptr ? 0 : less(sums));
    };
    std::vector<double> values;
    for (const Sums& sums : replicates_)
      if (const double value = at(sums); std::isfinite(value)) values.push_back(value);
    Inference inference{.value = at(all_)};
    if (values.size() >= 2) {
      const double mean = Mean(values);
      double squares = 0;
      for (const double value : values) squares += (value - mean) * (value - mean);
      const auto n = static_cast<double>(people_.size());
      inference.error = std::sqrt(n / (n - 1) * squares / static_cast<double>(values.size() - 1));
      inference.degrees_of_freedom = people_.size() - 1;
    }
    return inference.Interval();
  }

 private:
  std::vector<Sums> people_;
  Sums all_;
  std::vector<Sums> replicates_;
};

SupportCheck CheckSupport(std::span<const OffPolicySample> samples,
                          const PeopleBootstrap& bootstrap, const OffPolicyOptions& options) {
  SupportCheck check{.decisions = samples.size(), .people = bootstrap.people()};
  double squares = 0;
  double largest = 0;
  for (const OffPolicySample& sample : samples) {
    const double weight = Weight(sample);
    squares += weight * weight;
    largest = std::max(largest, weight);
  }
  const double sum = bootstrap.all().weight;
  if (sum > 0) {
    check.effective_decisions = sum * sum / squares;
    check.largest_weight_share = largest / sum;
  }
  if (check.people < 2) {
    check.objections.push_back(
        fmt::format("decisions about {} people: an interval needs at least 2", check.people));
    return check;
  }
  check.mean_weight = bootstrap.Interval(MeanWeight);
  if (check.effective_decisions < options.minimum_effective)
    check.objections.push_back(fmt::format(
        "effective sample size {:.1f} of {} decisions: off_policy.minimum_effective asks for {:g}",
        check.effective_decisions, check.decisions, options.minimum_effective));
  if (check.mean_weight.high < 1 - options.weight_tolerance)
    check.objections.push_back(fmt::format(
        "mean weight {:.2f} [{:.2f}, {:.2f}]: the logging policy never shows some {:.0f} % of what "
        "this policy would choose",
        check.mean_weight.value, check.mean_weight.low, check.mean_weight.high,
        100 * (1 - check.mean_weight.value)));
  if (check.mean_weight.low > 1 + options.weight_tolerance)
    check.objections.push_back(fmt::format(
        "mean weight {:.2f} [{:.2f}, {:.2f}] is above 1: the logged propensities are too small",
        check.mean_weight.value, check.mean_weight.low, check.mean_weight.high));
  return check;
}

std::string WhyNoReplay(std::span<const OffPolicySample> samples, double matched,
                        double minimum_matched) {
  const auto all = [&](auto holds) { return std::all_of(samples.begin(), samples.end(), holds); };
  if (!all([](const OffPolicySample& sample) { return sample.uniform; }))
    return "the log was not made by choosing uniformly at random";
  if (!all([](const OffPolicySample& sample) {
        return sample.target_probability == 0 || sample.target_probability == 1;
      }))
    return "the policy draws at random";
  if (matched < minimum_matched)
    return fmt::format("only {:.0f} decisions are those of the policy", matched);
  return "";
}

}  // namespace

void OffPolicyOptions::Bind(ConfigRegistry& registry) {
  registry.Add("off_policy.epsilon", &epsilon,
               "share of places that the judged policy draws at random", 0.0, 1.0);
  registry.Add("off_policy.minimum_effective", &minimum_effective,
               "smallest effective sample size at which estimates are given", 2.0, 1e9);
  registry.Add("off_policy.weight_tolerance", &weight_tolerance,
               "how far the mean weight may be from 1, beyond its interval", 0.01, 0.99);
  registry.Add("off_policy.resamples", &resamples, "of the bootstrap over people", 100, 1'000'000);
  registry.Add("off_policy.seed", &seed, "of the bootstrap", 0, INT64_MAX / 2);
}

OffPolicyResult EvaluateOffPolicy(std::span<const OffPolicySample> samples, bool has_reward_model,
                                  const OffPolicyOptions& options) {
  OffPolicyResult result;
  if (samples.empty()) {
    result.support.objections.push_back("no decisions");
    return result;
  }
  for (const OffPolicySample& sample : samples) {
    DYNAJOB_CHECK(sample.logging_propensity > 0 && sample.logging_propensity <= 1,
                  "a logging propensity outside (0, 1]");
    DYNAJOB_CHECK(sample.target_probability >= 0 && sample.target_probability <= 1,
                  "a probability outside [0, 1]");
    DYNAJOB_CHECK(std::isfinite(sample.reward) && std::isfinite(sample.predicted_reward) &&
                      std::isfinite(sample.predicted_value),
                  "a reward is not finite");
  }
  const PeopleBootstrap bootstrap(samples, options);
  result.support = CheckSupport(samples, bootstrap, options);
  result.logged = bootstrap.Interval(Logged);
  if (!result.support.objections.empty()) return result;

  const auto add = [&](const char* name, Estimator estimator, std::string absent) {
    OffPolicyEstimate estimate{.name = name, .absent = std::move(absent)};
    if (estimate.absent.empty()) {
      estimate.value = bootstrap.Interval(estimator);
      estimate.difference = bootstrap.Interval(estimator, Logged);
    }
    result.estimates.push_back(std::move(estimate));
  };
  const std::string no_model = has_reward_model ? "" : "there is no reward model";
  add("IPS", Ips, "");
  add("SNIPS", SelfNormalizedIps, "");
  add("DM", DirectMethod, no_model);
  add("DR", DoublyRobust, no_model);
  add("replay", Replay, WhyNoReplay(samples, bootstrap.all().matched, options.minimum_effective));
  return result;
}

}  // namespace dynajob
