#include "dynajob/evaluation/report_html.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dynajob/evaluation/results_summary.h"

#include "report_svg.h"

namespace dynajob {
namespace {

// The line styles s0 to s7 are used by report_svg.cc.
constexpr std::string_view kStyle = R"css(
:root{--ink:#1a1a1a;--dim:#595959;--paper:#fff;--rule:#d5d5d5;--box:#f5f5f5;
--c0:#444;--c1:#0072b2;--c2:#b85c00;--c3:#00795b;--c4:#8a8a8a;--c5:#a3497d;--c6:#2b7fa8;--c7:#111}
@media(prefers-color-scheme:dark){:root{--ink:#eaeaea;--dim:#a8a8a8;--paper:#161616;--rule:#3c3c3c;
--box:#222;--c0:#bbb;--c1:#58b0ea;--c2:#f0a13c;--c3:#2fc79d;--c4:#8f8f8f;--c5:#e08fc0;--c6:#8fd0ee;
--c7:#fff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:62rem;background:var(--paper);color:var(--ink);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.5rem;line-height:1.2}h2{font-size:1.2rem;margin-top:2rem}h3{font-size:1rem}
.verdict{background:var(--box);border-left:4px solid var(--c1);padding:.5rem 1rem;margin:.5rem 0}
.note{color:var(--dim)}.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.875rem}
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left}td.words{text-align:left}
.ci{color:var(--dim)}
svg{width:100%;height:auto;display:block}.grid{stroke:var(--rule)}
svg text{fill:var(--ink);font:12px system-ui,sans-serif}.tick,.axis{fill:var(--dim)}
.line{fill:none;stroke-width:2}.band{stroke:none;opacity:.13}
.line.s0{stroke:var(--c0)}.line.s1{stroke:var(--c1)}.line.s2{stroke:var(--c2)}
.line.s3{stroke:var(--c3)}.line.s4{stroke:var(--c4)}.line.s5{stroke:var(--c5)}
.line.s6{stroke:var(--c6)}.line.s7{stroke:var(--c7)}
.band.s0{fill:var(--c0)}.band.s1{fill:var(--c1)}.band.s2{fill:var(--c2)}.band.s3{fill:var(--c3)}
.band.s4{fill:var(--c4)}.band.s5{fill:var(--c5)}.band.s6{fill:var(--c6)}.band.s7{fill:var(--c7)}
pre{background:var(--box);padding:.75rem;overflow-x:auto;font-size:.8rem}
@page{size:A4;margin:15mm}
@media print{body{max-width:none;padding:0;font-size:10pt}h2{break-after:avoid}
svg,table,.verdict{break-inside:avoid}.scroll,pre{overflow:visible}
th,td{padding:.1rem .3rem;font-size:7.5pt;white-space:normal}pre{white-space:pre-wrap}}
)css";

std::string Cell(const Estimate& estimate, int digits) {
  return fmt::format("<td>{:.{}f} <span class=\"ci\">[{:.{}f}, {:.{}f}]</span></td>",
                     estimate.value, digits, estimate.low, digits, estimate.high, digits);
}

std::string MetricCell(const ArmResult& arm, const std::string& metric, int digits) {
  const auto found = arm.metrics.find(metric);
  return found == arm.metrics.end() ? "<td>–</td>" : Cell(found->second, digits);
}

std::string Percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.0f} %", 100 * *share) : "–";
}

std::string ArmTable(const ProtocolResult& protocol) {
  std::string html =
      "<div class=\"scroll\"><table><thead><tr><th>arm</th><th>kind</th><th>jumpstart</th>"
      "<th>cumulative reward</th><th>asymptote</th><th>of oracle</th><th>regret</th>"
      "<th>apply rate</th><th>steps to threshold</th><th>reached</th><th>NDCG@10</th>"
      "<th>worse than cold</th></tr></thead><tbody>\n";
  for (const ArmResult& arm : protocol.arms) {
    const std::string median =
        arm.threshold.median ? fmt::format("{:g}", *arm.threshold.median) : "not reached";
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td>{}{}{}<td>{}</td>{}{}<td>{}</td><td>{}</td>{}<td>{}</td></tr>\n",
        EscapeHtml(arm.name), EscapeHtml(arm.kind), MetricCell(arm, "jumpstart", 3),
        MetricCell(arm, "cumulative_reward", 2), MetricCell(arm, "asymptote", 3),
        Percent(arm.asymptote_share_of_oracle), MetricCell(arm, "regret", 2),
        MetricCell(arm, "apply_rate", 3), median, Percent(arm.threshold.reached),
        MetricCell(arm, "ndcg@10", 3),
        arm.negative_transfer ? Percent(arm.negative_transfer->value) : "–");
  }
  return html + "</tbody></table></div>\n";
}

