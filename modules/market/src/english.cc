#include "english.h"

#include <algorithm>
#include <array>
#include <utility>

namespace dynajob::english {
namespace {

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

bool Contains(std::string_view letters, char c) {
  return letters.find(c) != std::string_view::npos;
}

// Acronyms that are read as words, so that their first letter sounds as in a word.
constexpr std::array<std::string_view, 5> kSpokenAcronyms = {"SOC", "LEED", "NABCEP", "SCADA",
                                                             "SHRM"};
// Words that begin with a vowel letter and a consonant sound.
constexpr std::array<std::string_view, 5> kConsonantSound = {"uni", "use", "one", "eur", "usa"};

struct Verb {
  std::string_view infinitive;
  std::string_view past;
};
constexpr Verb kIrregular[] = {
    {"build", "built"},
    {"bring", "brought"},
    {"buy", "bought"},
    {"cut", "cut"},
    {"draw", "drew"},
    {"find", "found"},
    {"give", "gave"},
    {"grow", "grew"},
    {"hold", "held"},
    {"keep", "kept"},
    {"lay", "laid"},
    {"lead", "led"},
    {"make", "made"},
    {"oversee", "oversaw"},
    {"troubleshoot", "troubleshot"},
    {"meet", "met"},
    {"read", "read"},
    {"run", "ran"},
    {"sell", "sold"},
    {"set", "set"},
    {"shoot", "shot"},
    {"spread", "spread"},
    {"take", "took"},
    {"teach", "taught"},
    {"write", "wrote"},
    {"understand", "understood"},
};
// Regular verbs that double their last letter.
constexpr std::array<std::string_view, 14> kDoubling = {
    "plan", "map",     "tag",   "submit", "refer", "log",     "stop",
    "ship", "program", "equip", "run",    "cut",   "control", "debug"};
constexpr std::array<std::string_view, 2> kDoublingGerundOnly = {"set", "begin"};

std::pair<std::string, std::string_view> SplitVerb(std::string_view clause) {
  const size_t end = std::min(clause.find(' '), clause.size());
  return {std::string(clause.substr(0, end)), clause.substr(end)};
}

template <size_t N>
bool IsOneOf(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string WithArticle(std::string_view noun_phrase) {
  const std::string_view word = noun_phrase.substr(0, noun_phrase.find_first_of(" -/,"));
  bool vowel = false;
  const bool acronym = word.size() >= 2 && IsUpper(word[0]) && (IsUpper(word[1]) || word[1] == '&');
  if (acronym && !IsOneOf(kSpokenAcronyms, word)) {
    vowel = Contains("AEFHILMNORSX", word[0]);
  } else if (!word.empty()) {
    std::string head(word.substr(0, 3));
    for (char& c : head)
      if (IsUpper(c)) c = static_cast<char>(c - 'A' + 'a');
    vowel = Contains("aeiou", head[0]) && !IsOneOf(kConsonantSound, head);
  }
  return (vowel ? "an " : "a ") + std::string(noun_phrase);
}

std::string JoinList(std::span<const std::string> items, std::string_view conjunction) {
  const bool nested = std::any_of(items.begin(), items.end(), [](const std::string& item) {
    return Contains(item, ',') || item.find(" and ") != std::string::npos;
  });
  const bool semicolons = nested && items.size() > 2;
  std::string joined;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) {
      if (i + 1 < items.size())
        joined += semicolons ? "; " : ", ";
      else
        joined += (semicolons ? "; " : nested ? ", " : " ") + std::string(conjunction) + " ";
    }
    joined += items[i];
  }
  return joined;
}

std::string Capitalize(std::string_view text) {
  std::string result(text);
  if (!result.empty() && result[0] >= 'a' && result[0] <= 'z')
    result[0] = static_cast<char>(result[0] - 'a' + 'A');
  return result;
}

std::string PastTense(std::string_view clause) {
  auto [verb, rest] = SplitVerb(clause);
  for (const Verb& irregular : kIrregular)
    if (irregular.infinitive == verb) return std::string(irregular.past) + std::string(rest);
  const size_t n = verb.size();
  if (IsOneOf(kDoubling, verb))
    verb += verb.back();
  else if (n > 1 && verb[n - 1] == 'y' && !Contains("aeiou", verb[n - 2]))
    verb[n - 1] = 'i';
  else if (n > 0 && verb[n - 1] == 'e')
    verb.pop_back();
  return verb + "ed" + std::string(rest);
}

std::string Gerund(std::string_view clause) {
  auto [verb, rest] = SplitVerb(clause);
  const size_t n = verb.size();
  if (IsOneOf(kDoubling, verb) || IsOneOf(kDoublingGerundOnly, verb))
    verb += verb.back();
  else if (n > 2 && verb[n - 1] == 'e' && verb[n - 2] != 'e')
    verb.pop_back();
  return verb + "ing" + std::string(rest);
}

std::string NumberWord(int number) {
  constexpr std::array<std::string_view, 13> kWords = {"zero", "one",    "two",   "three", "four",
                                                       "five", "six",    "seven", "eight", "nine",
                                                       "ten",  "eleven", "twelve"};
  if (number >= 0 && static_cast<size_t>(number) < kWords.size())
    return std::string(kWords[static_cast<size_t>(number)]);
  return std::to_string(number);
}

std::string Years(int number) { return NumberWord(number) + (number == 1 ? " year" : " years"); }

}  // namespace dynajob::english
