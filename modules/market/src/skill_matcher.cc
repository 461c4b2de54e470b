#include "skill_matcher.h"

#include <algorithm>
#include <array>

#include "dynajob/core/check.h"

namespace dynajob {
namespace {

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Length of the word character at `i`, 0 when it is none. Of the multi-byte characters, those that
// begin with the bytes C2, E2 and EF are punctuation and symbols (no-break space, bullets, dashes);
// the superscript two of "I²C" is the exception.
size_t WordCharLength(std::string_view text, size_t i) {
  const auto byte = static_cast<unsigned char>(text[i]);
  if (byte < 0x80) return IsAlnum(text[i]) ? 1 : 0;
  if (byte == 0xC2)
    return i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) == 0xB2 ? 2 : 0;
  if (byte < 0xC3 || byte == 0xE2 || byte == 0xEF) return 0;
  const size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - i);
}

bool StartsWithWordChar(std::string_view text, size_t i) {
  return i < text.size() && WordCharLength(text, i) > 0;
}

// Words that end in s and mean something else without it.
constexpr std::array<std::string_view, 6> kNotPlurals = {"sales",  "news",    "teams",
                                                         "access", "windows", "canvas"};

std::string Normalize(std::string_view source) {
  std::string word(source);
  for (char& c : word) c = Lower(c);
  const size_t n = word.size();
  if (n > 3 && word[n - 1] == 's' && word[n - 2] != 's' && word[n - 2] != 'u' &&
      word[n - 2] != 'i' &&
      std::find(kNotPlurals.begin(), kNotPlurals.end(), word) == kNotPlurals.end())
    word.pop_back();
  return word;
}

// Whether the bytes between two words let them belong to one phrase.
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

// Whether the bytes between two words can separate the items of a list; sets `separates` when they
// do so without an "and".
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

template <size_t N>
bool Contains(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Normalized, hence in the singular.
constexpr std::array<std::string_view, 18> kCuesAfter = {
    "programming", "language", "developer",     "development",    "code",        "coding",
    "script",      "package",  "framework",     "skill",          "proficiency", "spreadsheet",
    "experience",  "software", "certification", "administration", "engineer",    "programmer"};
constexpr std::array<std::string_view, 22> kCuesBefore = {
    "proficient", "proficiency", "skilled", "skill",       "experience", "experienced",
    "expertise",  "expert",      "fluent",  "fluency",     "knowledge",  "knowledgeable",
    "familiar",   "familiarity", "trained", "programming", "coding",     "developing",
    "written",    "language",    "tool",    "competent"};
constexpr std::array<std::string_view, 5> kPrepositions = {"in", "with", "of", "using", "like"};

}  // namespace

size_t SkillMatcher::Child(size_t node, const std::string& word) const {
  const auto id = word_ids_.find(word);
  if (id == word_ids_.end()) return 0;
  const auto edge = edges_.find((static_cast<uint64_t>(node) << 32) | id->second);
  return edge == edges_.end() ? 0 : edge->second;
}

// Full stops inside belong to the word if the vocabulary has it ("node.js") and separate words
// otherwise ("the team.You").
void SkillMatcher::AppendWord(std::string_view text, size_t begin, size_t end,
                              std::vector<Token>& tokens) const {
  constexpr size_t kLongestDottedWord = 24;
  while (begin < end) {
    const size_t first_stop = std::min(text.find('.', begin + 1), end);
    size_t word_end = first_stop;
    for (size_t stop = first_stop; stop < end && stop - begin < kLongestDottedWord;) {
      stop = std::min(text.find('.', stop + 1), end);
      if (stop - begin <= kLongestDottedWord &&
          word_ids_.contains(Normalize(text.substr(begin, stop - begin))))
        word_end = stop;
    }
    tokens.push_back({Normalize(text.substr(begin, word_end - begin)), begin, word_end});
    begin = word_end + 1;
  }
}

