// The built page of dashboard/report.html.
#ifndef DYNAJOB_EVALUATION_SRC_REPORT_TEMPLATE_H_
#define DYNAJOB_EVALUATION_SRC_REPORT_TEMPLATE_H_

#include <string_view>

namespace dynajob {

// What stands in the template's data element until a run's JSON replaces it.
inline constexpr std::string_view kReportPlaceholder = "\"dynajob:report-data\"";

std::string_view ReportTemplate();

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_REPORT_TEMPLATE_H_
