#include "answer_logprobs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "dynajob/core/text.h"

#include "free_text_answer.h"

namespace dynajob {
namespace {

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

bool IsSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Where the answer's first letter stands in `text`; nullopt when the answer is not the bare word or
// the plainly written value of the only member of that name.
std::optional<size_t> AnswerOffset(std::string_view text, const ChoiceSet& set, size_t choice) {
  if (const auto word = ExactWord(text, set); word == choice) {
    size_t at = 0;
    while (!IsLetter(text[at])) ++at;
    return at;
  }
  const std::string member = "\"" + set.field + "\"";
  const size_t found = text.rfind(member);
  if (found == std::string_view::npos || text.find(member) != found) return std::nullopt;
  size_t at = found + member.size();
  while (at < text.size() && (IsSpace(text[at]) || text[at] == ':' || text[at] == '"')) ++at;
  const std::string& word = set.words[choice];
  const bool is_value = ToLowerAscii(text.substr(at, word.size())) == ToLowerAscii(word);
  return is_value ? std::optional(at) : std::nullopt;
}

// The choice that an alternative token begins.
std::optional<size_t> ChoiceBegunBy(std::string_view token, const ChoiceSet& set) {
  while (!token.empty() && !IsLetter(token.front())) token.remove_prefix(1);
  size_t letters = 0;
  while (letters < token.size() && IsLetter(token[letters])) ++letters;
  if (letters == 0) return std::nullopt;
  const bool ended = letters < token.size();  // the token closes the word
  const std::string begun = ToLowerAscii(token.substr(0, letters));
  std::optional<size_t> choice;
  for (size_t i = 0; i < set.words.size(); ++i) {
    const std::string word = ToLowerAscii(set.words[i]);
    if (ended ? word != begun : !word.starts_with(begun)) continue;
    if (choice) return std::nullopt;  // begins two
    choice = i;
  }
  return choice;
}

bool IsLogprob(double value) { return !std::isnan(value) && value <= 1e-6; }

const TokenLogprobs* TokenAt(const ChatReply& reply, size_t offset) {
  std::string spelled;
  for (const TokenLogprobs& token : reply.logprobs) spelled += token.token;
  // Some endpoints trim the text but not its tokens.
  const size_t shift = spelled.find(reply.text);
  if (shift == std::string::npos) return nullptr;
  size_t end = 0;
  for (const TokenLogprobs& token : reply.logprobs) {
    end += token.token.size();
    if (offset + shift < end) return &token;
  }
  return nullptr;
}

}  // namespace

std::vector<TokenAlternative> ChoiceLogprobs(const ChatReply& reply, const ChoiceSet& set,
                                             size_t choice) {
  if (reply.logprobs.empty()) return {};
  const auto offset = AnswerOffset(reply.text, set, choice);
  if (!offset) return {};
  const TokenLogprobs* token = TokenAt(reply, *offset);
  if (token == nullptr || ChoiceBegunBy(token->token, set) != choice) return {};
  std::vector<TokenAlternative> alternatives = token->top;
  if (std::none_of(alternatives.begin(), alternatives.end(),
                   [&](const TokenAlternative& each) { return each.token == token->token; })) {
    alternatives.push_back({token->token, token->logprob});
  }
  std::vector<double> mass(set.words.size(), 0.0);
  for (const TokenAlternative& each : alternatives) {
    if (!IsLogprob(each.logprob)) return {};
    if (const auto begun = ChoiceBegunBy(each.token, set)) mass[*begun] += std::exp(each.logprob);
  }
  std::vector<TokenAlternative> choices;
  for (size_t i = 0; i < mass.size(); ++i) {
    if (mass[i] > 0) choices.push_back({set.words[i], std::min(0.0, std::log(mass[i]))});
  }
  return choices;
}

}  // namespace dynajob
