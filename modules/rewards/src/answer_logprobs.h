// The probabilities of all choices from the one token at which an answer was decided.
#ifndef DYNAJOB_REWARDS_SRC_ANSWER_LOGPROBS_H_
#define DYNAJOB_REWARDS_SRC_ANSWER_LOGPROBS_H_

#include <cstddef>
#include <vector>

#include "dynajob/rewards/answer_parser.h"

namespace dynajob {

// log of the summed probability of the alternatives that begin each choice, for the choices that
// have any, in the order of the set. The token is the one that holds the first letter of the bare
// word or of the value of the JSON member. An alternative counts for a choice when its letters are
// the beginning of that word and of no other; case, spaces and quotes before it do not matter
// ("APP", " apply", "\"Apply\""). Empty when there are no logprobs, when they do not spell the
// text, when a value is not a log-probability, or when the answer is running text.
std::vector<TokenAlternative> ChoiceLogprobs(const ChatReply& reply, const ChoiceSet& set,
                                             size_t choice);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SRC_ANSWER_LOGPROBS_H_
