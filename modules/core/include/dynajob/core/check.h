// The one checked macro for broken invariants: a failed DYNAJOB_CHECK is a bug in dynajob, never a
// consequence of input, and throws InvariantViolation with the place and the reason.
#ifndef DYNAJOB_CORE_CHECK_H_
#define DYNAJOB_CORE_CHECK_H_

#include <stdexcept>
#include <string>

namespace dynajob {

class InvariantViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] void FailCheck(const char* file, int line, const char* condition,
                            const std::string& message);

}  // namespace dynajob

#define DYNAJOB_CHECK(condition, message)                                              \
  do {                                                                                 \
    if (!(condition)) ::dynajob::FailCheck(__FILE__, __LINE__, #condition, (message)); \
  } while (false)

#endif  // DYNAJOB_CORE_CHECK_H_
