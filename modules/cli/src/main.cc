// The program: signals, and the way in.
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/cli/app.h"

namespace {

dynajob::CancellationToken cancellation;
static_assert(std::atomic<bool>::is_always_lock_free, "the handler stores to an atomic");

extern "C" void OnSignal(int) { cancellation.Cancel(); }

// What `ps` shows are these bytes: credentials in an address are overwritten once they were copied.
void HideCredentials(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const size_t scheme = argument.find("://");
    const size_t at = argument.rfind('@');
    if (scheme == std::string_view::npos || at == std::string_view::npos || at < scheme) continue;
    std::memset(argv[i] + scheme + 3, '*', at - scheme - 3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  // The first signal asks for an orderly end, the second ends at once.
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  const std::vector<std::string> arguments(argv, argv + argc);
  HideCredentials(argc, argv);
  return dynajob::RunApp(arguments, dynajob::Terminal::Standard(), cancellation);
}
