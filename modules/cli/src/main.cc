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

void Overwrite(char* argument, size_t begin, size_t end) {
  if (begin < end) std::memset(argument + begin, '*', end - begin);
}

// What `ps` shows are these bytes: once they were copied, credentials in an address and its
// options, some of which are passwords too, are overwritten.
void HideCredentials(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const size_t scheme = argument.find("://");
    if (scheme == std::string_view::npos) continue;
    const size_t hosts = scheme + 3;
    if (const size_t at = argument.rfind('@'); at != std::string_view::npos)
      Overwrite(argv[i], hosts, at);
    if (const size_t options = argument.find('?', hosts); options != std::string_view::npos)
      Overwrite(argv[i], options + 1, argument.size());
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
