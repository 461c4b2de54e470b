// The statistics on request, for tests that compare them with other implementations
// (tests/agreement/test_statistics.py): a JSON array of cases on standard input, an array of what
// came out on standard output. A case has the members of what it asks for:
//   scores, other   tables, one row per seed, of equal shape
//   resamples, target, quantile, thresholds
//   times           per seed [time, reached] pairs
//   p_values        a family
//   t, degrees_of_freedom, confidence
//   decisions       members of OffPolicySample by name, as lists
#include <iostream>
#include <iterator>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/bootstrap.h"
#include "dynajob/evaluation/holm.h"
#include "dynajob/evaluation/off_policy.h"
#include "dynajob/evaluation/statistics.h"
#include "dynajob/evaluation/student_t.h"
#include "dynajob/evaluation/survival.h"

namespace dynajob {
namespace {

using Json = nlohmann::json;

ScoreTable ReadTable(const Json& rows) {
  ScoreTable table(rows.size(), rows.front().size());
  for (size_t seed = 0; seed < table.seeds(); ++seed)
    for (size_t candidate = 0; candidate < table.candidates(); ++candidate)
      table.At(seed, candidate) = rows.at(seed).at(candidate).get<double>();
  return table;
}

Json ToJson(const Estimate& estimate) { return {estimate.value, estimate.low, estimate.high}; }

Json ToJson(const Inference& inference) {
  return {{"value", inference.value},
          {"error", inference.error},
          {"interval", ToJson(inference.Interval())},
          {"p", inference.PValue()}};
}

Json Scores(const Json& request) {
  const ScoreTable scores = ReadTable(request.at("scores"));
  const ScoreTable other = ReadTable(request.at("other"));
  const BootstrapOptions options{.resamples = request.at("resamples").get<size_t>()};
  Json profile = Json::array();
  for (const Json& threshold : request.at("thresholds"))
    profile.push_back(Mean(Above(scores, threshold.get<double>()).values()));
  return {{"mean", Mean(scores.values())},
          {"iqm", InterquartileMean(scores.values())},
          {"optimality_gap", OptimalityGap(scores.values(), request.at("target").get<double>())},
          {"quantile", Quantile(scores.values(), request.at("quantile").get<double>())},
          {"spearman", Spearman(scores.values(), other.values())},
          {"profile", profile},
          {"improvement", Mean(Improvements(scores, other).values())},
          {"improvement_stratified",
           ToJson(StratifiedBootstrap(Improvements(scores, other), options, SortedMean))},
          {"negative_transfer", Mean(NegativeTransfers(scores, other).values())},
          {"stratified_iqm", ToJson(StratifiedBootstrap(scores, options))},
          {"stratified_mean", ToJson(StratifiedBootstrap(scores, options, SortedMean))},
          {"cluster_iqm", ToJson(ClusterBootstrap(scores, options))},
          {"cluster_difference", ToJson(ClusterBootstrap(Difference(scores, other), options))}};
}

Json Survival(const Json& request) {
  std::vector<std::vector<SurvivalTime>> by_seed;
  std::vector<SurvivalTime> all;
  for (const Json& seed : request.at("times")) {
    std::vector<SurvivalTime>& times = by_seed.emplace_back();
    for (const Json& time : seed) {
      times.push_back({time.at(0).get<double>(), time.at(1).get<bool>()});
      all.push_back(times.back());
    }
  }
  Json curve = Json::array();
  for (const SurvivalPoint& point : KaplanMeier(all))
    curve.push_back({point.time, point.at_risk, point.reached, point.survival});
  const auto optional = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  const MedianEstimate median =
      BootstrapMedian(by_seed, {.resamples = request.at("resamples").get<size_t>()});
  return {{"curve", curve},
          {"median", optional(median.value)},
          {"low", optional(median.low)},
          {"high", optional(median.high)}};
}

Json Holm(const Json& request) {
  const auto p_values = request.at("p_values").get<std::vector<double>>();
  return {{"adjusted", HolmAdjusted(p_values)}};
}

Json StudentT(const Json& request) {
  const auto degrees_of_freedom = request.at("degrees_of_freedom").get<size_t>();
  return {{"tail", StudentTwoSidedTail(request.at("t").get<double>(), degrees_of_freedom)},
          {"critical",
           StudentCriticalValue(request.at("confidence").get<double>(), degrees_of_freedom)}};
}

Json OffPolicy(const Json& request) {
  const Json& lists = request.at("decisions");
  std::vector<OffPolicySample> samples(lists.at("reward").size());
  for (size_t i = 0; i < samples.size(); ++i)
    samples[i] = {.reward = lists.at("reward").at(i),
                  .logging_propensity = lists.at("logging_propensity").at(i),
                  .target_probability = lists.at("target_probability").at(i),
                  .predicted_reward = lists.at("predicted_reward").at(i),
                  .predicted_value = lists.at("predicted_value").at(i),
                  .uniform = lists.at("uniform").at(i),
                  .person = i};
  const OffPolicyResult result =
      EvaluateOffPolicy(samples, true, {.resamples = request.at("resamples")});
  Json answer = {{"objections", result.support.objections},
                 {"mean_weight", ToJson(result.support.mean_weight)},
                 {"logged", ToJson(result.logged)}};
  for (const OffPolicyEstimate& estimate : result.estimates)
    if (estimate.absent.empty()) answer[estimate.name] = ToJson(estimate.value);
  return answer;
}

Json Answer(const Json& request) {
  if (request.contains("decisions")) return OffPolicy(request);
  if (request.contains("scores")) return Scores(request);
  if (request.contains("times")) return Survival(request);
  if (request.contains("p_values")) return Holm(request);
  return StudentT(request);
}

}  // namespace
}  // namespace dynajob

int main() {
  const std::string input{std::istreambuf_iterator<char>(std::cin), {}};
  nlohmann::json answers = nlohmann::json::array();
  for (const auto& request : nlohmann::json::parse(input))
    answers.push_back(dynajob::Answer(request));
  std::cout << answers.dump() << "\n";
}
