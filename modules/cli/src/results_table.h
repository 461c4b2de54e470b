// The comparison as text, made from results.json alone.
#ifndef DYNAJOB_CLI_SRC_RESULTS_TABLE_H_
#define DYNAJOB_CLI_SRC_RESULTS_TABLE_H_

#include <string>

#include "dynajob/evaluation/results_summary.h"

namespace dynajob {

// "0.412 [0.380,0.440]".
std::string FormatInterval(const Estimate& estimate, int digits, bool sign = false);

// Decimals that show numbers of this size with about three digits: 3 up to 1, 0 from 1000 on.
int DigitsFor(double magnitude);

// Tables, comparisons with verdicts, the winner and the judge, at most kTableWidth columns.
std::string ResultsText(const ResultsSummary& results);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_RESULTS_TABLE_H_
