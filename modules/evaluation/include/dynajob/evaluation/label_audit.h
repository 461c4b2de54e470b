// Will labels of a simulated user help? Compared with responses that are known: those of the judge
// in a market, or real ones from a store.
//
// Intervals are percentile bootstrap over candidates, whose pairs are resampled together (cluster
// bootstrap, Davison and Hinkley 1997, section 3.8), or over pairs when there is one candidate.
//
// Corruption is estimated by indirect inference (Gouriéroux, Monfort and Renault, J. Applied
// Econometrics 8, 1993): it is the share of a clean reference's labels that has to be replaced by
// uniformly random ones until the reference orders pairs as badly, by Spearman's rank correlation
// with the known responses, as the labels do. What that assumes:
//   * The reference (the surrogate without corruption, on the same pairs) is about as good as an
//     uncorrupted label of this kind can be. Labels that are better count as 0 % corrupted; a
//     reference that is much better than any reader of the texts could be makes corruption too
//     high.
//   * Errors are spread over pairs at random, as in the study whose threshold we use: an LLM warm
//     start stops helping near 40 % corrupted labels (arXiv 2604.02527). Errors that share a cause
//     (one injected posting, one misread field) do more harm than their share says.
//   * Only order counts: a label that is too kind or too sharp everywhere is not corrupt; see
//     `positivity_bias` and the calibration.
//
// Pure functions, safe for concurrent use; equal arguments give equal results.
#ifndef DYNAJOB_EVALUATION_LABEL_AUDIT_H_
#define DYNAJOB_EVALUATION_LABEL_AUDIT_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/core/types.h"
#include "dynajob/evaluation/statistics.h"
#include "dynajob/rewards/response_rewards.h"
#include "dynajob/rewards/user_simulator.h"

namespace dynajob {

// The share of corrupted labels near which an LLM warm start stops helping (arXiv 2604.02527).
inline constexpr double kHarmfulCorruption = 0.4;

struct AuditedPair {
  CandidateRow candidate = 0;
  std::optional<ResponseProbabilities> label;  // nullopt: the simulated user gave none
  ResponseProbabilities truth{};               // one response with probability 1 where it is real
  std::optional<ResponseProbabilities> reference;  // all pairs have one, or none
};

struct AuditOptions {
  size_t bins = 10;  // of the calibration, equal in width
  size_t resamples = 2000;
  double confidence = 0.95;
  uint64_t seed = 1;
};

// Labels that said SAVE or APPLY with a probability in [low, high).
struct CalibrationBin {
  double low = 0;
  double high = 0;
  size_t pairs = 0;
  double expected = 0;  // mean probability of the labels; 0 without pairs
  double observed = 0;  // share of SAVE and APPLY among the responses
};

enum class AuditAdvice {
  kUse,        // the whole interval is below kHarmfulCorruption
  kDoNotUse,   // the whole interval is above it
  kLabelMore,  // the interval holds it: more pairs would tell
  kUnknown,    // corruption cannot be estimated
};
std::string_view ToString(AuditAdvice advice);  // "use", "do-not-use", "label-more", "unknown"

struct LabelAudit {
  size_t pairs = 0;
  size_t candidates = 0;
  size_t labelled = 0;
  double confidence = 0;
  Estimate refusal_rate;  // share without a label; Wilson's interval (JASA 22, 1927)

  // Mean of P(label) x P(response) over labelled pairs: confusion[label][response], sums to 1.
  std::array<std::array<double, kResponseCount>, kResponseCount> confusion{};
  double agreement = 0;  // its diagonal

  std::vector<CalibrationBin> calibration;
  double calibration_error = 0;  // ECE of these bins (Guo et al., ICML 2017)

  Estimate rank_correlation;  // Spearman, rewards of labels with those of responses
  Estimate positivity_bias;   // mean reward of the labels less that of the responses

  std::optional<Estimate> reference_correlation;  // of the reference, on the same pairs
  // nullopt without a reference, or with one whose correlation may be below 0.1.
  std::optional<Estimate> corruption;
  AuditAdvice advice = AuditAdvice::kUnknown;
};

// kFailedPrecondition with fewer than 10 labelled pairs; kInvalidArgument when options are out of
// range or only some pairs have a reference.
Result<LabelAudit> AuditLabels(std::span<const AuditedPair> pairs, const ResponseRewards& rewards,
                               const AuditOptions& options);

// `count` distinct pairs, drawn at random and spread evenly over the candidates; all when there are
// fewer.
std::vector<Pair> SampleAuditPairs(const Catalog& catalog, size_t count, uint64_t seed);

// What labels a list of pairs, nullopt where there is none, as UserSimulator::Labels.
using LabelSourceFunction =
    std::function<Status(std::span<const Pair>, std::span<std::optional<ResponseProbabilities>>)>;
LabelSourceFunction LabelsOf(UserSimulator& user);  // borrowed

// Labels, truths (truths[i] of pairs[i]) and, unless null, the reference's labels.
Result<std::vector<AuditedPair>> CollectAuditedPairs(std::span<const Pair> pairs,
                                                     std::span<const ResponseProbabilities> truths,
                                                     const LabelSourceFunction& labels,
                                                     UserSimulator* reference);

// For a terminal, and as one JSON object ("dynajob.label_audit/1").
std::string AuditText(const LabelAudit& audit);
std::string AuditJson(const LabelAudit& audit);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_LABEL_AUDIT_H_
