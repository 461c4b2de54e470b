#include "dynajob/core/check.h"

namespace dynajob {

void FailCheck(const char* file, int line, const char* condition, const std::string& message) {
  throw InvariantViolation(std::string(file) + ":" + std::to_string(line) + ": invariant broken (" +
                           condition + "): " + message);
}

}  // namespace dynajob
