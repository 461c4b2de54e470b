#include "dynajob/cli/terminal.h"

#include <cstdlib>
#include <iostream>
#include <string_view>

#include <unistd.h>

namespace dynajob {

Terminal Terminal::Standard() {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const bool live = isatty(STDERR_FILENO) == 1 && !dumb;
  return {.out = &std::cout,
          .err = &std::cerr,
          .live = live,
          .color = live && (no_color == nullptr || *no_color == '\0')};
}

}  // namespace dynajob
