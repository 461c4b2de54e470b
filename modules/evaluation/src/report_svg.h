// Learning curves as inline SVG.
#ifndef DYNAJOB_EVALUATION_SRC_REPORT_SVG_H_
#define DYNAJOB_EVALUATION_SRC_REPORT_SVG_H_

#include <string>
#include <string_view>
#include <vector>

#include "dynajob/evaluation/results_summary.h"

namespace dynajob {

// With &, <, >, " and ' as entities.
std::string EscapeHtml(std::string_view text);

// Multiples of 1, 2 or 5 times a power of ten that cover [low, high], about `count` of them.
// Requires low <= high.
std::vector<double> AxisTicks(double low, double high, int count);

// Label positions at least `gap` apart, in the order of `wanted`, as near to it as a single sweep
// gets, within [top, bottom] as far as there is room.
std::vector<double> SpreadLabels(std::vector<double> wanted, double gap, double top, double bottom);

// All arms of a protocol with their intervals shaded; arms are told apart by dash pattern, marker
// and the label at the end of the line as well as by colour.
std::string LearningCurvesSvg(const ProtocolResult& protocol);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_SRC_REPORT_SVG_H_