std::vector<SkillMatcher::Token> SkillMatcher::Tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  size_t i = 0;
  while (i < text.size()) {
    const size_t begin = i;
    if (text[i] == '&') {
      tokens.push_back({"and", i, i + 1});
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
    while (i < text.size()) {
      if (const size_t length = WordCharLength(text, i); length > 0)
        i += length;
      else if (text[i] == '.' && StartsWithWordChar(text, i + 1))
        ++i;
      else
        break;
    }
    // "c++", "c#", "f#": only after a single letter, so that "Python+SQL" stays two words.
    if (i - begin == 1 && IsAlnum(text[begin]))
      while (i < text.size() && (text[i] == '+' || text[i] == '#')) ++i;
    AppendWord(text, begin, i, tokens);
  }
  return tokens;
}

void SkillMatcher::Add(std::string_view spelling, int target, SpellingGuard guard) {
  std::vector<Token> tokens;
  {
    // A spelling keeps its inner full stops: register such words before they are split.
    size_t begin = 0;
    while (begin < spelling.size()) {
      size_t end = spelling.find(' ', begin);
      if (end == std::string_view::npos) end = spelling.size();
      const std::string_view word = spelling.substr(begin, end - begin);
      if (word.find('.', 1) != std::string_view::npos)
        word_ids_.try_emplace(Normalize(word), static_cast<uint32_t>(word_ids_.size()));
      begin = end + 1;
    }
    tokens = Tokenize(spelling);
  }
  DYNAJOB_CHECK(!tokens.empty(), "spelling without a word: '" + std::string(spelling) + "'");
  size_t node = 0;
  for (const Token& token : tokens) {
    const uint32_t word =
        word_ids_.try_emplace(token.word, static_cast<uint32_t>(word_ids_.size())).first->second;
    const auto [edge, inserted] = edges_.try_emplace((static_cast<uint64_t>(node) << 32) | word,
                                                     static_cast<uint32_t>(nodes_.size()));
    if (inserted) nodes_.emplace_back();
    node = edge->second;
  }
  for (const Spelling& other : nodes_[node].spellings) {
    const bool same =
        other.guard == guard && (guard == SpellingGuard::kNone || other.exact == spelling);
    if (!same) continue;
    DYNAJOB_CHECK(other.target == target, "two skills share the spelling '" +
                                              std::string(spelling) + "' ('" + other.exact + "')");
    return;
  }
  nodes_[node].spellings.push_back({target, guard, std::string(spelling)});
}

// The spelling of this node that `source` fits, unguarded ones first.
const SkillMatcher::Spelling* SkillMatcher::BestSpelling(const Node& node,
                                                         std::string_view source) const {
  const Spelling* best = nullptr;
  for (const Spelling& spelling : node.spellings) {
    if (spelling.guard != SpellingGuard::kNone && spelling.exact != source) continue;
    if (best == nullptr || spelling.guard < best->guard) best = &spelling;
  }
  return best;
}

// A hit that was found has accepted == true, or false while it still needs evidence; no hit has
// last_token < first_token.
SkillMatcher::Hit SkillMatcher::LongestHit(std::string_view text, const std::vector<Token>& tokens,
                                           size_t first) const {
  Hit hit{kNotASkill, first + 1, first, false};
  size_t node = 0;
  for (size_t i = first; i < tokens.size(); ++i) {
    if (i > first &&
        !JoinsPhrase(text.substr(tokens[i - 1].end, tokens[i].begin - tokens[i - 1].end)))
      break;
    node = Child(node, tokens[i].word);
    if (node == 0) break;
    const std::string_view source =
        text.substr(tokens[first].begin, tokens[i].end - tokens[first].begin);
    if (const Spelling* spelling = BestSpelling(nodes_[node], source))
      hit = {spelling->target, first, i, spelling->guard != SpellingGuard::kEvidence};
  }
  return hit;
}

