// Words of a short text together with what stands around them.
#ifndef DYNAJOB_MARKET_SRC_TEXT_FACTS_TOKENS_H_
#define DYNAJOB_MARKET_SRC_TEXT_FACTS_TOKENS_H_

#include <initializer_list>
#include <string_view>
#include <vector>

namespace dynajob::text_facts {

// A maximal run of ASCII letters and digits; `begin` and `end` are byte offsets into the text,
// whose characters just outside the run are `before` and `after` ('\0' at the ends).
struct Token {
  std::string_view text;
  size_t begin = 0;
  size_t end = 0;
  char before = '\0';
  char after = '\0';
};

inline bool IsDigit(char c) { return c >= '0' && c <= '9'; }
inline bool IsAsciiLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline bool IsAlnum(char c) { return IsDigit(c) || IsAsciiLetter(c); }

// Of `text`, which the tokens refer to.
std::vector<Token> Tokenize(std::string_view text);

// Index of the first place where `phrase` occurs as consecutive tokens, or -1.
int FindPhrase(const std::vector<Token>& tokens, std::initializer_list<std::string_view> phrase);

bool HasAnyWord(const std::vector<Token>& tokens, std::initializer_list<std::string_view> words);

}  // namespace dynajob::text_facts

#endif  // DYNAJOB_MARKET_SRC_TEXT_FACTS_TOKENS_H_
