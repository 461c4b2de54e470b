// One comparison from catalog to run directory; `compare` and `demo` share it.
#ifndef DYNAJOB_CLI_SRC_COMPARISON_RUN_H_
#define DYNAJOB_CLI_SRC_COMPARISON_RUN_H_

#include <filesystem>
#include <string>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"
#include "dynajob/stores/store.h"

#include "command.h"
#include "simulated_user.h"

namespace dynajob {

// Writes config.toml (before anything long starts, so that a directory that cannot be written is
// found at once), results.json (depends on catalog, configuration and labels only, however the
// labels were fetched), timing.json, report.html and, where an LLM labels, llm.json, where the
// surrogate does, label_audit.json into `directory`, each whole or not at all. Returns
// results.json. Candidate sets are found in `store`, or in the catalog when it is null.
Result<std::string> CompareInto(Session& session, const Catalog& catalog, Store* store,
                                SimulatedUser& user, const std::filesystem::path& directory);

// The table, or with --json the results as they are in the file.
Status PrintResults(const Session& session, const std::string& results_json);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_COMPARISON_RUN_H_
