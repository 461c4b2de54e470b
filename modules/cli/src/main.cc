// The program: signals, and the way in.
#include <csignal>
#include <cstdlib>

#include "dynajob/cli/app.h"

namespace {

dynajob::CancellationToken cancellation;
static_assert(std::atomic<bool>::is_always_lock_free, "the handler stores to an atomic");

extern "C" void OnSignal(int) { cancellation.Cancel(); }

}  // namespace

int main(int argc, char** argv) {
  // The first signal asks for an orderly end, the second ends at once.
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return dynajob::RunApp({argv, argv + argc}, dynajob::Terminal::Standard(), cancellation);
}
