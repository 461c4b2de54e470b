// The report of a comparison as one self-contained HTML file: verdicts first, then learning curves,
// tables with intervals, comparisons, cost, the judge and the configuration. No scripts, nothing
// from the network; legible in grey, on A4, in dark mode and 390 pixels wide.
#ifndef DYNAJOB_EVALUATION_REPORT_HTML_H_
#define DYNAJOB_EVALUATION_REPORT_HTML_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dynajob/core/result.h"

namespace dynajob {

// `label_facts`: what is to be said about where labels came from and what they cost, as name and
// value; empty for the surrogate. Every text that comes from the arguments is escaped. kCorruptData
// when `results_json` is not of schema "dynajob.results/1".
Result<std::string> ReportHtml(
    std::string_view results_json, std::string_view config_toml,
    const std::vector<std::pair<std::string, std::string>>& label_facts = {});

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_REPORT_HTML_H_
