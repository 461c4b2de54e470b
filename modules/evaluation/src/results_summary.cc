#include "dynajob/evaluation/results_summary.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "arm_comparisons.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "dynajob.results/1";
constexpr double kUnknown = std::numeric_limits<double>::infinity();

// An end that is null is not known.
double ReadEnd(const Json& json, const char* key, double unknown) {
  const Json& end = json.at(key);
  return end.is_null() ? unknown : end.get<double>();
}

Estimate ReadInterval(const Json& json, double value) {
  return {value, ReadEnd(json, "low", -kUnknown), ReadEnd(json, "high", kUnknown)};
}

Estimate ReadEstimate(const Json& json, const char* centre) {
  return ReadInterval(json, json.at(centre).get<double>());
}

std::optional<double> ReadOptional(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

// at() throws where the columns differ in length, which is reported as any other missing part.
std::vector<Estimate> ReadEstimates(const Json& json, const char* centre, size_t count) {
  const auto values = json.at(centre).get<std::vector<double>>();
  const auto low = json.at("low").get<std::vector<double>>();
  const auto high = json.at("high").get<std::vector<double>>();
  std::vector<Estimate> estimates;
  for (size_t i = 0; i < count; ++i) estimates.push_back({values.at(i), low.at(i), high.at(i)});
  return estimates;
}

LearningCurve ReadCurve(const Json& json) {
  LearningCurve curve{.step = json.at("step").get<std::vector<double>>(), .reward = {}};
  curve.reward = ReadEstimates(json, "iqm", curve.step.size());
  return curve;
}

ScoreProfile ReadProfile(const Json& json) {
  ScoreProfile profile{.score = json.at("score").get<std::vector<double>>(), .share = {}};
  profile.share = ReadEstimates(json, "share", profile.score.size());
  return profile;
}

// Files from before the interval was there have the rate alone.
std::optional<Estimate> ReadNegativeTransfer(const Json& metrics) {
  const auto rate = ReadOptional(metrics, "negative_transfer");
  if (!rate) return std::nullopt;
  const auto interval = metrics.find("negative_transfer_interval");
  return interval == metrics.end() ? Estimate{*rate, -kUnknown, kUnknown}
                                   : ReadInterval(*interval, *rate);
}

ArmComparison ReadComparison(const Json& json) {
  ArmComparison comparison{
      .a = json.at("a").get<std::string>(),
      .b = json.at("b").get<std::string>(),
      .metric = json.at("metric").get<std::string>(),
      .difference = ReadEstimate(json.at("difference"), "iqm"),
      .probability_of_improvement = ReadEstimate(json.at("probability_of_improvement"), "value"),
      .p = ReadOptional(json, "p")};
  if (const auto holm = json.find("holm"); holm != json.end()) {
    comparison.holm_p = holm->at("p").get<double>();
    comparison.holm_difference = ReadInterval(*holm, comparison.difference.value);
  }
  return comparison;
}

Estimate Turned(const Estimate& difference) {
  return {-difference.value, -difference.high, -difference.low};
}

ArmResult ReadArm(const Json& json) {
  ArmResult arm;
  arm.name = json.at("name").get<std::string>();
  arm.kind = json.at("kind").get<std::string>();
  const Json& metrics = json.at("metrics");
  for (const auto& [name, value] : metrics.items())
    if (value.is_object() && value.contains("iqm")) arm.metrics[name] = ReadEstimate(value, "iqm");
  arm.asymptote_share_of_oracle = ReadOptional(metrics, "asymptote_share_of_oracle");
  arm.negative_transfer = ReadNegativeTransfer(metrics);
  if (metrics.contains("optimality_gap"))
    arm.optimality_gap = ReadEstimate(metrics.at("optimality_gap"), "value");
  const Json& threshold = metrics.at("steps_to_threshold");
  arm.threshold = {.median = ReadOptional(threshold, "median"),
                   .low = ReadOptional(threshold, "median_low"),
                   .high = ReadOptional(threshold, "median_high"),
                   .reached = threshold.at("reached").get<double>()};
  arm.curve = ReadCurve(json.at("curve"));
  if (json.contains("profile")) arm.profile = ReadProfile(json.at("profile"));
  const Json& cost = json.at("cost");
  arm.llm_calls = cost.at("llm_calls").get<uint64_t>();
  arm.predicted_rewards = cost.value("predicted_rewards", uint64_t{0});
  arm.env_steps = cost.at("env_steps").get<uint64_t>();
  arm.updates = cost.at("updates").get<uint64_t>();
  return arm;
}

ProtocolResult ReadProtocol(const Json& json) {
  ProtocolResult protocol;
  protocol.name = json.at("name").get<std::string>();
  protocol.steps = json.at("steps").get<uint64_t>();
  protocol.candidates = json.at("candidates").get<uint64_t>();
  for (const Json& arm : json.at("arms")) protocol.arms.push_back(ReadArm(arm));
  for (const Json& comparison : json.at("comparisons"))
    protocol.comparisons.push_back(ReadComparison(comparison));
  return protocol;
}

std::vector<std::pair<std::string, double>> ReadNumbers(const Json& json) {
  std::vector<std::pair<std::string, double>> numbers;
  for (const auto& [name, value] : json.items()) numbers.emplace_back(name, value.get<double>());
  return numbers;
}

std::string Signed(const Estimate& estimate) {
  return fmt::format("{:+.2f} [{:+.2f},{:+.2f}]", estimate.value, estimate.low, estimate.high);
}

// Warm arms that took part, those with a greater reward first.
std::vector<const ArmResult*> WarmArms(const ProtocolResult& protocol) {
  std::vector<const ArmResult*> warm;
  for (const ArmResult& arm : protocol.arms)
    if (arm.kind == "learner" && arm.name != "baseline") warm.push_back(&arm);
  const auto reward = [](const ArmResult* arm) {
    const auto found = arm->metrics.find(std::string(kHeadlineMetric));
    return found == arm->metrics.end() ? 0.0 : found->second.value;
  };
  std::stable_sort(warm.begin(), warm.end(),
                   [&](const ArmResult* a, const ArmResult* b) { return reward(a) > reward(b); });
  return warm;
}

// How `best`, the warm start with the greatest reward, stands against the others.
std::string AmongWarm(const ProtocolResult& protocol, const std::vector<const ArmResult*>& warm,
                      const std::string& best) {
  std::vector<std::string> equal, above;
  for (const ArmResult* other : warm) {
    if (other->name == best) continue;
    const auto comparison = protocol.Compare(best, other->name, kHeadlineMetric);
    if (comparison && comparison->Decisive().high < 0) {
      above.push_back(other->name);
    } else if (!comparison || comparison->Decisive().low <= 0) {
      equal.push_back(other->name);
    }
  }
  if (warm.size() < 2) return "";
  if (!above.empty())
    return fmt::format(" In paired comparison {} does better than {}.", fmt::join(above, " and "),
                       best);
  if (equal.empty()) return fmt::format(" {} is also better than every other warm start.", best);
  return fmt::format(" Among the warm starts, {} cannot be told apart from {}.", best,
                     fmt::join(equal, " and "));
}

}  // namespace

