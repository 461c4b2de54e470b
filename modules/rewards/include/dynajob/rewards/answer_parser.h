// What a chat model answered, checked against a closed set of choices whatever the mode was.
//
// A reply becomes one choice or one defect, never a guess: words count with their negation ("would
// not apply" is not APPLY), conditions and questions count for nothing, and contradictions are a
// defect. Pure functions, safe for concurrent use; take any bytes.
#ifndef DYNAJOB_REWARDS_ANSWER_PARSER_H_
#define DYNAJOB_REWARDS_ANSWER_PARSER_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dynajob/llm/chat.h"

namespace dynajob {

// Immutable.
struct ChoiceSet {
  std::string field;               // of the JSON object that holds the answer
  std::vector<std::string> words;  // upper case, no one a prefix of another
  // How each may be written in running text, lower case, the word itself included.
  std::vector<std::vector<std::string>> forms;
};
// "response": IGNORE, CLICK, SAVE, APPLY, in the order of Response.
const ChoiceSet& ResponseChoices();
// "decision" on a title alone: SKIP, OPEN.
const ChoiceSet& TitleChoices();

enum class AnswerDefect {
  kEmpty,          // no text
  kRefusal,        // the model declined, in the API's field or in words
  kContentFilter,  // the endpoint cut the answer
  kTruncated,      // ended by the token limit before it was complete
  kNotJson,        // JSON was asked for and there is none
  kOutsideSet,     // an answer, but none of the choices
  kAmbiguous,      // more than one choice, or only negated or conditional ones
};
inline constexpr size_t kAnswerDefectCount = 7;
std::string_view ToString(AnswerDefect defect);  // "empty", "refusal", …
std::optional<AnswerDefect> ParseAnswerDefect(std::string_view text);

struct ParsedAnswer {
  std::optional<AnswerDefect> defect;
  size_t choice = 0;  // of ChoiceSet::words; meaningful without a defect
  // Log-probability of each choice at the token that decides, not normalised; empty when the
  // endpoint gave none or the answer is not the bare word or JSON value. Never empty otherwise.
  std::vector<TokenAlternative> choices;
};

ParsedAnswer ParseAnswer(const ChatReply& reply, AnswerMode mode, const ChoiceSet& set);

// The text alone, as a cached answer has it.
ParsedAnswer ParseAnswerText(std::string_view text, AnswerMode mode, const ChoiceSet& set);

// P over set.words: from `choices`, renormalised over those that are named, else 1 for `choice`.
// nullopt when an entry of `choices` is not in the set or all are impossible.
std::optional<std::vector<double>> Distribution(const ChoiceSet& set, size_t choice,
                                                std::span<const TokenAlternative> choices);

// An answer about `count` jobs at once: {"1": …, "2": …}, or lines "1: …". All or a defect.
struct ParsedBatch {
  std::optional<AnswerDefect> defect;
  std::vector<size_t> choices;  // one per job
};
ParsedBatch ParseBatchText(std::string_view text, AnswerMode mode, const ChoiceSet& set,
                           size_t count);

// The defect that a reply has whatever its text says: a filtered or refused one.
std::optional<AnswerDefect> ReplyDefect(const ChatReply& reply);

}  // namespace dynajob

#endif  // DYNAJOB_REWARDS_ANSWER_PARSER_H_