std::vector<SkillMatcher::Hit> SkillMatcher::CollectHits(std::string_view text,
                                                         const std::vector<Token>& tokens) const {
  std::vector<Hit> hits;
  for (size_t i = 0; i < tokens.size();) {
    Hit hit = LongestHit(text, tokens, i);
    if (hit.last_token < hit.first_token) {
      ++i;
      continue;
    }
    i = hit.last_token + 1;
    hit.accepted = hit.accepted || HasCue(text, tokens, hit);
    hits.push_back(hit);
  }
  return hits;
}

bool SkillMatcher::HasCue(std::string_view text, const std::vector<Token>& tokens, const Hit& hit) {
  if (tokens.size() == 1) return true;  // an item of a list of skills, on its own
  const size_t begin = tokens[hit.first_token].begin;
  const size_t end = tokens[hit.last_token].end;
  // "C-level", "X-R": part of a longer word.
  if (end + 1 < text.size() && text[end] == '-' && IsAlnum(text[end + 1])) return false;
  if (begin > 1 && text[begin - 1] == '-' && IsAlnum(text[begin - 2])) return false;
  const auto is_blank = [](std::string_view gap) {
    return gap.find_first_not_of(" \t\r\n") == std::string_view::npos;
  };
  if (hit.last_token + 1 < tokens.size()) {
    const Token& next = tokens[hit.last_token + 1];
    if (is_blank(text.substr(end, next.begin - end)) && Contains(kCuesAfter, next.word))
      return true;
  }
  if (hit.first_token == 0) return false;
  const Token& previous = tokens[hit.first_token - 1];
  if (!is_blank(text.substr(previous.end, begin - previous.end))) return false;
  if (!Contains(kPrepositions, previous.word)) return false;
  for (size_t back = 2; back <= 4 && back <= hit.first_token; ++back)
    if (Contains(kCuesBefore, tokens[hit.first_token - back].word)) return true;
  return false;
}

bool SkillMatcher::AreListNeighbours(std::string_view text, const std::vector<Token>& tokens,
                                     const Hit& left, const Hit& right) {
  bool separates = false;
  const size_t between = right.first_token - left.last_token - 1;
  if (between > 1) return false;
  if (between == 1) {
    const std::string& word = tokens[left.last_token + 1].word;
    if (word != "and" && word != "or") return false;
    separates = true;
  }
  for (size_t i = left.last_token; i < right.first_token; ++i)
    if (!JoinsList(text.substr(tokens[i].end, tokens[i + 1].begin - tokens[i].end), separates))
      return false;
  return separates;
}

std::vector<int> SkillMatcher::Find(std::string_view text) const {
  const std::vector<Token> tokens = Tokenize(text);
  std::vector<Hit> hits = CollectHits(text, tokens);
  // Evidence spreads along a list, so one sweep in each direction reaches every item.
  const auto vouch = [&](const Hit& witness, Hit& hit, const Hit& left, const Hit& right) {
    if (!hit.accepted && witness.accepted && witness.target != kNotASkill)
      hit.accepted = AreListNeighbours(text, tokens, left, right);
  };
  for (size_t i = 1; i < hits.size(); ++i) vouch(hits[i - 1], hits[i], hits[i - 1], hits[i]);
  for (size_t i = hits.size(); i-- > 1;) vouch(hits[i], hits[i - 1], hits[i - 1], hits[i]);
  std::vector<int> targets;
  for (const Hit& hit : hits)
    if (hit.accepted && hit.target != kNotASkill) targets.push_back(hit.target);
  return targets;
}

int SkillMatcher::Lookup(std::string_view phrase) const {
  size_t node = 0;
  for (const Token& token : Tokenize(phrase)) {
    node = Child(node, token.word);
    if (node == 0) return kNotASkill;
  }
  // Prefer the exact case ("React" the library), then the first spelling added.
  int target = kNotASkill;
  for (const Spelling& spelling : nodes_[node].spellings) {
    if (spelling.exact == phrase) return spelling.target;
    if (target == kNotASkill) target = spelling.target;
  }
  return target;
}

}  // namespace dynajob
