#include "skill_matcher.h"

#include <algorithm>
#include <array>
#include <limits>

namespace dynajob {
namespace {

// What a word says about a skill beside it.
enum Role : uint8_t {
  kCueAfter = 1,
  kCueBefore = 2,
  kPreposition = 4,
  kPeople = 8,      // "the recruiting team"
  kNotPeople = 16,  // "team player"
  kConjunction = 32,
  kJoining = 64  // a preposition between a skill and its tool
};

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

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

bool IsBlank(std::string_view gap) {
  return gap.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

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
constexpr std::array<std::string_view, 14> kPeopleWords = {
    "team",    "department", "colleague", "partner",   "staff",       "group",   "function",
    "manager", "auditor",    "personnel", "executive", "stakeholder", "officer", "professional"};
constexpr std::array<std::string_view, 6> kNotPeopleWords = {"player",   "work", "environment",
                                                             "building", "lead", "management"};

}  // namespace

SkillMatcher::SkillMatcher() : nodes_(1) {
  for (const std::string_view word : kCuesAfter) AddRole(word, kCueAfter);
  for (const std::string_view word : kCuesBefore) AddRole(word, kCueBefore);
  for (const std::string_view word : kPrepositions) AddRole(word, kPreposition);
  for (const std::string_view word : kPeopleWords) AddRole(word, kPeople);
  for (const std::string_view word : kNotPeopleWords) AddRole(word, kNotPeople);
  for (const std::string_view word : {"with", "on", "in", "using"}) AddRole(word, kJoining);
  AddRole("and", kConjunction);
  AddRole("or", kConjunction);
}

void SkillMatcher::AddRole(std::string_view word, uint8_t role) {
  const WordId id = words_.Add(word);
  if (roles_.size() <= id) roles_.resize(id + 1, 0);
  roles_[id] = static_cast<uint8_t>(roles_[id] | role);
}

uint32_t SkillMatcher::Child(uint32_t node, WordId word) const {
  if (word == WordTable::kUnknown) return 0;
  if (node == 0) return word < first_.size() ? first_[word] : 0;
  for (const auto& [edge, child] : nodes_[node].children)
    if (edge == word) return child;
  return 0;
}

uint32_t SkillMatcher::AddChild(uint32_t node, WordId word) {
  if (const uint32_t known = Child(node, word); known != 0) return known;
  const auto created = static_cast<uint32_t>(nodes_.size());
  nodes_.emplace_back();
  if (node != 0) {
    nodes_[node].children.emplace_back(word, created);
  } else {
    if (first_.size() <= word) first_.resize(word + 1, 0);
    first_[word] = created;
  }
  return created;
}

// Full stops inside belong to the word if the vocabulary has it ("node.js") and separate words
// otherwise ("the team.You").
void SkillMatcher::AppendDotted(std::string_view text, size_t begin, size_t end,
                                std::vector<Token>& tokens) const {
  constexpr size_t kLongestDottedWord = 24;
  while (begin < end) {
    const size_t first_stop = std::min(text.find('.', begin + 1), end);
    size_t word_end = first_stop;
    for (size_t stop = first_stop; stop < end && stop - begin < kLongestDottedWord;) {
      stop = std::min(text.find('.', stop + 1), end);
      if (stop - begin <= kLongestDottedWord &&
          words_.Find(text.substr(begin, stop - begin)) != WordTable::kUnknown)
        word_end = stop;
    }
    tokens.push_back({words_.Find(text.substr(begin, word_end - begin)),
                      static_cast<uint32_t>(begin), static_cast<uint32_t>(word_end)});
    begin = word_end + 1;
  }
}

std::vector<SkillMatcher::Token> SkillMatcher::Tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  tokens.reserve(text.size() / 6);
  size_t i = 0;
  while (i < text.size()) {
    const size_t begin = i;
    // Words of ASCII alone are most of a text.
    while (i < text.size() && kIsAlnum[static_cast<unsigned char>(text[i])]) ++i;
    const bool plain = i > begin + 1 && (i == text.size() || (text[i] != '.' && text[i] > 0));
    if (plain) {
      tokens.push_back({words_.Find(text.substr(begin, i - begin)), static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(i)});
      continue;
    }
    i = begin;
    if (text[i] == ' ' || text[i] == '\n' || text[i] == ',') {
      ++i;
      continue;
    }
    if (text[i] == '&') {
      tokens.push_back(
          {words_.Find("and"), static_cast<uint32_t>(i), static_cast<uint32_t>(i + 1)});
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
    if (i - begin == 1 && IsAlnum(text[begin]))
      while (i < text.size() && (text[i] == '+' || text[i] == '#')) ++i;
    if (dotted) {
      AppendDotted(text, begin, i, tokens);
    } else {
      tokens.push_back({words_.Find(text.substr(begin, i - begin)), static_cast<uint32_t>(begin),
                        static_cast<uint32_t>(i)});
    }
  }
  return tokens;
}

SkillMatcher::Added SkillMatcher::Add(std::string_view spelling, int target, SpellingGuard guard) {
  // A spelling keeps its inner full stops: such words are known before the spelling is split.
  for (size_t begin = 0; begin < spelling.size();) {
    const size_t end = std::min(spelling.find(' ', begin), spelling.size());
    const std::string_view word = spelling.substr(begin, end - begin);
    if (word.find('.', 1) != std::string_view::npos) words_.Add(word);
    begin = end + 1;
  }
  const std::vector<Token> tokens = Tokenize(spelling);
  if (tokens.empty()) return Added::kNoWord;
  if (tokens.size() > kMaxPhraseWords) return Added::kTooLong;
  uint32_t node = 0;
  for (const Token& token : tokens) {
    const std::string_view word = spelling.substr(token.begin, token.end - token.begin);
    node = AddChild(node, words_.Add(word == "&" ? "and" : word));
  }
  for (const Spelling& other : nodes_[node].spellings) {
    const bool same =
        other.guard == guard && (guard == SpellingGuard::kNone ||
                                 guard == SpellingGuard::kContext || other.exact == spelling);
    if (same) return other.target == target ? Added::kKnown : Added::kTaken;
  }
  nodes_[node].spellings.push_back({target, guard, std::string(spelling)});
  return Added::kNew;
}

// The spelling of this node that `source` fits, unguarded ones first.
const SkillMatcher::Spelling* SkillMatcher::BestSpelling(const Node& node,
                                                         std::string_view source) const {
  const Spelling* best = nullptr;
  for (const Spelling& spelling : node.spellings) {
    const bool any_case =
        spelling.guard == SpellingGuard::kNone || spelling.guard == SpellingGuard::kContext;
    if (!any_case && spelling.exact != source) continue;
    if (best == nullptr || spelling.guard < best->guard) best = &spelling;
  }
  return best;
}

// A hit without a spelling is none; `accepted` is false while it still needs evidence.
SkillMatcher::Hit SkillMatcher::LongestHit(const Scan& scan, size_t first) const {
  Hit hit;
  uint32_t node = 0;
  for (size_t i = first; i < scan.tokens.size(); ++i) {
    node = Child(node, scan.tokens[i].word);
    if (node == 0) break;
    if (i > first && !JoinsPhrase(scan.Gap(i - 1))) break;
    if (nodes_[node].spellings.empty()) continue;
    const size_t begin = scan.tokens[first].begin;
    const Spelling* spelling =
        BestSpelling(nodes_[node], scan.text.substr(begin, scan.tokens[i].end - begin));
    if (spelling != nullptr) hit = {spelling, first, i, spelling->guard < SpellingGuard::kContext};
  }
  return hit;
}

std::vector<SkillMatcher::Hit> SkillMatcher::CollectHits(const Scan& scan) const {
  std::vector<Hit> hits;
  for (size_t i = 0; i < scan.tokens.size();) {
    const WordId word = scan.tokens[i].word;
    if (word == WordTable::kUnknown || Child(0, word) == 0) {
      ++i;
      continue;
    }
    Hit hit = LongestHit(scan, i);
    if (hit.spelling == nullptr) {
      ++i;
      continue;
    }
    i = hit.last_token + 1;
    if (hit.spelling->guard == SpellingGuard::kContext) {
      if (NamesPeople(scan, hit)) continue;
      hit.accepted = StandsAlone(scan, hit);
    }
    hit.accepted = hit.accepted || HasCue(scan, hit);
    hits.push_back(hit);
  }
  return hits;
}

// "The recruiting team", "with procurement, sales and finance colleagues": whoever follows the
// phrase, or the end of a short list that it is in, is meant.
bool SkillMatcher::NamesPeople(const Scan& scan, const Hit& hit) const {
  constexpr size_t kLongestList = 5;
  const size_t end = std::min(scan.tokens.size(), hit.last_token + 1 + kLongestList);
  for (size_t i = hit.last_token + 1; i < end; ++i) {
    bool separates = false;
    const std::string_view gap = scan.Gap(i - 1);
    if (gap.find('\n') != std::string_view::npos || !JoinsList(gap, separates)) return false;
    if (!Is(scan.tokens[i].word, kPeople)) continue;
    const bool other_meaning = i + 1 < scan.tokens.size() && IsBlank(scan.Gap(i)) &&
                               Is(scan.tokens[i + 1].word, kNotPeople);
    return !other_meaning;
  }
  return false;
}

// Whether the phrase is all of a line or of an item of a list.
bool SkillMatcher::StandsAlone(const Scan& scan, const Hit& hit) const {
  constexpr std::string_view kEnds = ",;|\n.)(:/";
  size_t begin = scan.tokens[hit.first_token].begin;
  while (begin > 0 && (scan.text[begin - 1] == ' ' || scan.text[begin - 1] == '-' ||
                       scan.text[begin - 1] == '*'))
    --begin;
  size_t end = scan.tokens[hit.last_token].end;
  while (end < scan.text.size() && scan.text[end] == ' ') ++end;
  const bool opens = begin == 0 || kEnds.find(scan.text[begin - 1]) != std::string_view::npos;
  const bool closes =
      end == scan.text.size() || kEnds.find(scan.text[end]) != std::string_view::npos;
  return opens && closes;
}

bool SkillMatcher::HasCue(const Scan& scan, const Hit& hit) const {
  const std::vector<Token>& tokens = scan.tokens;
  if (tokens.size() == hit.last_token - hit.first_token + 1) return true;  // an item on its own
  const size_t begin = tokens[hit.first_token].begin;
  const size_t end = tokens[hit.last_token].end;
  // "C-level", "X-R": part of a longer word.
  if (end + 1 < scan.text.size() && scan.text[end] == '-' && IsAlnum(scan.text[end + 1]))
    return false;
  if (begin > 1 && scan.text[begin - 1] == '-' && IsAlnum(scan.text[begin - 2])) return false;
  if (hit.last_token + 1 < tokens.size() && IsBlank(scan.Gap(hit.last_token)) &&
      Is(tokens[hit.last_token + 1].word, kCueAfter))
    return true;
  if (hit.first_token == 0 || !IsBlank(scan.Gap(hit.first_token - 1))) return false;
  if (!Is(tokens[hit.first_token - 1].word, kPreposition)) return false;
  for (size_t back = 2; back <= 4 && back <= hit.first_token; ++back)
    if (Is(tokens[hit.first_token - back].word, kCueBefore)) return true;
  return false;
}

bool SkillMatcher::AreListNeighbours(const Scan& scan, const Hit& left, const Hit& right) const {
  bool separates = false;
  const size_t between = right.first_token - left.last_token - 1;
  if (between > 1) return false;
  if (between == 1) {
    if (!Is(scan.tokens[left.last_token + 1].word, kConjunction)) return false;
    separates = true;
  }
  for (size_t i = left.last_token; i < right.first_token; ++i)
    if (!JoinsList(scan.Gap(i), separates)) return false;
  return separates;
}

// "SQL on Snowflake", "unit tests with Jest": a preposition between two skills.
bool SkillMatcher::AreJoinedByPreposition(const Scan& scan, const Hit& left,
                                          const Hit& right) const {
  return right.first_token == left.last_token + 2 &&
         Is(scan.tokens[left.last_token + 1].word, kJoining) &&
         IsBlank(scan.Gap(left.last_token)) && IsBlank(scan.Gap(left.last_token + 1));
}

// A name in a line that has several skills, not at the start of a sentence: "Stack: TypeScript,
// React, GraphQL and a little Node". Single letters ask for more.
void SkillMatcher::AcceptInDenseLines(const Scan& scan, std::vector<Hit>& hits) const {
  constexpr size_t kDense = 2;
  for (size_t i = 0; i < hits.size(); ++i) {
    const Hit& hit = hits[i];
    if (hit.accepted || hit.spelling->guard != SpellingGuard::kEvidence) continue;
    const size_t begin = scan.tokens[hit.first_token].begin;
    const size_t end = scan.tokens[hit.last_token].end;
    size_t before = begin;
    while (before > 0 && scan.text[before - 1] == ' ') --before;
    const bool opens = before == 0 || scan.text.substr(before - 1, 1).find_first_of(".!?\n-") !=
                                          std::string_view::npos;
    if (opens || end - begin < 2) continue;
    size_t accepted = 0;
    const auto same_line = [&](const Hit& other) {
      const size_t a = std::min(begin, size_t{scan.tokens[other.first_token].begin});
      const size_t b = std::max(end, size_t{scan.tokens[other.last_token].end});
      return scan.text.substr(a, b - a).find('\n') == std::string_view::npos && b - a < 200;
    };
    for (size_t j = i; j-- > 0 && i - j <= 4 && same_line(hits[j]);)
      accepted += hits[j].accepted && hits[j].target() != kNotASkill ? 1 : 0;
    for (size_t j = i + 1; j < hits.size() && j - i <= 4 && same_line(hits[j]); ++j)
      accepted += hits[j].accepted && hits[j].target() != kNotASkill ? 1 : 0;
    hits[i].accepted = accepted >= kDense;
  }
}

std::vector<SkillMatcher::Match> SkillMatcher::Find(std::string_view text) const {
  text = text.substr(0, std::numeric_limits<uint32_t>::max());
  const Scan scan{text, Tokenize(text)};
  std::vector<Hit> hits = CollectHits(scan);
  // Evidence spreads along a list, so one sweep in each direction reaches every item.
  const auto vouch = [&](const Hit& witness, Hit& hit, const Hit& left, const Hit& right) {
    if (!hit.accepted && witness.accepted && witness.target() != kNotASkill)
      hit.accepted =
          AreListNeighbours(scan, left, right) || AreJoinedByPreposition(scan, left, right);
  };
  for (size_t i = 1; i < hits.size(); ++i) vouch(hits[i - 1], hits[i], hits[i - 1], hits[i]);
  for (size_t i = hits.size(); i-- > 1;) vouch(hits[i], hits[i - 1], hits[i - 1], hits[i]);
  AcceptInDenseLines(scan, hits);
  std::vector<Match> matches;
  for (const Hit& hit : hits)
    if (hit.accepted && hit.target() != kNotASkill)
      matches.push_back(
          {hit.target(), scan.tokens[hit.first_token].begin, scan.tokens[hit.last_token].end});
  return matches;
}

int SkillMatcher::Lookup(std::string_view phrase) const {
  uint32_t node = 0;
  for (const Token& token : Tokenize(phrase.substr(0, std::numeric_limits<uint32_t>::max()))) {
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
