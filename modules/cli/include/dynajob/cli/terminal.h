// Where the command line writes to, and what may be shown there.
#ifndef DYNAJOB_CLI_TERMINAL_H_
#define DYNAJOB_CLI_TERMINAL_H_

#include <ostream>

namespace dynajob {

// Borrows the streams.
struct Terminal {
  std::ostream* out = nullptr;  // results
  std::ostream* err = nullptr;  // messages and progress
  bool live = false;            // `err` is a terminal: one progress line that is redrawn
  bool color = false;           // `err` may be coloured (a terminal, and NO_COLOR is not set)

  // Of this process.
  static Terminal Standard();
};

}  // namespace dynajob

#endif  // DYNAJOB_CLI_TERMINAL_H_
