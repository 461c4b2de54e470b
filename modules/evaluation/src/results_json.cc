// results.json: the summary of a comparison (schema dynajob.results/1, docs/protocol.md).
#include <algorithm>

#include <nlohmann/json.hpp>

#include "dynajob/evaluation/comparison.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

// Curves are drawn from many intervals; each needs fewer resamples than a headline figure.
constexpr int64_t kCurveResamples = 500;

// Metrics that arms are compared on.
constexpr const char* kComparedMetrics[] = {"cumulative_reward", "jumpstart", "asymptote",
                                            "ndcg@10"};

Json EstimateJson(const Estimate& estimate, const char* centre) {
  return {{centre, estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

ScoreTable Scores(const ArmTraces& arm, const Metric& metric) {
  ScoreTable table(arm.by_seed.size(), arm.by_seed.front().size());
  for (size_t seed = 0; seed < table.seeds(); ++seed)
    for (size_t person = 0; person < table.candidates(); ++person)
      table.At(seed, person) = metric.score(arm.by_seed[seed][person]);
  return table;
}

Json ThresholdJson(const ArmTraces& arm, const ArmTraces& oracle,
                   const ComparisonOptions& options) {
  std::vector<SurvivalTime> times;
  size_t reached = 0;
  for (size_t seed = 0; seed < arm.by_seed.size(); ++seed) {
    for (size_t person = 0; person < arm.by_seed[seed].size(); ++person) {
      times.push_back(StepsToThreshold(arm.by_seed[seed][person], oracle.by_seed[seed][person],
                                       options.threshold_share,
                                       static_cast<size_t>(options.threshold_window)));
      reached += times.back().reached ? 1 : 0;
    }
  }
  const auto median = KaplanMeierMedian(times);
  Json json;
  json["median"] = median ? Json(*median) : Json(nullptr);
  json["reached"] = static_cast<double>(reached) / static_cast<double>(times.size());
  return json;
}

class ProtocolSummary {
 public:
  ProtocolSummary(const ProtocolTraces& protocol, const ComparisonOptions& options)
      : protocol_(protocol), options_(options) {
    bootstrap_.resamples = static_cast<size_t>(options.resamples);
  }

  Json Summarise() const {
    Json json;
    json["name"] = ToString(protocol_.protocol);
    json["steps"] = options_.steps;
    json["candidates"] = protocol_.oracle.by_seed.front().size();
    json["arms"] = Json::array();
    for (const ArmTraces& arm : protocol_.arms) json["arms"].push_back(ArmJson(arm));
    json["comparisons"] = Json::array();
    const std::vector<const ArmTraces*> ordered = InExpectedOrder();
    for (size_t i = 0; i < ordered.size(); ++i)
      for (size_t j = i + 1; j < ordered.size(); ++j)
        for (const char* metric : kComparedMetrics)
          json["comparisons"].push_back(
              ComparisonJson(*ordered[i], *ordered[j], FindMetric(metric)));
    return json;
  }

 private:
  // So that each pair is compared once, the arm that one would expect to be better first.
  std::vector<const ArmTraces*> InExpectedOrder() const {
    constexpr const char* kOrder[] = {
        "oracle",     "hybrid",         "cosine",      "llm",      "hybrid-frozen", "cosine-frozen",
        "llm-frozen", "surrogate-rank", "cosine-rank", "baseline", "random"};
    std::vector<const ArmTraces*> ordered;
    for (const char* name : kOrder)
      for (const ArmTraces& arm : protocol_.arms)
        if (arm.name == name) ordered.push_back(&arm);
    return ordered;
  }

  Json ArmJson(const ArmTraces& arm) const {
    Json metrics;
    for (const Metric& metric : Metrics())
      metrics[metric.name] = EstimateJson(Bootstrap(Scores(arm, metric), bootstrap_), "iqm");
    metrics["steps_to_threshold"] = ThresholdJson(arm, protocol_.oracle, options_);
    const Metric& asymptote = FindMetric("asymptote");
    const double best = InterquartileMean(Scores(protocol_.oracle, asymptote).values());
    metrics["asymptote_share_of_oracle"] =
        best > 0 ? Json(InterquartileMean(Scores(arm, asymptote).values()) / best) : Json(nullptr);
    if (const Json transfer = NegativeTransfer(arm); !transfer.is_null())
      metrics["negative_transfer"] = transfer;

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
            {"cost", cost}};
  }

  // Share of people for whom the warm start did worse than the random start.
  Json NegativeTransfer(const ArmTraces& arm) const {
    const auto baseline =
        std::find_if(protocol_.arms.begin(), protocol_.arms.end(),
                     [](const ArmTraces& other) { return other.name == "baseline"; });
    if (baseline == protocol_.arms.end() || arm.kind != "learner" || arm.name == "baseline")
      return nullptr;
    const Metric& metric = FindMetric("cumulative_reward");
    const ScoreTable difference = Difference(Scores(arm, metric), Scores(*baseline, metric));
    const auto worse = std::count_if(difference.values().begin(), difference.values().end(),
                                     [](double value) { return value < 0; });
    return static_cast<double>(worse) / static_cast<double>(difference.values().size());
  }

  // new-user: reward by step, over seeds and people. new-system: reward per person of the stream.
  Json CurveJson(const ArmTraces& arm) const {
    BootstrapOptions bootstrap = bootstrap_;
    bootstrap.resamples = static_cast<size_t>(std::min(options_.resamples, kCurveResamples));
    Json step = Json::array(), iqm = Json::array(), low = Json::array(), high = Json::array();
    const auto add = [&](size_t position, const ScoreTable& table) {
      const Estimate estimate = Bootstrap(table, bootstrap);
      step.push_back(position);
      iqm.push_back(estimate.value);
      low.push_back(estimate.low);
      high.push_back(estimate.high);
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
    return {{"step", step}, {"iqm", iqm}, {"low", low}, {"high", high}};
  }

  Json ComparisonJson(const ArmTraces& a, const ArmTraces& b, const Metric& metric) const {
    const ScoreTable scores_a = Scores(a, metric);
    const ScoreTable scores_b = Scores(b, metric);
    return {
        {"a", a.name},
        {"b", b.name},
        {"metric", metric.name},
        {"difference", EstimateJson(Bootstrap(Difference(scores_a, scores_b), bootstrap_), "iqm")},
        {"probability_of_improvement",
         EstimateJson(ProbabilityOfImprovement(scores_a, scores_b, bootstrap_), "value")}};
  }

  const ProtocolTraces& protocol_;
  const ComparisonOptions& options_;
  BootstrapOptions bootstrap_;
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
    json["protocols"].push_back(ProtocolSummary(protocol, options).Summarise());
  return json.dump(1) + "\n";
}

}  // namespace dynajob
