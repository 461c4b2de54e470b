#include "text_facts_tokens.h"

#include <algorithm>

namespace dynajob::text_facts {

std::vector<Token> Tokenize(std::string_view text) {
  std::vector<Token> tokens;
  size_t i = 0;
  while (i < text.size()) {
    if (!IsAlnum(text[i])) {
      ++i;
      continue;
    }
    size_t end = i;
    while (end < text.size() && IsAlnum(text[end])) ++end;
    tokens.push_back({text.substr(i, end - i), i, end, i > 0 ? text[i - 1] : '\0',
                      end < text.size() ? text[end] : '\0'});
    i = end;
  }
  return tokens;
}

int FindPhrase(const std::vector<Token>& tokens, std::initializer_list<std::string_view> phrase) {
  const auto found =
      std::search(tokens.begin(), tokens.end(), phrase.begin(), phrase.end(),
                  [](const Token& token, std::string_view word) { return token.text == word; });
  return found == tokens.end() ? -1 : static_cast<int>(found - tokens.begin());
}

bool HasAnyWord(const std::vector<Token>& tokens, std::initializer_list<std::string_view> words) {
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    return std::find(words.begin(), words.end(), token.text) != words.end();
  });
}

}  // namespace dynajob::text_facts
