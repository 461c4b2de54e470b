// The report of a comparison or a sweep as one self-contained HTML file that opens from a disk
// without a network.
//
// The page is built from dashboard/ (TypeScript) and compiled in; here a run's files go into it as
// one JSON object, schema "dynajob.report/1" (dashboard/src/report/schema.ts):
//   results or sweep                    the numbers; the other is null
//   timing, llm, label_audit            further files of the run, null for those that are not there
//   config, study                       config.toml and study.toml, as text
//   verdicts, note                      what may be said, from the intervals only
//   (results_summary.h) version                             of the program that writes the report
//
// Pure functions, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_REPORT_HTML_H_
#define DYNAJOB_EVALUATION_REPORT_HTML_H_

#include <string>
#include <string_view>

#include "dynajob/core/result.h"

namespace dynajob {

// The files of a run's directory, empty for those that are not there. The results or the sweep have
// to be.
struct ReportInput {
  std::string_view results_json = {};      // "dynajob.results/1"
  std::string_view sweep_json = {};        // "dynajob.sweep/1"
  std::string_view config_toml = {};       // bytes that are not UTF-8 are replaced
  std::string_view study_toml = {};        // of a sweep: its cells
  std::string_view timing_json = {};       // "dynajob.timing/1"
  std::string_view llm_json = {};          // who labelled, what was asked and paid
  std::string_view label_audit_json = {};  // "dynajob.label_audit/1"
  std::string_view version = {};
};

// The object itself. kCorruptData, naming the file, when one is not JSON or the results are of
// another schema.
Result<std::string> ReportJson(const ReportInput& input);

// The page. Nothing in the input can leave the page's data element, whatever it holds. Fails as
// ReportJson.
Result<std::string> ReportHtml(const ReportInput& input);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_REPORT_HTML_H_
