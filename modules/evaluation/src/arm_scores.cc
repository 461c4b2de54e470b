#include "dynajob/evaluation/arm_scores.h"

#include <algorithm>

#include <fmt/format.h>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

template <typename Score>
ScoreTable TableOf(const ArmTraces& arm, const Score& score) {
  ScoreTable table(arm.by_seed.size(), arm.by_seed.front().size());
  for (size_t seed = 0; seed < table.seeds(); ++seed)
    for (size_t person = 0; person < table.candidates(); ++person)
      table.At(seed, person) = score(seed, person);
  return table;
}

ArmScores ScoresOf(const ArmTraces& arm, const ArmTraces& oracle, const ComparisonOptions& options,
                   double lowest_reward) {
  ArmScores scores{.name = arm.name, .kind = arm.kind, .cost = arm.cost_by_seed};
  for (const Metric& metric : Metrics()) scores.metrics.push_back(Scores(arm, metric));
  scores.normalized = TableOf(arm, [&](size_t seed, size_t person) {
    return NormalizedScore(arm.by_seed[seed][person], oracle.by_seed[seed][person], lowest_reward);
  });
  for (size_t seed = 0; seed < arm.by_seed.size(); ++seed) {
    std::vector<SurvivalTime>& times = scores.threshold.emplace_back();
    for (size_t person = 0; person < arm.by_seed[seed].size(); ++person)
      times.push_back(StepsToThreshold(arm.by_seed[seed][person], oracle.by_seed[seed][person],
                                       options.threshold_share,
                                       static_cast<size_t>(options.threshold_window)));
  }
  return scores;
}

// The rows of `part` below those of `whole`.
void Append(ScoreTable& whole, const ScoreTable& part) {
  ScoreTable joined(whole.seeds() + part.seeds(), part.candidates());
  for (size_t seed = 0; seed < joined.seeds(); ++seed)
    for (size_t person = 0; person < joined.candidates(); ++person)
      joined.At(seed, person) =
          seed < whole.seeds() ? whole.At(seed, person) : part.At(seed - whole.seeds(), person);
  whole = std::move(joined);
}

Status Append(ArmScores& whole, const ArmScores& part) {
  if (whole.name != part.name || whole.normalized.candidates() != part.normalized.candidates())
    return FailedPrecondition(
        fmt::format("seeds of one experiment differ: {} of {} people, {} of {} people", whole.name,
                    whole.normalized.candidates(), part.name, part.normalized.candidates()));
  for (size_t i = 0; i < whole.metrics.size(); ++i) Append(whole.metrics[i], part.metrics.at(i));
  Append(whole.normalized, part.normalized);
  whole.threshold.insert(whole.threshold.end(), part.threshold.begin(), part.threshold.end());
  whole.cost.insert(whole.cost.end(), part.cost.begin(), part.cost.end());
  return Status::Ok();
}

Status Append(ExperimentScores& whole, const ExperimentScores& part) {
  const auto shape = [](const ExperimentScores& scores) {
    std::vector<std::pair<Protocol, size_t>> sizes;
    for (const ProtocolScores& protocol : scores.protocols)
      sizes.emplace_back(protocol.protocol, protocol.arms.size());
    return sizes;
  };
  if (shape(whole) != shape(part))
    return FailedPrecondition("seeds of one experiment differ in their protocols or arms");
  whole.seeds.insert(whole.seeds.end(), part.seeds.begin(), part.seeds.end());
  whole.people.insert(whole.people.end(), part.people.begin(), part.people.end());
  for (size_t i = 0; i < whole.protocols.size(); ++i) {
    ProtocolScores& protocol = whole.protocols[i];
    for (size_t arm = 0; arm < protocol.arms.size(); ++arm)
      DYNAJOB_RETURN_IF_ERROR(Append(protocol.arms[arm], part.protocols[i].arms[arm]));
    DYNAJOB_RETURN_IF_ERROR(Append(protocol.oracle, part.protocols[i].oracle));
  }
  return Status::Ok();
}

}  // namespace

const ScoreTable& ArmScores::Of(const Metric& metric) const {
  const auto index = static_cast<size_t>(&metric - Metrics().data());
  return metrics.at(index);
}

const ArmScores* ProtocolScores::FindArm(std::string_view name) const {
  const auto found = std::find_if(arms.begin(), arms.end(),
                                  [&](const ArmScores& arm) { return arm.name == name; });
  return found == arms.end() ? nullptr : &*found;
}

ScoreTable Scores(const ArmTraces& arm, const Metric& metric) {
  return TableOf(
      arm, [&](size_t seed, size_t person) { return metric.score(arm.by_seed[seed][person]); });
}

ProtocolScores ScoresOf(const ProtocolTraces& protocol, const ComparisonOptions& options,
                        double lowest_reward) {
  ProtocolScores scores{.protocol = protocol.protocol};
  for (const ArmTraces& arm : protocol.arms)
    scores.arms.push_back(ScoresOf(arm, protocol.oracle, options, lowest_reward));
  scores.oracle = ScoresOf(protocol.oracle, protocol.oracle, options, lowest_reward);
  return scores;
}

ExperimentScores ScoresOf(const ComparisonTraces& traces, const ComparisonOptions& options) {
  ExperimentScores scores{.seeds = traces.seeds, .people = traces.people, .judge = traces.judge};
  for (const ProtocolTraces& protocol : traces.protocols)
    scores.protocols.push_back(ScoresOf(protocol, options, traces.lowest_reward));
  return scores;
}

Result<ExperimentScores> MergeSeeds(std::vector<ExperimentScores> seeds) {
  DYNAJOB_CHECK(!seeds.empty(), "no seeds to put together");
  ExperimentScores whole = seeds.front();
  for (size_t i = 1; i < seeds.size(); ++i) DYNAJOB_RETURN_IF_ERROR(Append(whole, seeds[i]));
  const auto count = static_cast<double>(seeds.size());
  whole.judge = {};
  for (const ExperimentScores& seed : seeds) {
    for (size_t r = 0; r < kResponseCount; ++r)
      whole.judge.shares[r] += seed.judge.shares[r] / count;
    whole.judge.surrogate_rank_correlation += seed.judge.surrogate_rank_correlation / count;
    whole.judge.cosine_rank_correlation += seed.judge.cosine_rank_correlation / count;
  }
  return whole;
}

}  // namespace dynajob
