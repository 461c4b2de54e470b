#include "arm_summary.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

Json OptionalJson(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json IntervalJson(const ScoreTable& scores, const BootstrapOptions& bootstrap) {
  return EstimateJson(ClusterBootstrap(scores, bootstrap).Interval(), "iqm");
}

Json ThresholdJson(const ArmScores& arm, const BootstrapOptions& bootstrap) {
  std::vector<SurvivalTime> all;
  size_t reached = 0;
  for (const std::vector<SurvivalTime>& people : arm.threshold) {
    all.insert(all.end(), people.begin(), people.end());
    for (const SurvivalTime& time : people) reached += time.reached ? 1 : 0;
  }
  const MedianEstimate median = BootstrapMedian(arm.threshold, bootstrap);
  Json step = Json::array(), waiting = Json::array();
  for (const SurvivalPoint& point : KaplanMeier(all)) {
    step.push_back(point.time);
    waiting.push_back(point.survival);
  }
  return {{"median", OptionalJson(median.value)},
          {"median_low", OptionalJson(median.low)},
          {"median_high", OptionalJson(median.high)},
          {"reached", static_cast<double>(reached) / static_cast<double>(all.size())},
          {"survival", {{"step", step}, {"share", waiting}}}};
}

// Share of people for whom the warm start did worse than the random start.
std::optional<Estimate> NegativeTransfer(const ArmScores& arm, const ProtocolScores& protocol,
                                         const BootstrapOptions& bootstrap) {
  const ArmScores* baseline = protocol.FindArm("baseline");
  if (baseline == nullptr || arm.kind != "learner" || arm.name == "baseline") return std::nullopt;
  const Metric& metric = FindMetric(kHeadlineMetric);
  return ShareInterval(NegativeTransfers(arm.Of(metric), baseline->Of(metric)), bootstrap);
}

}  // namespace

Json EstimateJson(const Estimate& estimate, const char* centre) {
  return {{centre, estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json MetricsJson(const ArmScores& arm, const ProtocolScores& protocol,
                 const BootstrapOptions& bootstrap) {
  Json metrics;
  for (const Metric& metric : Metrics())
    metrics[metric.name] = IntervalJson(arm.Of(metric), bootstrap);
  // As published work has it, which resamples seeds independently per person.
  const Estimate stratified = StratifiedBootstrap(arm.Of(FindMetric(kHeadlineMetric)), bootstrap);
  metrics[kHeadlineMetric]["stratified"] = {{"low", stratified.low}, {"high", stratified.high}};
  metrics["normalized_score"] = IntervalJson(arm.normalized, bootstrap);
  metrics["optimality_gap"] = EstimateJson(
      ClusterBootstrap(arm.normalized, bootstrap,
                       [](std::span<const double> scores) { return OptimalityGap(scores, 1); })
          .Interval(),
      "value");
  metrics["steps_to_threshold"] = ThresholdJson(arm, bootstrap);
  const Metric& asymptote = FindMetric("asymptote");
  const double best = InterquartileMean(protocol.oracle.Of(asymptote).values());
  metrics["asymptote_share_of_oracle"] =
      best > 0 ? Json(InterquartileMean(arm.Of(asymptote).values()) / best) : Json(nullptr);
  if (const auto transfer = NegativeTransfer(arm, protocol, bootstrap)) {
    metrics["negative_transfer"] = transfer->value;
    metrics["negative_transfer_interval"] = {{"low", transfer->low}, {"high", transfer->high}};
  }
  return metrics;
}

Json CostJson(const ArmScores& arm) {
  ArmCost total;
  for (const ArmCost& cost : arm.cost) {
    total.llm_calls += cost.llm_calls;
    total.predicted_rewards += cost.predicted_rewards;
    total.unanswered += cost.unanswered;
    total.env_steps += cost.env_steps;
    total.updates += cost.updates;
    total.pretraining_env_steps += cost.pretraining_env_steps;
    total.pretraining_updates += cost.pretraining_updates;
  }
  Json cost = {
      {"llm_calls", total.llm_calls}, {"env_steps", total.env_steps}, {"updates", total.updates}};
  if (total.predicted_rewards > 0) cost["predicted_rewards"] = total.predicted_rewards;
  if (total.unanswered > 0) cost["unanswered"] = total.unanswered;
  cost["pretraining"] = {{"env_steps", total.pretraining_env_steps},
                         {"updates", total.pretraining_updates}};
  return cost;
}

Json DifferenceJson(const PairedComparison& comparison) {
  Json json = {
      {"metric", comparison.metric->name},
      {"difference", EstimateJson(comparison.difference.Interval(), "iqm")},
      {"p", comparison.difference.PValue()},
      {"probability_of_improvement", EstimateJson(comparison.probability_of_improvement, "value")}};
  if (comparison.holm_p) {
    json["holm"] = {{"p", *comparison.holm_p},
                    {"low", comparison.holm_interval->low},
                    {"high", comparison.holm_interval->high}};
  }
  return json;
}

Json ComparisonJson(const PairedComparison& comparison) {
  Json json = {{"a", comparison.a->name}, {"b", comparison.b->name}};
  json.update(DifferenceJson(comparison));
  return json;
}

Json CatalogJson(const CatalogReport& catalog) {
  const auto counts = [](const std::map<std::string, size_t>& by_reason) {
    Json json = Json::object();
    for (const auto& [reason, count] : by_reason) json[reason] = count;
    return json;
  };
  const CatalogExclusions& exclusions = catalog.exclusions;
  return {{"candidates", catalog.candidates},
          {"jobs", catalog.jobs},
          {"left_out",
           {{"candidates", counts(exclusions.candidates_by_reason)},
            {"jobs", counts(exclusions.jobs_by_reason)}}},
          {"zero_filled", counts(exclusions.zero_filled_by_field)},
          {"passed_over", counts(exclusions.passed_over)}};
}

Json JudgeJson(const JudgeReport& judge) {
  Json shares;
  for (size_t r = 0; r < kResponseCount; ++r)
    shares[std::string(ToString(static_cast<Response>(r)))] = judge.shares[r];
  return {{"kind", "simulated"},
          {"response_shares", shares},
          {"rank_correlation",
           {{"surrogate", judge.surrogate_rank_correlation},
            {"cosine", judge.cosine_rank_correlation}}}};
}

}  // namespace dynajob
