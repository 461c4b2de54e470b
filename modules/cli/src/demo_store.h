// The demo's directory, the sample market in it and the model; `demo` and `serve --demo` share
// them.
#ifndef DYNAJOB_CLI_SRC_DEMO_STORE_H_
#define DYNAJOB_CLI_SRC_DEMO_STORE_H_

#include <filesystem>

#include "dynajob/core/catalog.h"
#include "dynajob/core/result.h"

#include "command.h"
#include "simulated_user.h"

namespace dynajob {

// Where the demo keeps its results unless --out says otherwise.
inline constexpr const char* kDemoDirectory = "runs/demo";

std::filesystem::path DemoStorePath(const std::filesystem::path& out);

// Makes a new sample market in DemoStorePath(out), embedded, in place of what an earlier demo left
// in the directory. Labels that were bought from an endpoint are paid for, and go into the new
// store; an interruption at any moment loses none. kInvalidArgument when the directory holds
// results that are not of a demo, kCancelled when interrupted.
Status MakeDemoStore(Session& session, const std::filesystem::path& out);

// Trains the demo's reusable hybrid model.
Status TrainDemoModel(Session& session, const Catalog& catalog, SimulatedUser& user,
                      const std::filesystem::path& directory);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_DEMO_STORE_H_
