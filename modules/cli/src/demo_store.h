// The demo's directory and the sample market in it.
#ifndef DYNAJOB_CLI_SRC_DEMO_STORE_H_
#define DYNAJOB_CLI_SRC_DEMO_STORE_H_

#include <filesystem>

#include "dynajob/core/result.h"

#include "command.h"

namespace dynajob {

std::filesystem::path DemoStorePath(const std::filesystem::path& out);

// Makes a new sample market in DemoStorePath(out), embedded, in place of what an earlier demo left
// in the directory. Labels that were bought from an endpoint are paid for, and go into the new
// store; an interruption at any moment loses none. kInvalidArgument when the directory holds
// results that are not of a demo, kCancelled when interrupted.
Status MakeDemoStore(Session& session, const std::filesystem::path& out);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_SRC_DEMO_STORE_H_
