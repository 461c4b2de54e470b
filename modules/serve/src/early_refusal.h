// Which requests can be refused without being parsed. A refusal must cost next to nothing against
// the work that is refused, or refusing many leaves less for those who are admitted.
#ifndef DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_
#define DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "http_message.h"

namespace dynajob {

struct RefusableRequest {
  size_t length = 0;         // in bytes
  std::string_view timeout;  // what kTimeoutHeader says; empty without one
};

// What `bytes` begin with, where that is a whole request for the recommendations of a stored
// candidate, without a body, and the connection stays open after its answer. Everything else is to
// be parsed.
std::optional<RefusableRequest> FindRefusable(std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_
