#include "skill_scan.h"

#include <algorithm>
#include <array>

namespace dynajob {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::array<bool, 256> kIsAlnum = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 128; ++c)
    table[static_cast<size_t>(c)] =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return table;
}();

// Length of the word character at `i`, 0 when it is none. Of the multi-byte characters, those that
// begin with the bytes C2, E2 and EF are punctuation and symbols (no-break space, bullets, dashes);
// the superscript two of "I²C" is the exception.
size_t WordCharLength(std::string_view text, size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (byte < 0x80) return kIsAlnum[byte] ? 1 : 0;
  if (byte == 0xC2)
    return i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xB2 ? 2 : 0;
  if (byte < 0xC3 || byte == 0xE2 || byte == 0xEF) return 0;
  const size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - i);
}

bool StartsWithWordChar(std::string_view text, size_t i) {
  return i < text.size() && WordCharLength(text, i) > 0;
}

// Full stops inside belong to the word if the vocabulary has it ("node.js") and separate words
// otherwise ("the team.You").
void AppendDotted(std::string_view text, size_t begin, size_t end, const WordTable& words,
                  std::vector<SkillToken>& tokens) {
  constexpr size_t kLongestDottedWord = 24;
  while (begin < end) {
    const size_t first_stop = std::min(text.find('.', begin + 1), end);
    size_t word_end = first_stop;
    for (size_t stop = first_stop; stop < end && stop - begin < kLongestDottedWord;) {
      stop = std::min(text.find('.', stop + 1), end);
      if (stop - begin <= kLongestDottedWord &&
          words.Find(text.substr(begin, stop - begin)) != WordTable::kUnknown)
        word_end = stop;
    }
    tokens.push_back({words.Find(text.substr(begin, word_end - begin)),
                      static_cast<uint32_t>(begin), static_cast<uint32_t>(word_end)});
    begin = word_end + 1;
  }
}

}  // namespace

bool JoinsPhrase(std::string_view gap) {
  int newlines = 0;
  for (size_t i = 0; i < gap.size(); ++i) {
    const char c = gap[i];
    if (c == '\n' && ++newlines > 1) return false;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '-' || c == '/' || c == '\'' ||
        c == '&')
      continue;
    if (gap.substr(i, 2) == "\u00A0") {
      i += 1;
      continue;
    }
    const std::string_view three = gap.substr(i, 3);
    if (three != "\u2019" && three != "\u2013" && three != "\u2011") return false;
    i += 2;
  }
  return true;
}

bool JoinsList(std::string_view gap, bool& separates) {
  const bool has_newline = gap.find('\n') != std::string_view::npos;
  for (size_t i = 0; i < gap.size(); ++i) {
    const char c = gap[i];
    if (c == ',' || c == '/' || c == ';' || c == '|' || c == '\n') {
      separates = true;
    } else if (c == '-' || c == '*') {
      if (!has_newline) return false;
    } else if (gap.substr(i, 3) == "\u2022") {
      separates = true;
      i += 2;
    } else if (gap.substr(i, 2) == "\u00B7") {
      separates = true;
      i += 1;
    } else if (gap.substr(i, 2) == "\u00A0") {
      i += 1;
    } else if (c != ' ' && c != '\t' && c != '\r' && c != '(' && c != ')' && c != '&') {
      return false;
    }
  }
  return true;
}

bool IsBlank(std::string_view gap) {
  return gap.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::vector<SkillToken> TokenizeSkills(std::string_view text, const WordTable& words) {
  std::vector<SkillToken> tokens;
  tokens.reserve(text.size() / 6);
  size_t i = 0;
  while (i < text.size()) {
    const size_t begin = i;
    // Words of ASCII alone are most of a text.
    while (i < text.size() && kIsAlnum[static_cast<unsigned char>(text[i])]) ++i;
    const bool plain = i > begin + 1 && (i == text.size() || (text[i] != '.' && text[i] > 0));
    if (plain) {
      tokens.push_back({words.Find(text.substr(begin, i - begin)), static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(i)});
      continue;
    }
    i = begin;
    if (text[i] == ' ' || text[i] == '\n' || text[i] == ',') {
      ++i;
      continue;
    }
    if (text[i] == '&') {
      tokens.push_back({words.Find("and"), static_cast<uint32_t>(i), static_cast<uint32_t>(i + 1)});
      ++i;
      continue;
    }
    // ".NET": a full stop that opens a word.
    const bool opens = text[i] == '.' && i + 3 < text.size() && Lower(text[i + 1]) == 'n' &&
                       Lower(text[i + 2]) == 'e' && Lower(text[i + 3]) == 't';
    if (opens) ++i;
    if (!StartsWithWordChar(text, i)) {
      i = begin + 1;
      continue;
    }
    bool dotted = opens;
    while (i < text.size()) {
      if (const size_t length = WordCharLength(text, i); length > 0) {
        i += length;
      } else if (text[i] == '.' && StartsWithWordChar(text, i + 1)) {
        dotted = true;
        ++i;
      } else {
        break;
      }
    }
    // "c++", "c#", "f#": only after a single letter, so that "Python+SQL" stays two words.
    if (i - begin == 1 && kIsAlnum[static_cast<unsigned char>(text[begin])])
      while (i < text.size() && (text[i] == '+' || text[i] == '#')) ++i;
    if (dotted) {
      AppendDotted(text, begin, i, words, tokens);
    } else {
      tokens.push_back({words.Find(text.substr(begin, i - begin)), static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(i)});
    }
  }
  return tokens;
}

}  // namespace dynajob
