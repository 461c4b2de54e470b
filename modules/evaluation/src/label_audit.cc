#include "dynajob/evaluation/label_audit.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "dynajob/core/check.h"
#include "dynajob/core/rng.h"

#include "corruption_curve.h"

namespace dynajob {
namespace {

constexpr size_t kFewestLabels = 10;
// Below this correlation a reference leaves no scale to measure corruption by.
constexpr double kWeakestReference = 0.1;

double Positive(const ResponseProbabilities& p) {
  return p[static_cast<size_t>(Response::kSave)] + p[static_cast<size_t>(Response::kApply)];
}

// The labelled pairs as columns.
struct Sample {
  std::vector<ResponseProbabilities> labels;
  std::vector<ResponseProbabilities> references;  // empty without a reference
  std::vector<double> label_rewards;
  std::vector<double> truth_rewards;
  std::vector<double> reference_rewards;
  std::vector<std::vector<size_t>> clusters;  // of rows that are resampled together
};

Sample SampleOf(std::span<const AuditedPair> pairs, const ResponseRewards& rewards) {
  Sample sample;
  std::map<CandidateRow, std::vector<size_t>> by_candidate;
  for (const AuditedPair& pair : pairs) {
    if (!pair.label) continue;
    by_candidate[pair.candidate].push_back(sample.labels.size());
    sample.labels.push_back(*pair.label);
    sample.label_rewards.push_back(rewards.Expected(*pair.label));
    sample.truth_rewards.push_back(rewards.Expected(pair.truth));
    if (!pair.reference) continue;
    sample.references.push_back(*pair.reference);
    sample.reference_rewards.push_back(rewards.Expected(*pair.reference));
  }
  for (auto& [candidate, rows] : by_candidate) sample.clusters.push_back(std::move(rows));
  if (sample.clusters.size() == 1) {
    sample.clusters.assign(sample.labels.size(), {});
    for (size_t i = 0; i < sample.labels.size(); ++i) sample.clusters[i] = {i};
  }
  return sample;
}

std::vector<size_t> Resample(const Sample& sample, Rng& rng) {
  std::vector<size_t> rows;
  for (size_t i = 0; i < sample.clusters.size(); ++i) {
    const std::vector<size_t>& cluster = sample.clusters[rng.Below(sample.clusters.size())];
    rows.insert(rows.end(), cluster.begin(), cluster.end());
  }
  return rows;
}

std::vector<double> Taken(const std::vector<double>& values, const std::vector<size_t>& rows) {
  std::vector<double> taken;
  taken.reserve(rows.size());
  for (const size_t row : rows) taken.push_back(values[row]);
  return taken;
}

double SafeSpearman(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() < 2 ? 0.0 : Spearman(a, b);
}

Estimate WithInterval(double value, const std::vector<double>& draws, double confidence) {
  const double tail = (1 - confidence) / 2;
  return {value, Quantile(draws, tail), Quantile(draws, 1 - tail)};
}

// Quantile of the standard normal distribution at (1 + confidence) / 2, by bisection.
double NormalQuantile(double confidence) {
  double low = 0;
  double high = 10;
  for (int i = 0; i < 100; ++i) {
    const double middle = (low + high) / 2;
    (std::erf(middle / std::sqrt(2.0)) < confidence ? low : high) = middle;
  }
  return low;
}

Estimate WilsonInterval(size_t hits, size_t trials, double confidence) {
  const double n = static_cast<double>(trials);
  const double p = static_cast<double>(hits) / n;
  const double z = NormalQuantile(confidence);
  const double scale = 1 / (1 + z * z / n);
  const double centre = scale * (p + z * z / (2 * n));
  const double half = scale * z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return {p, std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

void AddConfusionAndCalibration(std::span<const AuditedPair> pairs, size_t bins,
                                LabelAudit& audit) {
  audit.calibration.resize(bins);
  const double count = static_cast<double>(audit.labelled);
  for (const AuditedPair& pair : pairs) {
    if (!pair.label) continue;
    for (size_t i = 0; i < kResponseCount; ++i) {
      for (size_t j = 0; j < kResponseCount; ++j)
        audit.confusion[i][j] += (*pair.label)[i] * pair.truth[j] / count;
    }
    const double expected = Positive(*pair.label);
    const auto place = static_cast<size_t>(expected * static_cast<double>(bins));
    CalibrationBin& bin = audit.calibration[std::min(place, bins - 1)];
    ++bin.pairs;
    bin.expected += expected;
    bin.observed += Positive(pair.truth);
  }
  for (size_t i = 0; i < kResponseCount; ++i) audit.agreement += audit.confusion[i][i];
  for (size_t i = 0; i < bins; ++i) {
    CalibrationBin& bin = audit.calibration[i];
    bin.low = static_cast<double>(i) / static_cast<double>(bins);
    bin.high = static_cast<double>(i + 1) / static_cast<double>(bins);
    audit.calibration_error += std::abs(bin.expected - bin.observed) / count;
    if (bin.pairs == 0) continue;
    bin.expected /= static_cast<double>(bin.pairs);
    bin.observed /= static_cast<double>(bin.pairs);
  }
}

AuditAdvice AdviceOf(const std::optional<Estimate>& corruption) {
  if (!corruption) return AuditAdvice::kUnknown;
  if (corruption->high < kHarmfulCorruption) return AuditAdvice::kUse;
  return corruption->low > kHarmfulCorruption ? AuditAdvice::kDoNotUse : AuditAdvice::kLabelMore;
}

// The parts with bootstrap intervals, all from the same resamples.
void AddEstimates(const Sample& sample, const ResponseRewards& rewards, const AuditOptions& options,
                  LabelAudit& audit) {
  const bool has_reference = !sample.references.empty();
  std::vector<double> correlations;
  std::vector<double> biases;
  std::vector<double> reference_correlations;
  Rng rng = Rng::Derive(options.seed, "label-audit");
  for (size_t i = 0; i < options.resamples; ++i) {
    const std::vector<size_t> rows = Resample(sample, rng);
    const std::vector<double> labels = Taken(sample.label_rewards, rows);
    const std::vector<double> truths = Taken(sample.truth_rewards, rows);
    correlations.push_back(SafeSpearman(labels, truths));
    biases.push_back(Mean(labels) - Mean(truths));
    if (has_reference) {
      reference_correlations.push_back(SafeSpearman(Taken(sample.reference_rewards, rows), truths));
    }
  }
  audit.rank_correlation = WithInterval(Spearman(sample.label_rewards, sample.truth_rewards),
                                        correlations, options.confidence);
  audit.positivity_bias = WithInterval(Mean(sample.label_rewards) - Mean(sample.truth_rewards),
                                       biases, options.confidence);
  if (!has_reference) return;
  audit.reference_correlation =
      WithInterval(Spearman(sample.reference_rewards, sample.truth_rewards), reference_correlations,
                   options.confidence);
  if (audit.reference_correlation->low < kWeakestReference) return;
  const CorruptionCurve curve(sample.references, sample.truth_rewards, rewards, options.seed);
  std::vector<double> corruptions;
  for (size_t i = 0; i < options.resamples; ++i)
    corruptions.push_back(curve.CorruptionAt(correlations[i], reference_correlations[i]));
  audit.corruption = WithInterval(
      curve.CorruptionAt(audit.rank_correlation.value, audit.reference_correlation->value),
      corruptions, options.confidence);
}

}  // namespace

std::string_view ToString(AuditAdvice advice) {
  switch (advice) {
    case AuditAdvice::kUse:
      return "use";
    case AuditAdvice::kDoNotUse:
      return "do-not-use";
    case AuditAdvice::kLabelMore:
      return "label-more";
    case AuditAdvice::kUnknown:
      return "unknown";
  }
  DYNAJOB_CHECK(false, "unknown advice");
  return "";
}

Result<LabelAudit> AuditLabels(std::span<const AuditedPair> pairs, const ResponseRewards& rewards,
                               const AuditOptions& options) {
  DYNAJOB_RETURN_IF_ERROR(rewards.Validate());
  if (options.bins < 1 || options.resamples < 10 || !(options.confidence > 0.5) ||
      !(options.confidence < 1)) {
    return InvalidArgument(
        fmt::format("bins is {}, resamples {}, confidence {}: at least 1, at least 10, and between "
                    "0.5 and 1 are needed",
                    options.bins, options.resamples, options.confidence));
  }
  const Sample sample = SampleOf(pairs, rewards);
  LabelAudit audit;
  audit.pairs = pairs.size();
  audit.labelled = sample.labels.size();
  audit.confidence = options.confidence;
  if (audit.labelled < kFewestLabels) {
    return FailedPrecondition(fmt::format("{} of {} pairs have a label: an audit needs at least {}",
                                          audit.labelled, audit.pairs, kFewestLabels));
  }
  if (!sample.references.empty() && sample.references.size() != audit.labelled) {
    return InvalidArgument(fmt::format("{} of {} labelled pairs have a reference: all or none must",
                                       sample.references.size(), audit.labelled));
  }
  std::vector<CandidateRow> candidates;
  for (const AuditedPair& pair : pairs) candidates.push_back(pair.candidate);
  std::sort(candidates.begin(), candidates.end());
  audit.candidates =
      static_cast<size_t>(std::unique(candidates.begin(), candidates.end()) - candidates.begin());
  audit.refusal_rate =
      WilsonInterval(audit.pairs - audit.labelled, audit.pairs, options.confidence);
  AddConfusionAndCalibration(pairs, options.bins, audit);
  AddEstimates(sample, rewards, options, audit);
  audit.advice = AdviceOf(audit.corruption);
  return audit;
}

std::vector<Pair> SampleAuditPairs(const Catalog& catalog, size_t count, uint64_t seed) {
  std::vector<Pair> pairs;
  const size_t people = catalog.candidate_count();
  const size_t jobs = catalog.job_count();
  if (people == 0 || jobs == 0) return pairs;
  const size_t wanted = std::min(count, people * jobs);
  Rng rng = Rng::Derive(seed, "audit-pairs");
  const std::vector<uint32_t> order =
      rng.SampleWithoutReplacement(people, std::min(people, wanted));
  for (size_t i = 0; i < order.size(); ++i) {
    const size_t share = wanted / order.size() + (i < wanted % order.size() ? 1 : 0);
    for (const uint32_t job : rng.SampleWithoutReplacement(jobs, share))
      pairs.push_back({order[i], job});
  }
  return pairs;
}

LabelSourceFunction LabelsOf(UserSimulator& user) {
  return
      [&user](std::span<const Pair> pairs, std::span<std::optional<ResponseProbabilities>> labels) {
        return user.Labels(pairs, labels);
      };
}

Result<std::vector<AuditedPair>> CollectAuditedPairs(std::span<const Pair> pairs,
                                                     std::span<const ResponseProbabilities> truths,
                                                     const LabelSourceFunction& labels,
                                                     UserSimulator* reference) {
  DYNAJOB_CHECK(pairs.size() == truths.size(), "one truth per pair");
  std::vector<std::optional<ResponseProbabilities>> bought(pairs.size());
  DYNAJOB_RETURN_IF_ERROR(labels(pairs, bought));
  std::vector<ResponseProbabilities> references(pairs.size());
  if (reference != nullptr) DYNAJOB_RETURN_IF_ERROR(reference->Probabilities(pairs, references));
  std::vector<AuditedPair> audited(pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    audited[i] = {pairs[i].candidate, bought[i], truths[i], std::nullopt};
    if (reference != nullptr) audited[i].reference = references[i];
  }
  return audited;
}

}  // namespace dynajob
