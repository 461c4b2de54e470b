#include "skill_evidence.h"

#include <algorithm>
#include <array>

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

SkillEvidence::SkillEvidence(WordTable& words) {
  for (const std::string_view word : kCuesAfter) AddRole(words, word, kCueAfter);
  for (const std::string_view word : kCuesBefore) AddRole(words, word, kCueBefore);
  for (const std::string_view word : kPrepositions) AddRole(words, word, kPreposition);
  for (const std::string_view word : kPeopleWords) AddRole(words, word, kPeople);
  for (const std::string_view word : kNotPeopleWords) AddRole(words, word, kNotPeople);
  for (const std::string_view word : {"with", "on", "in", "using"}) AddRole(words, word, kJoining);
  AddRole(words, "and", kConjunction);
  AddRole(words, "or", kConjunction);
}

void SkillEvidence::AddRole(WordTable& words, std::string_view word, uint8_t role) {
  const WordTable::Id id = words.Add(word);
  if (roles_.size() <= id) roles_.resize(id + 1, 0);
  roles_[id] = static_cast<uint8_t>(roles_[id] | role);
}

bool SkillEvidence::NamesPeople(const SkillScan& scan, const SkillSpan& hit) const {
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

bool SkillEvidence::StandsAlone(const SkillScan& scan, const SkillSpan& hit) {
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

bool SkillEvidence::HasCue(const SkillScan& scan, const SkillSpan& hit) const {
  const std::vector<SkillToken>& tokens = scan.tokens;
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

bool SkillEvidence::AreListNeighbours(const SkillScan& scan, const SkillSpan& left,
                                      const SkillSpan& right) const {
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

bool SkillEvidence::AreJoinedByPreposition(const SkillScan& scan, const SkillSpan& left,
                                           const SkillSpan& right) const {
  return right.first_token == left.last_token + 2 &&
         Is(scan.tokens[left.last_token + 1].word, kJoining) &&
         IsBlank(scan.Gap(left.last_token)) && IsBlank(scan.Gap(left.last_token + 1));
}

}  // namespace dynajob
