// How an audit reads, on a terminal and as JSON.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/evaluation/label_audit.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kManyRefusals = 0.05;
constexpr double kLargeBias = 0.1;

Json ToJson(const Estimate& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

Json ToJson(const std::optional<Estimate>& estimate) {
  return estimate ? ToJson(*estimate) : Json();
}

std::string ToText(const Estimate& estimate) {
  return fmt::format("{:.3f}  [{:.3f}, {:.3f}]", estimate.value, estimate.low, estimate.high);
}

std::vector<std::string> AdviceLines(const LabelAudit& audit) {
  std::vector<std::string> lines;
  const int limit = static_cast<int>(100 * kHarmfulCorruption);
  switch (audit.advice) {
    case AuditAdvice::kUse:
      lines.push_back(fmt::format(
          "Corruption is below {} %: a warm start from these labels should help.", limit));
      break;
    case AuditAdvice::kDoNotUse:
      lines.push_back(
          fmt::format("Corruption is above {} %: a warm start from these labels is "
                      "likely to harm. Use the cosine strategy, or another model or "
                      "prompt.",
                      limit));
      break;
    case AuditAdvice::kLabelMore:
      lines.push_back(fmt::format(
          "Corruption may be on either side of {} %: audit more pairs before you rely on it.",
          limit));
      break;
    case AuditAdvice::kUnknown:
      lines.push_back(
          "Corruption cannot be estimated: there is no reference that orders these "
          "pairs. Compare strategies instead.");
      break;
  }
  if (audit.positivity_bias.low > kLargeBias) {
    lines.push_back(
        "Labels are kinder than the responses: keep hybrid.calibration at rank, so that "
        "order counts and not level.");
  }
  if (audit.refusal_rate.value > kManyRefusals)
    lines.push_back("Many pairs have no usable answer: try structured answers or another model.");
  return lines;
}

std::string ConfusionText(const LabelAudit& audit) {
  std::string text = "label \\ response";
  for (size_t j = 0; j < kResponseCount; ++j)
    text += fmt::format(" {:>8}", ToString(static_cast<Response>(j)));
  for (size_t i = 0; i < kResponseCount; ++i) {
    text += fmt::format("\n{:<16}", ToString(static_cast<Response>(i)));
    for (size_t j = 0; j < kResponseCount; ++j)
      text += fmt::format(" {:>7.1f}%", 100 * audit.confusion[i][j]);
  }
  return text + "\n";
}

std::string CalibrationText(const LabelAudit& audit) {
  std::string text = "P(SAVE or APPLY)    pairs  labels say  responses";
  for (const CalibrationBin& bin : audit.calibration) {
    if (bin.pairs == 0) continue;
    text += fmt::format("\n{:.2f} to {:.2f}      {:>7} {:>10.3f} {:>10.3f}", bin.low, bin.high,
                        bin.pairs, bin.expected, bin.observed);
  }
  return text + "\n";
}

}  // namespace

std::string AuditText(const LabelAudit& audit) {
  std::string text =
      fmt::format("{} pairs of {} candidates, {} with a label\n\n{}\n{}\n", audit.pairs,
                  audit.candidates, audit.labelled, ConfusionText(audit), CalibrationText(audit));
  const auto row = [&text](std::string_view name, const std::string& value) {
    text += fmt::format("{:<24} {}\n", name, value);
  };
  row("", fmt::format("value  {:.0f} % interval", 100 * audit.confidence));
  row("agreement", fmt::format("{:.3f}", audit.agreement));
  row("calibration error", fmt::format("{:.3f}", audit.calibration_error));
  row("rank correlation", ToText(audit.rank_correlation));
  row("  of the reference",
      audit.reference_correlation ? ToText(*audit.reference_correlation) : "unknown");
  row("positivity bias", ToText(audit.positivity_bias));
  row("refusal rate", ToText(audit.refusal_rate));
  row("estimated corruption", audit.corruption ? ToText(*audit.corruption) : "unknown");
  text += '\n';
  for (const std::string& line : AdviceLines(audit)) text += line + "\n";
  return text;
}

std::string AuditJson(const LabelAudit& audit) {
  Json bins = Json::array();
  for (const CalibrationBin& bin : audit.calibration) {
    bins.push_back({{"low", bin.low},
                    {"high", bin.high},
                    {"pairs", bin.pairs},
                    {"expected", bin.pairs > 0 ? Json(bin.expected) : Json()},
                    {"observed", bin.pairs > 0 ? Json(bin.observed) : Json()}});
  }
  Json responses = Json::array();
  for (size_t i = 0; i < kResponseCount; ++i)
    responses.push_back(ToString(static_cast<Response>(i)));
  const Json json = {{"schema", "dynajob.label_audit/1"},
                     {"pairs", audit.pairs},
                     {"candidates", audit.candidates},
                     {"labelled", audit.labelled},
                     {"confidence", audit.confidence},
                     {"responses", responses},
                     {"confusion", audit.confusion},
                     {"agreement", audit.agreement},
                     {"calibration", bins},
                     {"calibration_error", audit.calibration_error},
                     {"rank_correlation", ToJson(audit.rank_correlation)},
                     {"reference_correlation", ToJson(audit.reference_correlation)},
                     {"positivity_bias", ToJson(audit.positivity_bias)},
                     {"refusal_rate", ToJson(audit.refusal_rate)},
                     {"corruption", ToJson(audit.corruption)},
                     {"harmful_corruption", kHarmfulCorruption},
                     {"advice", ToString(audit.advice)},
                     {"advice_text", AdviceLines(audit)}};
  return json.dump(1) + "\n";
}

}  // namespace dynajob
