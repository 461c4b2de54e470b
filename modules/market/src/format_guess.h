// What a file is, from its name and its start.
#ifndef DYNAJOB_MARKET_SRC_FORMAT_GUESS_H_
#define DYNAJOB_MARKET_SRC_FORMAT_GUESS_H_

#include <string>
#include <string_view>
#include <vector>

#include "dynajob/core/result.h"
#include "dynajob/market/import_format.h"

#include "byte_source.h"
#include "jsonl_importer_row.h"

namespace dynajob {

// Lower-case letters and digits only, so that "Job Title", "job_title" and "jobTitle" are equal.
std::string FoldName(std::string_view name);

// `names`: fields that rows may have; a header with two of them makes a file CSV whatever its name.
// kInvalidArgument for formats that cannot be read (Parquet, archives, spreadsheets).
Result<ImportFormat> GuessFormat(std::string_view path, std::string_view sample,
                                 const NameSet& names);

// kInvalidArgument when an override in `options` is not valid.
Result<CsvDialect> GuessDialect(std::string_view sample, const CsvOptions& options,
                                const NameSet& names);

// The first record of `sample`.
std::vector<std::string> FirstRecord(std::string_view sample, const CsvDialect& dialect);

// For each column the name in `names` that it folds to, or "" when there is none or an earlier
// column has taken it.
std::vector<std::string> MapColumns(const std::vector<std::string>& columns, const NameSet& names);

// Opens a CSV text: decides encoding and dialect, takes the header and fills the plan. Returns the
// names for MakeCsvReader. kInvalidArgument when no column is known.
Result<std::vector<std::string>> OpenCsv(ByteSource& source, const CsvOptions& options,
                                         const NameSet& names, ImportPlan& plan);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SRC_FORMAT_GUESS_H_
