// Rows into jobs and candidates.
#ifndef DYNAJOB_MARKET_SRC_JSONL_IMPORTER_CONVERT_H_
#define DYNAJOB_MARKET_SRC_JSONL_IMPORTER_CONVERT_H_

#include <optional>

#include "dynajob/core/types.h"
#include "dynajob/market/jsonl_importer.h"

#include "jsonl_importer_row.h"

namespace dynajob {

// A row as a job or candidate, or why it is none. `facts` says what is known about
// this row alone.
std::optional<Rejection> ReadJob(const Row& row, const ImportOptions& options, Job& job,
                                 ImportFacts& facts);
std::optional<Rejection> ReadCandidate(const Row& row, const ImportOptions& options,
                                       Candidate& candidate, ImportFacts& facts);

void AddFacts(ImportFacts& total, const ImportFacts& row);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_JSONL_IMPORTER_CONVERT_H_
