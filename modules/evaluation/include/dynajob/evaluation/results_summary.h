// results.json (schema "dynajob.results/1") read back, and what may be said about it: the terminal
// table and the HTML report are both made from this, so that neither can say more than the file.
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_RESULTS_SUMMARY_H_
#define DYNAJOB_EVALUATION_RESULTS_SUMMARY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/evaluation/statistics.h"

namespace dynajob {

// Reward by environment step (new-user) or along the stream of people (new-system).
struct LearningCurve {
  std::vector<double> step;
  std::vector<Estimate> reward;  // one per step
};

// The performance profile: the share of people who got more than a normalized score.
struct ScoreProfile {
  std::vector<double> score;
  std::vector<Estimate> share;  // one per score
};

// Median steps to the threshold; nullopt: beyond what was observed.
struct ThresholdResult {
  std::optional<double> median;
  std::optional<double> low;
  std::optional<double> high;
  double reached = 0;  // share of people
};

struct ArmResult {
  std::string name;
  std::string kind;                         // "learner" or "reference"
  std::map<std::string, Estimate> metrics;  // by the name in results.json
  std::optional<double> asymptote_share_of_oracle;
  std::optional<Estimate> negative_transfer;  // share of people served worse than by the baseline
  std::optional<Estimate> optimality_gap;     // of the normalized score
  ThresholdResult threshold;
  LearningCurve curve;
  std::optional<ScoreProfile> profile;
  uint64_t llm_calls = 0;
  uint64_t predicted_rewards = 0;  // steps that the world model rewarded because labels ran out
  uint64_t env_steps = 0;
  uint64_t updates = 0;
};

struct ArmComparison {
  std::string a;
  std::string b;
  std::string metric;
  Estimate difference;                  // a - b, paired
  Estimate probability_of_improvement;  // P(a > b)
  std::optional<double> p = std::nullopt;
  // Corrected for the family of key comparisons (Holm).
  std::optional<double> holm_p = std::nullopt;
  std::optional<Estimate> holm_difference = std::nullopt;

  // What a verdict rests on: the corrected interval where there is one.
  const Estimate& Decisive() const { return holm_difference ? *holm_difference : difference; }
};

struct ProtocolResult {
  std::string name;
  uint64_t steps = 0;
  uint64_t candidates = 0;
  std::vector<ArmResult> arms;
  std::vector<ArmComparison> comparisons;

  const ArmResult* FindArm(std::string_view arm) const;  // nullptr when it did not take part
  // a - b, whichever way round results.json has it; nullopt when the two were not compared.
  std::optional<ArmComparison> Compare(std::string_view a, std::string_view b,
                                       std::string_view metric) const;
};

struct ResultsSummary {
  std::vector<uint64_t> seeds;
  std::string llm_kind;
  std::vector<std::pair<std::string, std::string>> llm_facts;     // as in the file
  std::vector<std::pair<std::string, double>> response_shares;    // as in the file
  std::vector<std::pair<std::string, double>> rank_correlations;  // with the judge
  std::vector<ProtocolResult> protocols;
};

// kCorruptData when it is not JSON, of another schema, or a part is missing.
Result<ResultsSummary> ParseResults(std::string_view results_json);

// What the interval of a difference says and no more: "better" when it lies above 0, "worse" when
// it lies below, else "cannot be told apart".
std::string_view Verdict(const Estimate& difference);

// The comparisons of cumulative reward that the product is about, of those that took part: each
// warm arm with the baseline, the others and its frozen twin, learners with strong references.
std::vector<ArmComparison> KeyComparisons(const ProtocolResult& protocol);

// One sentence on whether a warm start beat the cold start and whether one of them beat the others.
std::string WinnerSentence(const ProtocolResult& protocol);

// All key comparisons in words, from the decisive intervals only: "hybrid beats baseline, llm;
// hybrid and cosine cannot be told apart". Empty when no key pair took part.
std::string VerdictSentence(const ProtocolResult& protocol);

// Who played the users, and whether labels ran out; the judge is always simulated.
std::string SimulationNote(const ResultsSummary& results);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_RESULTS_SUMMARY_H_
