// A text as the words of a vocabulary, and what lies between them.
#ifndef DYNAJOB_MARKET_SKILL_SCAN_H_
#define DYNAJOB_MARKET_SKILL_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "word_table.h"

namespace dynajob {

struct SkillToken {
  WordTable::Id word = WordTable::kUnknown;
  uint32_t begin = 0;  // bytes of the text
  uint32_t end = 0;
};

// The text of one search.
struct SkillScan {
  std::string_view text;
  std::vector<SkillToken> tokens;
  std::string_view Gap(size_t token) const {  // between this token and the next
    return text.substr(tokens[token].end, tokens[token + 1].begin - tokens[token].end);
  }
};

// The words of `text`, which has less than 4 GiB. A word with full stops inside ("node.js") is one
// if `words` has it; '&' is "and"; signs belong to a word in "c++", "c#" and ".NET".
std::vector<SkillToken> TokenizeSkills(std::string_view text, const WordTable& words);

// Whether the bytes between two words let them belong to one phrase.
bool JoinsPhrase(std::string_view gap);

// Whether the bytes between two words can separate the items of a list; sets `separates` when they
// do so without an "and".
bool JoinsList(std::string_view gap, bool& separates);

// Whether there is only white space.
bool IsBlank(std::string_view gap);

}  // namespace dynajob

#endif  // DYNAJOB_MARKET_SKILL_SCAN_H_
