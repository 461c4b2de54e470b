// Which requests can be refused without being parsed. A refusal must cost next to nothing against
// the work that is refused, or refusing many leaves less for those who are admitted.
#ifndef DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_
#define DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_

#include <cstddef>
#include <string_view>

namespace dynajob {

// The length of the request that `bytes` begin with, where that is a whole request for the
// recommendations of a stored candidate, without a body, and the connection stays open after its
// answer. 0 for everything else, which is to be parsed.
size_t RefusableLength(std::string_view bytes);

}  // namespace dynajob

#endif  // DYNAJOB_SERVE_SRC_EARLY_REFUSAL_H_
