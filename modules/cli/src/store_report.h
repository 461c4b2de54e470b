// What a store holds, what is missing and what that means for training.
#ifndef DYNAJOB_CLI_SRC_STORE_REPORT_H_
#define DYNAJOB_CLI_SRC_STORE_REPORT_H_

#include <optional>
#include <string>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/evaluation/comparison.h"
#include "dynajob/stores/records.h"

#include "command.h"

namespace dynajob {

struct StoreReport {
  std::string store;
  StoreSummary summary;
  // Of the catalog; absent when it cannot be loaded.
  size_t catalog_candidates = 0;
  size_t catalog_jobs = 0;
  CatalogExclusions exclusions;
  std::optional<Error> obstacle;  // why it is not ready for compare
};

// Whether `catalog` is enough for a comparison with `options`; kFailedPrecondition or
// kInvalidArgument, naming what is missing, when it is not.
Status CheckReadyForCompare(const Catalog& catalog, const ComparisonOptions& options);

// Who is not in the catalog, or not with all vectors, and why: a line per reason, empty when there
// is none.
std::string ExclusionsText(const CatalogExclusions& exclusions);

// Says so on standard error, where there is anything to say.
void ReportExclusions(const Session& session, const Catalog& catalog);

std::string StoreReportText(const StoreReport& report);
std::string StoreReportJson(const StoreReport& report);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_STORE_REPORT_H_
