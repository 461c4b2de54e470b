// results.json: the summary of a comparison (schema dynajob.results/1, docs/protocol.md).
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/survival.h"

#include "arm_comparisons.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

// Curves are drawn from many intervals; each needs fewer resamples than a headline figure.
constexpr int64_t kCurveResamples = 500;

// Normalized scores at which a performance profile is drawn: 0, 0.05, ..., 1.
constexpr int kProfilePoints = 21;

Json EstimateJson(const Estimate& estimate, const char* centre) {
  return {{centre, estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json OptionalJson(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Columns of a curve: one name for the positions, then the estimates.
class CurveColumns {
 public:
  // An interval that is not known has no width here: a curve has no way to show it.
  void Add(const Json& position, const Estimate& estimate) {
    const bool known = std::isfinite(estimate.low);
    position_.push_back(position);
    value_.push_back(estimate.value);
    low_.push_back(known ? estimate.low : estimate.value);
    high_.push_back(known ? estimate.high : estimate.value);
  }

  Json ToJson(const char* position, const char* value) const {
    return {{position, position_}, {value, value_}, {"low", low_}, {"high", high_}};
  }

 private:
  Json position_ = Json::array(), value_ = Json::array(), low_ = Json::array(),
       high_ = Json::array();
};

Json ThresholdJson(const ArmTraces& arm, const ArmTraces& oracle, const ComparisonOptions& options,
                   const BootstrapOptions& bootstrap) {
  std::vector<std::vector<SurvivalTime>> by_seed(arm.by_seed.size());
  std::vector<SurvivalTime> all;
  size_t reached = 0;
  for (size_t seed = 0; seed < arm.by_seed.size(); ++seed) {
    for (size_t person = 0; person < arm.by_seed[seed].size(); ++person) {
      const SurvivalTime time =
          StepsToThreshold(arm.by_seed[seed][person], oracle.by_seed[seed][person],
                           options.threshold_share, static_cast<size_t>(options.threshold_window));
      by_seed[seed].push_back(time);
      all.push_back(time);
      reached += time.reached ? 1 : 0;
    }
  }
  const MedianEstimate median = BootstrapMedian(by_seed, bootstrap);
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

class ProtocolSummary {
 public:
  ProtocolSummary(const ProtocolTraces& protocol, const ComparisonOptions& options,
                  double lowest_reward)
      : protocol_(protocol), options_(options), lowest_reward_(lowest_reward) {
    bootstrap_.resamples = static_cast<size_t>(options.resamples);
    curve_bootstrap_.resamples = static_cast<size_t>(std::min(options_.resamples, kCurveResamples));
  }

  Json Summarise() const {
    Json json;
    json["name"] = ToString(protocol_.protocol);
    json["steps"] = options_.steps;
    json["candidates"] = protocol_.oracle.by_seed.front().size();
    json["arms"] = Json::array();
    for (const ArmTraces& arm : protocol_.arms) json["arms"].push_back(ArmJson(arm));
    json["comparisons"] = Json::array();
    for (const PairedComparison& comparison : CompareArms(protocol_, bootstrap_))
      json["comparisons"].push_back(ComparisonJson(comparison));
    return json;
  }

 private:
  Json ArmJson(const ArmTraces& arm) const {
    Json metrics;
    for (const Metric& metric : Metrics()) metrics[metric.name] = IntervalJson(Scores(arm, metric));
    // As published work has it, which resamples seeds independently per person.
    const Estimate stratified =
        StratifiedBootstrap(Scores(arm, FindMetric(kHeadlineMetric)), bootstrap_);
    metrics[kHeadlineMetric]["stratified"] = {{"low", stratified.low}, {"high", stratified.high}};
    const ScoreTable normalized = NormalizedScores(arm);
    metrics["normalized_score"] = IntervalJson(normalized);
    metrics["optimality_gap"] = EstimateJson(
        ClusterBootstrap(normalized, bootstrap_,
                         [](std::span<const double> scores) { return OptimalityGap(scores, 1); })
            .Interval(),
        "value");
    metrics["steps_to_threshold"] = ThresholdJson(arm, protocol_.oracle, options_, bootstrap_);
    const Metric& asymptote = FindMetric("asymptote");
    const double best = InterquartileMean(Scores(protocol_.oracle, asymptote).values());
    metrics["asymptote_share_of_oracle"] =
        best > 0 ? Json(InterquartileMean(Scores(arm, asymptote).values()) / best) : Json(nullptr);
    if (const auto transfer = NegativeTransfer(arm)) {
      metrics["negative_transfer"] = transfer->value;
      metrics["negative_transfer_interval"] = {{"low", transfer->low}, {"high", transfer->high}};
    }

    ArmCost total;
    for (const ArmCost& cost : arm.cost_by_seed) {
      total.llm_calls += cost.llm_calls;
      total.predicted_rewards += cost.predicted_rewards;
      total.unanswered += cost.unanswered;
      total.env_steps += cost.env_steps;
      total.updates += cost.updates;
    }
    Json cost = {
        {"llm_calls", total.llm_calls}, {"env_steps", total.env_steps}, {"updates", total.updates}};
    if (total.predicted_rewards > 0) cost["predicted_rewards"] = total.predicted_rewards;
    if (total.unanswered > 0) cost["unanswered"] = total.unanswered;
    return {{"name", arm.name},
            {"kind", arm.kind},
            {"metrics", metrics},
            {"curve", CurveJson(arm)},
            {"profile", ProfileJson(arm)},
            {"cost", cost}};
  }

  Json IntervalJson(const ScoreTable& scores) const {
    return EstimateJson(ClusterBootstrap(scores, bootstrap_).Interval(), "iqm");
  }

  ScoreTable NormalizedScores(const ArmTraces& arm) const {
    ScoreTable table(arm.by_seed.size(), arm.by_seed.front().size());
    for (size_t seed = 0; seed < table.seeds(); ++seed)
      for (size_t person = 0; person < table.candidates(); ++person)
        table.At(seed, person) = NormalizedScore(
            arm.by_seed[seed][person], protocol_.oracle.by_seed[seed][person], lowest_reward_);
    return table;
  }

  // Share of people for whom the warm start did worse than the random start.
  std::optional<Estimate> NegativeTransfer(const ArmTraces& arm) const {
    const auto baseline =
        std::find_if(protocol_.arms.begin(), protocol_.arms.end(),
                     [](const ArmTraces& other) { return other.name == "baseline"; });
    if (baseline == protocol_.arms.end() || arm.kind != "learner" || arm.name == "baseline")
      return std::nullopt;
    const Metric& metric = FindMetric(kHeadlineMetric);
    return ShareInterval(NegativeTransfers(Scores(arm, metric), Scores(*baseline, metric)),
                         bootstrap_);
  }

  // Share of people by the normalized score that they got more than.
  Json ProfileJson(const ArmTraces& arm) const {
    const ScoreTable normalized = NormalizedScores(arm);
    CurveColumns profile;
    for (int i = 0; i < kProfilePoints; ++i) {
      const double threshold = static_cast<double>(i) / (kProfilePoints - 1);
      profile.Add(threshold, ShareInterval(Above(normalized, threshold), curve_bootstrap_));
    }
    return profile.ToJson("score", "share");
  }

  // new-user: reward by step, over seeds and people. new-system: reward per person of the stream.
  Json CurveJson(const ArmTraces& arm) const {
    CurveColumns curve;
    const auto add = [&](size_t position, const ScoreTable& table) {
      curve.Add(position, ClusterBootstrap(table, curve_bootstrap_).Interval());
    };
    const size_t seeds = arm.by_seed.size();
    const size_t people = arm.by_seed.front().size();
    const auto steps = static_cast<size_t>(options_.steps);
    if (protocol_.protocol == Protocol::kNewUser) {
      for (size_t t = 0; t < steps; ++t) {
        ScoreTable table(seeds, people);
        for (size_t seed = 0; seed < seeds; ++seed)
          for (size_t person = 0; person < people; ++person)
            table.At(seed, person) = arm.by_seed[seed][person].steps[t].expected_reward;
        add(t + 1, table);
      }
    } else {
      const Metric& average = FindMetric("average_reward");
      for (size_t person = 0; person < people; ++person) {
        ScoreTable table(seeds, 1);
        for (size_t seed = 0; seed < seeds; ++seed)
          table.At(seed, 0) = average.score(arm.by_seed[seed][person]);
        add((person + 1) * steps, table);
      }
    }
    return curve.ToJson("step", "iqm");
  }

  static Json ComparisonJson(const PairedComparison& comparison) {
    Json json = {{"a", comparison.a->name},
                 {"b", comparison.b->name},
                 {"metric", comparison.metric->name},
                 {"difference", EstimateJson(comparison.difference.Interval(), "iqm")},
                 {"p", comparison.difference.PValue()},
                 {"probability_of_improvement",
                  EstimateJson(comparison.probability_of_improvement, "value")}};
    if (comparison.holm_p) {
      json["holm"] = {{"p", *comparison.holm_p},
                      {"low", comparison.holm_interval->low},
                      {"high", comparison.holm_interval->high}};
    }
    return json;
  }

  const ProtocolTraces& protocol_;
  const ComparisonOptions& options_;
  double lowest_reward_;
  BootstrapOptions bootstrap_;
  BootstrapOptions curve_bootstrap_;
};

Json CandidateSetsJson(const CandidateSetReport& report) {
  const auto pools = [](const PoolCounts& counts) {
    return Json{{"pools", counts.pools},
                {"filled_up", counts.filled_up},
                {"jobs_added", counts.jobs_added}};
  };
  return {{"source", report.source},
          {"search", report.search},
          {"expired_jobs", report.expired},
          {"training", pools(report.training)},
          {"evaluation", pools(report.evaluation)}};
}

}  // namespace

std::string ResultsJson(const ComparisonTraces& traces, const ComparisonOptions& options) {
  Json shares;
  for (size_t r = 0; r < kResponseCount; ++r)
    shares[std::string(ToString(static_cast<Response>(r)))] = traces.judge.shares[r];
  Json json;
  json["schema"] = "dynajob.results/1";
  json["seeds"] = traces.seeds;
  json["llm"] = {{"kind", traces.llm_kind}};
  for (const auto& [name, value] : traces.llm_facts) json["llm"][name] = value;
  json["judge"] = {{"kind", "simulated"},
                   {"response_shares", shares},
                   {"rank_correlation",
                    {{"surrogate", traces.judge.surrogate_rank_correlation},
                     {"cosine", traces.judge.cosine_rank_correlation}}}};
  if (traces.candidate_sets) json["candidate_sets"] = CandidateSetsJson(*traces.candidate_sets);
  json["protocols"] = Json::array();
  for (const ProtocolTraces& protocol : traces.protocols)
    json["protocols"].push_back(
        ProtocolSummary(protocol, options, traces.lowest_reward).Summarise());
  return json.dump(1) + "\n";
}

}  // namespace dynajob
