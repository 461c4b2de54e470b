#include "dynajob/evaluation/report_html.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dynajob/evaluation/results_summary.h"

#include "report_template.h"

namespace dynajob {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSweepSchema = "dynajob.sweep/1";

// JSON for an HTML script element: no text in it can end the element or open a comment, and it is
// valid JavaScript, too (U+2028 and U+2029). All of these occur within JSON strings only.
std::string EscapeForScript(std::string_view json) {
  constexpr std::string_view kLineSeparator = "\u2028", kParagraphSeparator = "\u2029";
  std::string escaped;
  escaped.reserve(json.size());
  for (size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '<' || c == '>' || c == '&') {
      escaped += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else if (json.substr(i, kLineSeparator.size()) == kLineSeparator) {
      escaped += "\\u2028";
      i += kLineSeparator.size() - 1;
    } else if (json.substr(i, kParagraphSeparator.size()) == kParagraphSeparator) {
      escaped += "\\u2029";
      i += kParagraphSeparator.size() - 1;
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Result<Json> ParseFile(const char* name, std::string_view text) {
  if (text.empty()) return Json(nullptr);
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return CorruptData(fmt::format("{}: not JSON, or cut short", name));
  return json;
}

Json VerdictsJson(const ResultsSummary& results) {
  Json verdicts = Json::array();
  for (const ProtocolResult& protocol : results.protocols) {
    verdicts.push_back({{"protocol", protocol.name},
                        {"winner", WinnerSentence(protocol)},
                        {"details", VerdictSentence(protocol)}});
  }
  return verdicts;
}

// The numbers and what may be said about them.
Result<Json> NumbersJson(const ReportInput& input) {
  DYNAJOB_ASSIGN_OR_RETURN(const Json results, ParseFile("results.json", input.results_json));
  DYNAJOB_ASSIGN_OR_RETURN(const Json sweep, ParseFile("sweep.json", input.sweep_json));
  if (results.is_null() && sweep.is_object()) {
    if (sweep.value("schema", "") != kSweepSchema)
      return CorruptData(fmt::format("sweep.json: its schema is not \"{}\"", kSweepSchema));
    // The page itself puts a sweep into words, from its corrected intervals.
    ResultsSummary summary;
    if (sweep.contains("llm") && sweep["llm"].is_object())
      summary.llm_kind = sweep["llm"].value("kind", "");
    return Json{{"results", nullptr},
                {"sweep", sweep},
                {"verdicts", Json::array()},
                {"note", SimulationNote(summary)}};
  }
  DYNAJOB_ASSIGN_OR_RETURN(const ResultsSummary summary, ParseResults(input.results_json));
  return Json{{"results", results},
              {"sweep", nullptr},
              {"verdicts", VerdictsJson(summary)},
              {"note", SimulationNote(summary)}};
}

}  // namespace

Result<std::string> ReportJson(const ReportInput& input) {
  DYNAJOB_ASSIGN_OR_RETURN(Json report, NumbersJson(input));
  DYNAJOB_ASSIGN_OR_RETURN(const Json timing, ParseFile("timing.json", input.timing_json));
  DYNAJOB_ASSIGN_OR_RETURN(const Json llm, ParseFile("llm.json", input.llm_json));
  DYNAJOB_ASSIGN_OR_RETURN(const Json audit, ParseFile("label_audit.json", input.label_audit_json));
  report["schema"] = "dynajob.report/1";
  report["version"] = input.version;
  report["config"] = input.config_toml;
  report["study"] = input.study_toml;
  report["timing"] = timing;
  report["llm"] = llm;
  report["label_audit"] = audit;
  return report.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::string> ReportHtml(const ReportInput& input) {
  DYNAJOB_ASSIGN_OR_RETURN(const std::string json, ReportJson(input));
  const std::string_view page = ReportTemplate();
  const size_t at = page.find(kReportPlaceholder);
  DYNAJOB_CHECK(at != std::string_view::npos &&
                    page.find(kReportPlaceholder, at + 1) == std::string_view::npos,
                "the report's template has one place for its data");
  std::string html(page.substr(0, at));
  html += EscapeForScript(json);
  html += page.substr(at + kReportPlaceholder.size());
  return html;
}

}  // namespace dynajob
