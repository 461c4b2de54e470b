// results.json: the summary of a comparison (schema dynajob.results/1, docs/protocol.md).
#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/comparison.h"

#include "arm_summary.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

// Curves are drawn from many intervals; each needs fewer resamples than a headline figure.
constexpr int64_t kCurveResamples = 500;

// Normalized scores at which a performance profile is drawn: 0, 0.05, ..., 1.
constexpr int kProfilePoints = 21;

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

class ProtocolSummary {
 public:
  ProtocolSummary(const ProtocolTraces& protocol, const ComparisonOptions& options,
                  double lowest_reward)
      : protocol_(protocol),
        scores_(ScoresOf(protocol, options, lowest_reward)),
        options_(options) {
    bootstrap_.resamples = static_cast<size_t>(options.resamples);
    curve_bootstrap_.resamples = static_cast<size_t>(std::min(options_.resamples, kCurveResamples));
  }

  Json Summarise() const {
    Json json;
    json["name"] = ToString(protocol_.protocol);
    json["steps"] = options_.steps;
    json["candidates"] = protocol_.oracle.by_seed.front().size();
    json["arms"] = Json::array();
    for (size_t i = 0; i < scores_.arms.size(); ++i)
      json["arms"].push_back(ArmJson(protocol_.arms[i], scores_.arms[i]));
    json["comparisons"] = Json::array();
    std::vector<PairedComparison> comparisons = CompareArms(scores_, bootstrap_);
    std::vector<PairedComparison*> family;
    for (PairedComparison& comparison : comparisons)
      if (IsKeyComparison(comparison)) family.push_back(&comparison);
    CorrectFamily(family);
    for (const PairedComparison& comparison : comparisons)
      json["comparisons"].push_back(ComparisonJson(comparison));
    return json;
  }

 private:
  Json ArmJson(const ArmTraces& arm, const ArmScores& scores) const {
    const CurveColumns curve = Curve(arm);
    return {{"name", arm.name},
            {"kind", arm.kind},
            {"metrics", MetricsJson(scores, scores_, bootstrap_)},
            {"curve", curve.ToJson("step", "iqm")},
            {"profile", ProfileJson(scores.normalized)},
            {"cost", CostJson(scores)},
            {"reward_against_cost", RewardAgainstCost(scores, curve)}};
  }

  // The curve by what a seed has spent until then, its pre-training included.
  Json RewardAgainstCost(const ArmScores& scores, const CurveColumns& curve) const {
    double steps = 0, calls = 0;
    for (const ArmCost& cost : scores.cost) {
      steps += static_cast<double>(cost.pretraining_env_steps);
      calls += static_cast<double>(cost.llm_calls);
    }
    const auto seeds = static_cast<double>(scores.cost.size());
    Json json = curve.ToJson("env_steps", "iqm");
    for (Json& step : json["env_steps"]) step = step.get<double>() + steps / seeds;
    json["llm_calls"] = calls / seeds;
    return json;
  }

  // Share of people by the normalized score that they got more than.
  Json ProfileJson(const ScoreTable& normalized) const {
    CurveColumns profile;
    for (int i = 0; i < kProfilePoints; ++i) {
      const double threshold = static_cast<double>(i) / (kProfilePoints - 1);
      profile.Add(threshold, ShareInterval(Above(normalized, threshold), curve_bootstrap_));
    }
    return profile.ToJson("score", "share");
  }

  // new-user: reward by step, over seeds and people. new-system: reward per person of the stream.
  CurveColumns Curve(const ArmTraces& arm) const {
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
    return curve;
  }

  const ProtocolTraces& protocol_;
  ProtocolScores scores_;
  const ComparisonOptions& options_;
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
  Json json;
  json["schema"] = "dynajob.results/1";
  json["seeds"] = traces.seeds;
  json["llm"] = {{"kind", traces.llm_kind}};
  for (const auto& [name, value] : traces.llm_facts) json["llm"][name] = value;
  json["judge"] = JudgeJson(traces.judge);
  json["catalog"] = CatalogJson(traces.catalog);
  if (traces.candidate_sets) json["candidate_sets"] = CandidateSetsJson(*traces.candidate_sets);
  json["protocols"] = Json::array();
  for (const ProtocolTraces& protocol : traces.protocols)
    json["protocols"].push_back(
        ProtocolSummary(protocol, options, traces.lowest_reward).Summarise());
  return json.dump(1) + "\n";
}

}  // namespace dynajob
