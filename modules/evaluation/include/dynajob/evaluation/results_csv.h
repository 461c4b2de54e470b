// The numbers of results.json as CSV (RFC 4180), in long form: one estimate a row, so that R,
// pandas and spreadsheets read them without reshaping.
//
// Pure function, safe for concurrent use.
#ifndef DYNAJOB_EVALUATION_RESULTS_CSV_H_
#define DYNAJOB_EVALUATION_RESULTS_CSV_H_

#include <string>
#include <vector>

#include "dynajob/evaluation/results_summary.h"

namespace dynajob {

struct CsvFile {
  std::string name;  // such as "metrics.csv"
  std::string text;
};

// metrics, curves, profiles, thresholds, comparisons and cost. Doubles are written so that they
// read back the same; what is not known is an empty field.
std::vector<CsvFile> ResultsCsv(const ResultsSummary& results);

}  // namespace dynajob

#endif  // DYNAJOB_EVALUATION_RESULTS_CSV_H_
