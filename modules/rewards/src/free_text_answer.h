// A choice out of running English text.
#ifndef DYNAJOB_REWARDS_SRC_FREE_TEXT_ANSWER_H_
#define DYNAJOB_REWARDS_SRC_FREE_TEXT_ANSWER_H_

#include <optional>
#include <string_view>

#include "dynajob/rewards/answer_parser.h"

namespace dynajob {

// The choice that the text affirms, or the defect. A mention is negated by a negator before it in
// the same sentence until the negation is used up and a new clause begins ("would not apply, I'd
// save it"), or by "is not" after it; it counts for nothing in a condition or a question.
ParsedAnswer ChoiceInText(std::string_view text, const ChoiceSet& set);

// Index of the word that `text` is, but for case and punctuation or quotes around it; a question is
// no answer.
std::optional<size_t> ExactWord(std::string_view text, const ChoiceSet& set);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_SRC_FREE_TEXT_ANSWER_H_
