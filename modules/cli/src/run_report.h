// report.html of a run's directory, from the files that lie in it.
#ifndef DYNAJOB_CLI_SRC_RUN_REPORT_H_
#define DYNAJOB_CLI_SRC_RUN_REPORT_H_

#include <filesystem>

#include "dynajob/core/result.h"

namespace dynajob {

// Reads results.json or sweep.json (kNotFound without either) and, where they are there, config.toml, timing.json,
// llm.json and label_audit.json; writes report.html, whole or not at all, and returns its path.
Result<std::filesystem::path> WriteRunReport(const std::filesystem::path& directory);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_RUN_REPORT_H_