std::string ComparisonTable(const std::vector<ArmComparison>& comparisons) {
  if (comparisons.empty()) return "<p class=\"note\">No arms to compare.</p>\n";
  std::string html =
      "<div class=\"scroll\"><table><thead><tr><th>arm</th><th>against</th><th>difference</th>"
      "<th>P(improvement)</th><th>verdict</th></tr></thead><tbody>\n";
  for (const ArmComparison& comparison : comparisons) {
    html += fmt::format(
        "<tr><td>{}</td><td>{}</td>{}{}<td class=\"words\">{}</td></tr>\n",
        EscapeHtml(comparison.a), EscapeHtml(comparison.b), Cell(comparison.difference, 2),
        Cell(comparison.probability_of_improvement, 2), Verdict(comparison.Decisive()));
  }
  return html + "</tbody></table></div>\n";
}

std::string CostTable(const ProtocolResult& protocol) {
  bool predicted = false;  // the column is for runs whose labels ran out
  for (const ArmResult& arm : protocol.arms) predicted = predicted || arm.predicted_rewards > 0;
  std::string html = fmt::format(
      "<div class=\"scroll\"><table><thead><tr><th>arm</th><th>LLM labels</th>{}"
      "<th>environment steps</th><th>Q updates</th></tr></thead><tbody>\n",
      predicted ? "<th>rewards from the world model</th>" : "");
  for (const ArmResult& arm : protocol.arms)
    html += fmt::format("<tr><td>{}</td><td>{}</td>{}<td>{}</td><td>{}</td></tr>\n",
                        EscapeHtml(arm.name), arm.llm_calls,
                        predicted ? fmt::format("<td>{}</td>", arm.predicted_rewards) : "",
                        arm.env_steps, arm.updates);
  return html + "</tbody></table></div>\n";
}

std::string ProtocolSection(const ProtocolResult& protocol) {
  const char* what = protocol.name == "new-system"
                         ? "One agent serves a stream of unseen candidates and learns across them."
                         : "A clone of the warm agent meets each unseen candidate.";
  return fmt::format(
      "<h2>Protocol {}</h2>\n<p>{} {} candidates per seed, {} recommendations each. Rewards are "
      "the "
      "judge's expected reward of what was recommended: interquartile means with 95 % bootstrap "
      "intervals.</p>\n{}<h3>Arms</h3>\n{}<h3>Comparisons: cumulative reward, paired</h3>\n{}"
      "<h3>Cost, all seeds, pre-training included</h3>\n{}",
      EscapeHtml(protocol.name), what, protocol.candidates, protocol.steps,
      LearningCurvesSvg(protocol), ArmTable(protocol), ComparisonTable(KeyComparisons(protocol)),
      CostTable(protocol));
}

std::string JudgeSection(const ResultsSummary& results) {
  if (results.response_shares.empty()) return "";
  std::string html =
      "<h2>The judge</h2>\n<div class=\"scroll\"><table><thead><tr><th>response</th><th>share</th>"
      "</tr></thead><tbody>\n";
  for (const auto& [response, share] : results.response_shares)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>\n", EscapeHtml(response), Percent(share));
  html += "</tbody></table></div>\n<p>Rank correlation with the judge's expected reward:";
  const char* separator = " ";
  for (const auto& [source, correlation] : results.rank_correlations) {
    html += fmt::format("{}{} {:.2f}", separator, EscapeHtml(source), correlation);
    separator = ", ";
  }
  return html + ".</p>\n";
}

std::string LabelSection(const std::vector<std::pair<std::string, std::string>>& facts) {
  if (facts.empty()) return "";
  std::string html = "<h2>Who labelled</h2>\n<div class=\"scroll\"><table><tbody>\n";
  for (const auto& [name, value] : facts)
    html += fmt::format("<tr><td>{}</td><td class=\"words\">{}</td></tr>\n", EscapeHtml(name),
                        EscapeHtml(value));
  return html + "</tbody></table></div>\n";
}

}  // namespace

Result<std::string> ReportHtml(
    std::string_view results_json, std::string_view config_toml,
    const std::vector<std::pair<std::string, std::string>>& label_facts) {
  DYNAJOB_ASSIGN_OR_RETURN(const ResultsSummary results, ParseResults(results_json));
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>dynajob: comparison of warm starts</title>\n<style>{}</style></head><body>\n"
      "<h1>Which warm start was worth it?</h1>\n",
      kStyle);
  for (const ProtocolResult& protocol : results.protocols)
    html += fmt::format("<p class=\"verdict\">{}</p>\n", EscapeHtml(WinnerSentence(protocol)));
  for (const ProtocolResult& protocol : results.protocols)
    if (const std::string verdicts = VerdictSentence(protocol); !verdicts.empty())
      html += fmt::format("<p>{}</p>\n", EscapeHtml(verdicts));
  html += fmt::format("<p class=\"note\">{} Seeds: {}.</p>\n", EscapeHtml(SimulationNote(results)),
                      fmt::join(results.seeds, ", "));
  for (const ProtocolResult& protocol : results.protocols) html += ProtocolSection(protocol);
  html += LabelSection(label_facts);
  html += JudgeSection(results);
  html += fmt::format("<h2>Configuration</h2>\n<pre>{}</pre>\n</body></html>\n",
                      EscapeHtml(config_toml));
  return html;
}

}  // namespace dynajob
