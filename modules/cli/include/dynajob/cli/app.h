// The command line: `dynajob demo | import | validate | embed | train | compare | recommend |
// serve | doctor`.
//
// Results go to standard output, messages and progress to standard error. Exit codes are those of
// ExitCode() (core/result.h); usage errors are 2.
#ifndef DYNAJOB_CLI_APP_H_
#define DYNAJOB_CLI_APP_H_

#include <string>
#include <vector>

#include "dynajob/cli/terminal.h"
#include "dynajob/core/progress.h"

namespace dynajob {

// Runs one command to its end and returns the exit code. `arguments[0]` is the program as the user
// called it. Nothing is thrown.
int RunApp(const std::vector<std::string>& arguments, const Terminal& terminal,
           const CancellationToken& cancellation);

}  // namespace dynajob

#endif  // DYNAJOB_CLI_APP_H_