const ArmResult* ProtocolResult::FindArm(std::string_view arm) const {
  const auto found = std::find_if(arms.begin(), arms.end(),
                                  [&](const ArmResult& other) { return other.name == arm; });
  return found == arms.end() ? nullptr : &*found;
}

std::optional<ArmComparison> ProtocolResult::Compare(std::string_view a, std::string_view b,
                                                     std::string_view metric) const {
  for (const ArmComparison& comparison : comparisons) {
    if (comparison.metric != metric) continue;
    if (comparison.a == a && comparison.b == b) return comparison;
    if (comparison.a != b || comparison.b != a) continue;
    const Estimate& probability = comparison.probability_of_improvement;
    ArmComparison turned = comparison;
    std::swap(turned.a, turned.b);
    turned.difference = Turned(comparison.difference);
    turned.probability_of_improvement = {1 - probability.value, 1 - probability.high,
                                         1 - probability.low};
    if (turned.holm_difference) turned.holm_difference = Turned(*turned.holm_difference);
    return turned;
  }
  return std::nullopt;
}

Result<ResultsSummary> ParseResults(std::string_view results_json) {
  const Json json = Json::parse(results_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return CorruptData("results: not a JSON object, or cut short");
  try {
    if (json.at("schema") != kSchema) {
      return CorruptData(
          fmt::format("results: schema is {}, expected \"{}\"", json.at("schema").dump(), kSchema));
    }
    ResultsSummary results;
    results.seeds = json.at("seeds").get<std::vector<uint64_t>>();
    for (const auto& [name, value] : json.at("llm").items())
      if (name != "kind") results.llm_facts.emplace_back(name, value.get<std::string>());
    results.llm_kind = json.at("llm").at("kind").get<std::string>();
    if (json.contains("judge")) {
      results.response_shares = ReadNumbers(json.at("judge").at("response_shares"));
      results.rank_correlations = ReadNumbers(json.at("judge").at("rank_correlation"));
    }
    for (const Json& protocol : json.at("protocols"))
      results.protocols.push_back(ReadProtocol(protocol));
    return results;
  } catch (const Json::exception& error) {
    return CorruptData(fmt::format("results: {}", error.what()));
  } catch (const std::out_of_range&) {
    return CorruptData("results: a curve's step, iqm, low and high differ in length");
  }
}

std::string_view Verdict(const Estimate& difference) {
  if (difference.low > 0) return "better";
  if (difference.high < 0) return "worse";
  return "cannot be told apart";
}

std::vector<ArmComparison> KeyComparisons(const ProtocolResult& protocol) {
  std::vector<ArmComparison> key;
  for (const auto& [a, b] : KeyPairs())
    if (auto comparison = protocol.Compare(a, b, kHeadlineMetric)) key.push_back(*comparison);
  return key;
}

std::string WinnerSentence(const ProtocolResult& protocol) {
  const std::vector<const ArmResult*> warm = WarmArms(protocol);
  if (protocol.FindArm("baseline") == nullptr || warm.empty()) {
    return fmt::format(
        "{}: a warm start and the cold start (baseline) have to take part for a verdict.",
        protocol.name);
  }
  std::vector<std::string> winners, losers;
  std::string best_interval;
  for (const ArmResult* arm : warm) {
    const auto comparison = protocol.Compare(arm->name, "baseline", kHeadlineMetric);
    if (!comparison) continue;
    if (comparison->Decisive().low > 0) {
      if (winners.empty()) best_interval = Signed(comparison->difference);
      winners.push_back(arm->name);
    } else if (comparison->Decisive().high < 0) {
      losers.push_back(arm->name);
    }
  }
  const std::string worse =
      losers.empty() ? "" : fmt::format(" Worse than the cold start: {}.", fmt::join(losers, ", "));
  if (winners.empty()) {
    return fmt::format("{}: no warm start is shown to beat the cold start in cumulative reward.{}",
                       protocol.name, worse);
  }
  return fmt::format(
      "{}: the warm start{} {} beat{} the cold start in cumulative reward; {} by {}.{}{}",
      protocol.name, winners.size() > 1 ? "s" : "", fmt::join(winners, ", "),
      winners.size() > 1 ? "" : "s", winners.front(), best_interval,
      AmongWarm(protocol, warm, winners.front()), worse);
}

std::string VerdictSentence(const ProtocolResult& protocol) {
  // Each winner with all that it beats, in the order of the key comparisons.
  std::vector<std::pair<std::string, std::vector<std::string>>> wins;
  std::vector<std::string> parts, ties;
  for (const ArmComparison& comparison : KeyComparisons(protocol)) {
    const Estimate& decisive = comparison.Decisive();
    if (decisive.low <= 0 && decisive.high >= 0) {
      ties.push_back(fmt::format("{} and {}", comparison.a, comparison.b));
      continue;
    }
    const bool first = decisive.low > 0;
    const std::string& winner = first ? comparison.a : comparison.b;
    const std::string& loser = first ? comparison.b : comparison.a;
    const auto known = std::find_if(wins.begin(), wins.end(),
                                    [&](const auto& win) { return win.first == winner; });
    if (known != wins.end()) {
      known->second.push_back(loser);
    } else {
      wins.push_back({winner, {loser}});
    }
  }
  for (const auto& [winner, losers] : wins)
    parts.push_back(fmt::format("{} beats {}", winner, fmt::join(losers, ", ")));
  if (!ties.empty()) parts.push_back(fmt::format("{} cannot be told apart", fmt::join(ties, ", ")));
  if (parts.empty()) return "";
  return fmt::format("{}, cumulative reward: {}.", protocol.name, fmt::join(parts, "; "));
}

std::string SimulationNote(const ResultsSummary& results) {
  std::string note;
  if (results.llm_kind == "surrogate") {
    note =
        "Simulated throughout: the judge is a simulated user, and \"llm\" is the surrogate, a "
        "rule-based stand-in and not an LLM.";
  } else {
    std::vector<std::string> facts;
    for (const auto& [name, value] : results.llm_facts)
      facts.push_back(fmt::format("{} {}", name, value));
    note = fmt::format("The judge is a simulated user; labels of \"llm\" come from: {}{}{}{}.",
                       results.llm_kind, facts.empty() ? "" : " (", fmt::join(facts, ", "),
                       facts.empty() ? "" : ")");
  }
  // Pre-training is the same in every protocol.
  std::vector<std::string> predicted;
  if (!results.protocols.empty())
    for (const ArmResult& arm : results.protocols.front().arms)
      if (arm.predicted_rewards > 0)
        predicted.push_back(fmt::format("{} steps of {}", arm.predicted_rewards, arm.name));
  if (predicted.empty()) return note;
  return fmt::format("{} Labels ran out in pre-training: the world model, not a user, rewarded {}.",
                     note, fmt::join(predicted, ", "));
}

}  // namespace dynajob
