// One sweep from configuration to run directory.
#ifndef DYNAJOB_CLI_SRC_SWEEP_RUN_H_
#define DYNAJOB_CLI_SRC_SWEEP_RUN_H_

#include <filesystem>
#include <string>

#include "dynajob/core/result.h"

#include "command.h"
#include "study.h"

namespace dynajob {

// Runs every seed of every cell that is not in `directory`/cells yet, compare.workers at a time, and
// writes config.toml and study.toml (before anything long starts), sweep.json, timing.json and
// report.html.
// Returns sweep.json, which depends on catalog, configuration and labels only: not on workers, and
// not on whether the sweep was stopped in between. Works on the session's store; where none is
// named and `sample_market` is set, on the sample market.
Result<std::string> SweepInto(Session& session, const Study& study, bool sample_market,
                              const std::filesystem::path& directory);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_SWEEP_RUN_H_
