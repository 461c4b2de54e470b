// The sample market of `dynajob demo`; `demo` and `serve --demo` share it.
#ifndef DYNAJOB_CLI_SRC_DEMO_MARKET_H_
#define DYNAJOB_CLI_SRC_DEMO_MARKET_H_

#include <filesystem>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"

#include "command.h"

namespace dynajob {

// Where the demo keeps its results unless --out says otherwise.
inline constexpr const char* kDemoDirectory = "runs/demo";

// Makes `out` ready for a new demo: removes what an earlier one left, and only that.
// kInvalidArgument when there is something that is not a demo's.
Status PrepareDemoDirectory(const std::filesystem::path& out);

// Generates the configured market into a new store and embeds it.
Status MakeDemoStore(Session& session, const std::filesystem::path& store);

// Trains the demo's reusable hybrid model.
Status TrainDemoModel(Session& session, const Catalog& catalog,
                      const std::filesystem::path& directory);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_DEMO_MARKET_H_
